//! The policies: in the server's role PostgreSQL itself shows published rows only and lets nothing be written, whatever
//! is asked; and the schema goes up and down.

use sea_orm::ConnectionTrait;
use serde_json::json;
use tests::World;
use unfm::platform::graphql::global_id::{GlobalId, Kind};

/// Statements as the server's login, past the program.
async fn rows(world: &World, sql: &str) -> Result<i64, String> {
    world.raw(sql).await
}

#[tokio::test]
async fn the_servers_login_sees_what_is_published_and_nothing_else() {
    let Some(world) = World::postgres().await else { return };
    unfm::seed::demo_with_sales(&world.owner, world.clock.now()).await.unwrap();

    assert_eq!(rows(&world, "select count(*) from programme").await, Ok(6));
    assert_eq!(rows(&world, "select count(*) from programme where not published").await, Ok(0));
    assert_eq!(rows(&world, "select count(*) from indicator_value where programme_id is not null").await, Ok(3));
    for table in [
        "cooperative_private",
        "membership",
        "document",
        "measurement",
        "market_private",
        "agreement_private",
        "product_move",
        "product_change",
        "programme_move",
        "submission",
        "submission_move",
        "activity",
        "activity_participation",
        "steering_committee",
        "steering_meeting",
        "agreement_document",
        "consignment_contract",
        "stock_level",
        "stock_lot",
        "stock_movement",
        "stock_count",
        "delivery_countersignature",
        "sale",
        "sale_line",
        "day_closing",
        "support_verification",
        "shelter",
        "bot_count",
        "referral",
        "referral_count",
    ] {
        assert_eq!(rows(&world, &format!("select count(*) from {table}")).await, Ok(0), "{table}");
    }
    // Nor of the tables that may change without a kept answer being another.
    for table in unfm::platform::query::change::UNPUBLISHED {
        match rows(&world, &format!("select count(*) from {table}")).await {
            Ok(count) => assert_eq!(count, 0, "{table}"),
            Err(refused) => assert!(refused.contains("permission denied"), "{table}: {refused}"),
        }
        let there = world.raw_as_owner(&format!("select count(*) from {table}")).await;
        assert!(there.is_ok(), "{table} is a table");
    }
    // What happened at a market is not written anew, whatever is set for the transaction.
    for change in [
        "update stock_movement set quantity = quantity + 1000",
        "delete from stock_movement where true",
        "update day_closing set counted_cash = 0",
        "delete from sale_line where true",
    ] {
        let refused = rows(&world, &format!("with changed as ({change} returning 1) select count(*) from changed")).await;
        assert!(refused.unwrap_err().contains("permission denied"), "{change}");
    }
}

#[tokio::test]
async fn every_table_has_policies_and_no_policy_joins_or_scans() {
    let Some(world) = World::postgres().await else { return };
    // The list of migrations says nothing of anybody, and the server only reads it.
    let without_policies = "
        select coalesce(string_agg(relname, ', '), 'none') from pg_class c
         where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and relname <> 'seaql_migrations'
           and not (relrowsecurity and exists (select from pg_policy where polrelid = c.oid))";
    // A subselect is computed once for a statement; one that reads a table, or answers rows, is what planners misjudge. People
    // are where they hold roles, and of all people an array would be read from end to end for each.
    let costly = "
        select coalesce(string_agg(format('%s.%s', tablename, policyname), ', '), 'none') from pg_policies
         where concat(qual, with_check) ~* '(\\mFROM\\M|\\mIN\\M|\\mEXISTS\\M)'
           and tablename <> 'staff_user'";
    let answering_rows = "
        select coalesce(string_agg(proname, ', '), 'none') from pg_proc p
         where pronamespace = 'public'::regnamespace and proretset and not prosecdef";

    assert_eq!(world.text_as_owner(without_policies).await.as_deref(), Ok("none"));
    assert_eq!(world.text_as_owner(costly).await.as_deref(), Ok("none"));
    assert_eq!(world.text_as_owner(answering_rows).await.as_deref(), Ok("none"));
}

#[tokio::test]
async fn being_published_opens_reading_only() {
    let Some(world) = World::postgres().await else { return };

    for sql in [
        "with done as (update cooperative set slug = slug || '-mine' returning 1) select count(*) from done",
        "with done as (delete from contribution returning 1) select count(*) from done",
        "with done as (update market set cost = 1 returning 1) select count(*) from done",
    ] {
        assert_eq!(rows(&world, sql).await, Ok(0), "{sql}");
    }
    let planted = "with done as (insert into market_private (market_id, branch_id, notes)
        select id, branch_id, 'mine' from market limit 1 returning 1) select count(*) from done";
    assert!(rows(&world, planted).await.unwrap_err().contains("row-level security"));
    for sql in [
        "select count(*) from (select lo_create(0)) x where false; drop table market",
        "truncate listing",
        "delete from change",
    ] {
        assert!(rows(&world, sql).await.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn reach_is_a_subtree_or_one_branch_and_ends_with_its_transaction() {
    let Some(world) = World::postgres().await else { return };
    let key = |slug: &str| domain::id::founding("branch", slug);
    let hidden = "(select count(*) from programme where not published)";

    // Region 05 with all below it, and its neighbour's subtree.
    let subtree = |slug: &str| {
        format!("set_config('app.read_subtrees', '{{/{}/{}/}}', true)", key("national").simple(), key(slug).simple())
    };
    assert_eq!(rows(&world, &format!("select {hidden} from (select {}) x", subtree("region-05"))).await, Ok(3));
    assert_eq!(rows(&world, &format!("select {hidden} from (select {}) x", subtree("region-01"))).await, Ok(0));
    // One branch without those below it.
    let one = |slug: &str| format!("set_config('app.read_branches', '{{{}}}', true)", key(slug));
    assert_eq!(rows(&world, &format!("select {hidden} from (select {}) x", one("khouribga"))).await, Ok(3));
    assert_eq!(rows(&world, &format!("select {hidden} from (select {}) x", one("region-05"))).await, Ok(0));
    // The setting was for its transaction alone.
    assert_eq!(rows(&world, &format!("select {hidden}")).await, Ok(0));
}

/// What the server tells PostgreSQL of a branch administrator of Khouribga.
fn an_administrator_of_khouribga() -> String {
    let key = |slug: &str| domain::id::founding("branch", slug).simple();
    let subtree = format!("{{/{}/{}/{}/}}", key("national"), key("region-05"), key("khouribga"));
    let user = domain::id::founding("user", "khouribga@unfm.example");
    format!(
        "select set_config('app.actor', '{user}', true), set_config('app.read_subtrees', '{subtree}', true),
         set_config('app.write_subtrees', '{subtree}', true)"
    )
}

#[tokio::test]
async fn the_log_the_search_and_the_audit_are_written_by_no_statement_in_an_actors_name() {
    let Some(world) = World::postgres().await else { return };
    let (khouribga, mdiq) = (domain::id::founding("branch", "khouribga"), domain::id::founding("branch", "mdiq-fnideq"));
    let person = world.person("mdiq").await;
    let rename = "mutation($input: CooperativeRenameInput!) { cooperativeRename(input: $input) { userErrors { code } } }";
    let id = GlobalId::new(Kind::Cooperative, domain::id::founding("cooperative", "demo-mdiq-miel")).to_string();
    let input = json!({"id": id, "expectedVersion": 1, "name": {"fr": "Autrement"}});
    assert_eq!(person.does(rename, input).await.outcome(), "done");

    let own = an_administrator_of_khouribga();
    for sql in [
        format!("insert into change (object_type, object_id, version, branch_id, changed_at)
                 values ('Cooperative', gen_random_uuid(), 1, '{khouribga}', 0)"),
        format!("insert into audit_entry (id, branch_id, sequence, at, action, outcome, actor_kind, changes, personal, previous, hash)
                 values (gen_random_uuid(), '{khouribga}', 1000, 0, 'invented', 'DONE', 'SYSTEM', '{{}}', '{{}}', '', '')"),
        "insert into product_search (number, name, other) values (1, 'huile', '')".to_owned(),
        "insert into product_posting (word, rank, number) select 'invented', 1, number from product_search limit 1".to_owned(),
    ] {
        let told = tests::transaction_of_another(world.server_url(), &own).await;
        let refused = told.execute_unprepared(&sql).await.unwrap_err().to_string();
        assert!(refused.contains("row-level security"), "{sql}: {refused}");
    }
    for sql in ["update product_search set name = 'x'", "delete from product_posting"] {
        let told = tests::transaction_of_another(world.server_url(), &own).await;
        assert_eq!(told.execute_unprepared(sql).await.unwrap().rows_affected(), 0, "{sql}");
    }
    // And nothing is read of a neighbour's.
    for table in ["change", "audit_entry", "audit_value"] {
        let of = |reader: &str| format!("select count(*) from {table}, ({reader}) x where {table}.branch_id = '{mdiq}'");
        assert_eq!(rows(&world, &of(&own)).await, Ok(0), "{table}");
        assert!(world.raw_as_owner(&of("select 1")).await.unwrap() > 0, "{table}: there is something");
    }
}

async fn the_schema_goes_down_and_up_again(world: World) {
    world.owner.unmigrate().await.unwrap();
    assert!(world.owner.behind().await.unwrap() > 0, "{}", world.on);
    world.owner.migrate().await.unwrap();
    assert_eq!(world.owner.behind().await, Ok(0), "{}", world.on);
    unfm::seed::demo_with_sales(&world.owner, world.clock.now()).await.unwrap();
}

async fn two_instances_that_start_at_once_do_not_collide(world: World) {
    world.owner.unmigrate().await.unwrap();
    let start = async || {
        world.owner.migrate().await.unwrap();
        unfm::seed::demo_with_sales(&world.owner, world.clock.now()).await.unwrap()
    };
    let (one, other) = tokio::join!(start(), start());
    // Each part is seeded by one of them, not all parts by the same one.
    assert!(one || other, "{}", world.on);
    assert!(!start().await, "{}: nothing was left to do", world.on);
    assert_eq!(
        world.raw_as_owner("select count(*) from market where slug = 'demo-mdiq'").await,
        Ok(1),
        "{}",
        world.on
    );
}

async fn seeding_again_changes_nothing(world: World) {
    assert!(!unfm::seed::demo(&world.owner, world.clock.now()).await.unwrap(), "{}", world.on);
    assert!(!unfm::seed::founding(&world.owner, world.clock.now()).await.unwrap(), "{}", world.on);
}

async fn the_demo_world_is_taken_away_whole_and_can_come_back(world: World) {
    const MARKED: [&str; 11] = [
        "sale",
        "day_closing",
        "branch",
        "cooperative",
        "product",
        "product_variant",
        "listing",
        "market",
        "programme",
        "staff_user",
        "partner_client",
    ];
    let left = async || {
        let counts = MARKED.map(|table| format!("(select count(*) from {table} where is_demo)")).join(" + ");
        world.raw_as_owner(&format!("select {counts}")).await.unwrap()
    };
    unfm::seed::demo_with_sales(&world.owner, world.clock.now()).await.unwrap();
    assert!(left().await > 0, "{}", world.on);

    assert!(unfm::seed::remove_demo(&world.owner, world.clock.now()).await.unwrap() > 0, "{}", world.on);

    assert_eq!(left().await, 0, "{}", world.on);
    for table in ["sale_line", "stock_level", "stock_lot", "stock_movement", "consignment_contract"] {
        let rows = world.raw_as_owner(&format!("select count(*) from {table}")).await;
        assert_eq!(rows, Ok(0), "{}: {table}", world.on);
    }
    let invented = "select count(*) from market where opening_hours_basis = 'DEMO'";
    assert_eq!(world.raw_as_owner(invented).await, Ok(0), "{}", world.on);
    assert_eq!(world.raw_as_owner("select count(*) from programme").await, Ok(3), "{}", world.on);
    assert_eq!(unfm::seed::remove_demo(&world.owner, world.clock.now()).await.unwrap(), 0, "{}", world.on);
    assert!(unfm::seed::demo_with_sales(&world.owner, world.clock.now()).await.unwrap(), "{}", world.on);
}

async fn every_change_leaves_a_line_in_the_book(world: World) {
    let key = domain::id::founding("market", "demo-mdiq");
    let lines = "select count(*) from change c join market m on m.id = c.object_id
                 where m.slug = 'demo-mdiq' and c.object_type = 'Market'";
    assert_eq!(world.raw_as_owner(lines).await, Ok(1), "{}", world.on);
    world.change(async |tx| unfm::market::store::transition(tx, key, None, domain::market::MarketStatus::Suspended).await).await;
    let second = format!("{lines} and c.version = 2 and m.version = 2");
    assert_eq!(world.raw_as_owner(&second).await, Ok(1), "{}", world.on);
}

tests::on_each_database!(the_demo_world_is_taken_away_whole_and_can_come_back, the_schema_goes_down_and_up_again, two_instances_that_start_at_once_do_not_collide, seeding_again_changes_nothing, every_change_leaves_a_line_in_the_book);

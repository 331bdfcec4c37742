//! What is derived follows every change, by whoever and whichever way it was made.

use domain::access::Purpose;
use domain::actor::Actor;
use domain::codes::Coded;
use domain::cooperative::{CooperativeStatus, MEMBERS_MIN};
use domain::fault::Code;
use domain::disclosure::Thresholds;
use domain::id::founding;
use domain::market::MarketStatus;
use domain::indicator::SexCategory as Sex;
use domain::partnership::AgreementState;
use domain::product::ProductStatus;
use domain::programme::ProgrammeStatus;
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use tests::World;
use tests::person::Person;
use tokio::sync::Barrier;
use unfm::platform::disclosure_threshold;
use unfm::platform::graphql::global_id::{GlobalId, Kind};
use unfm::platform::query::stored::EnumValue;
use unfm::platform::query::table::Table;
use unfm::platform::query::transaction::Tx;
use unfm::{cooperative, indicator, market, product, seed};

/// How many nodes of a kind have a line in the log of changes after the line with this number.
async fn changed(world: &World, kind: Kind, after: i64) -> i64 {
    let kind = kind.name();
    let sql = format!(
        "select count(distinct object_id) from change where object_type = '{kind}' and number > {after}
         and version = 1"
    );
    world.raw_as_owner(&sql).await.unwrap()
}

async fn last_change(world: &World) -> i64 {
    world.raw_as_owner("select max(number) from change").await.unwrap()
}

async fn transition(person: &Person<'_>, mutation: &str, cooperative: &str, version: i64) -> Value {
    let id = GlobalId::new(Kind::Cooperative, founding("cooperative", cooperative)).to_string();
    let query = format!(
        "mutation {{ done: {mutation}(input: {{ id: \"{id}\", expectedVersion: {version} }}) {{
           cooperative {{ status version }} userErrors {{ code }} }} }}"
    );
    person.asks(&query, json!({})).await.data()["done"].clone()
}

async fn rows_and_what_is_derived_of_them_agree_in_every_seeded_world(world: World) {
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
    world.scale(1).await;
    assert_eq!(world.differences().await, Vec::<String>::new(), "{} with a synthetic world", world.on);
    seed::remove_demo(&world.owner, world.clock.now()).await.unwrap();
    assert_eq!(world.differences().await, Vec::<String>::new(), "{} without a demo world", world.on);
}

async fn what_was_changed_past_the_program_is_named(world: World) {
    let product = founding("product", "amlou-amande");
    let tamper = [
        "update product set published = false, name_key_fr = 'autre' where slug = 'amlou-amande'",
        "update listing set valid_until = '2030-01-01' where number = (select min(number) from listing)",
        "update cooperative set member_count = 99 where slug = 'demo-argan'",
        "update branch set path = '/0/' where slug = 'mdiq-fnideq'",
        "update branch_place set parent_id = null where branch_id = (select id from branch where slug = 'khouribga')",
    ];
    world
        .change(async |tx| {
            for sql in tamper {
                tx.rewrite(sql).await?;
            }
            Ok(())
        })
        .await;

    let found = world.differences().await;
    for expected in [
        &format!("product {product}: published is "),
        &format!("product {product}: name_key_fr should be \"amlou aux amandes\""),
        ": valid_until is 2030-01-01 and should be ",
        ": member_count should be ",
        ": path should be ",
        "branch_place ",
        "it is searched and may not be shown",
    ] {
        assert!(found.iter().any(|line| line.contains(expected)), "{}: {expected} in {found:#?}", world.on);
    }
}

async fn what_goes_off_sale_with_its_cooperative_has_changed_and_was_not_edited(world: World) {
    let khouribga = world.person("khouribga").await;
    let argan = "(select id from cooperative where slug = 'demo-argan')";
    let of_argan = async |table: &str| {
        let sql = format!("select count(*) from {table} where cooperative_id = {argan}");
        world.raw_as_owner(&sql).await.unwrap()
    };
    let on_sale = async || {
        let question = "{ products(first: 100, search: \"amlou\") { totalCount } }";
        world.ask(question, json!({})).await.data()["products"]["totalCount"].as_i64().unwrap()
    };
    let (before, sold) = (last_change(&world).await, on_sale().await);
    assert!(sold > 0, "{}", world.on);

    let suspended = transition(&khouribga, "cooperativeSuspend", "demo-argan", 1).await;
    assert_eq!(suspended["cooperative"], json!({"status": "SUSPENDED", "version": 2}), "{}", world.on);

    // Versions count edits alone: the lines of what only followed say the version that there was.
    for (kind, table) in
        [(Kind::Product, "product"), (Kind::ProductVariant, "product_variant"), (Kind::Listing, "listing")]
    {
        assert_eq!(changed(&world, kind, before).await, of_argan(table).await, "{}: {table}", world.on);
        let edited = format!("select count(*) from {table} where cooperative_id = {argan} and version > 1");
        assert_eq!(world.raw_as_owner(&edited).await, Ok(0), "{}: {table}", world.on);
    }
    assert_eq!(on_sale().await, 0, "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);

    // Whoever looked at the product before may still edit it.
    let key = founding("product", "amlou-amande");
    world.change(async |tx| tx.lock_version::<product::entity::Entity>(key, 1).await.map(drop)).await;
    let again = transition(&khouribga, "cooperativeReinstate", "demo-argan", 2).await;
    assert_eq!(again["cooperative"]["status"], "ACTIVE", "{}", world.on);
    assert_eq!(on_sale().await, sold, "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn a_branch_that_is_moved_takes_along_what_stands_below_it(world: World) {
    let national = world.person("national").await;
    let branch = |slug: &str| GlobalId::new(Kind::Branch, founding("branch", slug)).to_string();
    let create = "mutation($parent: ID!) { done: branchCreate(input: { parentId: $parent, kind: LOCAL,
      name: { fr: \"Oued Zem\" } }) { branch { id } userErrors { code } } }";
    let created = national.asks(create, json!({"parent": branch("khouribga")})).await;
    assert_eq!(created.data()["done"]["userErrors"], json!([]), "{}", created.text);
    let before = last_change(&world).await;

    let relocate = "mutation($id: ID!, $parent: ID!) { done: branchMove(input: { id: $id, parentId: $parent,
      expectedVersion: 1 }) { branch { version } userErrors { code } } }";
    let variables = json!({"id": branch("khouribga"), "parent": branch("national")});
    let moved = national.asks(relocate, variables).await;

    assert_eq!(moved.data()["done"]["branch"], json!({"version": 2}), "{}: {}", world.on, moved.text);
    // The branch below has another path; nobody has edited it.
    assert_eq!(changed(&world, Kind::Branch, before).await, 1, "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
    // Where it stood until today is kept.
    let stood =
        "select count(*) from branch_place where branch_id = (select id from branch where slug = 'khouribga')";
    assert_eq!(
        world.raw_as_owner(stood).await,
        Ok(1),
        "{}: it was moved on the day on which it was made",
        world.on
    );
}

async fn what_a_status_shows_is_what_the_domain_says(world: World) {
    let world = &world;
    let shown = async |table: &str, status: &str| {
        // Whoever terminates an agreement says on which day.
        let day = match (table, status) {
            ("agreement", "TERMINATED") => ", terminated_on = '2026-03-01'",
            ("agreement", _) => ", terminated_on = null",
            _ => "",
        };
        let sql =
            format!("update {table} set status = '{status}'{day} where number = (select min(number) from {table})");
        world.change(async |tx| tx.rewrite(&sql).await).await;
        let sql =
            format!("select count(*) from {table} where published and number = (select min(number) from {table})");
        world.raw_as_owner(&sql).await.unwrap() == 1
    };
    for status in CooperativeStatus::ALL {
        assert_eq!(shown("cooperative", status.as_str()).await, status.is_published(), "{}: {status}", world.on);
    }
    for status in MarketStatus::ALL {
        assert_eq!(shown("market", status.as_str()).await, status.is_published(), "{}: {status}", world.on);
    }
    for status in AgreementState::ALL {
        let is_published = status.is_published();
        // A draft has no day on which it was signed.
        assert_eq!(shown("agreement", status.as_str()).await, is_published, "{}: {status}", world.on);
    }
    for status in ProgrammeStatus::ALL {
        assert_eq!(shown("programme", status.as_str()).await, status.is_published(), "{}: {status}", world.on);
    }
}

/// Set the threshold of disclosure control as the server does; whether it was another one.
async fn threshold(world: &World, people: u64) -> bool {
    let thresholds = Thresholds { people, ..Thresholds::default() };
    disclosure_threshold::set(&world.db, thresholds, world.clock.now()).await.unwrap()
}

async fn what_was_measured_leaves_through_disclosure_control(world: World) {
    use indicator::{measurement, value};
    let from = founding("indicator_value", "demo-unfpa-active");
    let key = |name: &str| founding("indicator_value", &format!("measured {name}"));
    // 120 women and men were trained, 117 and 3, and it is not accepted yet.
    world
        .change(async |tx| {
            let whole = tx.select::<value::Entity>().filter(value::Column::Id.eq(from)).one(value::Entity::read).await?;
            let whole = whole.unwrap();
            for (name, sex, figure) in [("all", None, "120"), ("women", Some(Sex::Female), "117"), ("men", Some(Sex::Male), "3")] {
                let mut row = value::Model { id: key(name), sex: sex.map(EnumValue), accepted: false, source_code: "STORY".into(),
                    ..whole.clone() }.into_active_model();
                row.number = ActiveValue::NotSet;
                tx.insert_all::<value::Entity>(vec![row]).await?;
                let measured = measurement::Model { value_id: key(name), branch_id: whole.branch_id.unwrap(), submission_id: None,
                    programme_indicator_id: founding("programme_indicator", "demo-unfpa-active"), kind: whole.kind,
                    sex: sex.map(EnumValue), age_band: None, milieu: None, source: "STORY".into(), value: figure.into(),
                    numerator: None, denominator: None, position: 0, entered_by: None };
                tx.insert_plain::<measurement::Entity>(vec![measured.into_active_model()]).await?;
            }
            Ok(())
        })
        .await;
    let told = async || {
        let mut told = Vec::new();
        for name in ["all", "women", "men"] {
            let sql = format!("select coalesce(value, status) from indicator_value v where v.source_code = 'STORY' and
                coalesce(v.sex, '') = '{}'", match name { "women" => "FEMALE", "men" => "MALE", _ => "" });
            told.push(world.text_as_owner(&sql).await.unwrap());
        }
        told
    };
    assert_eq!(told().await, ["120", "117", "3"], "{}: within the branch", world.on);
    for name in ["all", "women", "men"] {
        world
            .change(async |tx| {
                let held = tx.lock_for_update::<value::Entity>(key(name)).await?;
                tx.update(held, |row| row.accepted = ActiveValue::Set(true)).await.map(drop)
            })
            .await;
    }
    assert_eq!(told().await, ["120", "SUPPRESSED", "SUPPRESSED"], "{}: the women would tell the men", world.on);
    assert!(threshold(&world, 121).await, "{}", world.on);
    assert_eq!(told().await, ["SUPPRESSED", "SUPPRESSED", "SUPPRESSED"], "{}", world.on);
    assert!(threshold(&world, 5).await, "{}", world.on);
    assert_eq!(told().await, ["120", "SUPPRESSED", "SUPPRESSED"], "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
    let query = "{ programme(slug: \"demo-unfpa-active\") { indicators { values(first: 10) { nodes { sex value status } } } } }";
    let token = world.program("unfpa-demo").await;
    for answer in [world.ask(query, json!({})).await, world.ask_as(&token, query, json!({})).await] {
        assert!(answer.text.contains("SUPPRESSED") && !answer.text.contains("\"3\""), "{}: {}", world.on, answer.text);
        assert!(!answer.text.contains("\"117\""), "{}: {}", world.on, answer.text);
    }
}

async fn other_thresholds_tell_less_at_once_and_as_much_again_when_they_are_lifted(world: World) {
    let told = async || {
        let sql = "select coalesce(cast(member_count as text), '-') from cooperative where slug = 'demo-argan'";
        world.text_as_owner(sql).await.unwrap()
    };
    assert_eq!((told().await.as_str(), threshold(&world, 5).await), ("24", false), "{}: as they are", world.on);
    let line = last_change(&world).await;
    assert_eq!((threshold(&world, 25).await, told().await.as_str()), (true, "-"), "{}", world.on);
    assert!(changed(&world, Kind::Cooperative, line).await > 0, "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
    assert!(!threshold(&world, 25).await, "{}: another instance has the same settings", world.on);
    assert_eq!((threshold(&world, 5).await, told().await.as_str()), (true, "24"), "{}", world.on);
}

async fn a_panic_between_two_statements_leaves_nothing_of_either(world: World) {
    let (argan, before) = (founding("cooperative", "demo-argan"), last_change(&world).await);
    let (owner, now) = (world.owner.clone(), world.clock.now());
    let panicked = tokio::spawn(async move {
        let platform = Actor::System(Purpose::Seed);
        let write = owner.write(&platform, now, async |tx| {
            cooperative::store::transition(tx, argan, None, CooperativeStatus::Suspended, MEMBERS_MIN).await?;
            panic!("between two statements")
        });
        let done: unfm::platform::error::Result<()> = write.await;
        done
    });
    assert!(panicked.await.unwrap_err().is_panic(), "{}", world.on);

    assert_eq!(last_change(&world).await, before, "{}", world.on);
    let suspended = "select count(*) from cooperative where slug = 'demo-argan' and status = 'SUSPENDED'";
    assert_eq!(world.raw_as_owner(suspended).await, Ok(0), "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
    // The connection that it was on is usable.
    let khouribga = world.person("khouribga").await;
    let suspended = transition(&khouribga, "cooperativeSuspend", "demo-argan", 1).await;
    assert_eq!(suspended["cooperative"]["status"], "SUSPENDED", "{}", world.on);
}

/// Do two things at once: each has made its change and has seen nothing of the other's when both go on to what follows.
async fn at_once(
    world: &World,
    one: impl AsyncFnOnce(&Tx<'_>) -> unfm::platform::error::Result<()> + Clone,
    other: impl AsyncFnOnce(&Tx<'_>) -> unfm::platform::error::Result<()> + Clone,
) {
    let (both, first) = (Barrier::new(2), [AtomicBool::new(true), AtomicBool::new(true)]);
    let (both, first) = (&both, &first);
    let met = async |which: usize| {
        // A transaction that is done again meets nobody.
        if first[which].swap(false, Ordering::SeqCst) {
            both.wait().await;
        }
    };
    let met = &met;
    tokio::join!(
        world.change(async |tx| {
            one.clone()(tx).await?;
            met(0).await;
            Ok(())
        }),
        world.change(async |tx| {
            other.clone()(tx).await?;
            met(1).await;
            Ok(())
        }),
    );
}

#[tokio::test]
async fn two_changes_at_once_leave_nothing_that_neither_of_them_saw() {
    // SQLite has one writer.
    let Some(world) = World::postgres().await else { return };
    let (argan, amlou) = (founding("cooperative", "demo-argan"), founding("product", "amlou-amande"));
    let market = founding("market", "khouribga");
    let to = async |tx: &Tx<'_>, status| {
        let held = tx.lock_to_decide::<product::entity::Entity>(amlou).await?;
        tx.update(held, |row| row.status = ActiveValue::Set(EnumValue(status))).await.map(drop)
    };
    // Whoever has not asked whether she may decide changes no status, whatever else she may.
    let undecided = world.owner.write(&Actor::System(Purpose::Seed), world.clock.now(), async |tx| {
        let held = tx.lock_for_update::<product::entity::Entity>(amlou).await?;
        tx.update(held, |row| row.status = ActiveValue::Set(EnumValue(ProductStatus::Draft))).await.map(drop)
    });
    assert_eq!(undecided.await.unwrap_err().code(), Code::Forbidden);

    // A product is published while its cooperative is suspended.
    world.change(async |tx| to(tx, ProductStatus::Draft).await).await;
    at_once(
        &world,
        async |tx| cooperative::store::transition(tx, argan, None, CooperativeStatus::Suspended, MEMBERS_MIN).await.map(drop),
        async |tx| to(tx, ProductStatus::Published).await,
    )
    .await;
    assert_eq!(world.differences().await, Vec::<String>::new());
    let shown = "select count(*) from product where slug = 'amlou-amande' and published";
    assert_eq!(world.raw_as_owner(shown).await, Ok(0));

    // Its listings come back with the cooperative while the market is suspended.
    at_once(
        &world,
        async |tx| cooperative::store::transition(tx, argan, None, CooperativeStatus::Active, MEMBERS_MIN).await.map(drop),
        async |tx| market::store::transition(tx, market, None, MarketStatus::Suspended).await.map(drop),
    )
    .await;
    assert_eq!(world.differences().await, Vec::<String>::new());
    assert_eq!(world.raw_as_owner(shown).await, Ok(1));
}

tests::on_each_database!(
    other_thresholds_tell_less_at_once_and_as_much_again_when_they_are_lifted, what_was_measured_leaves_through_disclosure_control,
    a_panic_between_two_statements_leaves_nothing_of_either,
    rows_and_what_is_derived_of_them_agree_in_every_seeded_world, what_was_changed_past_the_program_is_named, what_goes_off_sale_with_its_cooperative_has_changed_and_was_not_edited, a_branch_that_is_moved_takes_along_what_stands_below_it, what_a_status_shows_is_what_the_domain_says);

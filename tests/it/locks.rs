//! Many who change the same things at once: nothing is lost, and nothing is done twice.

use domain::actor::Actor;
use domain::id::founding;
use futures_util::future::join_all;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tests::World;
use tests::person::Person;
use tokio::sync::Barrier;
use unfm::platform::graphql::global_id::{GlobalId, Kind};

const LOOK: &str = "query($id: ID!) { cooperative(id: $id) { version memberCount womenCount } }";
const EDIT: &str = "mutation($input: CooperativeEditInput!) { cooperativeEdit(input: $input) {
    cooperative { version } userErrors { code field } } }";
const ADD: &str = "mutation($input: MembershipAddInput!) { membershipAdd(input: $input) {
    membership { id } userErrors { code field } } }";

fn argan() -> String {
    GlobalId::new(Kind::Cooperative, founding("cooperative", "demo-argan")).to_string()
}

async fn look(person: &Person<'_>) -> Value {
    person.asks(LOOK, json!({"id": argan()})).await.data()["cooperative"].clone()
}

/// One of many: changes the cooperative until it succeeds, so many times, and enters a member each time, twice under one key.
async fn writes(person: &Person<'_>, who: usize) -> u64 {
    let mut stale = 0;
    for time in 0..3 {
        loop {
            let version = look(person).await["version"].clone();
            let input = json!({"id": argan(), "expectedVersion": version, "commune": format!("Commune {who}.{time}")});
            match person.does(EDIT, input).await.outcome().as_str() {
                "done" => break,
                "CONFLICT expectedVersion" => stale += 1,
                other => panic!("{}: {other}", person.world.on),
            }
        }
        let input = json!({"cooperativeId": argan(), "name": format!("Membre {who}.{time} (démo)"), "sex": "FEMALE",
            "birthYear": 1990, "milieu": "RURAL", "shares": 1, "joinedOn": "2026-11-23",
            "idempotencyKey": format!("{who}.{time}")});
        let (one, again) = tokio::join!(person.does(ADD, input.clone()), person.does(ADD, input));
        assert_eq!((one.outcome(), again.outcome()), ("done".to_owned(), "done".to_owned()), "{}", person.world.on);
        assert_eq!(one.data(), again.data(), "{}: the same member", person.world.on);
    }
    stale
}

async fn eight_writers_on_one_cooperative_lose_nothing(world: World) {
    let khouribga = world.person("khouribga").await;
    let before = look(&khouribga).await;
    let number = |of: &Value, name: &str| of[name].as_i64().unwrap();
    let stale: u64 = join_all((0..8).map(|who| writes(&khouribga, who))).await.into_iter().sum();
    assert!(stale > 0, "{}: they met", world.on);
    let after = look(&khouribga).await;
    for (name, more) in [("version", 24), ("memberCount", 24), ("womenCount", 24)] {
        assert_eq!(number(&after, name) - number(&before, name), more, "{} {name}", world.on);
    }
    let rows = "select count(*) from membership where name like 'Membre %.% (démo)'";
    assert_eq!(world.raw_as_owner(rows).await, Ok(24), "{}", world.on);
    let differences = world.owner.differences(world.clock.now()).await.unwrap();
    assert_eq!(differences, Vec::<String>::new(), "{}", world.on);
}

#[tokio::test]
async fn a_mutation_that_the_database_gives_up_is_done_again_and_once() {
    // SQLite has one writer: nobody waits for anybody who waits for her.
    let Some(world) = World::postgres().await else { return };
    let khouribga = world.person("khouribga").await;
    let branch = founding("branch", "khouribga");
    // Another program holds the end of the branch's chain, which a mutation takes last …
    let chain = format!("select * from audit_head('{branch}')");
    let other = tests::transaction_of_another(world.owner_url(), &chain).await;
    let input = json!({"id": argan(), "expectedVersion": 1, "commune": "Une fois", "idempotencyKey": "once"});
    let does = khouribga.does(EDIT, input.clone());
    let meets = async {
        let waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted
            and database = (select oid from pg_database where datname = current_database())";
        while world.raw_as_owner(waiting).await != Ok(1) {
            tokio::task::yield_now().await;
        }
        // … and wants the row that the mutation holds.
        let row = format!("select 1 from cooperative where id = '{}' for update", founding("cooperative", "demo-argan"));
        other.execute_unprepared(&row).await.unwrap();
        other.close().await.unwrap();
    };
    let (done, ()) = tokio::join!(does, meets);
    assert_eq!(done.outcome(), "done", "{}", done.text);
    assert_eq!(khouribga.does(EDIT, input).await.data(), done.data(), "and a repeat gets the same answer");
    assert_eq!(done.data()["cooperativeEdit"]["cooperative"]["version"], 2);
    for (what, number) in [
        ("audit_entry where action = 'cooperativeEdit'", 1),
        ("idempotency where key = 'once' and outcome is not null", 1),
        ("change where object_type = 'Cooperative' and version = 2", 1),
    ] {
        assert_eq!(world.raw_as_owner(&format!("select count(*) from {what}")).await, Ok(number), "{what}");
    }
}

#[tokio::test]
async fn what_only_points_to_a_row_does_not_wait_for_whoever_changes_it() {
    let Some(world) = World::postgres().await else { return };
    let khouribga = world.person("khouribga").await;
    let document = "mutation($input: DocumentAddInput!) { documentAdd(input: $input) { userErrors { code field } } }";
    let input = json!({"cooperativeId": argan(), "kind": "CERTIFICATE", "reference": "une (démo)"});
    let key = founding("cooperative", "demo-argan");
    let added = world.change(async |tx| {
        let held = tx.lock_for_update::<unfm::cooperative::entity::Entity>(key).await?;
        let added = khouribga.does(document, input.clone()).await.outcome();
        drop(held);
        Ok(added)
    });
    assert_eq!(added.await, "done");
}

/// Read as nobody, on a connection that is given back at the end.
async fn reads(world: &World, until: &Barrier) {
    let reader = world.reader(Actor::Anonymous);
    reader.begin().select_in_scope::<unfm::cooperative::entity::Entity>().count(None).await.unwrap();
    until.wait().await;
}

#[tokio::test]
async fn whoever_writes_is_given_a_connection_while_others_never_cease_to_read() {
    let Some(world) = World::postgres().await.map(Arc::new) else { return };
    let khouribga = world.person("khouribga").await;
    // As many as there are connections, and each takes the next one as soon as it has given one back.
    let readers = world.db.most_connections();
    let (all_read, is_done) = (Arc::new(Barrier::new(readers + 1)), Arc::new(AtomicBool::new(false)));
    let tasks: Vec<_> = (0..readers).map(|_| {
        let (world, all_read, is_done) = (Arc::clone(&world), Arc::clone(&all_read), Arc::clone(&is_done));
        tokio::spawn(async move {
            reads(&world, &all_read).await;
            while !is_done.load(Ordering::Relaxed) {
                reads(&world, &Barrier::new(1)).await;
            }
        })
    }).collect();
    all_read.wait().await;
    let input = json!({"id": argan(), "expectedVersion": 1, "commune": "Commune"});
    assert_eq!(khouribga.does(EDIT, input).await.outcome(), "done");
    is_done.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await.unwrap();
    }
}

tests::on_each_database!(eight_writers_on_one_cooperative_lose_nothing);

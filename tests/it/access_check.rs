//! The leak check: tight on every database, blind nowhere, and red when something is opened on purpose.

use std::io::Write;
use tests::World;
use unfm::access_check::{FAULTS, Layers, has_policies, run, run_narrowed, run_on_planted};

async fn nothing_leaks(world: World) {
    let report = run(&world.owner, &world.db, world.keys(), world.clock.now(), Layers::Both).await.unwrap();
    assert!(report.is_clean(), "{}", report.table());
    assert!(report.fields() > 60, "{}", report.table());
}

#[tokio::test]
async fn nothing_leaks_to_anybody_by_any_path_on_sqlite() {
    nothing_leaks(World::sqlite().await).await;
}

#[tokio::test]
async fn nothing_leaks_to_anybody_by_any_path_on_postgres() {
    let Some(world) = World::postgres().await else { return };
    nothing_leaks(world).await;
}

#[tokio::test]
async fn the_check_goes_red_without_row_filters_where_there_are_no_policies() {
    let world = World::sqlite().await;
    let open = world.db.without_row_filters();
    let report = run(&world.owner, &open, world.keys(), world.clock.now(), Layers::Both).await.unwrap();
    for field in ["cooperatives", "products", "programmes", "users", "auditEntries"] {
        assert!(report.leaks_at(field), "{field} was opened and not found:\n{}", report.table());
    }
}

#[tokio::test]
async fn the_policies_hold_alone() {
    let Some(world) = World::postgres().await else { return };
    let open = world.db.without_row_filters();
    assert!(has_policies(&open));
    let report = run(&world.owner, &open, world.keys(), world.clock.now(), Layers::PoliciesAlone).await.unwrap();
    assert!(report.is_clean(), "{}", report.table());
}

#[tokio::test]
async fn the_check_finds_every_fault_that_is_planted() {
    let world = World::sqlite().await;
    let report = run_on_planted(&world.owner, &world.db, world.keys(), world.clock.now()).await.unwrap();
    let mut missed = Vec::new();
    for (field, class) in FAULTS {
        let found = report.leaks_below(field);
        tell(class, found.first());
        if found.is_empty() {
            missed.push(class);
        }
    }
    assert_eq!(missed, Vec::<&str>::new(), "{}", report.table());
}

/// Tell what found a fault, whether the test passes or not.
fn tell(fault: &str, found: Option<&String>) {
    let by: String = found.map_or("MISSED".to_owned(), |found| found.chars().take(160).collect());
    std::io::stdout().write_all(format!("fault: {fault}; found: {by}\n").as_bytes()).unwrap();
}

/// Policies that are taken away or opened, the field that is asked, and where it is found.
const OPENED: [(&str, &str, &str); 5] = [
    ("alter table programme disable row level security", "programmes", "programmes"),
    ("create policy planted on document for insert with check (true)", "documentAdd", "Mutation"),
    ("create policy planted on cooperative for update using (true)", "cooperativeRename", "Mutation"),
    ("create policy planted on document for select using (true)", "cooperatives", "cooperatives"),
    ("create policy planted on staff_user for select using (true)", "users", "users"),
];

#[tokio::test]
async fn the_check_goes_red_when_a_policy_is_taken_away() {
    for (opened, asked, field) in OPENED {
        let Some(world) = World::postgres().await else { return };
        world.change(async |tx| tx.rewrite(opened).await).await;
        let (open, alone) = (world.db.without_row_filters(), (Layers::PoliciesAlone, asked));
        let report = run_narrowed(&world.owner, &open, world.keys(), world.clock.now(), alone).await.unwrap();
        tell(opened, report.leaks_below(field).first());
        assert!(!report.leaks_below(field).is_empty(), "{opened}: {}", report.table());
    }
}

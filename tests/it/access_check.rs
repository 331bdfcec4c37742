//! The leak check: tight on every database, blind nowhere, and red when something is opened on purpose.

use tests::World;
use unfm::access_check::{Layers, has_policies, run};

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
async fn the_check_goes_red_when_a_policy_is_taken_away() {
    let Some(world) = World::postgres().await else { return };
    world.change(async |tx| tx.rewrite("alter table programme disable row level security").await).await;
    let open = world.db.without_row_filters();
    let report = run(&world.owner, &open, world.keys(), world.clock.now(), Layers::PoliciesAlone).await.unwrap();
    assert!(report.leaks_at("programmes") && !report.leaks_at("cooperatives"), "{}", report.table());
}

//! The leak check: tight on every database, blind nowhere, and red when something is opened on purpose.

use tests::World;
use unfm::access_check::{Walls, has_second_wall, run};

async fn nothing_leaks(world: World) {
    let report = run(&world.owner, &world.db, world.keys(), world.clock.now(), Walls::Both).await.unwrap();
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
async fn the_check_goes_red_when_the_first_wall_is_open_and_there_is_no_second() {
    let world = World::sqlite().await;
    let open = world.db.without_first_wall();
    let report = run(&world.owner, &open, world.keys(), world.clock.now(), Walls::Both).await.unwrap();
    for field in ["cooperatives", "products", "programmes", "users", "auditEntries"] {
        assert!(report.leaks_at(field), "{field} was opened and not found:\n{}", report.table());
    }
}

#[tokio::test]
async fn the_second_wall_holds_alone() {
    let Some(world) = World::postgres().await else { return };
    let open = world.db.without_first_wall();
    assert!(has_second_wall(&open));
    let report = run(&world.owner, &open, world.keys(), world.clock.now(), Walls::SecondAlone).await.unwrap();
    assert!(report.is_clean(), "{}", report.table());
}

#[tokio::test]
async fn the_check_goes_red_when_a_policy_is_taken_away() {
    let Some(world) = World::postgres().await else { return };
    world.change(async |tx| tx.rewrite("alter table programme disable row level security").await).await;
    let open = world.db.without_first_wall();
    let report = run(&world.owner, &open, world.keys(), world.clock.now(), Walls::SecondAlone).await.unwrap();
    assert!(report.leaks_at("programmes") && !report.leaks_at("cooperatives"), "{}", report.table());
}

//! The leak matrix: tight on every database, blind nowhere, and red when something is opened on purpose.

use tests::World;
use unfm::access_check::{Walls, has_second_wall, run};

#[tokio::test]
async fn nothing_leaks_to_anybody_by_any_path() {
    for world in World::each().await {
        let report = run(&world.owner, &world.db, world.keys(), world.clock.now(), Walls::Both).await.unwrap();
        assert!(report.is_clean(), "{}:\n{}", world.on, report.table());
        assert!(report.fields() > 60, "{}: {}", world.on, report.table());
    }
}

#[tokio::test]
async fn the_matrix_goes_red_when_the_first_wall_is_open_and_there_is_no_second() {
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
async fn the_matrix_goes_red_when_a_policy_is_taken_away() {
    let Some(world) = World::postgres().await else { return };
    world.change(async |tx| tx.rewrite("alter table programme disable row level security").await).await;
    let open = world.db.without_first_wall();
    let report = run(&world.owner, &open, world.keys(), world.clock.now(), Walls::SecondAlone).await.unwrap();
    assert!(report.leaks_at("programmes") && !report.leaks_at("cooperatives"), "{}", report.table());
}

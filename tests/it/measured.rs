//! Figures stand in the README as long as they are of this program.

use tests::World;
use tests::speed::fingerprint;

#[tokio::test]
async fn the_figures_of_the_readme_are_of_these_policies_indexes_and_statements() {
    let Some(world) = World::postgres().await else { return };
    // Another version writes policies in other words.
    if world.raw_as_owner("select current_setting('server_version_num')::bigint / 10000").await != Ok(15) {
        return tests::skip("whether the README's figures are of this program (PostgreSQL 15 alone)");
    }
    let now = fingerprint(&world).await;
    let readme = include_str!("../../README.md");
    assert!(
        readme.contains(&format!("fingerprint `{now}`")),
        "a policy, an index or a statement is another one than when it was measured: run tests/peers/run --units 250, and put its \
         table and its fingerprint `{now}` into README.md"
    );
}

//! The row filters: what somebody sees and changes is what her assignments reach, on both databases, and nothing else.

use domain::access::Role;
use domain::actor::Actor;
use domain::branch::Path;
use domain::fault::Code;
use domain::id::founding;
use domain::text::{Locale, LocalizedText};
use domain::user::{Assignment, Staff};
use sea_orm::ColumnTrait;
use tests::World;
use unfm::cooperative::entity as cooperative;
use unfm::platform::error::Error;
use unfm::platform::query::table::Table;
use unfm::product;
use unfm::programme::entity as programme;
use uuid::Uuid;

/// The place of a founding branch in the tree.
fn path(slug: &str) -> Path {
    let national = Path::root(founding("branch", "national"));
    match slug {
        "national" => national,
        "khouribga" => national.child(founding("branch", "region-05")).child(founding("branch", "khouribga")),
        "mdiq-fnideq" => national.child(founding("branch", "region-01")).child(founding("branch", "mdiq-fnideq")),
        region => national.child(founding("branch", region)),
    }
}

/// Somebody with one role at one branch.
fn holds(role: Role, slug: &str, includes_descendants: bool) -> Actor {
    let assignment = Assignment {
        key: Uuid::nil(),
        role,
        branch: founding("branch", slug),
        path: path(slug),
        includes_descendants,
        valid_from: jiff::civil::date(2026, 1, 1),
        valid_to: None,
        cooperative: None,
    };
    Actor::Staff(Staff::on(jiff::civil::date(2026, 11, 23), Uuid::from_u128(1), Uuid::from_u128(2), vec![assignment]))
}

/// How many programmes that are not published an actor sees, and how many programmes lie within her reach.
async fn programmes(world: &World, actor: Actor) -> (u64, u64) {
    let reader = world.reader(actor);
    let tx = reader.begin();
    let hidden = tx.select::<programme::Entity>().filter(programme::Column::Published.eq(false)).count(None).await;
    let own = tx.select_in_scope::<programme::Entity>().count(None).await;
    (hidden.unwrap(), own.unwrap())
}

async fn each_branch_sees_its_own_and_what_is_published(world: World) {
    let seen = async |role, slug, down| programmes(&world, holds(role, slug, down)).await;
    let (all_hidden, all) = seen(Role::NationalAdmin, "national", true).await;
    assert!(all_hidden > 0 && all > all_hidden, "{}", world.on);
    let (hidden, own) = seen(Role::ProgrammeOfficer, "khouribga", true).await;
    assert!(hidden > 0 && own > hidden && own < all, "{}: {hidden} {own}", world.on);
    assert_eq!(seen(Role::BranchAdmin, "region-05", true).await.0, hidden, "{}: her region too", world.on);
    assert_eq!(seen(Role::BranchAdmin, "region-05", false).await, (0, 0), "{}: a branch alone", world.on);
    assert_eq!(seen(Role::BranchAdmin, "mdiq-fnideq", true).await.0, 0, "{}: the neighbour does not", world.on);
    assert_eq!(seen(Role::MarketManager, "khouribga", true).await, (0, 0), "{}: nor another role", world.on);
    assert_eq!(programmes(&world, Actor::Anonymous).await, (0, 0), "{}: nor anybody", world.on);
    let published = world.reader(holds(Role::BranchAdmin, "mdiq-fnideq", true));
    let published = published.begin().select::<programme::Entity>().count(None).await.unwrap();
    assert_eq!(published, 6, "{}: what is published she sees", world.on);
}

/// The code with which a product's renaming is refused.
async fn rename(world: &World, actor: &Actor, key: Uuid) -> Result<(), Code> {
    let name = LocalizedText::new([(Locale::Fr, "Huile nouvelle".to_owned())], 200).unwrap();
    let done = world.db.write(actor, world.clock.now(), async |tx| product::store::rename(tx, key, name).await).await;
    done.map(drop).map_err(|error: Error| error.code())
}

async fn a_neighbours_published_row_cannot_be_changed_and_looks_as_if_it_were_not_there(world: World) {
    let key = founding("product", "huile-argan-250");
    let khouribga = holds(Role::BranchAdmin, "khouribga", true);
    let neighbour = holds(Role::BranchAdmin, "mdiq-fnideq", true);
    let auditor = holds(Role::Auditor, "national", true);
    assert_eq!(rename(&world, &neighbour, key).await, Err(Code::NotFound), "{}", world.on);
    assert_eq!(rename(&world, &neighbour, Uuid::from_u128(7)).await, Err(Code::NotFound), "{}", world.on);
    assert_eq!(rename(&world, &auditor, key).await, Err(Code::Forbidden), "{}", world.on);
    assert_eq!(rename(&world, &Actor::Anonymous, key).await, Err(Code::NotFound), "{}", world.on);
    assert_eq!(rename(&world, &khouribga, key).await, Ok(()), "{}", world.on);
    let slug = world
        .ask(
            "query($s: String!) { product(slug: $s) { name { text(locale: FR) } } }",
            serde_json::json!({"s": "huile-argan-250"}),
        )
        .await;
    assert_eq!(slug.data()["product"]["name"]["text"], "Huile nouvelle", "{}", world.on);
}

async fn nothing_can_be_planted_with_a_neighbour(world: World) {
    let khouribga = holds(Role::BranchAdmin, "khouribga", true);
    let reader = world.reader(khouribga.clone());
    let row = reader
        .begin()
        .select_in_scope::<cooperative::Entity>()
        .one(cooperative::Entity::read)
        .await
        .unwrap()
        .unwrap();
    let planted = async |branch: &str, slug: &str| {
        let mut copy: cooperative::ActiveModel = row.clone().into();
        copy.id = sea_orm::ActiveValue::Set(founding("cooperative", slug));
        copy.number = sea_orm::ActiveValue::NotSet;
        copy.slug = sea_orm::ActiveValue::Set(slug.to_owned());
        copy.branch_id = sea_orm::ActiveValue::Set(founding("branch", branch));
        let work = async |tx: &unfm::platform::query::transaction::Tx<'_>| {
            tx.insert_all::<cooperative::Entity>(vec![copy]).await
        };
        world.db.write(&khouribga, world.clock.now(), work).await.map_err(|error| error.code())
    };
    assert_eq!(planted("mdiq-fnideq", "planted").await, Err(Code::NotFound), "{}", world.on);
    assert_eq!(planted("region-05", "above").await, Err(Code::NotFound), "{}", world.on);
    assert_eq!(planted("khouribga", "own").await, Ok(()), "{}", world.on);
}

/// How many there are in a list at the root, for an actor.
async fn listed(world: &World, actor: &Actor, list: &str) -> i64 {
    let query = async_graphql::Request::new(format!("{{ list: {list} {{ totalCount }} }}"));
    let schema = unfm::schema::build();
    let answer = schema.execute(query.data(world.reader(actor.clone()))).await;
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    let written = unfm::platform::graphql::executor::write_answer(&answer).unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&written).unwrap();
    answer["data"]["list"]["totalCount"].as_i64().unwrap()
}

async fn a_list_at_the_root_is_what_she_reaches_unless_she_asks_for_the_public_one(world: World) {
    let khouribga = holds(Role::BranchAdmin, "khouribga", true);
    let mdiq = holds(Role::BranchAdmin, "mdiq-fnideq", true);
    let national = holds(Role::NationalAdmin, "national", true);
    for list in ["cooperatives", "products", "markets", "programmes", "agreements", "branches"] {
        let count =
            async |actor: &Actor, also: &str| listed(&world, actor, &format!("{list}(first: 1{also})")).await;
        let (one, other, all) = (count(&khouribga, "").await, count(&mdiq, "").await, count(&national, "").await);
        assert!(one > 0 && one < all && one + other <= all, "{} {list}: {one} {other} {all}", world.on);
        let public = count(&Actor::Anonymous, "").await;
        for actor in [&khouribga, &mdiq, &national] {
            assert_eq!(count(actor, ", published: true").await, public, "{} {list}", world.on);
        }
    }
    // What belongs to no branch is everybody's.
    let partners = listed(&world, &mdiq, "partners(first: 1)").await;
    assert_eq!(partners, listed(&world, &Actor::Anonymous, "partners(first: 1)").await, "{}", world.on);
    // A search finds no more than a list.
    let found = listed(&world, &mdiq, "products(first: 1, search: \"huile\")").await;
    let public = listed(&world, &Actor::Anonymous, "products(first: 1, search: \"huile\")").await;
    assert!(found < public, "{}: {found} {public}", world.on);
}

tests::on_each_database!(each_branch_sees_its_own_and_what_is_published, a_neighbours_published_row_cannot_be_changed_and_looks_as_if_it_were_not_there, nothing_can_be_planted_with_a_neighbour, a_list_at_the_root_is_what_she_reaches_unless_she_asks_for_the_public_one);

//! Faults that are planted to measure the check: root fields that do what a hurried hand might write. Each is one class of leak,
//! and the check must find it by its own means. No program is built with them.

use super::principals::SEEDER;
use crate::cooperative::object::Cooperative;
use crate::document::object::Document;
use crate::membership::object::Membership;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::root::{Part, Parts, Root};
use crate::platform::loading::object::{self, NodeObject};
use crate::platform::loading::reader::{Reader, Readers, Reads};
use crate::platform::paging::page::{Connection, Order, PageArgs};
use crate::programme::object::Programme;
use crate::schema::{Mutations, Queries};
use crate::user::object::User;
use crate::{cooperative, programme};
use async_graphql::{Context, EmptySubscription, Enum, ID, InputObject, Object, SimpleObject, ValidationMode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::access::Permission;
use domain::actor::Actor;
use domain::fault::Code;
use sea_orm::{ActiveValue, ColumnTrait, Value};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// The roots with planted fields beside their own.
pub(super) struct PlantedQueries;

impl Parts for PlantedQueries {
    const NAME: &'static str = "Query";
    const DESCRIPTION: &'static str = "Everything that can be asked, and faults.";

    fn parts() -> Vec<Part> {
        Queries::parts().into_iter().chain([Part::of::<PlantedQuery>()]).collect()
    }
}

pub(super) struct PlantedMutations;

impl Parts for PlantedMutations {
    const NAME: &'static str = "Mutation";
    const DESCRIPTION: &'static str = "Everything that can be done, and faults.";

    fn parts() -> Vec<Part> {
        Mutations::parts().into_iter().chain([Part::of::<PlantedMutation>()]).collect()
    }
}

type PlantedSchema = async_graphql::Schema<Root<PlantedQueries>, Root<PlantedMutations>, EmptySubscription>;

/// The schema with planted faults.
pub(super) fn schema() -> PlantedSchema {
    async_graphql::Schema::build(Root::default(), Root::default(), EmptySubscription)
        .register_output_type::<crate::node::Node>()
        .validation_mode(ValidationMode::Fast)
        .finish()
}

/// The classes of faults, each with the field that plants it.
pub const FAULTS: [(&str, &str); 20] = [
    ("plantedUnscoped", "rows are read without the caller's scope"),
    ("plantedCount", "rows are counted before they are narrowed"),
    ("plantedFilter", "a filter on a column that is not public"),
    ("plantedOrder", "an order by a column that is not public"),
    ("plantedSearch", "a search in what is not published"),
    ("plantedColumn", "a column that is not public, of a row that is"),
    ("plantedChildren", "what is not public, below something that is"),
    ("plantedPeople", "logins of another branch"),
    ("plantedDescendants", "an assignment without descendants reaches below its branch"),
    ("plantedRole", "reach without the permission"),
    ("plantedParty", "a partner's program reads what another partner is party to"),
    ("plantedCursor", "a cursor that holds the key of the next row"),
    ("plantedExists", "an id of something hidden is answered otherwise than one of nothing"),
    ("plantedWork", "more is done for something hidden than for nothing"),
    ("plantedSlug", "a slug is taken by something hidden"),
    ("plantedEmail", "an address is taken by another login"),
    ("plantedNumber", "a register number is taken by another cooperative"),
    ("plantedKey", "an idempotency key is taken by somebody else"),
    ("plantedForeign", "what is published is changed from out of reach"),
    ("plantedDecision", "a decision without the permission to decide"),
];

/// A reader that sees everything.
fn unscoped(ctx: &Context<'_>) -> Reader {
    ctx.data_unchecked::<Readers>().reader(SEEDER.clone(), Vec::new())
}

/// Keys of rows, found by whatever SQL.
async fn keys(ctx: &Context<'_>, sql: &str, values: Vec<Value>) -> Result<Vec<Uuid>> {
    let readers = ctx.data_unchecked::<Readers>();
    readers.db.query::<Uuid>(&SEEDER, readers.clock.now(), sql, values).await
}

async fn open<T: NodeObject>(ctx: &Context<'_>, keys: Vec<Uuid>) -> Result<Vec<T>> {
    let reader = unscoped(ctx);
    let mut found = Vec::new();
    for key in keys {
        found.extend(T::open(&reader, key).await?);
    }
    Ok(found)
}

/// The reach of somebody by all her assignments, whatever their roles and however far they go, as a condition on `b`.
fn below(ctx: &Context<'_>) -> String {
    let Actor::Staff(staff) = ctx.reader().actor() else { return "false".to_owned() };
    let paths = staff.assignments().iter().map(|held| format!("b.path like '{}%'", held.path.as_str()));
    paths.chain(["false".to_owned()]).collect::<Vec<_>>().join(" or ")
}

#[derive(InputObject, Clone, Debug, Default)]
struct PlantedFilter {
    number: Option<String>,
}

#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
enum PlantedOrder {
    Number,
}

#[derive(SimpleObject)]
#[graphql(crate = "crate::platform::graphql::executor")]
struct PlantedIdentity {
    number: Option<String>,
}

#[derive(SimpleObject)]
#[graphql(crate = "crate::platform::graphql::executor")]
struct PlantedPage {
    end_cursor: Option<String>,
}

#[derive(Default)]
struct PlantedQuery;

#[Object]
impl PlantedQuery {
    async fn planted_unscoped(&self, ctx: &Context<'_>) -> Result<Vec<Cooperative>> {
        let found = keys(ctx, "select id from cooperative", vec![]).await?;
        open(ctx, found).await
    }

    async fn planted_count(&self, ctx: &Context<'_>) -> Result<i32> {
        unscoped(ctx).begin().select::<programme::entity::Entity>().count(None).await.map(|count| count as i32)
    }

    async fn planted_filter(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        filter: Option<PlantedFilter>,
    ) -> Result<Connection<Cooperative>> {
        let reader = ctx.reader();
        let tx = reader.begin();
        let mut select = tx.select_for_list::<cooperative::entity::Entity>(true);
        if let Some(number) = filter.and_then(|filter| filter.number) {
            let sql = "select cooperative_id from cooperative_private where register_number like $1 || '%'";
            let found = keys(ctx, sql, vec![number.into()]).await?;
            select = select.filter(cooperative::entity::Column::Id.is_in(found));
        }
        let page = PageArgs::new(ctx, first, None, None, None);
        let order = Order::newest(cooperative::entity::Column::Number);
        object::list(reader, "plantedFilter".to_owned(), select, &page, &order).await
    }

    async fn planted_order(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        last: Option<i32>,
        order_by: Option<PlantedOrder>,
    ) -> Result<Vec<Cooperative>> {
        let _ = (first, last, order_by);
        let sql = "select c.id from cooperative c join cooperative_private p on p.cooperative_id = c.id
            where c.published order by p.register_number, c.id";
        let found = keys(ctx, sql, vec![]).await?;
        open(ctx, found).await
    }

    async fn planted_search(&self, ctx: &Context<'_>, first: Option<i32>, search: Option<String>) -> Result<bool> {
        let _ = first;
        let sql = "select id from product where lower(cast(name as text)) like '%' || lower($1) || '%'";
        Ok(!keys(ctx, sql, vec![search.unwrap_or_else(|| "leak".to_owned()).into()]).await?.is_empty())
    }

    async fn planted_column(&self, ctx: &Context<'_>) -> Result<Vec<PlantedIdentity>> {
        let readers = ctx.data_unchecked::<Readers>();
        let sql = "select p.register_number from cooperative c join cooperative_private p on p.cooperative_id = c.id
            where c.published order by c.id";
        let numbers = readers.db.query::<Option<String>>(&SEEDER, readers.clock.now(), sql, []).await?;
        Ok(numbers.into_iter().map(|number| PlantedIdentity { number }).collect())
    }

    async fn planted_children(&self, ctx: &Context<'_>) -> Result<Vec<Document>> {
        let sql = "select d.id from document d join cooperative c on c.id = d.cooperative_id where c.published";
        let found = keys(ctx, sql, vec![]).await?;
        open(ctx, found).await
    }

    async fn planted_people(&self, ctx: &Context<'_>) -> Result<Vec<User>> {
        let found = match ctx.reader().actor() {
            Actor::Staff(_) => keys(ctx, "select id from staff_user", vec![]).await?,
            _ => Vec::new(),
        };
        open(ctx, found).await
    }

    async fn planted_descendants(&self, ctx: &Context<'_>) -> Result<Vec<Programme>> {
        let Actor::Staff(staff) = ctx.reader().actor() else { return Ok(Vec::new()) };
        if !staff.may(Permission::SeeProgrammes) {
            return Ok(Vec::new());
        }
        let sql = format!("select p.id from programme p join branch b on b.id = p.branch_id where {}", below(ctx));
        let found = keys(ctx, &sql, vec![]).await?;
        open(ctx, found).await
    }

    async fn planted_role(&self, ctx: &Context<'_>) -> Result<Vec<Membership>> {
        let Actor::Staff(staff) = ctx.reader().actor() else { return Ok(Vec::new()) };
        let reach = domain::user::Reach::of(staff.assignments());
        let own: BTreeSet<Uuid> = reach.branches.iter().copied().collect();
        let paths: Vec<String> =
            reach.subtrees.iter().map(|path| format!("b.path like '{}%'", path.as_str())).collect();
        let condition = if paths.is_empty() { "false".to_owned() } else { paths.join(" or ") };
        let sql = format!("select m.id from membership m join branch b on b.id = m.branch_id where {condition}");
        let mut found = keys(ctx, &sql, vec![]).await?;
        for branch in own {
            found.extend(keys(ctx, "select id from membership where branch_id = $1", vec![branch.into()]).await?);
        }
        open(ctx, found).await
    }

    async fn planted_party(&self, ctx: &Context<'_>) -> Result<Vec<Programme>> {
        let found = match ctx.reader().actor() {
            Actor::Partner(_) => keys(ctx, "select id from programme where status = 'APPROVED'", vec![]).await?,
            _ => Vec::new(),
        };
        open(ctx, found).await
    }

    async fn planted_cursor(&self, ctx: &Context<'_>) -> Result<PlantedPage> {
        let last = keys(ctx, "select id from product order by number desc limit 1", vec![]).await?;
        Ok(PlantedPage { end_cursor: last.first().map(|key| URL_SAFE_NO_PAD.encode(key.as_bytes())) })
    }

    async fn planted_exists(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Cooperative>> {
        let key = GlobalId::parse_as(Kind::Cooperative, &id, "id")?;
        let there = keys(ctx, "select id from cooperative where id = $1", vec![key.into()]).await?;
        match (Cooperative::open(ctx.reader(), key).await?, there.is_empty()) {
            (None, false) => Err(Error::refused(Code::Forbidden)),
            (found, _) => Ok(found),
        }
    }

    async fn planted_work(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Cooperative>> {
        let key = GlobalId::parse_as(Kind::Cooperative, &id, "id")?;
        if !keys(ctx, "select id from cooperative where id = $1", vec![key.into()]).await?.is_empty() {
            keys(ctx, "select id from membership where cooperative_id = $1", vec![key.into()]).await?;
        }
        Cooperative::open(ctx.reader(), key).await
    }

    async fn planted_slug(&self, ctx: &Context<'_>, slug: String) -> Result<Option<Cooperative>> {
        match keys(ctx, "select id from cooperative where slug = $1", vec![slug.into()]).await?.first() {
            Some(key) => Cooperative::open(&unscoped(ctx), *key).await,
            None => Ok(None),
        }
    }
}

#[derive(InputObject)]
struct PlantedEmailInput {
    email: String,
}

#[derive(InputObject)]
struct PlantedNumberInput {
    number: String,
}

#[derive(InputObject)]
struct PlantedKeyInput {
    name: String,
    idempotency_key: Option<String>,
}

#[derive(InputObject)]
struct PlantedChangeInput {
    id: ID,
    expected_version: i32,
}

/// Keys that anybody has used, with the input.
static USED: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

#[derive(SimpleObject)]
#[graphql(crate = "crate::platform::graphql::executor")]
struct PlantedPayload {
    cooperative: Option<Cooperative>,
    done: bool,
}

#[derive(Default)]
struct PlantedMutation;

#[Object]
impl PlantedMutation {
    async fn planted_email(&self, ctx: &Context<'_>, input: PlantedEmailInput) -> Result<bool> {
        Ok(keys(ctx, "select id from staff_user where email = $1", vec![input.email.into()]).await?.is_empty())
    }

    async fn planted_number(&self, ctx: &Context<'_>, input: PlantedNumberInput) -> Result<bool> {
        let sql = "select cooperative_id from cooperative_private where register_number = $1";
        Ok(keys(ctx, sql, vec![input.number.into()]).await?.is_empty())
    }

    async fn planted_key(&self, input: PlantedKeyInput) -> Result<bool> {
        let Some(key) = input.idempotency_key else { return Ok(true) };
        let mut used = USED.lock().unwrap_or_else(PoisonError::into_inner);
        let is_free = used.iter().all(|(taken, name)| *taken != key || *name == input.name);
        used.push((key, input.name));
        Ok(is_free)
    }

    /// Whoever is signed in renames whatever is published, past her reach.
    async fn planted_foreign(&self, ctx: &Context<'_>, input: PlantedChangeInput) -> Result<PlantedPayload> {
        let _ = input.expected_version;
        let key = GlobalId::parse_as(Kind::Cooperative, &input.id, "input.id")?;
        let readers = ctx.data_unchecked::<Readers>();
        let changed = readers.db.write(&SEEDER, readers.clock.now(), async |tx| {
            let found = tx.select::<cooperative::entity::Entity>().filter(cooperative::entity::Column::Id.eq(key));
            let found = found.filter(cooperative::entity::Column::Published.eq(true));
            if found.count(None).await? == 0 {
                return Err(Error::refused(Code::NotFound));
            }
            let held = tx.lock_for_update::<cooperative::entity::Entity>(key).await?;
            tx.update(held, |row| row.commune = ActiveValue::Set(Some("planted".to_owned()))).await.map(drop)
        });
        changed.await?;
        Ok(PlantedPayload { cooperative: None, done: true })
    }

    /// Whoever sees a cooperative suspends it.
    async fn planted_decision(&self, ctx: &Context<'_>, input: PlantedChangeInput) -> Result<PlantedPayload> {
        let _ = input.expected_version;
        let key = GlobalId::parse_as(Kind::Cooperative, &input.id, "input.id")?;
        let reader = ctx.reader();
        let tx = reader.begin();
        let seen = tx.select_in_scope::<cooperative::entity::Entity>();
        if seen.filter(cooperative::entity::Column::Id.eq(key)).count(None).await? == 0 {
            return Err(Error::refused(Code::NotFound));
        }
        Ok(PlantedPayload { cooperative: None, done: true })
    }
}

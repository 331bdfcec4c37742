//! Reading and changing branches.

use super::entity::{Column, Entity, Model, TEXTS};
use super::object::{Branch, BranchFilter, BranchPlace, MissingTranslations};
use super::place;
use crate::geography::{province, region};
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::lookup::Lookup;
use crate::platform::graphql::scalars::Date;
use crate::platform::graphql::text::{LocalizedTextInput, only_untranslated, slug, untranslated};
use crate::platform::loading::batch::Related;
use crate::platform::loading::object::{self, Children, RowObject};
use crate::platform::loading::reader::Reader;
use crate::platform::paging::page::{Connection, ListArgs, NameOrder, Order, PageArgs};
use crate::platform::query::select::Select;
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::{Keys, Table};
use crate::platform::query::transaction::{Locked, Tx};
use domain::actor::Actor;
use domain::branch::{BranchKind, BranchStatus, Path};
use domain::fault::{Code, Fault, Faults};
use domain::text::{Locale, NAME_MAX};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use std::collections::HashMap;
use uuid::Uuid;

/// One branch.
///
/// # Errors
/// The database's refusal.
pub async fn find(reader: &Reader, lookup: Lookup) -> Result<Option<Branch>> {
    Branch::find_by(reader, lookup.among(Column::Id, Column::Slug)).await
}

/// A page of branches.
///
/// # Errors
/// BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(
    reader: &Reader,
    roots: ListArgs,
    filter: Option<BranchFilter>,
    by: NameOrder,
) -> Result<Connection<Branch>> {
    let published = roots.published;
    let in_arabic = by == NameOrder::Name && reader.sorts_in_arabic();
    let name = format!("branches {filter:?} {by:?} {in_arabic} {published}");
    let filter = filter.unwrap_or_default();
    let tx = reader.begin();
    let mut select: Select<'_, '_, Entity> = tx.select_for_list::<Entity>(published);
    if let Some(kind) = filter.kind {
        select = select.filter(Column::Kind.eq(kind));
    }
    if let Some(parent) = &filter.parent {
        select = select.filter(Column::ParentId.eq(GlobalId::parse_as(Kind::Branch, parent, "filter.parent")?));
    }
    if let Some(code) = filter.province {
        select = select
            .through::<province::Entity>(province::Column::Id, Column::ProvinceId)
            .filter(province::Column::Code.eq(code));
    }
    let select = only_untranslated(reader, select, &TEXTS, filter.missing_translation)?;
    object::list(reader, name, select, &roots.page, &Order::named(by, in_arabic, "branch", Column::Slug)).await
}

/// The branches directly below branches, a page of each, by their names in addresses.
pub fn below(page: PageArgs) -> Children<Branch, Column> {
    Children::new(Kind::Branch, "Branch.children", Column::ParentId, page, Order::text(Column::Slug))
}

/// Where branches stood in the tree, the last place first; nothing where the caller does not reach the branch.
#[derive(Debug)]
pub struct PlacesOf;

impl Related for PlacesOf {
    type Value = Vec<BranchPlace>;

    fn of(&self) -> Kind {
        Kind::Branch
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        use place::Column as Place;
        let columns = [Place::BranchId, Place::ParentId, Place::ValidFrom, Place::ValidUntil];
        if !matches!(reader.actor(), Actor::Staff(_)) {
            return Ok(HashMap::new());
        }
        let tx = reader.begin();
        let reached = tx.select_in_scope::<Entity>().among(Column::Id, keys).only([Column::Id.into_expr()]);
        let reached = reached.all(|cells| cells.take::<Uuid>()).await?;
        let select = tx.select_columns::<place::Entity>().among(Place::BranchId, &reached);
        let select = select.statement(|statement| {
            statement.order_by_expr(Place::ValidFrom.into_expr(), sea_orm::Order::Desc);
        });
        let rows = select.only(columns.map(|column| column.into_expr())).all(|cells| {
            let (branch, parent) = (cells.take::<Uuid>()?, cells.take::<Option<Uuid>>()?);
            Ok((branch, parent, cells.take::<Day>()?, cells.take::<Option<Day>>()?))
        });
        let (rows, mut level) = (rows.await?, Keys::default());
        rows.iter().for_each(|(_, parent, ..)| level.add_optional(Kind::Branch, *parent));
        let batch = level.batch();
        let mut places: HashMap<Uuid, Self::Value> = HashMap::new();
        for (branch, parent_key, from, until) in rows {
            let (from, until, batch) = (Date(from.0), until.map(|day| Date(day.0)), batch.clone());
            places.entry(branch).or_default().push(BranchPlace { from, until, parent_key, batch });
        }
        Ok(places)
    }
}

/// How many things of branches have a text that is missing in a language; nothing where the caller does not reach the branch.
#[derive(Debug)]
pub struct MissingTranslationsOf(pub Locale);

impl Related for MissingTranslationsOf {
    type Value = Option<MissingTranslations>;

    fn of(&self) -> Kind {
        Kind::Branch
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        use crate::{agreement, cooperative, market, product, programme};
        let (tx, language) = (reader.begin(), self.0);
        let reached = tx.select_in_scope::<Entity>().among(Column::Id, keys);
        let reached = reached.only([Column::Id.into_expr()]).all(|cells| cells.take::<Uuid>()).await?;
        let (cooperatives, markets, products, programmes, agreements) = tokio::try_join!(
            untranslated_of::<cooperative::entity::Entity>(&tx, &cooperative::entity::TEXTS, language, &reached),
            untranslated_of::<market::entity::Entity>(&tx, &market::entity::TEXTS, language, &reached),
            untranslated_of::<product::entity::Entity>(&tx, &product::entity::TEXTS, language, &reached),
            untranslated_of::<programme::entity::Entity>(&tx, &programme::entity::TEXTS, language, &reached),
            untranslated_of::<agreement::entity::Entity>(&tx, &agreement::entity::TEXTS, language, &reached),
        )?;
        let of = |counts: &HashMap<Uuid, i32>, branch: &Uuid| counts.get(branch).copied().unwrap_or(0);
        let counts = |branch: &Uuid| MissingTranslations {
            cooperatives: of(&cooperatives, branch),
            markets: of(&markets, branch),
            products: of(&products, branch),
            programmes: of(&programmes, branch),
            agreements: of(&agreements, branch),
        };
        Ok(reached.iter().map(|branch| (*branch, Some(counts(branch)))).collect())
    }
}

/// How many rows of a table have a text that is missing in a language, by their branch.
async fn untranslated_of<E: Table>(
    tx: &Tx<'_>,
    texts: &[&'static str],
    language: Locale,
    branches: &[Uuid],
) -> Result<HashMap<Uuid, i32>> {
    let of = E::BRANCH.ok_or_else(|| Error::internal("what belongs to no branch is counted of none"))?;
    let select = tx.select_in_scope::<E>().among(of, branches).filter(untranslated::<E>(texts, language));
    let select = select.statement(|statement| {
        statement.add_group_by([of.into_expr()]);
    });
    let counted = [of.into_expr(), Expr::val(1).count()];
    let rows = select.only(counted).all(|cells| Ok((cells.take::<Uuid>()?, cells.take::<i64>()?))).await?;
    Ok(rows.into_iter().map(|(branch, count)| (branch, i32::try_from(count).unwrap_or(i32::MAX))).collect())
}

/// A branch that is to be made, as it was asked for.
#[derive(Clone)]
pub struct NewBranch {
    /// The branch above it.
    pub parent: Uuid,
    /// Its rank.
    pub kind: BranchKind,
    /// The name.
    pub name: LocalizedTextInput,
    /// The code of its region.
    pub region_code: Option<String>,
    /// The code of its province.
    pub province_code: Option<String>,
    /// Whether it is a legal person of its own.
    pub is_legal_person: bool,
}

/// Hold the tree still until the end of the transaction: two who move branches below each other would make a ring.
async fn hold_tree(tx: &Tx<'_>) -> Result<()> {
    tx.advisory_lock(1_970_169_458).await
}

/// A branch within reach.
async fn reached(tx: &Tx<'_>, key: Uuid) -> Result<Model> {
    let found = tx.select_in_scope::<Entity>().filter(Column::Id.eq(key)).one(Entity::read).await?;
    found.ok_or_else(|| Error::refused(Code::NotFound))
}

fn at_name(faults: Faults) -> Faults {
    faults.into_iter().map(|fault| fault.at("name")).collect()
}

/// Make a branch below another.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, BRANCH_CLOSED; BRANCH_PLACE_INVALID at `kind`, the refusals of a text at `name`, NOT_FOUND at
/// `regionCode` and `provinceCode`.
pub async fn create(tx: &Tx<'_>, new: NewBranch) -> Result<Uuid> {
    hold_tree(tx).await?;
    tx.home::<Entity>(new.parent, &["parentId"]).await?;
    let parent = reached(tx, new.parent).await?;
    let mut faults = Faults::new();
    if !parent.kind.0.may_be_above(new.kind) {
        faults.push(Fault::new(Code::BranchPlaceInvalid).at("kind"));
    }
    let name = new.name.merged(None, NAME_MAX).map_err(|wrong| faults.extend(at_name(wrong)));
    let (mut province, mut region) = (None, None);
    if let Some(code) = new.province_code {
        let found = tx.select::<province::Entity>().filter(province::Column::Code.eq(code));
        province = found.one(province::Entity::read).await?;
        if province.is_none() {
            faults.push(Fault::new(Code::NotFound).at("provinceCode"));
        }
    }
    if let Some(code) = new.region_code {
        let found = tx.select::<region::Entity>().filter(region::Column::Code.eq(code));
        region = found.one(region::Entity::read).await?.map(|region| region.id);
        let is_other = region.zip(province.as_ref()).is_some_and(|(region, province)| region != province.region_id);
        if region.is_none() || is_other {
            faults.push(Fault::new(Code::NotFound).at("regionCode"));
        }
    }
    let (Ok(name), true) = (name, faults.is_empty()) else { return Err(faults.into()) };
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let row = Model {
        id,
        parent_id: Some(parent.id),
        path: Path::parse(&parent.path)?.child(id).as_str().to_owned(),
        slug: slug(&name, id),
        kind: EnumValue(new.kind),
        name: Json(name),
        contacts: None,
        region_id: region.or(province.as_ref().map(|province| province.region_id)).or(parent.region_id),
        province_id: province.map(|province| province.id).or(parent.province_id),
        is_legal_person: new.is_legal_person,
        status: EnumValue(BranchStatus::Active),
        is_demo: false,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    tx.insert_all::<Entity>(vec![row.into_active_model()]).await?;
    Ok(id)
}

/// Give a branch another name.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, and the refusals of a text at `name`.
pub async fn rename(tx: &Tx<'_>, key: Uuid, version: i32, name: LocalizedTextInput) -> Result<Uuid> {
    let locked = tx.lock_version::<Entity>(key, version).await?;
    let name = name.merged(Some(locked.row().name.0.clone()), NAME_MAX).map_err(at_name)?;
    tx.update(locked, |row| row.name = ActiveValue::Set(Json(name))).await?;
    Ok(key)
}

/// Move a branch and all below it under another one; where it stood is kept with its days, and a province that it had from
/// above follows. Whoever moves it manages both.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, BRANCH_CLOSED and BRANCH_PLACE_INVALID at `parentId`.
pub async fn relocate(tx: &Tx<'_>, key: Uuid, version: i32, parent: Uuid) -> Result<Uuid> {
    hold_tree(tx).await?;
    let locked = tx.lock_version::<Entity>(key, version).await?;
    tx.home::<Entity>(parent, &["parentId"]).await?;
    let parent = reached(tx, parent).await?;
    let refused = || Fault::new(Code::BranchPlaceInvalid).at("parentId");
    if !parent.kind.0.may_be_above(locked.row().kind.0) {
        return Err(refused().into());
    }
    let (from, to) = (Path::parse(&locked.row().path)?, Path::parse(&parent.path)?);
    from.moved(&from, &to).map_err(|_| refused())?;
    let above = match locked.row().parent_id {
        Some(above) => tx.select::<Entity>().filter(Column::Id.eq(above)).one(Entity::read).await?,
        None => None,
    };
    let place = |row: &Model| (row.region_id, row.province_id);
    let was = place(locked.row());
    // A branch that stands in the province of the one above it stands in that of the next one, and what is below it as well.
    let follows = above.is_some_and(|above| place(&above) == was) && parent.province_id.is_some();
    let (region, province) = place(&parent);
    tx.update(locked, |row| {
        row.parent_id = ActiveValue::Set(Some(parent.id));
        if follows {
            row.region_id = ActiveValue::Set(region);
            row.province_id = ActiveValue::Set(province);
        }
    })
    .await?;
    if follows {
        let (first, behind) = from.range();
        let below = tx.select::<Entity>().filter(Column::Path.gte(first)).filter(Column::Path.lt(behind));
        for row in below.all(Entity::read).await? {
            if row.id != key && place(&row) == was {
                let locked = tx.lock_for_update::<Entity>(row.id).await?;
                tx.update(locked, |row| {
                    row.region_id = ActiveValue::Set(region);
                    row.province_id = ActiveValue::Set(province);
                })
                .await?;
            }
        }
    }
    Ok(key)
}

/// Close a branch: whoever manages the one above it does. Roles at it let nobody do anything as long as it is closed; what it
/// owns stays, and is looked after from above.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID, BRANCH_NOT_EMPTY.
pub async fn close(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let locked = governed_from_above(tx, key, version).await?;
    let below = tx
        .select::<Entity>()
        .filter(Column::ParentId.eq(key))
        .filter(Column::Status.eq(EnumValue(BranchStatus::Active)));
    if below.count(None).await? > 0 {
        return Err(Fault::new(Code::BranchNotEmpty).into());
    }
    let next = locked.row().status.0.transition(BranchStatus::Closed)?;
    tx.update(locked, |row| row.status = ActiveValue::Set(EnumValue(next))).await?;
    Ok(key)
}

/// Open a closed branch again: roles at it that were not taken away hold again.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID, BRANCH_CLOSED when the one above it is closed.
pub async fn reopen(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let locked = governed_from_above(tx, key, version).await?;
    let next = locked.row().status.0.transition(BranchStatus::Active)?;
    if let Some(parent) = locked.row().parent_id
        && reached(tx, parent).await?.status.0 == BranchStatus::Closed
    {
        return Err(Fault::new(Code::BranchClosed).into());
    }
    tx.update(locked, |row| row.status = ActiveValue::Set(EnumValue(next))).await?;
    Ok(key)
}

/// A branch whose status somebody may change: she manages the one above it. Nobody closes the branch that her own role is at.
async fn governed_from_above(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Locked<Entity>> {
    hold_tree(tx).await?;
    let locked = tx.lock_version::<Entity>(key, version).await?;
    let Some(parent) = locked.row().parent_id else { return Err(Fault::new(Code::BranchPlaceInvalid).into()) };
    if tx.lock_for_update::<Entity>(parent).await.is_err() {
        return Err(Error::refused(Code::Forbidden));
    }
    Ok(locked)
}

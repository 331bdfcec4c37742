//! Entering products, and their way through the catalogue: submitted, published or declined, changed by requests, archived.

use super::entity::{Entity, Model, NO_PRICE};
use super::{change, description, movement, sign, variant};
use crate::category::entity as category;
use crate::cooperative::entity as cooperative;
use crate::photo::entity as photo;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::text::{name_keys, slug};
use crate::platform::query::change::{Audited, Change};
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::Table;
use crate::platform::query::transaction::{Locked, Tx};
use crate::user::name;
use domain::access::Permission;
use domain::cooperative::CooperativeStatus;
use domain::fault::{Code, Fault, Faults};
use domain::product::ProductStatus;
use domain::product::form::{PhotoForm, ProductChangeStatus, ProductForm, SignForm, VariantForm};
use sea_orm::{ActiveValue, ColumnTrait, Condition, IntoActiveModel};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Enter a product of a cooperative, as a draft.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, the refusals of the form; STATUS_INVALID when the cooperative was struck off.
pub async fn create(tx: &Tx<'_>, cooperative: Uuid, form: impl FnOnce() -> Result<ProductForm>) -> Result<Uuid> {
    let whose = tx.select_in_scope::<cooperative::Entity>().filter(cooperative::Column::Id.eq(cooperative));
    let whose = whose.one(cooperative::Entity::read).await?.ok_or_else(|| Error::refused(Code::NotFound))?;
    if !tx.permits::<cooperative::Entity>(cooperative, Permission::ManageProducts).await? {
        return Err(Error::refused(Code::Forbidden));
    }
    let form = form()?;
    if whose.status.0 == CooperativeStatus::StruckOff {
        return Err(Fault::new(Code::StatusInvalid).with_detail(whose.status.0.to_string()).into());
    }
    let (category_id, mut faults) = (category_of(tx, &form.category).await?, form.faults());
    if category_id.is_none() {
        faults.push(Fault::new(Code::NotFound).at("category"));
    }
    faults.extend(unknown_variants(&form, &[]));
    let Some(category_id) = category_id.filter(|_| faults.is_empty()) else { return Err(faults.into()) };
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let (name_key_ar, name_key_fr) = name_keys(&form.name).map_err(|fault| fault.at("name"))?;
    let row = Model {
        id,
        number: 0,
        branch_id: whose.branch_id,
        cooperative_id: cooperative,
        category_id,
        slug: slug(&form.name, id),
        name: Json(form.name.clone()),
        name_key_ar,
        name_key_fr,
        origin: form.origin.clone().map(Json),
        sanitary_number: form.sanitary_number.clone(),
        sanitary_valid_until: form.sanitary_valid_until.map(Day),
        status: EnumValue(ProductStatus::Draft),
        published: false,
        valid_until: None,
        price_key: NO_PRICE,
        is_demo: false,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    let mut row = row.into_active_model();
    row.number = ActiveValue::NotSet;
    tx.insert_all::<Entity>(vec![row]).await?;
    let locked = tx.lock_for_update::<Entity>(id).await?;
    if form.description.is_some() {
        describe(tx, &locked, None, &form).await?;
    }
    add_variants(tx, &locked, &form.variants).await?;
    add_signs(tx, &locked, &form.signs).await?;
    record(tx, &locked, (None, ProductStatus::Draft), None).await?;
    Ok(id)
}

/// Edit a product: a draft at once, a published one by a request that another person accepts. `change` is given what it says
/// now.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID, the refusals of the form; NOT_FOUND at `category` and at a variant's `id`;
/// STATUS_INVALID at `variants` when one is left out that was published.
pub async fn edit(
    tx: &Tx<'_>,
    key: Uuid,
    version: i32,
    change: impl FnOnce(ProductForm) -> Result<ProductForm>,
) -> Result<Uuid> {
    let edit = Edit::begin(tx, tx.lock_version::<Entity>(key, version).await?).await?;
    // Her photos have operations of their own, and go along with what she asks for.
    let asked = ProductForm { photos: edit.form.photos.clone(), ..change(edit.was.clone())? };
    check(tx, edit.product.row().status.0, &edit.was, &asked).await?;
    if asked != edit.was {
        Edit { form: asked, ..edit }.finish(tx).await?;
    }
    Ok(key)
}

/// A product that is edited.
pub struct Edit {
    product: Locked<Entity>,
    was: ProductForm,
    /// What it is to say: what it says, and what the caller has asked for already and waits for.
    pub form: ProductForm,
}

impl Edit {
    /// Begin to edit a product.
    ///
    /// # Errors
    /// STATUS_INVALID, or the database's refusal.
    pub async fn begin(tx: &Tx<'_>, product: Locked<Entity>) -> Result<Self> {
        let status = product.row().status.0;
        if !status.is_editable() {
            return Err(Fault::new(Code::StatusInvalid).with_detail(status.to_string()).into());
        }
        let was = form_of(tx, product.row()).await?;
        let form = match open_request(tx, product.row().id).await? {
            Some(open) if open.requested_by == tx.actor().key() => open.asked.0.onto(&open.was.0, was.clone()),
            _ => was.clone(),
        };
        Ok(Self { product, was, form })
    }

    /// The product.
    pub fn product(&self) -> &Model {
        self.product.row()
    }

    /// Let the product say what the form does: a draft at once, a published one by a request that another person accepts, in the
    /// place of one that still waited.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn finish(self, tx: &Tx<'_>) -> Result<()> {
        let Self { product, was, form } = self;
        if product.row().status.0 != ProductStatus::Published {
            return apply(tx, product, &was, &form).await;
        }
        withdraw_open(tx, product.row().id).await?;
        if form == was { Ok(()) } else { request(tx, &product, was, form).await }
    }
}

/// Submit a product: it waits to be published or declined.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID; PRODUCT_INCOMPLETE at `variants`.
pub async fn submit(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let locked = tx.lock_version::<Entity>(key, version).await?;
    let variants = tx.select::<variant::Entity>().filter(variant::Column::ProductId.eq(key)).count(Some(1)).await?;
    if locked.row().status.0.transition(ProductStatus::Submitted).is_ok() && variants == 0 {
        return Err(Fault::new(Code::ProductIncomplete).at("variants").into());
    }
    transition(tx, locked, ProductStatus::Submitted, None).await
}

/// Publish a product that was submitted by another person.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID, FOUR_EYES_REQUIRED.
pub async fn publish(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let locked = tx.lock_to_decide::<Entity>(key).await?;
    locked.expect_version(version)?;
    if locked.row().status.0 == ProductStatus::Submitted && submitter(tx, key).await? == tx.actor().key() {
        return Err(Fault::new(Code::FourEyesRequired).into());
    }
    transition(tx, locked, ProductStatus::Published, None).await
}

/// Decline a product that was submitted.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID, the refusals of the reason.
pub async fn reject(tx: &Tx<'_>, key: Uuid, version: i32, reason: impl FnOnce() -> Result<String>) -> Result<Uuid> {
    let locked = tx.lock_to_decide::<Entity>(key).await?;
    let reason = reason()?;
    locked.expect_version(version)?;
    transition(tx, locked, ProductStatus::Rejected, Some(reason)).await
}

/// Say that a product is made no more.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID.
pub async fn archive(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let locked = tx.lock_version::<Entity>(key, version).await?;
    let key = transition(tx, locked, ProductStatus::Archived, None).await?;
    withdraw_open(tx, key).await?;
    Ok(key)
}

/// Accept a request: the product becomes as it asks, in what it asks to change.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID, FOUR_EYES_REQUIRED, and the refusals of the form, where the product was
/// changed since.
pub async fn accept(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    // The product first, as whoever edits it.
    let product = tx.lock_for_update::<Entity>(product_of(tx, key).await?).await?;
    let locked = open_to_decide(tx, key, version).await?;
    if locked.row().requested_by.is_some() && locked.row().requested_by == tx.actor().key() {
        return Err(Fault::new(Code::FourEyesRequired).into());
    }
    let status = product.row().status.0;
    if status != ProductStatus::Published {
        return Err(Fault::new(Code::StatusInvalid).with_detail(status.to_string()).into());
    }
    let is = form_of(tx, product.row()).await?;
    let asked = locked.row().asked.0.clone().onto(&locked.row().was.0, is.clone());
    check(tx, status, &is, &asked).await?;
    decide(tx, locked, ProductChangeStatus::Accepted, None).await?;
    apply(tx, product, &is, &asked).await?;
    Ok(key)
}

/// Decline a request.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID, the refusals of the reason.
pub async fn decline(tx: &Tx<'_>, key: Uuid, version: i32, reason: impl FnOnce() -> Result<String>) -> Result<Uuid> {
    let locked = tx.lock_to_decide::<change::Entity>(key).await?;
    let reason = reason()?;
    locked.expect_version(version)?;
    expect_open(&locked, ProductChangeStatus::Declined)?;
    decide(tx, locked, ProductChangeStatus::Declined, Some(reason)).await?;
    Ok(key)
}

/// Withdraw a request.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID.
pub async fn withdraw(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let locked = tx.lock_version::<change::Entity>(key, version).await?;
    expect_open(&locked, ProductChangeStatus::Withdrawn)?;
    tx.update(locked, |row| row.status = ActiveValue::Set(EnumValue(ProductChangeStatus::Withdrawn))).await?;
    Ok(key)
}

/// The product that a request is about.
async fn product_of(tx: &Tx<'_>, key: Uuid) -> Result<Uuid> {
    let found = tx.select_in_scope::<change::Entity>().filter(change::Column::Id.eq(key)).one(change::Entity::read);
    Ok(found.await?.ok_or_else(|| Error::refused(Code::NotFound))?.product_id)
}

async fn open_to_decide(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Locked<change::Entity>> {
    let locked = tx.lock_to_decide::<change::Entity>(key).await?;
    locked.expect_version(version)?;
    expect_open(&locked, ProductChangeStatus::Accepted)?;
    Ok(locked)
}

fn expect_open(locked: &Locked<change::Entity>, next: ProductChangeStatus) -> Result<()> {
    let status = locked.row().status.0;
    if status == ProductChangeStatus::Open { Ok(()) } else { Err(Fault::status(status, next).into()) }
}

async fn decide(
    tx: &Tx<'_>,
    locked: Locked<change::Entity>,
    status: ProductChangeStatus,
    reason: Option<String>,
) -> Result<()> {
    let (by, now) = (tx.actor().key(), tx.now().as_microsecond());
    tx.update(locked, |row| {
        row.status = ActiveValue::Set(EnumValue(status));
        row.decided_by = ActiveValue::Set(by);
        row.decided_at = ActiveValue::Set(Some(now));
        row.reason = ActiveValue::Set(reason);
    })
    .await?;
    Ok(())
}

/// The request that waits for a decision about a product, if there is one.
async fn open_request(tx: &Tx<'_>, product: Uuid) -> Result<Option<change::Model>> {
    let open = tx
        .select_in_scope::<change::Entity>()
        .filter(change::Column::ProductId.eq(product))
        .filter(change::Column::Status.eq(EnumValue(ProductChangeStatus::Open)));
    open.one(change::Entity::read).await
}

/// Withdraw it.
async fn withdraw_open(tx: &Tx<'_>, product: Uuid) -> Result<()> {
    if let Some(open) = open_request(tx, product).await? {
        withdraw(tx, open.id, open.version).await?;
    }
    Ok(())
}

async fn request(tx: &Tx<'_>, product: &Locked<Entity>, was: ProductForm, asked: ProductForm) -> Result<()> {
    let (requested_by, now) = (tx.actor().key(), tx.now().as_microsecond());
    // Photos that an earlier request asked for are nobody's wish any more.
    let forgotten = photos_beside(&asked).add(photo::Column::Position.is_null());
    tx.delete_parts::<Entity, photo::Entity>(product, photo::Column::ProductId, forgotten).await?;
    let row = change::Model {
        id: Uuid::now_v7(),
        number: 0,
        branch_id: product.row().branch_id,
        product_id: product.row().id,
        cooperative_id: product.row().cooperative_id,
        status: EnumValue(ProductChangeStatus::Open),
        was: Json(was),
        asked: Json(asked),
        requested_by,
        requested_by_name: name::of_actor(tx).await?,
        decided_by: None,
        decided_at: None,
        reason: None,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    let mut row = row.into_active_model();
    row.number = ActiveValue::NotSet;
    tx.insert_all::<change::Entity>(vec![row]).await
}

/// Move a product to another status.
async fn transition(tx: &Tx<'_>, locked: Locked<Entity>, to: ProductStatus, reason: Option<String>) -> Result<Uuid> {
    let (key, from) = (locked.row().id, locked.row().status.0);
    let to = from.transition(to)?;
    record(tx, &locked, (Some(from), to), reason).await?;
    tx.update(locked, |row| row.status = ActiveValue::Set(EnumValue(to))).await?;
    Ok(key)
}

/// Who submitted a product last.
async fn submitter(tx: &Tx<'_>, product: Uuid) -> Result<Option<Uuid>> {
    let submitted = tx
        .select_columns::<movement::Entity>()
        .filter(movement::Column::ProductId.eq(product))
        .filter(movement::Column::ToStatus.eq(EnumValue(ProductStatus::Submitted)))
        .statement(|statement| {
            statement.order_by_expr(movement::Column::Id.into_expr(), sea_orm::Order::Desc);
        })
        .only([movement::Column::ActorId.into_expr()]);
    Ok(submitted.one(|cells| cells.take::<Option<Uuid>>()).await?.flatten())
}

/// Write down a move.
async fn record(
    tx: &Tx<'_>,
    product: &Locked<Entity>,
    (from, to): (Option<ProductStatus>, ProductStatus),
    reason: Option<String>,
) -> Result<()> {
    let row = movement::Model {
        id: Uuid::now_v7(),
        branch_id: product.row().branch_id,
        product_id: product.row().id,
        cooperative_id: product.row().cooperative_id,
        from_status: from.map(EnumValue),
        to_status: EnumValue(to),
        actor_id: tx.actor().key(),
        actor_name: name::of_actor(tx).await?,
        reason,
        moved_at: tx.now().as_microsecond(),
    };
    tx.insert_plain::<movement::Entity>(vec![row.into_active_model()]).await
}

async fn category_of(tx: &Tx<'_>, slug: &str) -> Result<Option<Uuid>> {
    let found = tx.select::<category::Entity>().filter(category::Column::Slug.eq(slug));
    Ok(found.one(category::Entity::read).await?.map(|found| found.id))
}

/// What is wrong with what a product is to say.
async fn check(tx: &Tx<'_>, status: ProductStatus, was: &ProductForm, asked: &ProductForm) -> Result<()> {
    let mut faults = asked.faults();
    if asked.category != was.category && category_of(tx, &asked.category).await?.is_none() {
        faults.push(Fault::new(Code::NotFound).at("category"));
    }
    let known: Vec<Uuid> = was.variants.iter().filter_map(|variant| variant.id).collect();
    faults.extend(unknown_variants(asked, &known));
    let is_kept = |key: &Uuid| asked.variants.iter().any(|variant| variant.id == Some(*key));
    if status == ProductStatus::Published && !known.iter().all(is_kept) {
        // It may have been sold.
        faults.push(Fault::new(Code::StatusInvalid).at("variants"));
    }
    for (place, asked) in asked.variants.iter().enumerate() {
        // There may be parts of it on a shelf.
        let was = was.variants.iter().find(|was| was.id.is_some() && was.id == asked.id);
        if status == ProductStatus::Published && was.is_some_and(|was| was.sold_by != asked.sold_by) {
            faults.push(Fault::new(Code::StatusInvalid).at("soldBy").at(&place.to_string()).at("variants"));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.into()) }
}

fn unknown_variants(form: &ProductForm, known: &[Uuid]) -> Faults {
    let is_unknown = |variant: &VariantForm| variant.id.is_some_and(|id| !known.contains(&id));
    let unknown = form.variants.iter().enumerate().filter(|(_, variant)| is_unknown(variant));
    unknown.map(|(place, _)| Fault::new(Code::NotFound).at("id").at(&place.to_string()).at("variants")).collect()
}

/// What a product says now.
async fn form_of(tx: &Tx<'_>, row: &Model) -> Result<ProductForm> {
    let category = tx.select::<category::Entity>().filter(category::Column::Id.eq(row.category_id));
    let category = category.one(category::Entity::read).await?.ok_or_else(|| Error::internal("no category"))?;
    let text = tx.select_columns::<description::Entity>().filter(description::Column::Id.eq(row.id));
    let text = text.only([description::Column::Description.into_expr()]);
    let text = text.one(|cells| cells.take::<Option<Json<_>>>()).await?.flatten();
    let variants = tx.select::<variant::Entity>().filter(variant::Column::ProductId.eq(row.id));
    let variants = variants.statement(|statement| {
        statement.order_by_expr(variant::Column::Sku.into_expr(), sea_orm::Order::Asc);
    });
    let variants = variants.all(variant::Entity::read).await?.into_iter().map(|variant| VariantForm {
        id: Some(variant.id),
        unit: variant.unit.0,
        quantity: variant.quantity,
        sold_by: variant.sold_by.0,
        sku: variant.sku,
        gtin: variant.gtin,
    });
    let signs = tx.select_columns::<sign::Entity>().filter(sign::Column::ProductId.eq(row.id));
    let signs = signs.statement(|statement| {
        statement.order_by_expr(sign::Column::Kind.into_expr(), sea_orm::Order::Asc);
    });
    let columns = [sign::Column::Kind, sign::Column::Reference, sign::Column::ValidUntil];
    let signs = signs.only(columns.map(|column| column.into_expr())).all(|cells| {
        let (kind, reference) = (cells.take::<EnumValue<_>>()?, cells.take()?);
        Ok(SignForm { kind: kind.0, reference, valid_until: cells.take::<Option<Day>>()?.map(|day| day.0) })
    });
    let photos = tx.select::<photo::Entity>().filter(photo::Column::ProductId.eq(row.id));
    let photos = photos.filter(photo::Column::Position.is_not_null()).statement(|statement| {
        statement.order_by_expr(photo::Column::Position.into_expr(), sea_orm::Order::Asc);
    });
    let photos = photos.all(photo::Entity::read).await?;
    let photos = photos.into_iter().map(|photo| PhotoForm { id: photo.id, alt: photo.alt.0 }).collect();
    Ok(ProductForm {
        photos,
        name: row.name.0.clone(),
        description: text.map(|text| text.0),
        category: category.slug,
        origin: row.origin.clone().map(|origin| origin.0),
        sanitary_number: row.sanitary_number.clone(),
        sanitary_valid_until: row.sanitary_valid_until.map(|day| day.0),
        variants: variants.collect(),
        signs: signs.await?,
    })
}

/// Let a product say something else.
async fn apply(tx: &Tx<'_>, locked: Locked<Entity>, was: &ProductForm, asked: &ProductForm) -> Result<()> {
    if asked.description != was.description {
        describe(tx, &locked, Some(was), asked).await?;
    }
    if asked.signs != was.signs {
        let all = Condition::all();
        tx.delete_parts::<Entity, sign::Entity>(&locked, sign::Column::ProductId, all).await?;
        add_signs(tx, &locked, &asked.signs).await?;
        let kinds = |form: &ProductForm| serde_json::to_string(&form.signs).map_err(Error::internal);
        note(tx, &locked, "qualitySigns", (Some(kinds(was)?), Some(kinds(asked)?)));
    }
    let is_kept = |key: &Uuid| asked.variants.iter().any(|variant| variant.id == Some(*key));
    let gone: Vec<Uuid> = was.variants.iter().filter_map(|variant| variant.id).filter(|key| !is_kept(key)).collect();
    if !gone.is_empty() {
        let gone = Condition::all().add(variant::Column::Id.is_in(gone));
        tx.delete_parts::<Entity, variant::Entity>(&locked, variant::Column::ProductId, gone).await?;
    }
    for asked in asked.variants.iter().filter(|asked| asked.id.is_some() && !was.variants.contains(asked)) {
        let Some(id) = asked.id else { continue };
        let variant = tx.lock_for_update::<variant::Entity>(id).await?;
        tx.update(variant, |row| {
            row.unit = ActiveValue::Set(EnumValue(asked.unit));
            row.quantity = ActiveValue::Set(asked.quantity);
            row.sold_by = ActiveValue::Set(EnumValue(asked.sold_by));
            row.sku = ActiveValue::Set(asked.sku.clone());
            row.gtin = ActiveValue::Set(asked.gtin.clone());
        })
        .await?;
    }
    if asked.photos != was.photos {
        set_photos(tx, &locked, asked).await?;
        let told = |form: &ProductForm| serde_json::to_string(&form.photos).map_err(Error::internal);
        note(tx, &locked, "photos", (Some(told(was)?), Some(told(asked)?)));
    }
    let new: Vec<VariantForm> = asked.variants.iter().filter(|variant| variant.id.is_none()).cloned().collect();
    add_variants(tx, &locked, &new).await?;
    let category_id = match asked.category == was.category {
        true => locked.row().category_id,
        false => category_of(tx, &asked.category).await?.ok_or_else(|| Fault::new(Code::NotFound).at("category"))?,
    };
    let (name_key_ar, name_key_fr) = name_keys(&asked.name).map_err(|fault| fault.at("name"))?;
    tx.update(locked, |row| {
        row.category_id = ActiveValue::Set(category_id);
        row.name = ActiveValue::Set(Json(asked.name.clone()));
        row.name_key_ar = ActiveValue::Set(name_key_ar);
        row.name_key_fr = ActiveValue::Set(name_key_fr);
        row.origin = ActiveValue::Set(asked.origin.clone().map(Json));
        row.sanitary_number = ActiveValue::Set(asked.sanitary_number.clone());
        row.sanitary_valid_until = ActiveValue::Set(asked.sanitary_valid_until.map(Day));
    })
    .await?;
    Ok(())
}

/// The photos of a product that a form does not name.
fn photos_beside(form: &ProductForm) -> Condition {
    let named = form.photos.iter().map(|photo| photo.id);
    Condition::all().add(photo::Column::Id.is_not_in(named))
}

/// Give a product the photos of a form, in their order, and take the others away.
async fn set_photos(tx: &Tx<'_>, locked: &Locked<Entity>, form: &ProductForm) -> Result<()> {
    let gone = photos_beside(form);
    tx.delete_parts::<Entity, photo::Entity>(locked, photo::Column::ProductId, gone).await?;
    let keys: Vec<Uuid> = form.photos.iter().map(|photo| photo.id).collect();
    let rows = tx.lock_all::<photo::Entity>((photo::Column::Id, &keys), Condition::all()).await?;
    for (place, asked) in form.photos.iter().enumerate() {
        // What was taken away since is not brought back.
        let Some(row) = rows.iter().find(|row| row.id == asked.id) else { continue };
        let place = i32::try_from(place).map_err(Error::internal)?;
        if row.position == Some(place) && row.alt.0 == asked.alt {
            continue;
        }
        let photo = tx.lock_for_update::<photo::Entity>(row.id).await?;
        tx.update(photo, |row| {
            row.position = ActiveValue::Set(Some(place));
            row.alt = ActiveValue::Set(Json(asked.alt.clone()));
        })
        .await?;
    }
    Ok(())
}

async fn describe(tx: &Tx<'_>, locked: &Locked<Entity>, was: Option<&ProductForm>, form: &ProductForm) -> Result<()> {
    let text = form.description.clone().map(Json);
    let set = vec![(description::Column::Description, text.into())];
    tx.update_parts::<Entity, description::Entity>(locked, description::Column::Id, Condition::all(), set).await?;
    let told = |form: &ProductForm| serde_json::to_string(&form.description).map_err(Error::internal);
    note(tx, locked, "description", (was.map(told).transpose()?, Some(told(form)?)));
    Ok(())
}

async fn add_variants(tx: &Tx<'_>, locked: &Locked<Entity>, variants: &[VariantForm]) -> Result<()> {
    let now = tx.now().as_microsecond();
    let row = |variant: &VariantForm| {
        let row = variant::Model {
            id: Uuid::now_v7(),
            branch_id: locked.row().branch_id,
            product_id: locked.row().id,
            cooperative_id: locked.row().cooperative_id,
            unit: EnumValue(variant.unit),
            quantity: variant.quantity,
            sold_by: EnumValue(variant.sold_by),
            sku: variant.sku.clone(),
            gtin: variant.gtin.clone(),
            published: false,
            valid_until: None,
            is_demo: false,
            version: 1,
            created_at: now,
            changed_at: now,
        };
        row.into_active_model()
    };
    if variants.is_empty() {
        return Ok(());
    }
    tx.insert_all::<variant::Entity>(variants.iter().map(row).collect()).await
}

async fn add_signs(tx: &Tx<'_>, locked: &Locked<Entity>, signs: &[SignForm]) -> Result<()> {
    let row = |sign: &SignForm| {
        let row = sign::Model {
            id: Uuid::now_v7(),
            branch_id: locked.row().branch_id,
            product_id: locked.row().id,
            cooperative_id: locked.row().cooperative_id,
            kind: EnumValue(sign.kind),
            reference: sign.reference.clone(),
            valid_until: sign.valid_until.map(Day),
            published: false,
            is_demo: false,
        };
        row.into_active_model()
    };
    if signs.is_empty() {
        return Ok(());
    }
    tx.insert_plain::<sign::Entity>(signs.iter().map(row).collect()).await
}

/// Tell the audit what no column of the product holds.
fn note(tx: &Tx<'_>, locked: &Locked<Entity>, what: &str, (before, after): (Option<String>, Option<String>)) {
    let changes = [(what.to_owned(), serde_json::json!([before, after]))].into_iter().collect();
    let (key, branch) = (locked.row().id, Some(locked.row().branch_id));
    tx.record(Change::noted(Kind::Product, key, branch, Audited { changes, personal: BTreeMap::new() }));
}

//! Reading photos, and changing those of a product by the way that all its edits go.

use super::entity::{Column, Entity, Model};
use super::object::Photo;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::loading::batch::{Related, grouped};
use crate::platform::loading::object;
use crate::platform::loading::reader::Reader;
use crate::platform::picture::Picture;
use crate::platform::query::select::Select;
use crate::platform::query::stored::Json;
use crate::platform::query::table::Table;
use crate::platform::query::transaction::Tx;
use crate::product::entity as product;
use crate::product::workflow::Edit;
use domain::fault::{Code, Fault, Faults};
use domain::product::ProductStatus;
use domain::product::form::{PHOTOS_MAX, PhotoForm, alt};
use domain::text::LocalizedText;
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel};
use std::collections::HashMap;
use uuid::Uuid;

/// Photos of products, in their order.
async fn load(
    reader: &Reader,
    keys: &[Uuid],
    narrowed: impl for<'t, 'a> FnOnce(Select<'t, 'a, Entity>) -> Select<'t, 'a, Entity>,
) -> Result<Vec<Photo>> {
    let tx = reader.begin();
    let rows = narrowed(tx.select::<Entity>().among(Column::ProductId, keys)).statement(|statement| {
        statement.order_by_expr(Column::Position.into_expr(), sea_orm::Order::Asc);
    });
    Ok(object::all::<Photo>(rows.all(Entity::read).await?, reader))
}

/// The photos that products have.
#[derive(Debug)]
pub struct PhotosOf;

impl Related for PhotosOf {
    type Value = Vec<Photo>;

    fn of(&self) -> Kind {
        Kind::Product
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let photos = load(reader, keys, |photos| photos.filter(Column::Position.is_not_null())).await?;
        Ok(grouped(photos, |photo| photo.product_key))
    }
}

/// The first photos of products.
#[derive(Debug)]
pub struct FirstPhotoOf;

impl Related for FirstPhotoOf {
    type Value = Option<Photo>;

    fn of(&self) -> Kind {
        Kind::Product
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let photos = load(reader, keys, |photos| photos.filter(Column::Position.eq(0))).await?;
        Ok(photos.into_iter().map(|photo| (photo.product_key, Some(photo))).collect())
    }
}

/// The photos of products with those that wait to be accepted.
#[derive(Debug)]
pub struct AllPhotosOf;

impl Related for AllPhotosOf {
    type Value = Vec<Photo>;

    fn of(&self) -> Kind {
        Kind::Product
    }

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        Ok(grouped(load(reader, keys, |photos| photos).await?, |photo| photo.product_key))
    }
}

/// Whether somebody may see a photo with this content.
///
/// # Errors
/// The database's refusal.
pub async fn is_seen(reader: &Reader, content: &str) -> Result<bool> {
    let tx = reader.begin();
    Ok(tx.select::<Entity>().filter(Column::Content.eq(content)).count(Some(1)).await? > 0)
}

/// Write down that the files of a content are about to be written, before they are: what no photo shows is deleted a day later.
///
/// # Errors
/// The database's refusal.
pub async fn claim(tx: &Tx<'_>, content: &str) -> Result<()> {
    let text = "insert into photo_content (content, written_at) values ($1, $2)
        on conflict (content) do update set written_at = excluded.written_at";
    tx.execute(text, [content.into(), tx.now().as_microsecond().into()]).await.map(drop)
}

/// Add a photo to a product, behind the others; one that is published gets it once the request is accepted.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, STATUS_INVALID, the refusals of the form; LIMIT_EXCEEDED; DUPLICATE_ENTRY at `file`.
pub async fn add(tx: &Tx<'_>, product: Uuid, form: &Result<(LocalizedText, Picture), Faults>) -> Result<Uuid> {
    let locked = tx.lock_for_update::<product::Entity>(product).await?;
    let (alt, picture) = form.as_ref().map_err(|faults| Error::from(faults.clone()))?;
    let mut edit = Edit::begin(tx, locked).await?;
    let others: Vec<Uuid> = edit.form.photos.iter().map(|photo| photo.id).collect();
    if others.len() >= PHOTOS_MAX {
        return Err(Fault::new(Code::LimitExceeded).with_detail(PHOTOS_MAX.to_string()).into());
    }
    let same = tx.select::<Entity>().filter(Column::Id.is_in(others.iter().copied()));
    if same.filter(Column::Content.eq(&*picture.content)).count(Some(1)).await? > 0 {
        return Err(Fault::new(Code::DuplicateEntry).at("file").into());
    }
    let (id, now, owner) = (Uuid::now_v7(), tx.now().as_microsecond(), edit.product());
    let is_draft = owner.status.0 != ProductStatus::Published;
    let row = Model {
        id,
        number: 0,
        branch_id: owner.branch_id,
        product_id: owner.id,
        cooperative_id: owner.cooperative_id,
        position: is_draft.then(|| i32::try_from(others.len()).unwrap_or(i32::MAX)),
        content: picture.content.clone(),
        width: i32::try_from(picture.width).map_err(Error::internal)?,
        height: i32::try_from(picture.height).map_err(Error::internal)?,
        blur_hash: picture.blur_hash.clone(),
        alt: Json(alt.clone()),
        published: false,
        valid_until: None,
        is_demo: false,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    let mut row = row.into_active_model();
    row.number = ActiveValue::NotSet;
    tx.insert_all::<Entity>(vec![row]).await?;
    edit.form.photos.push(PhotoForm { id, alt: alt.clone() });
    edit.finish(tx).await?;
    Ok(id)
}

/// Begin to edit the product of a photo at a version that somebody has looked at.
async fn begin(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Edit> {
    let found = tx.select_in_scope::<Entity>().filter(Column::Id.eq(key)).one(Entity::read).await?;
    let found = found.ok_or_else(|| Error::refused(Code::NotFound))?;
    // The product first, as whoever edits it.
    let product = tx.lock_for_update::<product::Entity>(found.product_id).await?;
    tx.lock_version::<Entity>(key, version).await?;
    Edit::begin(tx, product).await
}

/// Say something else of a photo.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID, the refusals of the text.
pub async fn describe(
    tx: &Tx<'_>,
    (key, version): (Uuid, i32),
    change: impl FnOnce(LocalizedText) -> Result<LocalizedText, Faults>,
) -> Result<Uuid> {
    let mut edit = begin(tx, key, version).await?;
    let photo = edit.form.photos.iter_mut().find(|photo| photo.id == key);
    // It was asked for once, and declined.
    let photo = photo.ok_or_else(|| Error::refused(Code::NotFound))?;
    photo.alt = change(photo.alt.clone())?;
    edit.finish(tx).await?;
    Ok(key)
}

/// Take a photo away; answers its product.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID.
pub async fn remove(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let mut edit = begin(tx, key, version).await?;
    let product = edit.product().id;
    edit.form.photos.retain(|photo| photo.id != key);
    edit.finish(tx).await?;
    Ok(product)
}

/// Put photos of a product into an order; those that are not named stand behind them, as they stood.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID; NOT_FOUND and DUPLICATE_ENTRY at places in `photoIds`.
pub async fn order(tx: &Tx<'_>, product: Uuid, version: i32, keys: &[Uuid]) -> Result<Uuid> {
    let mut edit = Edit::begin(tx, tx.lock_version::<product::Entity>(product, version).await?).await?;
    let (mut faults, mut ordered) = (Faults::new(), Vec::new());
    for (place, key) in keys.iter().enumerate() {
        let at = |code: Code| Fault::new(code).at(&place.to_string()).at("photoIds");
        match edit.form.photos.iter().position(|photo| photo.id == *key) {
            Some(found) => ordered.push(edit.form.photos.remove(found)),
            None if keys.iter().take(place).any(|before| before == key) => faults.push(at(Code::DuplicateEntry)),
            None => faults.push(at(Code::NotFound)),
        }
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    ordered.append(&mut edit.form.photos);
    edit.form.photos = ordered;
    edit.finish(tx).await?;
    Ok(product)
}

/// What is seen on a photo, as it is kept.
///
/// # Errors
/// TEXT_REQUIRED below `alt`.
pub fn checked_alt(text: LocalizedText) -> Result<LocalizedText, Faults> {
    alt(text).map_err(|faults| faults.into_iter().map(|fault| fault.at("alt")).collect())
}

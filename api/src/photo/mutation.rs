//! Root fields that change the photos of products.

use super::object::Photo;
use super::store;
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::{checked, mutate};
use crate::platform::graphql::text::LocalizedTextInput;
use crate::platform::graphql::upload::{Upload, read_blocking};
use crate::platform::loading::reader::Reads;
use crate::platform::picture::Picture;
use crate::product::entity as product;
use crate::product::object::Product;
use async_graphql::{Context, ID, InputObject, Object};
use domain::access::Permission;
use domain::fault::{Code, Faults};
use domain::text::{LocalizedText, NAME_MAX};
use uuid::Uuid;

/// A photo to add to a product.
#[derive(InputObject, Clone, Debug)]
pub struct PhotoAddInput {
    /// The global id of the product.
    pub product_id: ID,
    /// The photo: JPEG, PNG or WebP, at most 10 MB and 50 million pixels. It is turned upright; what the file holds besides its
    /// pixels, such as the place where it was taken, is not kept.
    pub file: Upload,
    /// What is seen on the photo, for whoever does not see it: in Arabic and in French.
    pub alt: LocalizedTextInput,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// What is to be said of a photo.
#[derive(InputObject, Clone, Debug)]
pub struct PhotoEditInput {
    /// The global id of the photo.
    pub id: ID,
    /// The photo's version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// What is seen on the photo; languages that are not named stay.
    pub alt: LocalizedTextInput,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A photo to take away.
#[derive(InputObject, Clone, Debug)]
pub struct PhotoRemoveInput {
    /// The global id of the photo.
    pub id: ID,
    /// The photo's version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// Photos to put into an order.
#[derive(InputObject, Clone, Debug)]
pub struct PhotoOrderInput {
    /// The global id of the product.
    pub product_id: ID,
    /// The product's version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The global ids of photos of the product, the first one first; those that are not named stand behind them, as they stood.
    pub photo_ids: Vec<ID>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing a photo.
    PhotoPayload {
        /// The photo as it is now; null when it was refused, unless the refusal is a CONFLICT.
        photo: Photo
    }
}

payload! {
    /// The outcome of changing which photos a product has.
    ProductPhotosPayload {
        /// The product as it is now; null when it was refused.
        product: Product
    }
}

/// Read a photo and what is said of it, and keep its files.
async fn receive(ctx: &Context<'_>, input: &PhotoAddInput) -> Result<Result<(LocalizedText, Picture), Faults>> {
    let mut faults = Faults::new();
    let alt = input.alt.clone().merged_at(None, NAME_MAX, "alt").and_then(store::checked_alt);
    let alt = checked(&mut faults, alt);
    let content = input.file.content(ctx, "input.file")?;
    let read = move || Picture::read(&content).map_err(|fault| vec![fault.at("file")]);
    let picture = checked(&mut faults, read_blocking(Code::ImageInvalid, read).await?);
    let (Some(alt), Some(picture)) = (alt, picture) else { return Ok(Err(faults)) };
    let reader = ctx.reader();
    reader.as_platform(async |tx| store::claim(tx, &picture.content).await).await?;
    reader.files().put(&picture.content, &picture.files).await?;
    Ok(Ok((alt, picture)))
}

/// Root fields that change the photos of products.
#[derive(Default)]
pub struct PhotoMutation;

#[Object]
impl PhotoMutation {
    /// Adds a photo to a product, behind its others. A product that is published gets it once another person accepts it
    /// (`Product.openChangeRequest`). Codes in `userErrors`: STATUS_INVALID (it was submitted or archived), IMAGE_INVALID,
    /// LIMIT_EXCEEDED (at `file` it has too many pixels; else the product has 10 photos), DUPLICATE_ENTRY (the product has this
    /// photo), TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn photo_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The photo, and its product.")] input: PhotoAddInput,
    ) -> Result<PhotoPayload> {
        let key = GlobalId::parse_as(Kind::Product, &input.product_id, "input.productId")?;
        // Nobody has a file read who may not show it.
        let is_hers = ctx.reader().begin().permits::<product::Entity>(key, Permission::ManageProducts).await?;
        let form = if is_hers { receive(ctx, &input).await? } else { Err(Faults::new()) };
        mutate(ctx, &input, async |tx| store::add(tx, key, &form).await).await
    }

    /// Edits what is said of a photo. That of a published product changes once another person accepts it. Codes in `userErrors`:
    /// CONFLICT, STATUS_INVALID, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn photo_edit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The photo, and what is seen on it.")] input: PhotoEditInput,
    ) -> Result<PhotoPayload> {
        let key = GlobalId::parse_as(Kind::Photo, &input.id, "input.id")?;
        let change = |was| input.alt.clone().merged_at(Some(was), NAME_MAX, "alt").and_then(store::checked_alt);
        mutate(ctx, &input, async |tx| store::describe(tx, (key, input.expected_version), change).await).await
    }

    /// Takes a photo away from its product; from one that is published, once another person accepts it. Codes in `userErrors`:
    /// CONFLICT, STATUS_INVALID.
    async fn photo_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The photo to take away.")] input: PhotoRemoveInput,
    ) -> Result<ProductPhotosPayload> {
        let key = GlobalId::parse_as(Kind::Photo, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::remove(tx, key, input.expected_version).await).await
    }

    /// Puts the photos of a product into an order; those of a published one, once another person accepts it. Codes in `userErrors`:
    /// CONFLICT, STATUS_INVALID; at places in `photoIds` NOT_FOUND, DUPLICATE_ENTRY.
    async fn photo_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product, and its photos in their order.")] input: PhotoOrderInput,
    ) -> Result<ProductPhotosPayload> {
        let key = GlobalId::parse_as(Kind::Product, &input.product_id, "input.productId")?;
        let place = |(place, id)| GlobalId::parse_as(Kind::Photo, id, &format!("input.photoIds.{place}"));
        let keys: Vec<Uuid> = input.photo_ids.iter().enumerate().map(place).collect::<Result<_>>()?;
        mutate(ctx, &input, async |tx| store::order(tx, key, input.expected_version, &keys).await).await
    }
}

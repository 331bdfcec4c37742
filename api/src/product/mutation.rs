//! Root fields that change products, and requests to change published ones.

use super::object::{Product, ProductChange};
use super::workflow;
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::{checked, given, mutate};
use crate::platform::graphql::scalars::{Date, Decimal};
use crate::platform::graphql::text::{LocalizedTextInput, required};
use crate::platform::query::stored::EnumValue;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use domain::fault::{Fault, Faults};
use domain::product::form::{NUMBER_MAX, ProductForm, SignForm, VARIANTS_MAX, VariantForm, quantity};
use domain::product::{QualitySignKind, SoldBy, Unit};
use domain::text::{DESCRIPTION_MAX, LocalizedText, NAME_MAX};
use uuid::Uuid;

/// A quantity in which a product is sold.
#[derive(InputObject, Clone, Debug)]
pub struct ProductVariantInput {
    /// The global id of the variant of this product that is meant; without one it is new.
    pub id: Option<ID>,
    /// The unit in which the quantity is measured.
    pub unit: EnumValue<Unit>,
    /// The quantity, in the unit: above zero, with at most three decimals, and whole for PIECE.
    pub quantity: Decimal,
    /// How it is sold; what is counted by the piece is sold by the pack. It stays once the product was published.
    #[graphql(default_with = "EnumValue(SoldBy::Pack)")]
    pub sold_by: EnumValue<SoldBy>,
    /// The cooperative's own number: another one for each variant of the product, at most 64 characters.
    pub sku: String,
    /// The global trade item number (GTIN-8, -12, -13 or -14), with its check digit.
    pub gtin: Option<String>,
}

/// A quality sign that a product bears.
#[derive(InputObject, Clone, Debug)]
pub struct QualitySignInput {
    /// The kind of quality sign: each one once.
    pub kind: EnumValue<QualitySignKind>,
    /// The number of the sign.
    pub reference: Option<String>,
    /// The last day on which the sign is valid; without one it has no end. A product whose sign has expired is not on sale.
    pub valid_until: Option<Date>,
}

/// A product of a cooperative.
#[derive(InputObject, Clone, Debug)]
pub struct ProductCreateInput {
    /// The global id of the cooperative that makes the product.
    pub cooperative_id: ID,
    /// The product's name.
    pub name: LocalizedTextInput,
    /// The slug of the product's category.
    pub category: String,
    /// The product's description.
    pub description: Option<LocalizedTextInput>,
    /// The origin of the product, as a text.
    pub origin: Option<LocalizedTextInput>,
    /// The number of its sanitary authorisation.
    pub sanitary_number: Option<String>,
    /// The last day of that authorisation; without one it has no end.
    pub sanitary_valid_until: Option<Date>,
    /// The quantities in which it is sold, at most 50.
    #[graphql(default)]
    pub variants: Vec<ProductVariantInput>,
    /// The quality signs that it bears.
    #[graphql(default)]
    pub quality_signs: Vec<QualitySignInput>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// New values of a product; what is not named stays.
#[derive(InputObject, Clone, Debug)]
pub struct ProductEditInput {
    /// The global id of the product to edit.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The product's name; languages that are not named stay.
    pub name: Option<LocalizedTextInput>,
    /// The slug of the product's category.
    pub category: Option<String>,
    /// The product's description; languages that are not named stay, null clears it.
    pub description: MaybeUndefined<LocalizedTextInput>,
    /// The origin of the product; languages that are not named stay, null clears it.
    pub origin: MaybeUndefined<LocalizedTextInput>,
    /// The number of its sanitary authorisation; null clears it.
    pub sanitary_number: MaybeUndefined<String>,
    /// The last day of that authorisation; null: no end.
    pub sanitary_valid_until: MaybeUndefined<Date>,
    /// The quantities in which it is sold, all of them, at most 50. One with an id is edited; one that is left out goes, unless
    /// the product was published.
    pub variants: Option<Vec<ProductVariantInput>>,
    /// The quality signs that it bears, all of them.
    pub quality_signs: Option<Vec<QualitySignInput>>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A product to move through the catalogue.
#[derive(InputObject, Clone, Debug)]
pub struct ProductTransitionInput {
    /// The global id of the product.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A product to decline.
#[derive(InputObject, Clone, Debug)]
pub struct ProductRejectInput {
    /// The global id of the product.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The reason, for the cooperative.
    pub reason: String,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A request to accept or to withdraw.
#[derive(InputObject, Clone, Debug)]
pub struct ProductChangeDecisionInput {
    /// The global id of the request.
    pub id: ID,
    /// The request's version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A request to decline.
#[derive(InputObject, Clone, Debug)]
pub struct ProductChangeDeclineInput {
    /// The global id of the request.
    pub id: ID,
    /// The request's version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The reason, for the cooperative.
    pub reason: String,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing a product.
    ProductPayload {
        /// The product as it is now; null when it was refused, unless the refusal is a CONFLICT.
        product: Product
    }
}

payload! {
    /// The outcome of deciding about a request to change a product.
    ProductChangePayload {
        /// The request as it is now; null when it was refused, unless the refusal is a CONFLICT about it.
        product_change: ProductChange
    }
}

/// A number of somebody's own: empty is none.
fn number(text: &str, field: &str) -> Result<Option<String>, Faults> {
    let text = domain::text::clean(text, NUMBER_MAX).map_err(|code| vec![Fault::new(code).at(field)])?;
    Ok((!text.is_empty()).then(|| text.into()))
}

/// The keys that variants of a form name.
fn variant_keys(variants: &[ProductVariantInput]) -> Result<Vec<Option<Uuid>>> {
    let key = |(place, variant): (usize, &ProductVariantInput)| {
        let argument = format!("input.variants.{place}.id");
        variant.id.as_ref().map(|id| GlobalId::parse_as(Kind::ProductVariant, id, &argument)).transpose()
    };
    // More than there may be are refused with the rest of the form.
    variants.iter().take(VARIANTS_MAX + 1).enumerate().map(key).collect()
}

fn read_variants(keys: &[Option<Uuid>], variants: &[ProductVariantInput], faults: &mut Faults) -> Vec<VariantForm> {
    let mut read = Vec::new();
    for (place, (id, variant)) in keys.iter().zip(variants).enumerate() {
        let mut wrong = Faults::new();
        let sku = checked(&mut wrong, required(&variant.sku, NUMBER_MAX, "sku"));
        let measured = quantity(variant.unit.0, variant.quantity.0).map_err(|fault| vec![fault.at("quantity")]);
        let measured = checked(&mut wrong, measured);
        let gtin = checked(&mut wrong, number(variant.gtin.as_deref().unwrap_or_default(), "gtin"));
        faults.extend(wrong.into_iter().map(|fault| fault.at(&place.to_string()).at("variants")));
        if let (Some(sku), Some(quantity), Some(gtin)) = (sku, measured, gtin) {
            read.push(VariantForm { id: *id, unit: variant.unit.0, quantity, sold_by: variant.sold_by.0, sku, gtin });
        }
    }
    read
}

fn read_signs(signs: &[QualitySignInput], faults: &mut Faults) -> Vec<SignForm> {
    let mut read = Vec::new();
    // Each kind once; what stands twice is refused with the rest of the form.
    for (place, sign) in signs.iter().enumerate().take(VARIANTS_MAX) {
        match number(sign.reference.as_deref().unwrap_or_default(), "reference") {
            Ok(reference) => {
                read.push(SignForm { kind: sign.kind.0, reference, valid_until: sign.valid_until.map(|day| day.0) });
            }
            Err(wrong) => faults.extend(wrong.into_iter().map(|fault| fault.at(&place.to_string()).at("qualitySigns"))),
        }
    }
    read.sort_by_key(|sign| sign.kind);
    read
}

/// A text of a form that may be missing: all its translations may be taken out one by one.
fn text(
    given: &MaybeUndefined<LocalizedTextInput>,
    was: Option<LocalizedText>,
    (max, field): (usize, &str),
    faults: &mut Faults,
) -> Option<LocalizedText> {
    match given {
        MaybeUndefined::Undefined => was,
        MaybeUndefined::Null => None,
        MaybeUndefined::Value(text) => checked(faults, text.clone().merged_at(was, max, field)),
    }
}

/// Check all of a form at once.
fn entered(input: &ProductCreateInput, keys: &[Option<Uuid>]) -> Result<ProductForm> {
    let mut faults = Faults::new();
    let name = checked(&mut faults, input.name.clone().merged_at(None, NAME_MAX, "name"));
    let some =
        |text: &Option<LocalizedTextInput>| text.clone().map_or(MaybeUndefined::Undefined, MaybeUndefined::Value);
    let description = text(&some(&input.description), None, (DESCRIPTION_MAX, "description"), &mut faults);
    let origin = text(&some(&input.origin), None, (NAME_MAX, "origin"), &mut faults);
    let sanitary = number(input.sanitary_number.as_deref().unwrap_or_default(), "sanitaryNumber");
    let sanitary_number = checked(&mut faults, sanitary).flatten();
    let variants = read_variants(keys, &input.variants, &mut faults);
    let signs = read_signs(&input.quality_signs, &mut faults);
    match name {
        Some(name) if faults.is_empty() => Ok(ProductForm {
            name,
            description,
            category: input.category.clone(),
            origin,
            sanitary_number,
            sanitary_valid_until: input.sanitary_valid_until.map(|day| day.0),
            variants,
            signs,
            photos: Vec::new(),
        }),
        _ => Err(faults.into()),
    }
}

/// Apply a form to what a product says.
fn edited(input: &ProductEditInput, keys: &[Option<Uuid>], was: ProductForm) -> Result<ProductForm> {
    let mut faults = Faults::new();
    let name = match &input.name {
        None => Some(was.name.clone()),
        Some(name) => checked(&mut faults, name.clone().merged_at(Some(was.name.clone()), NAME_MAX, "name")),
    };
    let description = text(&input.description, was.description, (DESCRIPTION_MAX, "description"), &mut faults);
    let origin = text(&input.origin, was.origin, (NAME_MAX, "origin"), &mut faults);
    let sanitary_number = match given(&input.sanitary_number, |text| number(text, "sanitaryNumber")) {
        None => was.sanitary_number,
        Some(None) => None,
        Some(Some(number)) => checked(&mut faults, number).flatten(),
    };
    let variants = match &input.variants {
        None => was.variants,
        Some(variants) => {
            let mut read = read_variants(keys, variants, &mut faults);
            read.sort_by(|one, other| one.sku.cmp(&other.sku));
            read
        }
    };
    let signs = input.quality_signs.as_ref().map_or(was.signs, |signs| read_signs(signs, &mut faults));
    match name {
        Some(name) if faults.is_empty() => Ok(ProductForm {
            name,
            description,
            category: input.category.clone().unwrap_or(was.category),
            origin,
            sanitary_number,
            sanitary_valid_until: given(&input.sanitary_valid_until, |day| day.0).unwrap_or(was.sanitary_valid_until),
            variants,
            signs,
            photos: was.photos,
        }),
        _ => Err(faults.into()),
    }
}

/// Root fields that change products.
#[derive(Default)]
pub struct ProductMutation;

#[Object]
impl ProductMutation {
    /// Enters a product of a cooperative as a DRAFT, which its branch line and the cooperative alone see. Codes in `userErrors`:
    /// TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE, AMOUNT_INVALID, GTIN_INVALID, DUPLICATE_ENTRY, LIMIT_EXCEEDED, NOT_FOUND (at
    /// `category` and at a variant's `id`), STATUS_INVALID (the cooperative was struck off).
    async fn product_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product to enter, and its cooperative.")] input: ProductCreateInput,
    ) -> Result<ProductPayload> {
        let cooperative = GlobalId::parse_as(Kind::Cooperative, &input.cooperative_id, "input.cooperativeId")?;
        let keys = variant_keys(&input.variants)?;
        mutate(ctx, &input, async |tx| workflow::create(tx, cooperative, || entered(&input, &keys)).await).await
    }

    /// Edits a product; what is not named stays. A product that is published stays as it is: the edit becomes a request
    /// (`Product.openChangeRequest`), which another person accepts or declines, and takes the place of one that still waited.
    /// Codes in `userErrors`: CONFLICT, STATUS_INVALID (it was submitted or archived; at `variants` when one is left out that was
    /// published), and those of `productCreate`.
    async fn product_edit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product to edit, and its new values.")] input: ProductEditInput,
    ) -> Result<ProductPayload> {
        let key = GlobalId::parse_as(Kind::Product, &input.id, "input.id")?;
        let keys = variant_keys(input.variants.as_deref().unwrap_or_default())?;
        let change = |was: ProductForm| edited(&input, &keys, was);
        mutate(ctx, &input, async |tx| workflow::edit(tx, key, input.expected_version, change).await).await
    }

    /// Submits a product that is a draft or was declined: it waits to be published. Codes in `userErrors`: CONFLICT,
    /// STATUS_INVALID, PRODUCT_INCOMPLETE (at `variants`: it has none).
    async fn product_submit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product to submit.")] input: ProductTransitionInput,
    ) -> Result<ProductPayload> {
        let key = GlobalId::parse_as(Kind::Product, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| workflow::submit(tx, key, input.expected_version).await).await
    }

    /// Publishes a product that another person has submitted. Codes in `userErrors`: CONFLICT, STATUS_INVALID,
    /// FOUR_EYES_REQUIRED (the caller submitted it).
    async fn product_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product to publish.")] input: ProductTransitionInput,
    ) -> Result<ProductPayload> {
        let key = GlobalId::parse_as(Kind::Product, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| workflow::publish(tx, key, input.expected_version).await).await
    }

    /// Declines a product that was submitted; it can be edited and submitted again. Codes in `userErrors`: CONFLICT,
    /// STATUS_INVALID, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn product_reject(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product to decline, and the reason.")] input: ProductRejectInput,
    ) -> Result<ProductPayload> {
        let key = GlobalId::parse_as(Kind::Product, &input.id, "input.id")?;
        let reason = || Ok(required(&input.reason, DESCRIPTION_MAX, "reason")?);
        mutate(ctx, &input, async |tx| workflow::reject(tx, key, input.expected_version, reason).await).await
    }

    /// Archives a product that is made no more: it leaves the shelves for good. Codes in `userErrors`: CONFLICT, STATUS_INVALID.
    async fn product_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product to archive.")] input: ProductTransitionInput,
    ) -> Result<ProductPayload> {
        let key = GlobalId::parse_as(Kind::Product, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| workflow::archive(tx, key, input.expected_version).await).await
    }

    /// Accepts a request of another person: the product becomes as it asks. Codes in `userErrors`: CONFLICT, STATUS_INVALID,
    /// FOUR_EYES_REQUIRED (the caller made it), and those of `productEdit` where the product was changed since.
    async fn product_change_accept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request to accept.")] input: ProductChangeDecisionInput,
    ) -> Result<ProductChangePayload> {
        let key = GlobalId::parse_as(Kind::ProductChange, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| workflow::accept(tx, key, input.expected_version).await).await
    }

    /// Declines a request: the product stays as it is. Codes in `userErrors`: CONFLICT, STATUS_INVALID, TEXT_REQUIRED,
    /// TEXT_TOO_LONG, TEXT_UNSAFE.
    async fn product_change_decline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request to decline, and the reason.")] input: ProductChangeDeclineInput,
    ) -> Result<ProductChangePayload> {
        let key = GlobalId::parse_as(Kind::ProductChange, &input.id, "input.id")?;
        let reason = || Ok(required(&input.reason, DESCRIPTION_MAX, "reason")?);
        mutate(ctx, &input, async |tx| workflow::decline(tx, key, input.expected_version, reason).await).await
    }

    /// Withdraws a request that still waits for a decision. Codes in `userErrors`: CONFLICT, STATUS_INVALID.
    async fn product_change_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request to withdraw.")] input: ProductChangeDecisionInput,
    ) -> Result<ProductChangePayload> {
        let key = GlobalId::parse_as(Kind::ProductChange, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| workflow::withdraw(tx, key, input.expected_version).await).await
    }
}

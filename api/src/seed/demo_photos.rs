//! Photos of the products of the demo world, one each.

use super::demo::{COOPERATIVES, PRODUCTS};
use super::drawing::draw;
use super::founding::branch_key;
use super::{fresh, text};
use crate::photo;
use crate::platform::error::{Error, Result};
use crate::platform::files::Files;
use crate::platform::picture::Picture;
use crate::platform::query::stored::Json;
use crate::platform::query::transaction::Tx;
use domain::id::founding as key;

/// Seed them, and write their files.
///
/// # Errors
/// The database's refusal; UNAVAILABLE when the files cannot be written.
pub async fn seed(tx: &Tx<'_>, files: &Files) -> Result<()> {
    let (now, mut photos) = (tx.now().as_microsecond(), Vec::new());
    for (number, (slug, ar, fr, category, maker, ..)) in PRODUCTS.iter().enumerate() {
        let cooperative = &COOPERATIVES[*maker];
        let picture = Picture::of(draw(category, number)).ok_or_else(|| Error::internal("a drawing without pixels"))?;
        photo::store::claim(tx, &picture.content).await?;
        files.put(&picture.content, &picture.files).await?;
        photos.push(fresh!(photo::entity,
            id: key("photo", slug),
            branch_id: branch_key(cooperative.branch),
            product_id: key("product", slug),
            cooperative_id: key("cooperative", cooperative.slug),
            position: Some(0),
            content: picture.content,
            width: i32::try_from(picture.width).map_err(Error::internal)?,
            height: i32::try_from(picture.height).map_err(Error::internal)?,
            blur_hash: picture.blur_hash,
            alt: Json(text(&format!("رسم: {ar}"), &format!("Dessin : {fr}"), None)),
            published: false,
            valid_until: None,
            is_demo: true,
            version: 1,
            created_at: now,
            changed_at: now,
        ));
    }
    tx.insert_all::<photo::entity::Entity>(photos).await
}

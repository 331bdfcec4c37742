//! What photos lead to.

use crate::photo::object::Photo;
use crate::platform::error::{Error, Result};
use crate::platform::loading::reader::Reads;
use crate::platform::picture::{ORIGINAL, file_of, widths};
use crate::product::object::Product;
use async_graphql::{ComplexObject, Context};

#[ComplexObject]
impl Photo {
    /// The URL to fetch the photo from with GET, relative to that of the server. That of a photo that the public sees never changes
    /// and may be kept for ever; that of any other is for the caller, and ends after five minutes.
    async fn url(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The least width in pixels: the photo comes as WebP, 320, 640 or 1,280 pixels wide, and never wider than it is. Without it the original comes, as JPEG."
        )]
        width: Option<i32>,
    ) -> Result<Option<String>> {
        let Some(width) = width else { return Ok(self.address(ctx, ORIGINAL)) };
        let least = u32::try_from(width).ok().filter(|width| *width > 0);
        let least = least.ok_or_else(|| Error::expected("width", "a number of pixels above 0"))?;
        let mut served: Vec<u32> = widths(u32::try_from(self.width).unwrap_or_default()).collect();
        let widest = served.pop().unwrap_or_default();
        let fitting = served.into_iter().find(|served| *served >= least).unwrap_or(widest);
        Ok(self.address(ctx, &file_of(fitting)))
    }

    /// The product that is seen on the photo.
    async fn product(&self, ctx: &Context<'_>) -> Option<Result<Product>> {
        self.batch.object(ctx.reader(), self.product_key).await.transpose()
    }
}

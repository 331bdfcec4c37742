//! The GraphQL face of photos.

use super::entity::{Entity, Model};
use crate::platform::graphql::download;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::scalars::DateTime;
use crate::platform::graphql::text::Text;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::{Reader, Reads};
use crate::session::token::Bearer;
use async_graphql::{Context, SimpleObject};
use domain::product::is_on_sale;
use uuid::Uuid;

/// Where photos are fetched, below the address of the server.
pub const PATH: &str = "/photos/";

/// A photo of a product.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct Photo {
    /// The photo's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The photo's version: 1 when it was created, and one more with each edit. What only follows from other data
    /// leaves it as it is.
    pub version: i32,
    /// When the photo was last edited.
    pub changed_at: DateTime,
    /// What is seen on the photo, for whoever does not see it; in Arabic and in French at least.
    pub alt: Text,
    /// The width of the original in pixels.
    pub width: i32,
    /// The height of the original in pixels.
    pub height: i32,
    /// A placeholder to show until the photo has arrived, as a BlurHash (blurha.sh).
    pub blur_hash: String,
    /// Whether the photo waits to be accepted, with the request to change the product that asks for it.
    pub is_proposed: bool,
    /// Whether the photo was drawn for demonstration.
    pub is_demo: bool,
    #[graphql(skip)]
    pub(crate) key: Uuid,
    #[graphql(skip)]
    pub(crate) product_key: Uuid,
    #[graphql(skip)]
    pub(crate) content: String,
    #[graphql(skip)]
    pub(crate) is_shown: bool,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for Photo {
    type Columns = Entity;

    fn new(row: &Model, batch: Batch, reader: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::Photo, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            alt: (&row.alt).into(),
            width: row.width,
            height: row.height,
            blur_hash: row.blur_hash.clone(),
            is_proposed: row.position.is_none(),
            is_demo: row.is_demo,
            key: row.id,
            product_key: row.product_id,
            content: row.content.clone(),
            is_shown: is_on_sale(row.published, row.valid_until.map(|day| day.0), reader.today()),
            batch,
        }
    }
}

impl Photo {
    /// Where a file of it is fetched. That of a photo that the public does not see is for the caller alone, and for five minutes;
    /// nothing when she shows no token.
    pub(crate) fn address(&self, ctx: &Context<'_>, file: &str) -> Option<String> {
        let address = format!("{PATH}{}/{file}", self.content);
        if self.is_shown {
            return Some(address);
        }
        let (bearer, reader) = (ctx.data_opt::<Bearer>()?, ctx.reader());
        let ticket = download::seal(reader.keys(), reader.now(), &(bearer, &self.content));
        Some(format!("{address}?ticket={ticket}"))
    }
}

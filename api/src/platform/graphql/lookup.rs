//! Root fields that find one thing, by its id or by its slug.

use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use async_graphql::ID;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::SimpleExpr;
use uuid::Uuid;

/// How one thing is named.
pub enum Lookup {
    /// By its key.
    Key(Uuid),
    /// By its name in addresses.
    Slug(String),
}

/// Slugs are made of names, which are not longer.
const LONGEST_SLUG: usize = 250;

impl Lookup {
    /// The arguments `id` and `slug` of a field, of which exactly one is given.
    ///
    /// # Errors
    /// BAD_USER_INPUT naming the argument.
    pub fn new(kind: Kind, id: Option<ID>, slug: Option<String>) -> Result<Self> {
        match (id, slug) {
            (Some(id), None) => GlobalId::parse_as(kind, &id, "id").map(Self::Key),
            (None, Some(slug)) if slug.len() <= LONGEST_SLUG && !slug.contains('\0') => Ok(Self::Slug(slug)),
            (None, None) => Err(Error::expected("id", "an id, or slug")),
            _ => Err(Error::expected("slug", "not beside id")),
        }
    }

    /// The condition that finds the row.
    pub fn among(self, key: impl ColumnTrait, slug: impl ColumnTrait) -> SimpleExpr {
        match self {
            Self::Key(wanted) => key.eq(wanted),
            Self::Slug(wanted) => slug.eq(wanted),
        }
    }
}

//! Global ids: a type and a UUID in 23 opaque characters. They never change and are never reused.

use crate::platform::error::{Error, Result};
use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, ID, OutputType, Positioned, ServerResult, Value};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::borrow::Cow;
use uuid::Uuid;

/// What kind of thing a global id names. The numbers are part of every id given out: they are never changed or reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "each is the type of the same name")]
pub enum Kind {
    Region = 1,
    Province = 2,
    Category = 3,
    Branch = 4,
    Cooperative = 5,
    Product = 6,
    ProductVariant = 7,
    Market = 8,
    Listing = 9,
    Partner = 10,
    Agreement = 11,
    Contribution = 12,
    Programme = 13,
    Indicator = 14,
    ProgrammeIndicator = 15,
    IndicatorValue = 16,
    User = 17,
    RoleAssignment = 18,
    PartnerClient = 19,
    AuditEntry = 20,
    Membership = 21,
    Document = 22,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 22] = [
        Self::Region,
        Self::Province,
        Self::Category,
        Self::Branch,
        Self::Cooperative,
        Self::Product,
        Self::ProductVariant,
        Self::Market,
        Self::Listing,
        Self::Partner,
        Self::Agreement,
        Self::Contribution,
        Self::Programme,
        Self::Indicator,
        Self::ProgrammeIndicator,
        Self::IndicatorValue,
        Self::User,
        Self::RoleAssignment,
        Self::PartnerClient,
        Self::AuditEntry,
        Self::Membership,
        Self::Document,
    ];

    /// The name of the type, as in the schema and in the book of changes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Region => "Region",
            Self::Province => "Province",
            Self::Category => "Category",
            Self::Branch => "Branch",
            Self::Cooperative => "Cooperative",
            Self::Product => "Product",
            Self::ProductVariant => "ProductVariant",
            Self::Market => "Market",
            Self::Listing => "Listing",
            Self::Partner => "Partner",
            Self::Agreement => "Agreement",
            Self::Contribution => "Contribution",
            Self::Programme => "Programme",
            Self::Indicator => "Indicator",
            Self::ProgrammeIndicator => "ProgrammeIndicator",
            Self::IndicatorValue => "IndicatorValue",
            Self::User => "User",
            Self::RoleAssignment => "RoleAssignment",
            Self::PartnerClient => "PartnerClient",
            Self::AuditEntry => "AuditEntry",
            Self::Membership => "Membership",
            Self::Document => "Document",
        }
    }
}

/// A global id as it is given out: encoded when it is written, not before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GlobalId {
    /// What it names.
    pub kind: Kind,
    /// Which one.
    pub key: Uuid,
}

impl GlobalId {
    /// The id of the thing of this kind with this key.
    pub const fn new(kind: Kind, key: Uuid) -> Self {
        Self { kind, key }
    }

    /// Read an id that a client sent in `argument`.
    ///
    /// # Errors
    /// BAD_USER_INPUT naming the argument, when it is not an id that this platform gives out.
    pub fn parse(id: &ID, argument: &str) -> Result<Self> {
        let refused = || Error::argument(argument);
        // An id has 23 characters; what is much longer is not worth decoding.
        if id.len() != 23 {
            return Err(refused());
        }
        let bytes = URL_SAFE_NO_PAD.decode(id.as_bytes()).map_err(|_| refused())?;
        let (kind, key) = bytes.split_first().ok_or_else(refused)?;
        let kind = Kind::ALL.into_iter().find(|known| *known as u8 == *kind).ok_or_else(refused)?;
        Ok(Self { kind, key: Uuid::from_slice(key).map_err(|_| refused())? })
    }

    /// Read an id of one kind; an id of another kind names nothing here.
    ///
    /// # Errors
    /// BAD_USER_INPUT naming the argument, when it is not an id, or one of another kind of thing.
    pub fn parse_as(kind: Kind, id: &ID, argument: &str) -> Result<Uuid> {
        let parsed = Self::parse(id, argument)?;
        if parsed.kind == kind { Ok(parsed.key) } else { Err(Error::argument(argument)) }
    }
}

impl std::fmt::Display for GlobalId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut bytes = [self.kind as u8; 17];
        bytes[1..].copy_from_slice(self.key.as_bytes());
        let mut text = [0; 23];
        let written = URL_SAFE_NO_PAD.encode_slice(bytes, &mut text).expect("17 bytes are 23 characters");
        f.write_str(std::str::from_utf8(&text[..written]).expect("base64 is ASCII"))
    }
}

impl OutputType for GlobalId {
    fn type_name() -> Cow<'static, str> {
        <ID as OutputType>::type_name()
    }
    fn create_type_info(registry: &mut Registry) -> String {
        <ID as OutputType>::create_type_info(registry)
    }
    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::String(self.to_string()))
    }
}

//! Global ids: a type and a UUID in 23 opaque characters. They never change and are never reused.

use crate::platform::error::{Error, Result};
use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, ID, OutputType, Positioned, ServerResult, Value};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::borrow::Cow;
use uuid::Uuid;

/// Declare [`Kind`] from the table of kinds.
macro_rules! declare {
    ($($number:literal $kind:ident: $($object:ident)::+),+ $(,)?) => {
        /// What kind of thing a global id names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "each is the type of the same name")]
        pub enum Kind { $($kind = $number),+ }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// The name of the type, as in the schema and in the log of changes.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => stringify!($kind)),+ }
            }
        }
    };
}

kinds!(declare);

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
        let refused = || Error::expected(argument, "an id from an answer");
        // An id has 23 characters; what is much longer is not worth decoding.
        if id.len() != 23 {
            return Err(refused());
        }
        let bytes = URL_SAFE_NO_PAD.decode(id.as_bytes()).map_err(|_| refused())?;
        let (kind, key) = bytes.split_first().ok_or_else(refused)?;
        let kind = *Kind::ALL.iter().find(|known| **known as u8 == *kind).ok_or_else(refused)?;
        Ok(Self { kind, key: Uuid::from_slice(key).map_err(|_| refused())? })
    }

    /// Read an id of one kind; an id of another kind names nothing here.
    ///
    /// # Errors
    /// BAD_USER_INPUT naming the argument, when it is not an id, or one of another kind of thing.
    pub fn parse_as(kind: Kind, id: &ID, argument: &str) -> Result<Uuid> {
        let parsed = Self::parse(id, argument)?;
        if parsed.kind == kind {
            Ok(parsed.key)
        } else {
            Err(Error::expected(argument, "the id of an object of the kind that belongs here"))
        }
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

//! Cursors: where a page begins, sealed for its list, filter and order.

use crate::platform::error::Result;
use crate::platform::query::table::RowReader;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::{DbErr, Value};
use std::sync::Arc;
use uuid::Uuid;

/// The key that cursors are sealed with; it prints as dots.
#[derive(Clone)]
pub struct CursorKey(Arc<hmac::Key>);

impl CursorKey {
    /// A key from secret bytes.
    pub fn new(secret: &[u8]) -> Self {
        Self(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, secret)))
    }
}

impl std::fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("•••")
    }
}

/// One column of an order, as a cursor holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A number.
    Long(i64),
    /// A text.
    Text(String),
    /// A key of a row: those of version 7 are in the order in which they were made.
    Uuid(Uuid),
}

/// The types of the columns that lists are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// A number.
    Long,
    /// A text.
    Text,
    /// A key of a row.
    Uuid,
}

impl KeyKind {
    pub(in crate::platform) fn read(self, cells: &mut RowReader<'_>) -> Result<Key, DbErr> {
        match self {
            Self::Long => cells.take().map(Key::Long),
            Self::Text => cells.take().map(Key::Text),
            Self::Uuid => cells.take().map(Key::Uuid),
        }
    }
}

impl From<Key> for Value {
    fn from(key: Key) -> Self {
        match key {
            Key::Long(number) => number.into(),
            Key::Text(text) => text.into(),
            Key::Uuid(key) => key.into(),
        }
    }
}

/// What a cursor belongs to: the list with its filter and order. A cursor of another list does not open here.
#[derive(Clone)]
pub struct CursorCodec {
    key: CursorKey,
    list: Arc<str>,
}

impl CursorCodec {
    /// The codec of a list that is named by its field, parent, filter and order.
    pub fn new(key: &CursorKey, list: impl Into<Arc<str>>) -> Self {
        Self { key: key.clone(), list: list.into() }
    }

    fn tag(&self, keys: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.key.0);
        context.update(self.list.as_bytes());
        context.update(&[0]);
        context.update(keys);
        context.sign()
    }

    /// The cursor that stands for these keys.
    pub fn close(&self, keys: &[Key]) -> String {
        let mut bytes = vec![0; TAG];
        for key in keys {
            match key {
                Key::Long(number) => {
                    bytes.push(b'l');
                    bytes.extend_from_slice(&number.to_be_bytes());
                }
                Key::Text(text) => {
                    bytes.push(b't');
                    bytes.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
                    bytes.extend_from_slice(text.as_bytes());
                }
                Key::Uuid(key) => {
                    bytes.push(b'u');
                    bytes.extend_from_slice(key.as_bytes());
                }
            }
        }
        let tag = self.tag(&bytes[TAG..]);
        bytes[..TAG].copy_from_slice(&tag.as_ref()[..TAG]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The keys that a cursor stands for; nothing when it was not sealed by us for this list.
    pub fn open(&self, cursor: &str) -> Option<Vec<Key>> {
        // Names are at most 200 characters, so a cursor of ours is short.
        if cursor.len() > 4096 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (tag, mut rest) = bytes.split_at_checked(TAG)?;
        let expected = self.tag(rest);
        aws_lc_rs::constant_time::verify_slices_are_equal(tag, &expected.as_ref()[..TAG]).ok()?;
        let mut keys = Vec::new();
        while let Some((kind, tail)) = rest.split_first() {
            rest = match kind {
                b'l' => {
                    let (number, tail) = tail.split_first_chunk()?;
                    keys.push(Key::Long(i64::from_be_bytes(*number)));
                    tail
                }
                b't' => {
                    let (length, tail) = tail.split_first_chunk()?;
                    let (text, tail) = tail.split_at_checked(u32::from_be_bytes(*length) as usize)?;
                    keys.push(Key::Text(String::from_utf8(text.to_vec()).ok()?));
                    tail
                }
                b'u' => {
                    let (key, tail) = tail.split_first_chunk()?;
                    keys.push(Key::Uuid(Uuid::from_bytes(*key)));
                    tail
                }
                _ => return None,
            };
        }
        Some(keys)
    }
}

/// How many bytes of the codec a cursor carries.
const TAG: usize = 16;

pub(in crate::platform) fn kind_of(key: &Key) -> KeyKind {
    match key {
        Key::Long(_) => KeyKind::Long,
        Key::Text(_) => KeyKind::Text,
        Key::Uuid(_) => KeyKind::Uuid,
    }
}

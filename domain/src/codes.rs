//! Closed lists of codes: a status, a kind, a unit. Each is stored and shown under one name.

/// A closed list of codes, each stored and shown as `SCREAMING_SNAKE_CASE`.
pub trait Coded: Copy + Eq + std::fmt::Debug + Send + Sync + 'static {
    /// The name of the list in the schema.
    const NAME: &'static str;
    /// What the list is, for the reader of the schema.
    const DESCRIPTION: &'static str;
    /// Every code, in the order of the list.
    const ALL: &'static [Self];

    /// The code as it is stored and shown.
    fn as_str(self) -> &'static str;

    /// What the code means, for the reader of the schema.
    fn description(self) -> &'static str;

    /// The code of this name.
    fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

/// Declare a closed list of codes, once for the program, the database and the schema: an enum, the name of each code, and
/// doc comments, which are the schema's descriptions. Its name in the schema is its own, or the one after `as`.
#[macro_export]
macro_rules! codes {
    ($(#[doc = $about:expr])* $name:ident { $($codes:tt)+ }) => {
        $crate::codes! { $(#[doc = $about])* $name as (stringify!($name)) { $($codes)+ } }
    };
    ($(#[doc = $about:expr])* $name:ident as $shown:tt {
        $($(#[doc = $doc:expr])* $variant:ident = $text:literal),+ $(,)?
    }) => {
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[doc = $doc])* $variant),+ }

        impl $crate::codes::Coded for $name {
            const NAME: &'static str = $shown;
            const DESCRIPTION: &'static str = concat!($($about, "\n"),*);
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
            fn description(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc, "\n"),*)),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::codes::Coded::as_str(*self))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::codes::Coded::as_str(*self))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                $crate::codes::Coded::parse(&text)
                    .ok_or_else(|| serde::de::Error::custom(concat!("not a ", stringify!($name))))
            }
        }
    };
}

//! The GraphQL face of localised text.

use crate::platform::reader::Reads;
use crate::platform::stored::Document;
use async_graphql::{Context, Enum, Object, SimpleObject};
use domain::text as rules;

/// A language that texts are written in.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "rules::Locale")]
pub enum Locale {
    /// Arabic.
    Ar,
    /// French.
    Fr,
    /// Tamazight, in Tifinagh.
    Zgh,
    /// English.
    En,
}

/// The direction in which a text is read.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "rules::Direction")]
pub enum TextDirection {
    /// From right to left.
    Rtl,
    /// From left to right.
    Ltr,
}

/// A text in several languages. `text`, `language` and `direction` are resolved by one rule: the language asked for,
/// then those of `Accept-Language`, then Arabic, French, English, Tamazight.
#[derive(Clone, Debug)]
pub struct Text(pub rules::LocalizedText);

/// A text in one language.
#[derive(SimpleObject)]
pub struct Translation {
    /// The language.
    pub language: Locale,
    /// The text in it.
    pub text: String,
}

impl From<&Document<rules::LocalizedText>> for Text {
    fn from(document: &Document<rules::LocalizedText>) -> Self {
        Self(document.0.clone())
    }
}

impl Text {
    fn resolve(&self, ctx: &Context<'_>, asked: Option<Locale>) -> (rules::Locale, &str) {
        let given = ctx.reader().locales();
        match asked {
            None => self.0.resolve(given),
            Some(asked) => {
                let asked = rules::Locale::from(asked);
                match self.0.get(asked) {
                    Some(text) => (asked, text),
                    None => self.0.resolve(given),
                }
            }
        }
    }
}

/// A text in several languages. `text`, `language` and `direction` are resolved by one rule: the language asked for,
/// then those of `Accept-Language`, then Arabic, French, English, Tamazight.
#[Object(name = "LocalizedText")]
impl Text {
    /// The text itself, in the language that `language` names.
    async fn text(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language wanted; another is given when the text does not exist in it.")] locale: Option<
            Locale,
        >,
    ) -> &str {
        self.resolve(ctx, locale).1
    }

    /// The language of the text that is given.
    async fn language(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language wanted.")] locale: Option<Locale>,
    ) -> Locale {
        self.resolve(ctx, locale).0.into()
    }

    /// The direction in which the text that is given is read.
    async fn direction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language wanted.")] locale: Option<Locale>,
    ) -> TextDirection {
        self.resolve(ctx, locale).0.direction().into()
    }

    /// All languages in which the text exists.
    async fn translations(&self) -> Vec<Translation> {
        self.0
            .translations()
            .map(|(language, text)| Translation { language: language.into(), text: text.to_owned() })
            .collect()
    }
}

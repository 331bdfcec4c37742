//! The GraphQL face of localised text.

use crate::platform::error::Result;
use crate::platform::loading::reader::{Reader, Reads};
use crate::platform::query::select::Select;
use crate::platform::query::stored::{EnumValue, Json};
use crate::platform::query::table::{Guarded, RowReader};
use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use domain::fault::{Code, Fault, Faults};
use domain::text::{self as rules, Locale, TextDirection};
use sea_orm::sea_query::{Alias, BinOper, Condition, Expr, ExprTrait};
use sea_orm::{ColIdx, EntityTrait, QueryResult, TryGetError, TryGetable};
use std::sync::Arc;

/// A text in several languages. `text`, `language` and `direction` are resolved by one rule: the language asked for,
/// then those of `Accept-Language`, then Arabic, French, English, Tamazight.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(from = "rules::LocalizedText")]
pub struct Text(pub Arc<rules::LocalizedText>);

/// A text in one language.
#[derive(SimpleObject)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct Translation {
    /// The language of the translation.
    pub language: EnumValue<Locale>,
    /// The text in this language.
    pub text: String,
}

impl From<rules::LocalizedText> for Text {
    fn from(text: rules::LocalizedText) -> Self {
        Self(Arc::new(text))
    }
}

impl From<&Json<rules::LocalizedText>> for Text {
    fn from(document: &Json<rules::LocalizedText>) -> Self {
        document.0.clone().into()
    }
}

impl TryGetable for Text {
    fn try_get_by<I: ColIdx>(row: &QueryResult, column: I) -> Result<Self, TryGetError> {
        Json::<rules::LocalizedText>::try_get_by(row, column).map(|document| document.0.into())
    }
}

impl Text {
    /// The text in the language that was asked for, or the next best one.
    pub(crate) fn resolve(&self, ctx: &Context<'_>, asked: Option<EnumValue<Locale>>) -> (Locale, &str) {
        let given = ctx.reader().locales();
        match asked {
            None => self.0.resolve(given),
            Some(asked) => {
                let asked = asked.0;
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
#[Object(name = "LocalizedText", crate = "crate::platform::graphql::executor")]
impl Text {
    /// The text itself, in the language that `language` names.
    async fn text(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The preferred language; when the text does not exist in it, another is given.")]
        locale: Option<EnumValue<Locale>>,
    ) -> Result<&str> {
        ctx.reader().give(self.resolve(ctx, locale).1)
    }

    /// The language of the text that is given.
    async fn language(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The preferred language; by default the languages of the request.")] locale: Option<
            EnumValue<Locale>,
        >,
    ) -> EnumValue<Locale> {
        self.resolve(ctx, locale).0.into()
    }

    /// The direction in which the text that is given is read.
    async fn direction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The preferred language; by default the languages of the request.")] locale: Option<
            EnumValue<Locale>,
        >,
    ) -> EnumValue<TextDirection> {
        self.resolve(ctx, locale).0.direction().into()
    }

    /// All languages in which the text exists.
    async fn translations(&self, ctx: &Context<'_>) -> Result<Vec<Translation>> {
        let translation = |(language, text): (Locale, &str)| {
            let text = ctx.reader().give(text)?.to_owned();
            Ok(Translation { language: language.into(), text })
        };
        self.0.translations().map(translation).collect()
    }
}

/// A text in several languages, as it is given: a language that is not named stays as it is, null removes it; Arabic or
/// French must remain.
#[derive(InputObject, Clone, Debug, Default)]
pub struct LocalizedTextInput {
    /// The text in Arabic.
    pub ar: MaybeUndefined<String>,
    /// The text in French.
    pub fr: MaybeUndefined<String>,
    /// In Tamazight, in Tifinagh.
    pub zgh: MaybeUndefined<String>,
    /// The text in English.
    pub en: MaybeUndefined<String>,
}

impl LocalizedTextInput {
    /// The same, each fault at a field that holds the text.
    ///
    /// # Errors
    /// Those of [`LocalizedTextInput::merged`], below `field`.
    pub fn merged_at(
        self,
        before: Option<rules::LocalizedText>,
        max: usize,
        field: &str,
    ) -> Result<rules::LocalizedText, Faults> {
        self.merged(before, max).map_err(|wrong| wrong.into_iter().map(|fault| fault.at(field)).collect())
    }

    /// The text that it makes of another one, or of nothing.
    ///
    /// # Errors
    /// All faults at once, each at its language: TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE.
    pub fn merged(self, before: Option<rules::LocalizedText>, max: usize) -> Result<rules::LocalizedText, Faults> {
        let given = [
            (rules::Locale::Ar, self.ar),
            (rules::Locale::Fr, self.fr),
            (rules::Locale::Zgh, self.zgh),
            (rules::Locale::En, self.en),
        ];
        let patch = given.into_iter().filter_map(|(locale, text)| match text {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some((locale, None)),
            MaybeUndefined::Value(text) => Some((locale, Some(text))),
        });
        match before {
            Some(before) => before.merged(patch, max),
            None => rules::LocalizedText::new(patch.filter_map(|(locale, text)| Some((locale, text?))), max),
        }
    }
}

/// A text of a form that may not be missing, as it is kept.
///
/// # Errors
/// TEXT_REQUIRED, TEXT_TOO_LONG or TEXT_UNSAFE at the field.
pub fn required(text: &str, max: usize, field: &str) -> Result<String, Faults> {
    let text = rules::clean(text, max).and_then(|text| {
        let text: String = text.into();
        if text.is_empty() { Err(Code::TextRequired) } else { Ok(text) }
    });
    text.map_err(|code| vec![Fault::new(code).at(field)])
}

/// The condition that one of these texts of a table is there and is missing in a language.
pub fn untranslated<E: EntityTrait>(texts: &[&'static str], language: Locale) -> Condition {
    let is_missing = |text: &&'static str| {
        let text = || Expr::col((Alias::new(E::default().table_name()), Alias::new(*text)));
        let translation = text().binary(BinOper::Custom("->>"), language.tag());
        Condition::all().add(text().is_not_null()).add(translation.is_null())
    };
    texts.iter().map(is_missing).fold(Condition::any(), Condition::add)
}

/// Rows of a list of which a text is missing in a language, where that is asked: of whoever may do something about it.
///
/// # Errors
/// UNAUTHENTICATED.
pub fn only_untranslated<'t, 'a, E: Guarded>(
    reader: &Reader,
    select: Select<'t, 'a, E>,
    texts: &[&'static str],
    language: Option<EnumValue<Locale>>,
) -> Result<Select<'t, 'a, E>> {
    let Some(language) = language else { return Ok(select) };
    reader.signed_in()?;
    Ok(select.filter(untranslated::<E>(texts, language.0)))
}

/// What lists by name sort a name by, in Arabic and in the other languages.
///
/// # Errors
/// TEXT_REQUIRED, when there is no letter in it.
pub fn name_keys(name: &rules::LocalizedText) -> Result<(String, String), Fault> {
    let key = |wanted: &[rules::Locale]| domain::fold::sort_key(name.resolve(wanted).1);
    let keys = (key(&[rules::Locale::Ar]), key(&[rules::Locale::Fr, rules::Locale::En]));
    if keys.0.is_empty() && keys.1.is_empty() { Err(Fault::new(Code::TextRequired)) } else { Ok(keys) }
}

/// The rule of a projection that keeps both keys of a name: reads what is stored of them, and the name.
///
/// # Errors
/// TEXT_REQUIRED, or what cannot be read.
pub fn compute_name_keys(cells: &mut RowReader<'_>) -> Result<Option<Vec<sea_orm::Value>>> {
    let stored = (cells.take::<String>()?, cells.take::<String>()?);
    let keys = name_keys(&cells.take::<Json<rules::LocalizedText>>()?.0)?;
    Ok((stored != keys).then(|| vec![keys.0.into(), keys.1.into()]))
}

/// A name in addresses: made of a name, with the end of its key, so that a name that is taken is not told from one that
/// is free.
pub fn slug(name: &rules::LocalizedText, key: uuid::Uuid) -> String {
    let folded = domain::fold::sort_key(name.resolve(&[rules::Locale::Fr, rules::Locale::En]).1);
    let words: Vec<&str> =
        folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(8).collect();
    let (words, key) = (words.join("-"), key.simple().to_string());
    let words: String = words.chars().take(80).collect();
    format!("{words}-{}", &key[key.len() - 8..])
}

//! The page `/help`: the emergency card in every language, and the bot below it. It is made at the start, needs no database, is
//! limited to nobody, sets no cookie, and loads nothing from elsewhere.

use super::pages::not_found;
use crate::bot::phrase::{Phrase, locales};
use crate::platform::graphql::text::Text;
use crate::support_service::emergency::NUMBERS;
use axum::extract::Path;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use domain::bot::menu::BotLanguage;
use domain::codes::Coded;
use std::sync::LazyLock;

/// Nothing from elsewhere may run or be reached, and no other page may show this one.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; \
                      form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

/// The files of the page.
const FILES: [(&str, &str, &str); 2] = [
    ("help.js", "text/javascript; charset=utf-8", include_str!("../../assets/help/help.js")),
    ("help.css", "text/css; charset=utf-8", include_str!("../../assets/help/help.css")),
];

/// A language as HTML calls it, and the direction of its letters.
fn tag(language: BotLanguage) -> (&'static str, &'static str) {
    match language {
        BotLanguage::Darija => ("ary", "rtl"),
        BotLanguage::DarijaLatin => ("ary-Latn", "ltr"),
        BotLanguage::Arabic => ("ar", "rtl"),
        BotLanguage::French => ("fr", "ltr"),
        BotLanguage::Tamazight => ("zgh", "ltr"),
    }
}

/// A text within HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The emergency card in a language, and what the page says of itself.
fn card(language: BotLanguage) -> String {
    let (tag, direction) = tag(language);
    let numbers = NUMBERS.iter().map(|number| {
        let Text(name) = &number.name;
        let (_, name) = name.resolve(locales(language));
        let phones = number.phones.iter().map(|phone| format!("<a href=\"tel:{0}\">{0}</a>", escaped(phone)));
        let phones = phones.collect::<Vec<_>>().join(", ");
        let dated = number.confirmed_on.as_deref().or(number.dated_on.as_deref()).unwrap_or_default();
        let source = format!("<a href=\"{}\" rel=\"noreferrer\">↗</a>", escaped(&number.source));
        format!(
            "<li>{}: {phones} <small><span dir=\"ltr\">{}</span> {source}</small></li>",
            escaped(name),
            escaped(dated)
        )
    });
    format!(
        "<section class=\"card\" data-language=\"{language}\" data-open=\"{}\" data-known=\"{}\" lang=\"{tag}\" dir=\"{direction}\">\n\
         <h2>{}</h2>\n<ul>\n{}\n</ul>\n<p class=\"notice\">{}</p>\n</section>",
        escaped(Phrase::Open.text(language)),
        escaped(Phrase::KnownAsOf.text(language)),
        escaped(Phrase::Emergency.text(language)),
        numbers.collect::<Vec<_>>().join("\n"),
        escaped(Phrase::PageNotice.text(language)),
    )
}

static PAGE: LazyLock<String> = LazyLock::new(|| {
    let cards: Vec<String> = BotLanguage::ALL.iter().map(|language| card(*language)).collect();
    include_str!("../../assets/help/index.html").replace("{{cards}}", &cards.join("\n"))
});

pub(super) async fn page() -> Response {
    let heads = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    (heads, Html(PAGE.as_str())).into_response()
}

pub(super) async fn file(Path(file): Path<String>) -> Response {
    match FILES.iter().find(|(name, ..)| *name == file) {
        Some((_, kind, text)) => {
            ([(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, "public, max-age=3600")], *text).into_response()
        }
        None => not_found().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_whom_to_call_in_every_language_and_loads_nothing_from_elsewhere() {
        for language in BotLanguage::ALL {
            let card = card(*language);
            for number in ["19", "177", "15", "150", "8350"] {
                assert!(card.contains(&format!("<a href=\"tel:{number}\">{number}</a>")), "{card}");
            }
        }
        assert!(!PAGE.contains("{{") && !PAGE.contains("src=\"http"));
        let [(_, _, script), _] = FILES;
        for stored in
            ["localStorage", "sessionStorage", "indexedDB", "document.cookie", "caches", "http://", "https://"]
        {
            assert!(!script.contains(stored), "{stored}");
        }
    }
}

//! The receipt of a sale, as text and as a page to print, in the language of the customer.

use crate::money::Money;
use crate::product::Unit;
use crate::sale::{PaymentMethod, SaleStatus};
use crate::text::{Locale, LocalizedText, TextDirection};
use jiff::civil::DateTime;
use std::fmt::Write;

/// What a receipt says.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The market.
    pub market: LocalizedText,
    /// Its address.
    pub address: Option<LocalizedText>,
    /// When it was sold, in local time.
    pub sold_at: DateTime,
    /// What was sold, in the order of the sale.
    pub lines: Vec<ReceiptLine>,
    /// The whole price.
    pub total: Money,
    /// How it was paid.
    pub payment: PaymentMethod,
    /// Whether the sale stands.
    pub status: SaleStatus,
    /// By which it is found.
    pub number: String,
}

/// A line of a receipt.
#[derive(Clone, Debug)]
pub struct ReceiptLine {
    /// The product; none: its name is not to be told.
    pub name: Option<LocalizedText>,
    /// What is in a pack, and of which unit; none: it is not to be told.
    pub pack: Option<(String, Unit)>,
    /// The number of packs.
    pub quantity: String,
    /// The price of a pack.
    pub price: Money,
    /// The price of the line.
    pub total: Money,
}

/// The words of a receipt in one language.
struct Words {
    article: &'static str,
    total: &'static str,
    currency: &'static str,
    cash: &'static str,
    card: &'static str,
    transfer: &'static str,
    number: &'static str,
    voided: &'static str,
    piece: &'static str,
}

const ARABIC: Words = Words {
    article: "منتوج",
    total: "المجموع",
    currency: "درهم",
    cash: "الأداء نقدا",
    card: "الأداء بالبطاقة",
    transfer: "الأداء بالتحويل",
    number: "وصل رقم",
    voided: "ملغى",
    piece: "قطعة",
};
const FRENCH: Words = Words {
    article: "Article",
    total: "Total",
    currency: "MAD",
    cash: "Payé en espèces",
    card: "Payé par carte",
    transfer: "Payé par virement",
    number: "Reçu n°",
    voided: "ANNULÉ",
    piece: "pièce(s)",
};
const ENGLISH: Words = Words {
    article: "Article",
    total: "Total",
    currency: "MAD",
    cash: "Paid in cash",
    card: "Paid by card",
    transfer: "Paid by transfer",
    number: "Receipt",
    voided: "VOIDED",
    piece: "piece(s)",
};

impl Words {
    /// Those of a language; Arabic for readers of Tamazight.
    fn of(locale: Locale) -> (&'static Self, Locale) {
        match locale {
            Locale::Ar | Locale::Zgh => (&ARABIC, Locale::Ar),
            Locale::Fr => (&FRENCH, Locale::Fr),
            Locale::En => (&ENGLISH, Locale::En),
        }
    }

    fn payment(&self, payment: PaymentMethod) -> &'static str {
        match payment {
            PaymentMethod::Cash => self.cash,
            PaymentMethod::Card => self.card,
            PaymentMethod::Transfer => self.transfer,
        }
    }

    fn unit(&self, unit: Unit) -> &'static str {
        match unit {
            Unit::Kg => "kg",
            Unit::G => "g",
            Unit::L => "l",
            Unit::Ml => "ml",
            Unit::Piece => self.piece,
            Unit::M2 => "m²",
        }
    }
}

/// What is written from left to right among what is not, or the other way round, is set apart (Unicode Standard Annex 9,
/// explicit directional isolates).
fn isolated(text: &str, is_foreign: bool) -> String {
    if is_foreign { format!("\u{2068}{text}\u{2069}") } else { text.to_owned() }
}

impl Receipt {
    fn name<'n>(&'n self, line: &'n ReceiptLine, locale: Locale, words: &Words) -> (&'n str, TextDirection) {
        match &line.name {
            Some(name) => {
                let (language, text) = name.resolve(&[locale]);
                (text, language.direction())
            }
            None => (words.article, locale.direction()),
        }
    }

    fn pack(line: &ReceiptLine, words: &Words) -> String {
        line.pack.as_ref().map_or_else(String::new, |(quantity, unit)| format!("{quantity} {}", words.unit(*unit)))
    }

    /// The receipt as lines of text.
    pub fn text(&self, locale: Locale) -> String {
        let (words, own) = Words::of(locale);
        let direction = own.direction();
        let mut text = String::new();
        let mut put = |line: String| text.extend([line.as_str(), "\n"]);
        for named in std::iter::once(&self.market).chain(&self.address) {
            let (language, name) = named.resolve(&[locale]);
            put(isolated(name, language.direction() != direction));
        }
        put(self.sold_at.strftime("%Y-%m-%d %H:%M").to_string());
        put(String::new());
        for line in &self.lines {
            let (name, written) = self.name(line, locale, words);
            let pack = Self::pack(line, words);
            let pack =
                if pack.is_empty() { pack } else { format!(" ({})", isolated(&pack, direction == TextDirection::Rtl)) };
            put(format!("{}{pack}", isolated(name, written != direction)));
            put(format!("{} × {} = {}", line.quantity, line.price, line.total));
        }
        put(String::new());
        put(format!("{}: {} {}", words.total, self.total, words.currency));
        put(words.payment(self.payment).to_owned());
        put(format!("{} {}", words.number, self.number));
        if self.status == SaleStatus::Voided {
            put(words.voided.to_owned());
        }
        text
    }

    /// The receipt as a page to print, which needs nothing from elsewhere and runs nothing.
    pub fn html(&self, locale: Locale) -> String {
        let (words, own) = Words::of(locale);
        let direction = if own.direction() == TextDirection::Rtl { "rtl" } else { "ltr" };
        let mut page = format!(
            "<!doctype html><html lang=\"{}\" dir=\"{direction}\"><meta charset=\"utf-8\"><title>{} {}</title>\
             <style>body{{font:14px/1.4 sans-serif;width:72mm;margin:4mm auto}}h1{{font-size:16px;margin:0}}p{{margin:2px 0}}\
             table{{width:100%;border-collapse:collapse;margin:2mm 0}}td{{padding:1mm 0;border-bottom:1px dotted #666;\
             vertical-align:top}}td+td{{text-align:end;white-space:nowrap}}.total td{{border:0;font-weight:bold}}\
             .voided{{border:2px solid;text-align:center;font-weight:bold}}</style>",
            own.tag(),
            words.number,
            escaped(&self.number),
        );
        let mut put = |arguments: std::fmt::Arguments<'_>| {
            // Writing to a string does not fail.
            let _ = page.write_fmt(arguments);
        };
        let mut place = "h1";
        // The lines stand where the page begins, in whichever direction a name is read.
        for named in std::iter::once(&self.market).chain(&self.address) {
            let (language, name) = named.resolve(&[locale]);
            put(format_args!("<{place}><bdi lang=\"{}\">{}</bdi></{place}>", language.tag(), escaped(name)));
            place = "p";
        }
        put(format_args!("<p><bdi>{}</bdi></p><table>", self.sold_at.strftime("%Y-%m-%d %H:%M")));
        for line in &self.lines {
            put(format_args!(
                "<tr><td><bdi>{}</bdi> <bdi dir=\"{}\">{}</bdi><br><bdi>{} × {}</bdi></td><td><bdi>{}</bdi></td></tr>",
                escaped(self.name(line, locale, words).0),
                if line.pack.as_ref().is_some_and(|(_, unit)| *unit == Unit::Piece) { "auto" } else { "ltr" },
                escaped(&Self::pack(line, words)),
                escaped(&line.quantity),
                line.price,
                line.total,
            ));
        }
        put(format_args!(
            "<tr class=\"total\"><td>{}</td><td><bdi>{}</bdi> {}</td></tr></table><p>{}</p><p>{} <bdi>{}</bdi></p>",
            words.total,
            self.total,
            words.currency,
            words.payment(self.payment),
            words.number,
            escaped(&self.number),
        ));
        if self.status == SaleStatus::Voided {
            put(format_args!("<p class=\"voided\">{}</p>", words.voided));
        }
        page + "</html>"
    }
}

/// A text within HTML.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::NAME_MAX;
    use jiff::civil::datetime;

    fn text(ar: &str, fr: &str) -> LocalizedText {
        let given = [(Locale::Ar, ar), (Locale::Fr, fr)].into_iter().filter(|(_, text)| !text.is_empty());
        LocalizedText::new(given.map(|(locale, text)| (locale, text.to_owned())), NAME_MAX).unwrap()
    }

    fn receipt() -> Receipt {
        Receipt {
            market: text("سوق الاتحاد", "UNFM Market"),
            address: None,
            sold_at: datetime(2026, 11, 23, 12, 0, 0, 0),
            lines: vec![ReceiptLine {
                name: Some(text("", "Huile d'argan <b>")),
                pack: Some(("250".to_owned(), Unit::Ml)),
                quantity: "4".to_owned(),
                price: Money::new(8_000),
                total: Money::new(32_000),
            }],
            total: Money::new(32_000),
            payment: PaymentMethod::Cash,
            status: SaleStatus::Completed,
            number: "3F9A".to_owned(),
        }
    }

    #[test]
    fn a_receipt_reads_in_the_language_of_the_customer() {
        let french = receipt().text(Locale::Fr);
        assert_eq!(
            french,
            "UNFM Market\n2026-11-23 12:00\n\nHuile d'argan <b> (250 ml)\n4 × 80.00 = 320.00\n\nTotal: 320.00 MAD\n\
             Payé en espèces\nReçu n° 3F9A\n"
        );
        let arabic = receipt().text(Locale::Zgh);
        assert!(arabic.contains("\u{2068}Huile d'argan <b>\u{2069} (\u{2068}250 ml\u{2069})"), "{arabic}");
        assert!(arabic.contains("المجموع: 320.00 درهم") && !arabic.contains("ملغى"), "{arabic}");
        assert!(Receipt { status: SaleStatus::Voided, ..receipt() }.text(Locale::Ar).contains("ملغى"));
    }

    #[test]
    fn a_page_holds_no_markup_of_others() {
        let page = receipt().html(Locale::Ar);
        assert!(page.contains("dir=\"rtl\"") && page.contains("Huile d&#39;argan &lt;b&gt;"), "{page}");
        assert!(!page.contains("<b>"), "{page}");
    }
}

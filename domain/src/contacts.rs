//! How the public reaches a branch or a market.

use crate::fault::{Code, Fault, Faults};
use serde::{Deserialize, Serialize};

/// Public contacts; what is not published is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contacts {
    /// Telephone number, in international form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Address of a web page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
}

/// The longest address of a web page, in bytes.
const WEBSITE_MAX: usize = 300;

impl Contacts {
    /// Check contacts that are entered: a telephone number in international form (ITU-T E.164), an e-mail address, an address of
    /// a web page that begins with `https://` or `http://`.
    ///
    /// # Errors
    /// All faults at once: TEXT_UNSAFE at `phone` and `website`, EMAIL_INVALID at `email`.
    pub fn check(&self) -> Result<(), Faults> {
        let mut faults = Faults::new();
        let is_phone = |phone: &String| {
            let digits = phone.strip_prefix('+').unwrap_or_default();
            (7..=15).contains(&digits.len())
                && digits.bytes().all(|byte| byte.is_ascii_digit())
                && !digits.starts_with('0')
        };
        if !self.phone.as_ref().is_none_or(is_phone) {
            faults.push(Fault::new(Code::TextUnsafe).at("phone"));
        }
        if let Some(Err(fault)) = self.email.as_deref().map(crate::user::email) {
            faults.push(fault.at("email"));
        }
        let is_address = |address: &String| {
            let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or_default();
            let is_plain =
                |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'`' | b'@');
            address.len() <= WEBSITE_MAX
                && rest.starts_with(|first: char| first.is_ascii_alphanumeric())
                && rest.bytes().all(is_plain)
        };
        if !self.website.as_ref().is_none_or(is_address) {
            faults.push(Fault::new(Code::TextUnsafe).at("website"));
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_can_be_dialled_written_to_and_opened() {
        let contacts = |phone: &str, email: &str, website: &str| {
            let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let contacts = Contacts { phone: given(phone), email: given(email), website: given(website) };
            contacts
                .check()
                .err()
                .unwrap_or_default()
                .into_iter()
                .map(|fault| fault.field.join("."))
                .collect::<Vec<_>>()
        };
        assert!(contacts("", "", "").is_empty());
        assert!(contacts("+212523000000", "marche@unfm.example", "https://unfm.example/marche?x=1").is_empty());
        for phone in ["0523000000", "+0523000000", "+212 523", "+2125230000001234", "+21252300000a"] {
            assert_eq!(contacts(phone, "", ""), ["phone"], "{phone}");
        }
        assert_eq!(contacts("", "marche", ""), ["email"]);
        for website in ["unfm.example", "javascript:alert(1)", "https://", "https://a\"b", "https://user@host"] {
            assert_eq!(contacts("", "", website), ["website"], "{website}");
        }
    }
}

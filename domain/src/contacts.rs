//! How the public reaches a branch or a market.

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

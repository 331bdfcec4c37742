//! The GraphQL face of public contacts.

use crate::platform::query::stored::Json;
use async_graphql::SimpleObject;

/// The contact details of a place for the public; those that are not published are null.
#[derive(SimpleObject, Clone, Debug)]
pub struct Contacts {
    /// Telephone number, in international form.
    pub phone: Option<String>,
    /// The public e-mail address; null when there is none.
    pub email: Option<String>,
    /// Address of a web page.
    pub website: Option<String>,
}

impl From<Json<domain::contacts::Contacts>> for Contacts {
    fn from(document: Json<domain::contacts::Contacts>) -> Self {
        let domain::contacts::Contacts { phone, email, website } = document.0;
        Self { phone, email, website }
    }
}

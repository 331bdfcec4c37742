//! The GraphQL face of public contacts.

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use domain::fault::Faults;

/// The contact details of a place for the public; those that are not published are null.
#[derive(SimpleObject, Clone, Debug, serde::Deserialize)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct Contacts {
    /// Telephone number, in international form.
    pub phone: Option<String>,
    /// The public e-mail address; null when there is none.
    pub email: Option<String>,
    /// Address of a web page.
    pub website: Option<String>,
}

/// The contact details of a place for the public, as they are given: one that is not named stays as it is, null removes it.
#[derive(InputObject, Clone, Debug, Default)]
pub struct ContactsInput {
    /// Telephone number, in international form: "+212523000000".
    pub phone: MaybeUndefined<String>,
    /// The public e-mail address.
    pub email: MaybeUndefined<String>,
    /// Address of a web page, with `https://` or `http://`.
    pub website: MaybeUndefined<String>,
}

impl ContactsInput {
    /// The contacts that it makes of others, or of none; none when nothing is left of them.
    ///
    /// # Errors
    /// All faults at once: TEXT_UNSAFE at `phone` and `website`, EMAIL_INVALID at `email`.
    pub fn merged(
        self,
        before: Option<domain::contacts::Contacts>,
    ) -> Result<Option<domain::contacts::Contacts>, Faults> {
        let mut contacts = before.unwrap_or_default();
        self.phone.update_to(&mut contacts.phone);
        self.email.update_to(&mut contacts.email);
        self.website.update_to(&mut contacts.website);
        contacts.check()?;
        Ok(Some(contacts).filter(|contacts| *contacts != domain::contacts::Contacts::default()))
    }
}

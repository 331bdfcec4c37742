//! The GraphQL face of partners' machine credentials.

use super::entity::{Entity, Model};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::UserError;
use crate::platform::graphql::scalars::DateTime;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::object::RowObject;
use crate::platform::loading::reader::Reader;
use async_graphql::SimpleObject;
use domain::codes::Coded;
use uuid::Uuid;

/// A machine credential of a partner organisation.
#[derive(SimpleObject, Clone, Debug)]
#[graphql(complex, crate = "crate::platform::graphql::executor")]
pub struct PartnerClient {
    /// The machine credential's global id, which never changes and is never used again.
    pub id: GlobalId,
    /// The machine credential's version: 1 when it was created, and one more with each edit. What only follows from
    /// other data leaves it as it is.
    pub version: i32,
    /// When the machine credential was last edited.
    pub changed_at: DateTime,
    /// The `client_id` of the credential for `/oauth/token`.
    pub client_id: String,
    /// The credential's name.
    pub name: String,
    /// The scopes of the credential, such as `programmes:read`.
    pub scopes: Vec<String>,
    /// The addresses and networks that it may come from; empty: from anywhere.
    pub addresses: Vec<String>,
    /// When the credential expires.
    pub expires_at: DateTime,
    /// The instant at which the credential was revoked; null: it was not.
    pub revoked_at: Option<DateTime>,
    /// The minute in which the credential was last given a token; null: never.
    pub last_used_at: Option<DateTime>,
    /// Whether the machine credential was invented for demonstration.
    pub is_demo: bool,
    #[graphql(skip)]
    pub(crate) partner_key: Uuid,
    #[graphql(skip)]
    pub(crate) batch: Batch,
}

impl RowObject for PartnerClient {
    type Columns = Entity;

    fn new(row: &Model, batch: Batch, _: &Reader) -> Self {
        Self {
            id: GlobalId::new(Kind::PartnerClient, row.id),
            version: row.version,
            changed_at: DateTime::micros(row.changed_at),
            client_id: row.client_id.clone(),
            name: row.name.clone(),
            scopes: row.scopes.0.iter().map(|scope| scope.as_str().to_owned()).collect(),
            addresses: row.addresses.0.clone(),
            expires_at: DateTime::micros(row.expires_at),
            revoked_at: row.revoked_at.map(DateTime::micros),
            last_used_at: row.last_used_at.map(DateTime::micros),
            is_demo: row.is_demo,
            partner_key: row.partner_id,
            batch,
        }
    }
}

/// The outcome of creating a machine credential, or of giving it another secret.
#[derive(SimpleObject)]
#[graphql(crate = "crate::platform::graphql::executor")]
pub struct PartnerClientSecretPayload {
    /// The credential as it is now; null when it was refused, unless the refusal is a CONFLICT.
    pub partner_client: Option<PartnerClient>,
    /// The client secret. It is shown once: only its hash is kept.
    pub client_secret: Option<String>,
    /// The refusals of the input; empty when the mutation was carried out.
    pub user_errors: Vec<UserError>,
}

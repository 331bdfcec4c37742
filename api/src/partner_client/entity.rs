//! The table of partners' machine credentials; the hashes of their secrets stand in a table of the platform's own.

use crate::platform::query::stored::Json;
use crate::platform::query::table::{Guarded, Node, Open};
use domain::access::Permission;
use domain::partner_client::ClientScope;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "partner_client")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order in which rows were made.
    pub number: i64,
    /// Whose it is.
    pub partner_id: Uuid,
    /// What it comes in as.
    pub client_id: String,
    /// What people call it.
    pub name: String,
    /// What it may ask for.
    pub scopes: Json<Vec<ClientScope>>,
    /// The networks that it may come from; none: from anywhere.
    pub addresses: Json<Vec<String>>,
    /// When it ends; microseconds since 1970 in UTC.
    pub expires_at: i64,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// When it was last given a token.
    pub last_used_at: Option<i64>,
    /// Whether it was invented for the demo world: such a credential works in demo mode only.
    pub is_demo: bool,
    /// How often it was changed; 1 when it was made.
    pub version: i32,
    /// When it was made; microseconds since 1970 in UTC.
    pub created_at: i64,
    /// When it was changed last; microseconds since 1970 in UTC.
    pub changed_at: i64,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeePartnerClients;
    const MANAGE: Permission = Permission::ManagePartnerClients;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::Id;
    const BRANCH: Option<Column> = None;
    const COOPERATIVE: Option<Column> = None;
    const OWN: Option<Column> = Some(Column::Id);
}

crate::table!(PartnerClient { Id => id, Number => number, PartnerId => partner_id, ClientId => client_id, Name => name, Scopes => scopes, Addresses => addresses, ExpiresAt => expires_at, RevokedAt => revoked_at, LastUsedAt => last_used_at, IsDemo => is_demo, Version => version, CreatedAt => created_at, ChangedAt => changed_at } names { Partner: partner_id });

impl Node for Entity {
    const VERSION: Column = Column::Version;
    const CHANGED_AT: Column = Column::ChangedAt;
}

//! The table of where shelters are. Counsellors alone read it: the branch that keeps a shelter in the directory does not, nor
//! does an auditor. It is in no export, no log and no cache, and the audit says that it was read and changed, not what it is.

use crate::platform::query::stored::Json;
use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use domain::text::LocalizedText;
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "shelter")]
pub struct Model {
    /// The service that it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub support_service_id: Uuid,
    /// The branch that keeps it.
    pub branch_id: Uuid,
    /// The address.
    pub address: Json<LocalizedText>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// The numbers to call, the best one first.
    pub phones: Json<Vec<String>>,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeShelters;
    const MANAGE: Permission = Permission::ManageShelters;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::SupportServiceId;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
}

//! The table of how many people took part in activities.

use crate::platform::query::stored::EnumValue;
use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use domain::indicator::{MilieuCategory, SexCategory};
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "activity_participation")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The branch that holds the activity.
    pub branch_id: Uuid,
    /// The activity.
    pub activity_id: Uuid,
    /// Its place in the form.
    pub position: i32,
    /// Of one sex; none: it is not broken down by sex.
    pub sex: Option<EnumValue<SexCategory>>,
    /// Of one age band; none: it is not broken down by age.
    pub age_band: Option<String>,
    /// Of town or country; none: it is not broken down by milieu.
    pub milieu: Option<EnumValue<MilieuCategory>>,
    /// How many.
    pub people: i32,
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeProgrammes;
    const MANAGE: Permission = Permission::ManageIndicators;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::ActivityId;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
}

//! The table of what branches entered: what may leave of it stands in `indicator_value`. Nobody outside reads it.

use crate::platform::query::stored::EnumValue;
use crate::platform::query::table::{Guarded, Open};
use domain::access::Permission;
use domain::figure::{Cell, Figure};
use domain::indicator::{IndicatorValueKind, MilieuCategory, SexCategory};
use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "measurement")]
pub struct Model {
    /// The key that the figure has in `indicator_value` once it is accepted.
    #[sea_orm(primary_key, auto_increment = false)]
    pub value_id: Uuid,
    /// The branch that measured it.
    pub branch_id: Uuid,
    /// The submission that it is part of; none for what was not entered here.
    pub submission_id: Option<Uuid>,
    /// What it measures.
    pub programme_indicator_id: Uuid,
    /// What kind of figure.
    pub kind: EnumValue<IndicatorValueKind>,
    /// Of one sex alone; none: of both.
    pub sex: Option<EnumValue<SexCategory>>,
    /// Of one age band alone; none: of all.
    pub age_band: Option<String>,
    /// Of town or country alone; none: of both.
    pub milieu: Option<EnumValue<MilieuCategory>>,
    /// Where it comes from.
    pub source: String,
    /// The figure with the decimals of its source.
    pub value: String,
    /// Of how many, where it is a share or a rate.
    pub numerator: Option<i64>,
    /// Among how many.
    pub denominator: Option<i64>,
    /// Its place in the form that it was entered with.
    pub position: i32,
    /// Who entered it; none: the platform itself.
    pub entered_by: Option<Uuid>,
}

impl Model {
    /// What it is about.
    pub fn cell(&self) -> Cell {
        Cell {
            indicator: self.programme_indicator_id,
            kind: self.kind.0,
            source: self.source.clone(),
            sex: self.sex.map(|sex| sex.0),
            age_band: self.age_band.clone(),
            milieu: self.milieu.map(|milieu| milieu.0),
        }
    }

    /// What was entered.
    pub fn figure(&self) -> Figure {
        Figure { value: self.value.clone(), numerator: self.numerator, denominator: self.denominator }
    }
}

/// Joins are spelled out where they are made.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Guarded for Entity {
    const SEE: Permission = Permission::SeeIndicators;
    const MANAGE: Permission = Permission::ManageIndicators;
    const OPEN: Open<Column> = Open::Never;
    const KEY: Column = Column::ValueId;
    const BRANCH: Option<Column> = Some(Column::BranchId);
    const COOPERATIVE: Option<Column> = None;
}

//! Root fields that change indicators and their targets.

use super::object::{Indicator, IndicatorValue};
use super::store::{self, NewDefinition, NewTarget};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::mutate;
use crate::platform::graphql::scalars::Decimal;
use crate::platform::graphql::text::{LocalizedTextInput, required};
use crate::platform::query::stored::EnumValue;
use async_graphql::{Context, ID, InputObject, Object};
use domain::fault::{Code, Fault, Faults};
use domain::indicator::{IndicatorDirection, IndicatorUnit, Period};
use domain::programme::Theme;
use domain::text::NAME_MAX;

/// A definition of an indicator.
#[derive(InputObject, Clone, Debug)]
pub struct IndicatorDefineInput {
    /// The indicator's code, such as "WOMEN_TRAINED": capital letters, digits and underscores, 2 to 64 characters. A code that
    /// is defined already gets a new version.
    pub code: String,
    /// The version of the definition that the caller has read; compulsory where there is one. Another one is refused with
    /// CONFLICT.
    pub expected_version: Option<i32>,
    /// The indicator's name; of a new version the languages that are not given stay as they are.
    pub name: LocalizedTextInput,
    /// The unit that the indicator is measured in. It stays once a programme follows the indicator.
    pub unit: EnumValue<IndicatorUnit>,
    /// The direction in which the indicator improves.
    pub direction: EnumValue<IndicatorDirection>,
    /// The theme of the indicator.
    pub theme: EnumValue<Theme>,
    /// What is counted; compulsory for rates.
    pub numerator: Option<String>,
    /// What it is counted among; compulsory for rates.
    pub denominator: Option<String>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A target of a programme for a branch and a period.
#[derive(InputObject, Clone, Debug)]
pub struct IndicatorTargetSetInput {
    /// The global id of the indicator as the programme follows it.
    pub programme_indicator_id: ID,
    /// The global id of the branch that is to reach the target: the one that leads the programme, or one that takes part in it.
    pub branch_id: ID,
    /// The period: `2026`, `2026-S1`, `2026-Q1` or `2026-03`.
    pub period: String,
    /// The target.
    pub value: Decimal,
    /// The version of the target that the caller has read; compulsory where there is one. Another one is refused with CONFLICT.
    pub expected_version: Option<i32>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of defining an indicator.
    IndicatorPayload {
        /// The indicator as it is now; null when it was refused, unless the refusal is a CONFLICT.
        indicator: Indicator
    }
}

payload! {
    /// The outcome of setting a target.
    IndicatorTargetPayload {
        /// The target as it is now; null when it was refused, unless the refusal is a CONFLICT.
        indicator_value: IndicatorValue
    }
}

/// Check a definition, all at once.
fn defined(input: &IndicatorDefineInput) -> Result<NewDefinition> {
    let mut faults = Faults::new();
    let is_code = |code: &str| {
        let is_part = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        (2..=64).contains(&code.len())
            && code.starts_with(|first: char| first.is_ascii_uppercase())
            && code.bytes().all(is_part)
    };
    if !is_code(&input.code) {
        faults.push(Fault::new(Code::TextUnsafe).at("code"));
    }
    let is_rate = input.unit.0.per().is_some();
    let mut part = |given: &Option<String>, field: &str| match given.as_deref() {
        None if !is_rate => None,
        given => required(given.unwrap_or_default(), NAME_MAX, field).map_err(|wrong| faults.extend(wrong)).ok(),
    };
    let (numerator, denominator) = (part(&input.numerator, "numerator"), part(&input.denominator, "denominator"));
    if !faults.is_empty() {
        return Err(faults.into());
    }
    Ok(NewDefinition {
        code: input.code.clone(),
        name: input.name.clone(),
        unit: input.unit.0,
        direction: input.direction.0,
        theme: input.theme.0,
        numerator,
        denominator,
    })
}

/// Root fields that change indicators and their targets.
#[derive(Default)]
pub struct IndicatorMutation;

#[Object]
impl IndicatorMutation {
    /// Defines an indicator, or a new version of one; the national level does. Codes in `userErrors`: CONFLICT, TEXT_REQUIRED,
    /// TEXT_TOO_LONG, TEXT_UNSAFE, FIGURE_INVALID (the unit cannot change any more).
    async fn indicator_define(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The definition.")] input: IndicatorDefineInput,
    ) -> Result<IndicatorPayload> {
        let version = input.expected_version;
        mutate(ctx, &input, async |tx| store::define(tx, version, || defined(&input)).await).await
    }

    /// Sets the target of a programme for a branch and a period: while the programme is drafted whoever plans it does, and
    /// afterwards whoever decides about it. Codes in `userErrors`: CONFLICT, STATUS_INVALID (the programme is over),
    /// NOT_PARTICIPATING, DATE_INVALID, PERIOD_OVERLAPS, FIGURE_INVALID.
    async fn indicator_target_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The target, and what it is for.")] input: IndicatorTargetSetInput,
    ) -> Result<IndicatorTargetPayload> {
        let follows =
            GlobalId::parse_as(Kind::ProgrammeIndicator, &input.programme_indicator_id, "input.programmeIndicatorId")?;
        let branch = GlobalId::parse_as(Kind::Branch, &input.branch_id, "input.branchId")?;
        let version = input.expected_version;
        let form = || {
            let period = Period::parse(&input.period).map_err(|fault| fault.at("period"))?;
            Ok(NewTarget { text: input.period.clone(), period, value: input.value.0 })
        };
        mutate(ctx, &input, async |tx| store::set_target(tx, (follows, branch), version, form).await).await
    }
}

//! Root fields that change markets.

use super::object::Market;
use super::store::{self, Facts, NewMarket};
use crate::payload;
use crate::platform::error::Result;
use crate::platform::graphql::contacts::ContactsInput;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::{given, mutate};
use crate::platform::graphql::near::point;
use crate::platform::graphql::opening_hours::{
    HolidayOpeningInput, OpeningDayInput, OpeningIntervalInput, intervals, week,
};
use crate::platform::graphql::scalars::{Date, Decimal};
use crate::platform::graphql::text::LocalizedTextInput;
use crate::platform::query::stored::EnumValue;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use domain::market::MarketStatus;
use domain::money::Money;
use domain::opening_hours::{ExceptionDay, Weekday};
use domain::text::NAME_MAX;
use uuid::Uuid;

/// A market to be planned.
#[derive(InputObject, Clone, Debug)]
pub struct MarketCreateInput {
    /// The global id of the branch that supervises the market.
    pub branch_id: ID,
    /// The code of the province that the market is in.
    pub province_code: String,
    /// The market's name.
    pub name: LocalizedTextInput,
    /// The city that the market is in.
    pub city: Option<LocalizedTextInput>,
    /// The address.
    pub address: Option<LocalizedTextInput>,
    /// Degrees north (WGS 84); given together with `longitude`.
    pub latitude: Option<f64>,
    /// Degrees east (WGS 84); given together with `latitude`.
    pub longitude: Option<f64>,
    /// The contacts of the market for the public.
    pub contacts: Option<ContactsInput>,
    /// The day on which the market was announced.
    pub announced_on: Option<Date>,
    /// The cost of the market in dirhams.
    pub cost: Option<Decimal>,
    /// The global id of the agreement that funds the market.
    pub agreement_id: Option<ID>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A market to be edited: what is not named stays as it is, null removes it.
#[derive(InputObject, Clone, Debug)]
pub struct MarketEditInput {
    /// The global id of the market.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The market's name.
    pub name: Option<LocalizedTextInput>,
    /// The city that the market is in.
    pub city: MaybeUndefined<LocalizedTextInput>,
    /// The address.
    pub address: MaybeUndefined<LocalizedTextInput>,
    /// Degrees north (WGS 84); given together with `longitude`.
    pub latitude: MaybeUndefined<f64>,
    /// Degrees east (WGS 84); given together with `latitude`.
    pub longitude: MaybeUndefined<f64>,
    /// The contacts of the market for the public.
    pub contacts: MaybeUndefined<ContactsInput>,
    /// The day on which the market was announced.
    pub announced_on: MaybeUndefined<Date>,
    /// The cost of the market in dirhams.
    pub cost: MaybeUndefined<Decimal>,
    /// The global id of the agreement that funds the market.
    pub agreement_id: MaybeUndefined<ID>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// The market whose status changes.
#[derive(InputObject, Clone, Debug)]
pub struct MarketTransitionInput {
    /// The global id of the market.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// When a market is open: what is not named stays as it is.
#[derive(InputObject, Clone, Debug)]
pub struct OpeningHoursSetInput {
    /// The global id of the market.
    pub market_id: ID,
    /// The market's version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The regular week; the hours of a day that is not named are not published.
    pub week: Option<Vec<OpeningDayInput>>,
    /// The days on which the market opens, where they are known and the hours are not.
    pub days: Option<Vec<EnumValue<Weekday>>>,
    /// The week in Ramadan; null: as usual.
    pub ramadan: MaybeUndefined<Vec<OpeningDayInput>>,
    /// What holds on national holidays.
    pub holidays: Option<HolidayOpeningInput>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A day that is not like the others.
#[derive(InputObject, Clone, Debug)]
pub struct OpeningExceptionSetInput {
    /// The global id of the market.
    pub market_id: ID,
    /// The market's version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// The day.
    pub date: Date,
    /// The opening hours of the day; null: it is a day like the others; empty: the market is closed.
    pub intervals: Option<Vec<OpeningIntervalInput>>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing a market.
    MarketPayload {
        /// The market as it is now; null when it was refused, unless the refusal is a CONFLICT.
        market: Market
    }
}

fn cost(amount: Option<&Decimal>) -> Result<Option<Money>> {
    Ok(amount.map(|amount| amount.entered("cost")).transpose()?)
}

fn agreement(id: &ID) -> Result<Uuid> {
    GlobalId::parse_as(Kind::Agreement, id, "input.agreementId")
}

/// Root fields that change markets.
#[derive(Default)]
pub struct MarketMutation;

#[Object]
impl MarketMutation {
    /// Plans a market. Codes in `userErrors`: BRANCH_CLOSED, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE, EMAIL_INVALID,
    /// AMOUNT_INVALID (also of a point), DATE_INVALID, NOT_FOUND (at `provinceCode` or `agreementId`).
    async fn market_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The market to plan.")] input: MarketCreateInput,
    ) -> Result<MarketPayload> {
        let branch = GlobalId::parse_as(Kind::Branch, &input.branch_id, "input.branchId")?;
        let funded = input.agreement_id.as_ref().map(agreement).transpose()?;
        let form = || {
            let name = input.name.clone().merged_at(None, NAME_MAX, "name")?;
            let facts = Facts {
                name: None,
                city: Some(input.city.clone()),
                address: Some(input.address.clone()),
                point: Some(point(input.latitude, input.longitude)?),
                contacts: Some(input.contacts.clone()),
                announced_on: Some(input.announced_on.map(|day| day.0)),
                cost: Some(cost(input.cost.as_ref())?),
            };
            Ok(NewMarket { province: input.province_code.clone(), name, agreement: funded, facts })
        };
        mutate(ctx, &input, async |tx| store::create(tx, branch, form).await).await
    }

    /// Edits what is known of a market. Codes in `userErrors`: CONFLICT, TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE,
    /// EMAIL_INVALID, AMOUNT_INVALID (also of a point), DATE_INVALID, NOT_FOUND (at `agreementId`).
    async fn market_edit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The market, and what changes of it.")] input: MarketEditInput,
    ) -> Result<MarketPayload> {
        let key = GlobalId::parse_as(Kind::Market, &input.id, "input.id")?;
        let funded = match given(&input.agreement_id, agreement) {
            Some(Some(Err(error))) => return Err(error),
            Some(Some(Ok(key))) => Some(Some(key)),
            Some(None) => Some(None),
            None => None,
        };
        let form = || {
            let (north, east) =
                (given(&input.latitude, |degrees| *degrees), given(&input.longitude, |degrees| *degrees));
            let place = match (north, east) {
                (None, None) => None,
                (north, east) => Some(point(north.flatten(), east.flatten())?),
            };
            let paid = match given(&input.cost, |amount| amount.entered("cost")) {
                Some(Some(Err(faults))) => return Err(faults.into()),
                Some(Some(Ok(cost))) => Some(Some(cost)),
                Some(None) => Some(None),
                None => None,
            };
            Ok(Facts {
                name: input.name.clone(),
                city: given(&input.city, Clone::clone),
                address: given(&input.address, Clone::clone),
                point: place,
                contacts: given(&input.contacts, Clone::clone),
                announced_on: given(&input.announced_on, |day| day.0),
                cost: paid,
            })
        };
        mutate(ctx, &input, async |tx| store::edit(tx, key, input.expected_version, funded, form).await).await
    }

    /// Begins to prepare a planned market: from then on the public sees it. Codes in `userErrors`: CONFLICT, STATUS_INVALID.
    async fn market_prepare(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The market, at the version that the caller has read.")] input: MarketTransitionInput,
    ) -> Result<MarketPayload> {
        transition(ctx, input, MarketStatus::InPreparation).await
    }

    /// Opens a market that is prepared or suspended. Codes in `userErrors`: CONFLICT, STATUS_INVALID.
    async fn market_open(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The market, at the version that the caller has read.")] input: MarketTransitionInput,
    ) -> Result<MarketPayload> {
        transition(ctx, input, MarketStatus::Open).await
    }

    /// Suspends an open market. Codes in `userErrors`: CONFLICT, STATUS_INVALID.
    async fn market_suspend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The market, at the version that the caller has read.")] input: MarketTransitionInput,
    ) -> Result<MarketPayload> {
        transition(ctx, input, MarketStatus::Suspended).await
    }

    /// Closes a market for good. Codes in `userErrors`: CONFLICT, STATUS_INVALID.
    async fn market_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The market, at the version that the caller has read.")] input: MarketTransitionInput,
    ) -> Result<MarketPayload> {
        transition(ctx, input, MarketStatus::Closed).await
    }

    /// Sets when a market is open: its regular week, that of Ramadan, and the rule for national holidays. Codes in `userErrors`:
    /// CONFLICT, HOURS_INVALID, DUPLICATE_ENTRY (a day is named twice).
    async fn opening_hours_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The market, and when it is open.")] input: OpeningHoursSetInput,
    ) -> Result<MarketPayload> {
        let key = GlobalId::parse_as(Kind::Market, &input.market_id, "input.marketId")?;
        let work = async |tx: &crate::platform::query::transaction::Tx<'_>| {
            store::set_hours(tx, key, input.expected_version, |parts| {
                if let Some(days) = &input.week {
                    parts.week = week(days, "week")?;
                }
                if let Some(days) = &input.days {
                    parts.days = days.iter().map(|day| day.0).collect();
                }
                match &input.ramadan {
                    MaybeUndefined::Undefined => {}
                    MaybeUndefined::Null => parts.ramadan = None,
                    MaybeUndefined::Value(days) => parts.ramadan = Some(week(days, "ramadan")?),
                }
                if let Some(holidays) = &input.holidays {
                    parts.holidays = holidays.rule();
                }
                Ok(())
            })
            .await
        };
        mutate(ctx, &input, work).await
    }

    /// Sets the hours of one day that is not like the others, or takes them back. Codes in `userErrors`: CONFLICT, HOURS_INVALID.
    async fn opening_exception_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The market, the day, and its hours.")] input: OpeningExceptionSetInput,
    ) -> Result<MarketPayload> {
        let key = GlobalId::parse_as(Kind::Market, &input.market_id, "input.marketId")?;
        let work = async |tx: &crate::platform::query::transaction::Tx<'_>| {
            store::set_hours(tx, key, input.expected_version, |parts| {
                let date = input.date.0;
                parts.exceptions.retain(|exception| exception.date != date);
                let hours = input.intervals.as_deref().map(intervals);
                parts.exceptions.extend(hours.map(|intervals| ExceptionDay { date, intervals }));
                Ok(())
            })
            .await
        };
        mutate(ctx, &input, work).await
    }
}

async fn transition(ctx: &Context<'_>, input: MarketTransitionInput, to: MarketStatus) -> Result<MarketPayload> {
    let key = GlobalId::parse_as(Kind::Market, &input.id, "input.id")?;
    mutate(ctx, &input, async |tx| store::transition(tx, key, Some(input.expected_version), to).await).await
}

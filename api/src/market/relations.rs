//! What markets lead to; and whether a market is open, which the national calendar decides.

use crate::agreement::object::Agreement;
use crate::branch::object::Branch;
use crate::calendar;
use crate::consignment_contract;
use crate::consignment_contract::object::ConsignmentContract;
use crate::contribution::object::{Contribution, FundingGap, funding_gaps};
use crate::contribution::store::OfMarkets as ContributionsOf;
use crate::countersignature;
use crate::countersignature::object::DeliveryCountersignature;
use crate::day_closing;
use crate::day_closing::object::DayClosing;
use crate::geography::object::Province;
use crate::listing::object::{Listing, ListingFilter, ListingOrder};
use crate::listing::store::{ListingsOf, OfMarkets, Owner};
use crate::market::object::Market;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::json_ld;
use crate::platform::graphql::list::List;
use crate::platform::graphql::opening_hours::{OpeningDay, OpeningException, day, exception};
use crate::platform::graphql::scalars::{Date, DateTime, LocalDateTime, Money};
use crate::platform::graphql::text::Text;
use crate::platform::loading::reader::Reads;
use crate::platform::paging::page::{Connection, PageArgs};
use crate::platform::query::stored::EnumValue;
use crate::sale;
use crate::sale::object::{Sale, SaleFilter};
use crate::sale::totals::{SalesDimension, SalesTotal};
use crate::stock;
use crate::stock::object::{StockFilter, StockLevel};
use crate::stock_count;
use crate::stock_count::object::StockCount;
use async_graphql::{ComplexObject, Context};
use domain::codes::Coded;
use domain::geography::Point;
use domain::market::MarketStatus;
use domain::opening_hours::{Interval, Weekday};
use domain::text::Locale;
use jiff::Timestamp;
use serde_json::{Value, json};

impl Market {
    /// Ask the hours at an instant; nothing when they are not known at all, without reading the calendar.
    async fn hours_at<T>(
        &self,
        ctx: &Context<'_>,
        at: Option<DateTime>,
        ask: impl Fn(&domain::opening_hours::OpeningHours, Timestamp, &domain::calendar::Calendar) -> Option<T>,
    ) -> Result<Option<T>> {
        let at = at.map_or(ctx.reader().now(), |at| at.0);
        let calendar = calendar::store::calendar(ctx.reader()).await?;
        Ok(ask(&self.hours, at, &calendar))
    }

    fn is_working(&self) -> bool {
        self.status.0 == MarketStatus::Open
    }
}

/// A day of the week in the vocabulary of schema.org.
fn schema_day(day: Weekday) -> String {
    let code = day.as_str();
    let (first, rest) = code.split_at(1);
    format!("https://schema.org/{first}{}", rest.to_ascii_lowercase())
}

#[ComplexObject]
impl Market {
    /// Whether the market is open; null when its hours are not known, false unless its status is OPEN.
    async fn is_open(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At this instant; at the present, if none is given.")] at: Option<DateTime>,
    ) -> Option<Result<bool>> {
        if !self.is_working() {
            return Some(Ok(false));
        }
        self.hours_at(ctx, at, |hours, at, calendar| hours.is_open(at, calendar)).await.transpose()
    }

    /// The next change from closed to open strictly after an instant; null when there is none within 60 days, and
    /// when the hours are not known.
    async fn next_opening(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "After this instant; after the present, if none is given.")] at: Option<DateTime>,
    ) -> Option<Result<DateTime>> {
        let next = self.hours_at(ctx, at, |hours, at, calendar| {
            self.is_working().then(|| hours.next_opening(at, calendar)).flatten()
        });
        next.await.map(|next| next.map(DateTime)).transpose()
    }

    /// The next change from closed to open, in the market's local time; null as for `nextOpening`.
    async fn next_opening_local(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "After this instant; after the present, if none is given.")] at: Option<DateTime>,
    ) -> Option<Result<LocalDateTime>> {
        let next = self.hours_at(ctx, at, |hours, at, calendar| {
            self.is_working().then(|| hours.next_opening(at, calendar)).flatten()
        });
        next.await.map(|next| next.map(|next| LocalDateTime(domain::calendar::local(next)))).transpose()
    }

    /// The next change from open to closed strictly after an instant, in the market's local time; null as for
    /// `nextOpening`.
    async fn next_closing_local(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "After this instant; after the present, if none is given.")] at: Option<DateTime>,
    ) -> Option<Result<LocalDateTime>> {
        let next = self.hours_at(ctx, at, |hours, at, calendar| {
            self.is_working().then(|| hours.next_closing(at, calendar)).flatten()
        });
        next.await.map(|next| next.map(|next| LocalDateTime(domain::calendar::local(next)))).transpose()
    }

    /// The days on which it opens, as far as they are published.
    async fn opening_days(&self) -> Vec<EnumValue<Weekday>> {
        self.hours.opening_days().map(EnumValue).collect()
    }

    /// The regular week: always seven days, Monday first.
    async fn opening_hours(&self) -> Vec<OpeningDay> {
        self.hours.week().map(day).collect()
    }

    /// The week in Ramadan, Monday first; empty: as usual.
    async fn ramadan_hours(&self) -> Vec<OpeningDay> {
        self.hours.ramadan().into_iter().flatten().map(day).collect()
    }

    /// Days that are not like the others, in their order.
    async fn opening_exceptions(&self) -> Vec<OpeningException> {
        self.hours.exceptions().into_iter().map(exception).collect()
    }

    /// The branch that supervises the market.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        self.batch.object(ctx.reader(), self.branch_key).await.transpose()
    }

    /// The distance from a point to the market in kilometres, along the surface; null when the market's point is not published.
    async fn kilometres_from(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Degrees north (WGS 84).")] latitude: f64,
        #[graphql(desc = "Degrees east (WGS 84).")] longitude: f64,
    ) -> Option<Result<f64>> {
        let distance = async {
            let from = Point::new(latitude, longitude).map_err(|_| {
                Error::expected("latitude", "a latitude of -90 to 90 and a longitude of -180 to 180 degrees")
            })?;
            let details = self.details.read(ctx.reader()).await?;
            let point = details.latitude.zip(details.longitude);
            let point = point.map(|(latitude, longitude)| Point { latitude, longitude });
            // To the metre.
            Ok(point.map(|point| (from.kilometres_to(point) * 1000.0).round() / 1000.0))
        };
        distance.await.transpose()
    }

    /// The market for search engines, as JSON-LD in the vocabulary of schema.org (Store, a LocalBusiness), to stand in a
    /// `script type="application/ld+json"` element as it is.
    async fn json_ld(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The preferred language; by default the languages of the request.")] locale: Option<
            EnumValue<Locale>,
        >,
    ) -> Result<String> {
        let details = self.details.read(ctx.reader()).await?;
        let contacts = details.contacts.as_ref().map(|contacts| &contacts.0);
        let province = self.batch.object::<Province>(ctx.reader(), self.province_key).await?;
        let name = |text: &Text| text.resolve(ctx, locale).1.to_owned();
        let hours = |day: Value, intervals: &[Interval]| -> Vec<Value> {
            let told = |time: jiff::civil::Time| time.strftime("%H:%M").to_string();
            let mut all = Vec::new();
            for interval in intervals {
                let mut one = json!({"@type": "OpeningHoursSpecification", "opens": told(interval.opens), "closes": told(interval.closes)});
                if let (Some(one), Some(day)) = (one.as_object_mut(), day.as_object()) {
                    one.extend(day.clone());
                }
                all.push(one);
            }
            all
        };
        let week = self.hours.week().filter_map(|(day, intervals)| Some((day, intervals?)));
        let week: Vec<Value> =
            week.flat_map(|(day, intervals)| hours(json!({"dayOfWeek": schema_day(day)}), intervals)).collect();
        let special = self.hours.exceptions().into_iter().flat_map(|day| {
            let valid = json!({"validFrom": day.date.to_string(), "validThrough": day.date.to_string()});
            // A day on which it is closed opens and closes at the same time.
            let closed = [Interval { opens: jiff::civil::Time::MIN, closes: jiff::civil::Time::MIN }];
            hours(valid, if day.intervals.is_empty() { &closed } else { &day.intervals })
        });
        let special: Vec<Value> = special.collect();
        let point = details.latitude.zip(details.longitude);
        Ok(json_ld::document(json!({
            "@type": "Store",
            "name": name(&self.name),
            "address": {
                "@type": "PostalAddress",
                "streetAddress": details.address.as_ref().map(name),
                "addressLocality": details.city.as_ref().map(name),
                "addressRegion": province.map(|province| name(&province.name)),
                "addressCountry": "MA",
            },
            "geo": point.map(|(latitude, longitude)| {
                json!({"@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude})
            }),
            "telephone": contacts.and_then(|contacts| contacts.phone.clone()),
            "email": contacts.and_then(|contacts| contacts.email.clone()),
            "url": contacts.and_then(|contacts| contacts.website.clone()),
            "openingHoursSpecification": (!week.is_empty()).then_some(week),
            "specialOpeningHoursSpecification": (!special.is_empty()).then_some(special),
        })))
    }

    /// The province that the market is in.
    async fn province(&self, ctx: &Context<'_>) -> Option<Result<Province>> {
        self.batch.object(ctx.reader(), self.province_key).await.transpose()
    }

    /// The agreement that funded the market; null when none is published.
    async fn agreement(&self, ctx: &Context<'_>) -> Option<Result<Agreement>> {
        self.batch.object(ctx.reader(), self.agreement_key).await.transpose()
    }

    /// The contributions to the market, in their order.
    async fn contributions(&self, ctx: &Context<'_>) -> Result<List<Contribution>> {
        self.batch.load(ctx.reader(), ContributionsOf, self.key).await.map(List)
    }

    /// The gaps in the funding of the market.
    async fn funding_gaps(&self, ctx: &Context<'_>) -> Result<Vec<FundingGap>> {
        let rows = self.batch.load(ctx.reader(), ContributionsOf, self.key).await?;
        Ok(funding_gaps(self.details.read(ctx.reader()).await?.cost.and_then(centimes), &rows))
    }

    /// The listings of the market.
    #[expect(clippy::too_many_arguments, reason = "a page has four, and a list has its own")]
    async fn listings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
        #[graphql(desc = "Leaves only listings that meet all of these conditions.")] filter: Option<ListingFilter>,
        #[graphql(desc = "The order of the listings.", default)] order_by: ListingOrder,
    ) -> Result<Connection<Listing>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        let filter = filter.unwrap_or_default();
        let listings = ListingsOf { of: Owner::Market, page, filter, by: order_by };
        self.batch.page(ctx.reader(), OfMarkets(listings), self.key).await
    }

    /// What the market has of each variant, those that came first first; empty for callers who may not see it.
    async fn stock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
        #[graphql(desc = "Leaves only stock levels that meet all of these conditions.")] filter: Option<StockFilter>,
    ) -> Result<Connection<StockLevel>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), stock::store::of_markets(page, filter.unwrap_or_default()), self.key).await
    }

    /// What the market sold, the newest first; empty for callers who may not see it.
    async fn sales(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
        #[graphql(desc = "Conditions that sales must meet.")] filter: Option<SaleFilter>,
    ) -> Result<Connection<Sale>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        let sales = sale::store::of_markets(page, filter.unwrap_or_default());
        self.batch.page(ctx.reader(), sales, self.key).await
    }

    /// What was sold in a period, for a chart: voided sales are left out, and a cooperative sees her own part of it. Days and weeks
    /// come in their order, everything else by its amount, the largest first; at most 366 totals.
    async fn sales_totals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day, in the market's time zone.")] from: Date,
        #[graphql(desc = "The last day: at most 366 days after the first.")] until: Date,
        #[graphql(desc = "By what totals are told apart.")] by: SalesDimension,
    ) -> Result<List<SalesTotal>> {
        let period = sale::totals::Period::new(from, until)?;
        let totals = self.batch.load(ctx.reader(), sale::totals::OfMarkets { period, by }, self.key).await?;
        Ok(List(totals))
    }

    /// The closings of the market's days, the newest first; empty for callers who may not see them.
    async fn day_closings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<DayClosing>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), day_closing::store::of_markets(page), self.key).await
    }

    /// The counts of the market's stock, the newest first; empty for callers who may not see them.
    async fn stock_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<StockCount>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), stock_count::store::of_markets(page), self.key).await
    }

    /// What cooperatives say of their deliveries to the market, the newest first; empty for callers who may not see it.
    async fn delivery_countersignatures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<DeliveryCountersignature>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), countersignature::store::of_markets(page), self.key).await
    }

    /// The contracts under which cooperatives deliver to the market, the newest first; empty for callers who may not see them.
    async fn consignment_contracts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Returns the first `n` items, 0 to 100. Exactly one of `first` and `last` is required.")]
        first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor, which came from the same list.")] after: Option<String>,
        #[graphql(desc = "Returns the last `n` items, 0 to 100. Exactly one of `first` and `last` is required.")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor, which came from the same list.")] before: Option<
            String,
        >,
    ) -> Result<Connection<ConsignmentContract>> {
        let page = PageArgs::new(ctx, first, after, last, before);
        self.batch.page(ctx.reader(), consignment_contract::store::of_markets(page), self.key).await
    }
}

fn centimes(money: Money) -> Option<i64> {
    money.amount.0.in_units(2).and_then(|centimes| i64::try_from(centimes).ok())
}

//! What sales lead to, and their receipts.

use crate::category::object::Category;
use crate::cooperative::object::Cooperative;
use crate::day_closing::object::DayClosing;
use crate::market::object::Market;
use crate::platform::error::Result;
use crate::platform::graphql::list::List;
use crate::platform::loading::object::required;
use crate::platform::loading::reader::Reads;
use crate::platform::query::stored::EnumValue;
use crate::product::object::{Product, ProductVariant};
use crate::sale::object::{Receipt, Sale, SaleLine};
use crate::sale::store::LinesOf;
use crate::sale::totals::SalesTotal;
use async_graphql::{ComplexObject, Context, Object};
use domain::money::Money;
use domain::receipt::{Receipt as Printed, ReceiptLine};
use domain::text::Locale;
use std::sync::Arc;

#[ComplexObject]
impl Sale {
    /// The market.
    async fn market(&self, ctx: &Context<'_>) -> Option<Result<Market>> {
        self.batch.object(ctx.reader(), self.market_key).await.transpose()
    }

    /// What was sold, in the order of the form; at most 100 lines.
    async fn lines(&self, ctx: &Context<'_>) -> Result<List<SaleLine>> {
        Ok(List(self.batch.load(ctx.reader(), LinesOf, self.key).await?))
    }

    /// The closing of the day that the sale corrects, because it arrived after it; null for others.
    async fn corrects(&self, ctx: &Context<'_>) -> Option<Result<DayClosing>> {
        self.batch.object(ctx.reader(), self.closing_key).await.transpose()
    }

    /// The receipt for the customer.
    async fn receipt(&self, ctx: &Context<'_>) -> Result<Receipt> {
        let reader = ctx.reader();
        let market = required(self.batch.object::<Market>(reader, self.market_key).await?)?;
        let place = market.details.read(reader).await?;
        let mut lines = Vec::new();
        for line in self.batch.load(reader, LinesOf, self.key).await? {
            let product: Option<Product> = line.batch.object(reader, line.product_key).await?;
            let variant: Option<ProductVariant> = line.batch.object(reader, line.variant_key).await?;
            lines.push(ReceiptLine {
                name: product.map(|product| Arc::unwrap_or_clone(product.name.0)),
                pack: variant.map(|variant| (variant.quantity.to_string(), variant.unit.0)),
                quantity: line.quantity.to_string(),
                price: centimes(line.price)?,
                total: centimes(line.total)?,
            });
        }
        // The end of the key is random, and long enough to find the sale among a market's.
        let number: String = self.key.simple().to_string().chars().rev().take(8).collect();
        Ok(Receipt(Printed {
            market: Arc::unwrap_or_clone(market.name.0),
            address: place.address.as_ref().map(|address| (*address.0).clone()),
            sold_at: domain::calendar::local(self.sold_at.0),
            lines,
            total: centimes(self.total)?,
            payment: self.payment.0,
            status: self.status.0,
            number: number.to_uppercase(),
        }))
    }
}

fn centimes(amount: crate::platform::graphql::scalars::Money) -> Result<Money> {
    Ok(Money::of(amount.amount.0)?)
}

#[ComplexObject]
impl SaleLine {
    /// The market.
    async fn market(&self, ctx: &Context<'_>) -> Option<Result<Market>> {
        self.batch.object(ctx.reader(), self.market_key).await.transpose()
    }

    /// The sale; null for the cooperative, since others' goods may be in it.
    async fn sale(&self, ctx: &Context<'_>) -> Option<Result<Sale>> {
        self.batch.object(ctx.reader(), self.sale_key).await.transpose()
    }

    /// The variant, in packs of which the quantity is counted; null for callers who may not see it.
    async fn variant(&self, ctx: &Context<'_>) -> Option<Result<ProductVariant>> {
        self.batch.object(ctx.reader(), self.variant_key).await.transpose()
    }

    /// The product; null for callers who may not see it.
    async fn product(&self, ctx: &Context<'_>) -> Option<Result<Product>> {
        self.batch.object(ctx.reader(), self.product_key).await.transpose()
    }

    /// The cooperative that made it; null for callers who may not see it.
    async fn cooperative(&self, ctx: &Context<'_>) -> Option<Result<Cooperative>> {
        self.batch.object(ctx.reader(), self.cooperative_key).await.transpose()
    }
}

#[ComplexObject]
impl SalesTotal {
    /// The product, where totals are told apart by it; null for callers who may not see it.
    async fn product(&self, ctx: &Context<'_>) -> Option<Result<Product>> {
        self.batch.object(ctx.reader(), self.product_key).await.transpose()
    }

    /// The category, where totals are told apart by it; null also for what was not on the shelf.
    async fn category(&self, ctx: &Context<'_>) -> Option<Result<Category>> {
        self.batch.object(ctx.reader(), self.category_key).await.transpose()
    }

    /// The cooperative, where totals are told apart by it; null for callers who may not see it.
    async fn cooperative(&self, ctx: &Context<'_>) -> Option<Result<Cooperative>> {
        self.batch.object(ctx.reader(), self.cooperative_key).await.transpose()
    }

    /// The market, where totals are told apart by it.
    async fn market(&self, ctx: &Context<'_>) -> Option<Result<Market>> {
        self.batch.object(ctx.reader(), self.market_key).await.transpose()
    }
}

/// The receipt of a sale, for the customer.
#[Object(crate = "crate::platform::graphql::executor")]
impl Receipt {
    /// The receipt as lines of text.
    async fn text(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language of the receipt; that of the request, when none is given.")] locale: Option<
            EnumValue<Locale>,
        >,
    ) -> Result<String> {
        let text = self.0.text(language(ctx, locale));
        Ok(ctx.reader().give(&text)?.to_owned())
    }

    /// The receipt as a page of HTML to print: it needs nothing from elsewhere, and runs nothing.
    async fn html(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language of the receipt; that of the request, when none is given.")] locale: Option<
            EnumValue<Locale>,
        >,
    ) -> Result<String> {
        let page = self.0.html(language(ctx, locale));
        Ok(ctx.reader().give(&page)?.to_owned())
    }
}

fn language(ctx: &Context<'_>, asked: Option<EnumValue<Locale>>) -> Locale {
    asked.map(|asked| asked.0).or(ctx.reader().locales().first().copied()).unwrap_or(Locale::Ar)
}

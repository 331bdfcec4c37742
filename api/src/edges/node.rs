//! `node` and `nodes`: anything by its global id.

use crate::platform::batch::Batch;
use crate::platform::error::{Error, Result};
use crate::platform::global_id::{GlobalId, Kind};
use crate::platform::lookup::Lookup;
use crate::platform::reader::{Reader, Reads};
use crate::platform::table::Table;
use crate::platform::tx::Tx;
use crate::{agreement, branch, category, contribution, cooperative, geography, indicator, listing, market, partner};
use crate::{product, programme};
use agreement::object::Agreement;
use async_graphql::{Context, ID, Interface, Object};
use branch::object::Branch;
use category::object::Category;
use contribution::object::Contribution;
use cooperative::object::Cooperative;
use geography::object::{Province, Region};
use indicator::object::{Indicator, IndicatorValue};
use listing::object::Listing;
use market::object::Market;
use partner::object::Partner;
use product::object::{Product, ProductVariant};
use programme::object::{Programme, ProgrammeIndicator};
use sea_orm::ColumnTrait;
use uuid::Uuid;

/// Anything that has a global id.
#[derive(Interface, Clone, Debug)]
#[graphql(field(name = "id", ty = "&GlobalId", desc = "The global id."))]
#[expect(missing_docs, reason = "each is the type of the same name")]
#[expect(clippy::large_enum_variant, reason = "a hundred of them at most live for one answer")]
pub enum Node {
    Region(Region),
    Province(Province),
    Category(Category),
    Branch(Branch),
    Cooperative(Cooperative),
    Product(Product),
    ProductVariant(ProductVariant),
    Market(Market),
    Listing(Listing),
    Partner(Partner),
    Agreement(Agreement),
    Contribution(Contribution),
    Programme(Programme),
    Indicator(Indicator),
    ProgrammeIndicator(ProgrammeIndicator),
    IndicatorValue(IndicatorValue),
}

/// `node` and `nodes`.
#[derive(Default)]
pub struct NodeQuery;

/// `nodes` takes at most so many ids.
const MOST_NODES: usize = 100;

#[Object]
impl NodeQuery {
    /// Anything by its global id; null when there is none that the caller may see.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "The global id.")] id: ID) -> Option<Result<Node>> {
        let found = async { find(ctx.reader(), GlobalId::parse(&id, "id")?).await };
        found.await.transpose()
    }

    /// Things by their global ids, in the order asked for; null for each that the caller may not see.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global ids, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MOST_NODES {
            return Err(Error::argument("ids"));
        }
        let ids: Vec<GlobalId> = ids.iter().map(|id| GlobalId::parse(id, "ids")).collect::<Result<_>>()?;
        let found = futures_util::future::join_all(ids.iter().map(|id| find(ctx.reader(), *id))).await;
        found.into_iter().collect()
    }
}

/// A row by its key, with a level of its own.
async fn row<E: Table>(tx: &Tx<'_>, key: Uuid) -> Result<Option<(E::Model, Batch)>> {
    let row = tx.see::<E>().filter(E::KEY.eq(key)).one(E::read).await?;
    Ok(row.map(|row| {
        let batch = Batch::of::<E>([&row]);
        (row, batch)
    }))
}

async fn find(reader: &Reader, GlobalId { kind, key }: GlobalId) -> Result<Option<Node>> {
    let tx = reader.begin();
    Ok(match kind {
        Kind::Region => row::<geography::region::Entity>(&tx, key).await?.map(Region::new).map(Node::from),
        Kind::Province => row::<geography::province::Entity>(&tx, key).await?.map(Province::new).map(Node::from),
        Kind::Category => row::<category::entity::Entity>(&tx, key).await?.map(Category::new).map(Node::from),
        Kind::Branch => branch::store::find(reader, Lookup::Key(key)).await?.map(Node::from),
        Kind::Cooperative => cooperative::store::find(reader, Lookup::Key(key)).await?.map(Node::from),
        Kind::Product => product::store::find(reader, Lookup::Key(key)).await?.map(Node::from),
        Kind::ProductVariant => {
            row::<product::variant::Entity>(&tx, key).await?.map(ProductVariant::new).map(Node::from)
        }
        Kind::Market => market::store::find(reader, Lookup::Key(key)).await?.map(Node::from),
        Kind::Listing => listing::store::find(reader, key).await?.map(Node::from),
        Kind::Partner => partner::store::find(reader, Lookup::Key(key)).await?.map(Node::from),
        Kind::Agreement => agreement::store::find(reader, Lookup::Key(key)).await?.map(Node::from),
        Kind::Contribution => {
            row::<contribution::entity::Entity>(&tx, key).await?.map(Contribution::new).map(Node::from)
        }
        Kind::Programme => programme::store::find(reader, Lookup::Key(key)).await?.map(Node::from),
        Kind::Indicator => indicator::store::find(reader, Lookup::Key(key)).await?.map(Node::from),
        Kind::ProgrammeIndicator => programme::store::find_indicator(reader, key).await?.map(Node::from),
        Kind::IndicatorValue => {
            row::<indicator::value::Entity>(&tx, key).await?.map(IndicatorValue::new).map(Node::from)
        }
    })
}

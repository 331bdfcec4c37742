//! `node` and `nodes`: anything by its global id.

use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::lookup::Lookup;
use crate::platform::loading::batch::Batch;
use crate::platform::loading::reader::{Reader, Reads};
use crate::platform::query::table::Keys;
use crate::{agreement, branch, category, contribution, cooperative, geography, indicator, listing, market, partner};
use crate::{audit, document, membership, partner_client, product, programme, user};
use agreement::object::Agreement;
use async_graphql::{Context, ID, Interface, Object};
use audit::object::AuditEntry;
use branch::object::Branch;
use category::object::Category;
use contribution::object::Contribution;
use cooperative::object::Cooperative;
use document::object::Document;
use geography::object::{Province, Region};
use indicator::object::{Indicator, IndicatorValue};
use listing::object::Listing;
use market::object::Market;
use membership::object::Membership;
use partner::object::Partner;
use partner_client::object::PartnerClient;
use product::object::{Product, ProductVariant};
use programme::object::{Programme, ProgrammeIndicator};
use user::object::{RoleAssignment, User};

/// Anything that has a global id.
#[derive(Interface, Clone, Debug)]
#[graphql(field(name = "id", ty = "&GlobalId", desc = "The global id of what is looked for."))]
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
    User(User),
    RoleAssignment(RoleAssignment),
    PartnerClient(PartnerClient),
    AuditEntry(AuditEntry),
    Membership(Membership),
    Document(Document),
}

/// `node` and `nodes`.
#[derive(Default)]
pub struct NodeQuery;

/// `nodes` takes at most so many ids.
const MOST_NODES: usize = 100;

#[Object]
impl NodeQuery {
    /// Anything by its global id; null when there is none that the caller may see.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id of what is looked for.")] id: ID,
    ) -> Option<Result<Node>> {
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
        // All of a kind are read by one statement.
        let mut level = Keys::default();
        ids.iter().for_each(|id| level.add(id.kind, id.key));
        let level = level.batch();
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.push(find_among(ctx.reader(), &level, id).await?);
        }
        Ok(found)
    }
}

/// One of the things that a level names.
pub(super) async fn find_among(
    reader: &Reader,
    level: &Batch,
    GlobalId { kind, key }: GlobalId,
) -> Result<Option<Node>> {
    macro_rules! one {
        ($entity:path, $new:expr) => {
            level.one::<$entity>(reader, Some(key)).await?.map($new).map(Node::from)
        };
    }
    Ok(match kind {
        Kind::Region => one!(geography::region::Entity, Region::new),
        Kind::Province => one!(geography::province::Entity, Province::new),
        Kind::Category => one!(category::entity::Entity, Category::new),
        Kind::Branch => one!(branch::entity::Entity, Branch::new),
        Kind::Cooperative => one!(cooperative::entity::Entity, Cooperative::new),
        Kind::Product => one!(product::entity::Entity, Product::new),
        Kind::ProductVariant => one!(product::variant::Entity, ProductVariant::new),
        Kind::Market => one!(market::entity::Entity, Market::new),
        Kind::Listing => level.load(reader, listing::store::Found, key).await?.map(Node::from),
        Kind::Partner => one!(partner::entity::Entity, Partner::new),
        Kind::Agreement => one!(agreement::entity::Entity, |found| Agreement::new(found, reader.today())),
        Kind::Contribution => one!(contribution::entity::Entity, Contribution::new),
        Kind::Programme => one!(programme::entity::Entity, Programme::new),
        Kind::Indicator => one!(indicator::entity::Entity, Indicator::new),
        Kind::ProgrammeIndicator => {
            let found = level.load(reader, programme::store::FoundIndicator, key).await?;
            found.map(|found| Node::from(ProgrammeIndicator::clone(&found)))
        }
        Kind::IndicatorValue => one!(indicator::value::Entity, IndicatorValue::new),
        Kind::User => {
            let found = level.one::<user::entity::Entity>(reader, Some(key)).await?;
            if found.is_some() && reader.actor().key() != Some(key) {
                reader.reads_personal("users");
            }
            found.map(User::new).map(Node::from)
        }
        Kind::RoleAssignment => one!(user::assignment::Entity, RoleAssignment::new),
        Kind::PartnerClient => one!(partner_client::entity::Entity, PartnerClient::new),
        Kind::AuditEntry => one!(audit::entity::Entity, AuditEntry::new),
        Kind::Membership => {
            let found = level.one::<membership::entity::Entity>(reader, Some(key)).await?;
            if found.is_some() {
                reader.reads_personal("memberships");
            }
            found.map(Membership::new).map(Node::from)
        }
        Kind::Document => one!(document::entity::Entity, Document::new),
    })
}

/// One thing, with what its page shows besides.
async fn find(reader: &Reader, id: GlobalId) -> Result<Option<Node>> {
    Ok(match id.kind {
        Kind::Product => product::store::find(reader, Lookup::Key(id.key)).await?.map(Node::from),
        Kind::Market => market::store::find(reader, Lookup::Key(id.key)).await?.map(Node::from),
        _ => {
            let mut level = Keys::default();
            level.add(id.kind, id.key);
            find_among(reader, &level.batch(), id).await?
        }
    })
}

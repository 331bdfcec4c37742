//! What the check inserts: things that are not public, in several branches, each a canary: its id and its text stand
//! nowhere else.

use crate::platform::audit::record::{ActorKind, AuditOutcome, Entry, append};
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::keys::Keys;
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::table::Node;
use crate::platform::query::transaction::Tx;
use crate::{
    activity, agreement, agreement_document, amendment, bot_menu, budget_line, committee, consignment_contract,
    contribution, cooperative, countersignature, day_closing, document, expense, indicator, listing, market,
    membership, partner_client, photo, product, programme, register_dispute, sale, stock, stock_count, submission,
    support_service, tranche, user,
};
use domain::access::Permission;
use domain::activity::{ActivityKind, ActivityStatus};
use domain::bot::menu::{BotMenuStatus, Menu};
use domain::committee::{CommitteeMember, CommitteeRole};
use domain::cooperative::{DocumentKind, RegisterDisputeOutcome};
use domain::id::founding;
use domain::partnership::{AgreementDocumentKind, AmendedTerms, AmendmentStatus};
use domain::product::form::{ProductChangeStatus, ProductForm};
use domain::sale::{DiscrepancyStatus, PaymentMethod, SaleStatus};
use domain::stock::{CountedLot, CountersignatureStatus, LossBearer, StockCountStatus, StockMovementKind};
use domain::submission::SubmissionStatus;
use domain::text::{Locale, LocalizedText, NAME_MAX};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IdenStatic, IntoActiveModel, Iterable, Value};
use serde_json::{Map, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Where canaries are inserted.
pub(super) struct Target {
    /// What it is called in the report.
    pub name: &'static str,
    branch: &'static str,
    /// The partner whose agreement a programme is inserted in; none: everything that a branch owns.
    partner: Option<&'static str>,
    /// The branch that implements the agreement and takes part in the programme; none: the owner.
    shared_with: Option<&'static str>,
}

impl Target {
    /// All of them.
    pub(super) fn all() -> Vec<Self> {
        let branch = |slug| Self { name: slug, branch: slug, partner: None, shared_with: None };
        let partner = Self { name: "an approved programme of indh", partner: Some("indh"), ..branch("khouribga") };
        let shared =
            Self { name: "what khouribga takes part in", shared_with: Some("khouribga"), ..branch("mdiq-fnideq") };
        // What most principals may not see stands together: each is asked before and after it.
        vec![branch("mdiq-fnideq"), branch("national"), branch("region-05"), branch("khouribga"), partner, shared]
    }
}

/// Something that was inserted, whose id and text stand nowhere else.
#[derive(Debug)]
pub(super) struct Canary {
    pub what: &'static str,
    pub kind: Kind,
    pub key: Uuid,
    /// Its global id, as it would stand in an answer.
    pub id: String,
    /// A text that stands in it and nowhere else.
    pub text: String,
    pub slug: Option<String>,
    pub table: Option<String>,
    pub branch: Option<Uuid>,
    pub partner: Option<Uuid>,
    /// The branch that does not own it, and sees it because it takes part.
    pub shared_with: Option<Uuid>,
    /// The cooperative whose representative sees it too.
    pub cooperative: Option<Uuid>,
    pub see: Permission,
    pub at: &'static str,
    pub target: &'static str,
}

impl Canary {
    /// Whether it is a text alone, in a row that is public otherwise: nothing names it.
    pub(super) fn is_mark(&self) -> bool {
        self.id == self.text
    }

    /// Whether bytes tell of it, given as a character for each.
    pub(super) fn is_in(&self, bytes: &str) -> bool {
        let key: String = self.key.as_bytes().iter().copied().map(char::from).collect();
        bytes.contains(&key) || bytes.contains(&self.text) || bytes.contains(&self.key.to_string())
    }

    /// What it is named by in a question.
    pub(super) fn named(&self, by_slug: bool) -> String {
        if by_slug { self.slug.clone().unwrap_or_default() } else { self.id.clone() }
    }

    /// What names nothing at all, and is of the same form and length.
    pub(super) fn absent(&self, by_slug: bool) -> String {
        if by_slug {
            self.slug.as_ref().map(|slug| slug.replace("leak", "none")).unwrap_or_default()
        } else {
            GlobalId::new(self.kind, founding("nothing", &self.id)).to_string()
        }
    }
}

struct Fixtures<'p, 't> {
    tx: &'p Tx<'t>,
    target: &'p Target,
    branch: Uuid,
    canaries: Vec<Canary>,
}

fn localised(text: &str) -> Value {
    Value::Json(Some(Box::new(json!({"fr": text}))))
}

impl Fixtures<'_, '_> {
    /// The branch that implements the agreement and takes part in the programme.
    fn participant(&self) -> Uuid {
        self.target.shared_with.map_or(self.branch, |slug| founding("branch", slug))
    }

    /// Insert a copy of a thing of the demo world, with other values in some of its columns.
    async fn copy<E>(&mut self, what: &'static str, from: Uuid, changes: &[(&str, Value)]) -> Result<(Uuid, String)>
    where
        E: Node,
        E::Model: IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: Send,
    {
        let key = founding("leak", &format!("{} {what}", self.target.name));
        let text = format!("leak{}", &key.simple().to_string()[..16]);
        let row = self.tx.select::<E>().filter(E::KEY.eq(from)).one(E::read).await?;
        let row = row.ok_or_else(|| Error::internal(format!("the demo world has no {what} to copy")))?;
        let mut row = row.into_active_model();
        let (mut slug, mut has_branch) = (None, false);
        for column in <E as EntityTrait>::Column::iter() {
            let name = column.as_str();
            let value = match name {
                "id" => Value::from(key),
                "number" => {
                    row.not_set(column);
                    continue;
                }
                "branch_id" => {
                    has_branch = true;
                    Value::from(self.branch)
                }
                "slug" => {
                    slug = Some(text.clone());
                    Value::from(text.clone())
                }
                "published" => Value::from(false),
                _ => match changes.iter().find(|(changed, _)| *changed == name) {
                    Some((_, Value::String(Some(given)))) if given.as_str() == CANARY => Value::from(text.clone()),
                    Some((_, Value::Json(Some(given)))) if given.as_ref() == &json!({"fr": CANARY}) => localised(&text),
                    Some((_, value)) => value.clone(),
                    None => continue,
                },
            };
            row.set(column, value);
        }
        self.tx.insert_all::<E>(vec![row]).await?;
        self.canaries.push(Canary {
            what,
            kind: E::KIND,
            key,
            id: GlobalId::new(E::KIND, key).to_string(),
            text: text.clone(),
            slug,
            table: Some(E::default().table_name().to_owned()),
            branch: has_branch.then_some(self.branch),
            partner: None,
            shared_with: None,
            cooperative: None,
            see: E::SEE,
            at: self.target.branch,
            target: self.target.name,
        });
        Ok((key, text))
    }

    /// Insert a row that is made of its key and its text.
    async fn row<E>(&mut self, what: &'static str, make: impl FnOnce(Uuid, &str) -> E::Model) -> Result<(Uuid, String)>
    where
        E: Node,
        E::Model: IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: Send,
    {
        let key = founding("leak", &format!("{} {what}", self.target.name));
        let text = format!("leak{}", &key.simple().to_string()[..16]);
        let mut row = make(key, &text).into_active_model();
        for column in <E as EntityTrait>::Column::iter().filter(|column| column.as_str() == "number") {
            row.not_set(column);
        }
        self.tx.insert_all::<E>(vec![row]).await?;
        self.canaries.push(Canary {
            what,
            kind: E::KIND,
            key,
            id: GlobalId::new(E::KIND, key).to_string(),
            text: text.clone(),
            slug: None,
            table: Some(E::default().table_name().to_owned()),
            branch: Some(self.branch),
            partner: None,
            shared_with: None,
            cooperative: None,
            see: E::SEE,
            at: self.target.branch,
            target: self.target.name,
        });
        Ok((key, text))
    }

    /// Write a text into something that is public otherwise.
    async fn mark(
        &mut self,
        what: &'static str,
        see: Permission,
        cooperative: Option<Uuid>,
        write: impl AsyncFnOnce(&Self, &str) -> Result<()>,
    ) -> Result<()> {
        let key = founding("leak", &format!("{} {what}", self.target.name));
        let text = format!("leak{}", &key.simple().to_string()[..16]);
        write(self, &text).await?;
        let (kind, id, branch) = (Kind::Branch, text.clone(), Some(self.branch));
        let (at, target) = (self.target.branch, self.target.name);
        let canary = Canary {
            what,
            kind,
            key,
            id,
            text,
            slug: None,
            table: None,
            branch,
            partner: None,
            shared_with: None,
            cooperative,
            see,
            at,
            target,
        };
        self.canaries.push(canary);
        Ok(())
    }

    async fn run(&self, sql: &str, values: Vec<Value>) -> Result<()> {
        self.tx.execute(sql, values).await.map(drop)
    }
}

/// What is replaced by the text of the thing.
const CANARY: &str = "the canary";

fn canary() -> Value {
    Value::from(CANARY)
}

fn canary_text() -> Value {
    localised(CANARY)
}

/// Insert everything at a target.
///
/// # Errors
/// The database's refusal, or a demo world that lacks what is copied.
pub(super) async fn insert(tx: &Tx<'_>, target: &Target) -> Result<Vec<Canary>> {
    let branch = founding("branch", target.branch);
    let mut fixtures = Fixtures { tx, target, branch, canaries: Vec::new() };
    match (target.partner, target.shared_with) {
        (Some(partner), _) => approved_programme(&mut fixtures, partner).await?,
        (None, Some(participant)) => {
            partnerships(&mut fixtures).await?;
            let is_shared = |canary: &&mut Canary| {
                matches!(canary.what, "agreement" | "contribution" | "programme" | "indicator of a programme")
            };
            for canary in fixtures.canaries.iter_mut().filter(is_shared) {
                canary.shared_with = Some(founding("branch", participant));
            }
            // The rest is what it is at any other target.
            fixtures.canaries.retain(|canary| canary.shared_with.is_some());
        }
        (None, None) => {
            trade(&mut fixtures).await?;
            support(&mut fixtures).await?;
            bot(&mut fixtures).await?;
            referral(&mut fixtures).await?;
            partnerships(&mut fixtures).await?;
            people(&mut fixtures).await?;
            marks(&mut fixtures).await?;
        }
    }
    Ok(fixtures.canaries)
}

/// A support service that nobody has made sure of, and where a shelter is, which counsellors alone see.
async fn support(fixtures: &mut Fixtures<'_, '_>) -> Result<()> {
    let unknown = [("name", canary_text()), ("verified_on", Value::String(None)), ("valid_until", Value::String(None))];
    let from = founding("support_service", "listening-khouribga");
    let (key, _) = fixtures.copy::<support_service::entity::Entity>("support service", from, &unknown).await?;
    let branch = fixtures.branch;
    fixtures
        .mark("where a shelter is", Permission::SeeShelters, None, async |fixtures, text| {
            let sql = "insert into shelter (support_service_id, branch_id, address, phones) values ($1, $2, $3, $4)";
            let phones = Value::Json(Some(Box::new(json!([text]))));
            fixtures.run(sql, vec![key.into(), branch.into(), localised(text), phones]).await
        })
        .await?;
    fixtures
        .mark("verification of a support service", Permission::SeeSupportServices, None, async |fixtures, text| {
            let sql =
                "insert into support_verification (id, branch_id, support_service_id, actor_name, note, verified_at)
                values ($1, $2, $3, $4, $4, 1)";
            let id = founding("leak", text);
            fixtures.run(sql, vec![id.into(), branch.into(), key.into(), text.into()]).await
        })
        .await
}

/// A menu of the bot that is not published, and in how many conversations it helped.
async fn bot(fixtures: &mut Fixtures<'_, '_>) -> Result<()> {
    let draft = |id: Uuid, text: &str| bot_menu::entity::Model {
        id,
        number: 0,
        content: Json(Menu { start: text.to_owned(), nodes: Vec::new() }),
        status: EnumValue(BotMenuStatus::Draft),
        edited_by: None,
        reviewed_by: None,
        published_at: None,
        published: false,
        is_demo: true,
        version: 1,
        created_at: 1,
        changed_at: 1,
    };
    fixtures.row::<bot_menu::entity::Entity>("menu of the bot", draft).await?;
    // It is the whole association's.
    if let Some(canary) = fixtures.canaries.last_mut() {
        canary.branch = None;
    }
    let branch = fixtures.branch;
    fixtures
        .mark("count of conversations", Permission::SeeSupportCounts, None, async |fixtures, text| {
            let sql = "insert into bot_count (month, node, language, region_code, branch_id, conversations)
                values ('2026-10', $1, 'DARIJA', '', $2, 1000)";
            fixtures.run(sql, vec![text.into(), branch.into()]).await
        })
        .await
}

/// A referral, and how many there were. No purpose of the platform's writes one: it is inserted past the program.
async fn referral(fixtures: &mut Fixtures<'_, '_>) -> Result<()> {
    let key = founding("leak", &format!("{} referral", fixtures.target.name));
    let text = format!("leak{}", &key.simple().to_string()[..16]);
    let service = founding("support_service", "police-khouribga");
    let sql = "insert into referral (id, branch_id, case_id, case_code, support_service_id, purpose, is_minor, status, fields, given_by,
        created_at, changed_at) values ($1, $2, $1, $3, $4, 'PROTECTION', false, 'PROPOSED', $5, 'SURVIVOR', 1, 1)";
    let fields = Value::Json(Some(Box::new(json!([]))));
    fixtures.run(sql, vec![key.into(), fixtures.branch.into(), text.as_str().into(), service.into(), fields]).await?;
    let canary = Canary {
        what: "referral",
        kind: Kind::Referral,
        key,
        id: GlobalId::new(Kind::Referral, key).to_string(),
        text,
        slug: None,
        table: Some("referral".to_owned()),
        branch: Some(fixtures.branch),
        partner: None,
        shared_with: None,
        cooperative: None,
        see: Permission::SeeReferrals,
        at: fixtures.target.branch,
        target: fixtures.target.name,
    };
    fixtures.canaries.push(canary);
    Ok(())
}

/// What is not public in rows that are, and below things that are.
async fn marks(fixtures: &mut Fixtures<'_, '_>) -> Result<()> {
    let (slug, market) = match fixtures.target.branch {
        "khouribga" => ("demo-argan", "khouribga"),
        "mdiq-fnideq" => ("demo-mdiq-miel", "demo-mdiq"),
        "national" => {
            return fixtures
                .mark("note on an agreement", Permission::SeeAgreements, None, async |fixtures, text| {
                    let sql = "insert into agreement_private (agreement_id, branch_id, notes) values ($1, $2, $3)
                on conflict (agreement_id) do update set notes = excluded.notes";
                    let agreement = founding("agreement", "unfm-unfpa-2021");
                    fixtures.run(sql, vec![agreement.into(), fixtures.branch.into(), text.into()]).await
                })
                .await;
        }
        _ => return Ok(()),
    };
    let (cooperative, branch) = (founding("cooperative", slug), fixtures.branch);
    let own = Some(cooperative);
    fixtures
        .mark("identity of a published cooperative", Permission::SeeCooperatives, own, async |fixtures, text| {
            let sql = "update cooperative_private set court = $2, register_number = $2, notes = $2,
                central_register_reference = $2 where cooperative_id = $1";
            fixtures.run(sql, vec![cooperative.into(), text.into()]).await
        })
        .await?;
    fixtures
        .mark("note on a published market", Permission::SeeMarkets, None, async |fixtures, text| {
            let sql = "insert into market_private (market_id, branch_id, notes) values ($1, $2, $3)
                on conflict (market_id) do update set notes = excluded.notes";
            fixtures.run(sql, vec![founding("market", market).into(), branch.into(), text.into()]).await
        })
        .await?;
    let before = fixtures.canaries.len();
    let member = founding("membership", "demo-argan 1");
    // One who has left, or the number of members would be another.
    let of = [
        ("name", canary()),
        ("cooperative_id", Value::from(cooperative)),
        ("joined_on", "2020-01-01".into()),
        ("left_on", "2026-01-01".into()),
    ];
    fixtures.copy::<membership::entity::Entity>("member of a published cooperative", member, &of).await?;
    let document = |key, text: &str| document::entity::Model {
        id: key,
        branch_id: branch,
        cooperative_id: cooperative,
        kind: EnumValue(DocumentKind::Certificate),
        reference: Some(text.to_owned()),
        valid_from: None,
        valid_until: None,
        version: 1,
        created_at: 1,
        changed_at: 1,
    };
    fixtures.row::<document::entity::Entity>("document of a published cooperative", document).await?;
    let row = first_where(fixtures.tx, "product", "is_demo and published").await?;
    let draft =
        [("name", canary_text()), ("status", Value::from("DRAFT")), ("cooperative_id", Value::from(cooperative))];
    fixtures.copy::<product::entity::Entity>("draft of a published cooperative", row, &draft).await?;
    for canary in &mut fixtures.canaries[before..] {
        canary.cooperative = own;
    }
    if slug == "demo-argan" {
        let changes = [("source_name", canary()), ("accepted", Value::from(false))];
        let row = founding("indicator_value", "demo-unfpa-active");
        fixtures.copy::<indicator::value::Entity>("figure that was not accepted", row, &changes).await?;
    }
    Ok(())
}

async fn trade(fixtures: &mut Fixtures<'_, '_>) -> Result<()> {
    let argan = founding("cooperative", "demo-argan");
    let (cooperative, text) = fixtures
        .copy::<cooperative::entity::Entity>(
            "cooperative",
            argan,
            &[("name", canary_text()), ("commune", canary()), ("status", "APPLIED".into())],
        )
        .await?;
    let branch = fixtures.branch;
    let private =
        "insert into cooperative_private (cooperative_id, branch_id, court, register_number, register_verified,
        legacy_exemption) values ($1, $2, $3, $3, $4, $4)";
    fixtures.run(private, vec![cooperative.into(), branch.into(), text.into(), false.into()]).await?;
    let member = founding("membership", "demo-argan 1");
    let of = ("cooperative_id", Value::from(cooperative));
    fixtures.copy::<membership::entity::Entity>("membership", member, &[("name", canary()), of.clone()]).await?;
    let document = |key, text: &str| document::entity::Model {
        id: key,
        branch_id: branch,
        cooperative_id: cooperative,
        kind: EnumValue(DocumentKind::Certificate),
        reference: Some(text.to_owned()),
        valid_from: None,
        valid_until: None,
        version: 1,
        created_at: 1,
        changed_at: 1,
    };
    fixtures.row::<document::entity::Entity>("document", document).await?;
    let row = first_where(fixtures.tx, "product", "is_demo and published").await?;
    let (product, text) = fixtures
        .copy::<product::entity::Entity>(
            "product",
            row,
            &[("name", canary_text()), ("status", "PUBLISHED".into()), of.clone()],
        )
        .await?;
    catalogue(fixtures, (product, cooperative), text).await?;
    let (made_by, of) = (of, ("product_id", Value::from(product)));
    let row = first_where(fixtures.tx, "product_variant", "is_demo and published").await?;
    let (variant, _) = fixtures
        .copy::<product::variant::Entity>("variant", row, &[("sku", canary()), of.clone(), made_by.clone()])
        .await?;
    let (market, _) = fixtures
        .copy::<market::entity::Entity>(
            "market",
            founding("market", "khouribga"),
            &[("name", canary_text()), ("address", canary_text()), ("status", "PLANNED".into())],
        )
        .await?;
    let row = first_where(fixtures.tx, "listing", "is_demo and published").await?;
    let at = [
        of,
        made_by,
        ("variant_id", Value::from(variant)),
        ("market_id", Value::from(market)),
        ("visible", true.into()),
    ];
    fixtures.copy::<listing::entity::Entity>("listing", row, &at).await?;
    kept(fixtures, (market, cooperative), (product, variant)).await
}

/// What a market has of a variant: under which contract it came, in which lot, and when.
async fn kept(
    fixtures: &mut Fixtures<'_, '_>,
    (market, cooperative): (Uuid, Uuid),
    (product, variant): (Uuid, Uuid),
) -> Result<()> {
    let branch = fixtures.branch;
    let contract = |key, _: &str| consignment_contract::entity::Model {
        id: key,
        number: 0,
        branch_id: branch,
        market_id: market,
        cooperative_id: cooperative,
        valid_from: Day(jiff::civil::date(2026, 1, 1)),
        valid_to: None,
        commission_basis_points: 0,
        loss_borne_by: EnumValue(LossBearer::Cooperative),
        payout_days: Json(vec![1]),
        version: 1,
        created_at: 1,
        changed_at: 1,
    };
    fixtures.row::<consignment_contract::entity::Entity>("consignment contract", contract).await?;
    let level = |key, _: &str| stock::entity::Model {
        id: key,
        number: 0,
        branch_id: branch,
        market_id: market,
        variant_id: variant,
        product_id: product,
        cooperative_id: cooperative,
        on_hand: 0,
        good_until: None,
        next_expiry: None,
        asked_price: None,
        price_differs: false,
        version: 1,
        created_at: 1,
        changed_at: 1,
    };
    let (level, text) = fixtures.row::<stock::entity::Entity>("stock level", level).await?;
    let lot = Uuid::now_v7();
    let sql = "insert into stock_lot (id, branch_id, stock_level_id, cooperative_id, code, on_hand)
        values ($1, $2, $3, $4, $5, 0)";
    let values = [lot, branch, level, cooperative].map(Value::from);
    fixtures.run(sql, values.into_iter().chain([text.into()]).collect()).await?;
    let movement = |key, text: &str| stock::movement::Model {
        id: key,
        number: 0,
        branch_id: branch,
        stock_level_id: level,
        stock_lot_id: lot,
        cooperative_id: cooperative,
        entry_id: key,
        kind: EnumValue(StockMovementKind::Delivery),
        quantity: 1000,
        reason: Some(text.to_owned()),
        moved_at: 1,
        entered_by: None,
        version: 1,
        created_at: 1,
        changed_at: 1,
    };
    let (moved, _) = fixtures.row::<stock::movement::Entity>("stock movement", movement).await?;
    let signed = |key, text: &str| countersignature::entity::Model {
        id: key,
        number: 0,
        branch_id: branch,
        market_id: market,
        stock_movement_id: moved,
        cooperative_id: cooperative,
        status: EnumValue(CountersignatureStatus::Disputed),
        reason: Some(text.to_owned()),
        signed_by: None,
        version: 1,
        created_at: 1,
        changed_at: 1,
    };
    fixtures.row::<countersignature::entity::Entity>("countersignature", signed).await?;
    let count = |key, text: &str| stock_count::entity::Model {
        id: key,
        number: 0,
        branch_id: branch,
        market_id: market,
        status: EnumValue(StockCountStatus::Pending),
        reason: text.to_owned(),
        worth: Some(98_765_432),
        lots: Json(vec![CountedLot { variant, level, lot, code: text.to_owned(), recorded: 0, counted: 1000 }]),
        entered_by: None,
        decided_by: None,
        version: 1,
        created_at: 1,
        changed_at: 1,
    };
    fixtures.row::<stock_count::entity::Entity>("stock count", count).await?;
    sold(fixtures, (market, cooperative), (product, variant)).await
}

/// What a market sold of a variant, and the closing of a day.
async fn sold(
    fixtures: &mut Fixtures<'_, '_>,
    (market, cooperative): (Uuid, Uuid),
    (product, variant): (Uuid, Uuid),
) -> Result<()> {
    let branch = fixtures.branch;
    let closing = |key, _: &str| day_closing::entity::Model {
        id: key,
        number: 0,
        branch_id: branch,
        market_id: market,
        closed_on: Day(jiff::civil::date(2026, 1, 2)),
        opening_float: 0,
        expected_cash: 98_765_432,
        counted_cash: 98_765_432,
        card_total: 0,
        transfer_total: 0,
        sale_count: 1,
        entered_by: None,
        is_demo: false,
        version: 1,
        created_at: 1,
        changed_at: 1,
    };
    let (closing, _) = fixtures.row::<day_closing::entity::Entity>("day closing", closing).await?;
    let recorded = |key, text: &str| sale::entity::Model {
        id: key,
        number: 0,
        branch_id: branch,
        market_id: market,
        sale_key: text.to_owned(),
        status: EnumValue(SaleStatus::VoidRequested),
        payment: EnumValue(PaymentMethod::Cash),
        total: 98_765_432,
        sold_at: 1,
        utc_offset: None,
        sold_on: Day(jiff::civil::date(2026, 1, 2)),
        corrects_id: Some(closing),
        discrepancy: Some(EnumValue(DiscrepancyStatus::Open)),
        discrepancy_note: Some(text.to_owned()),
        entered_by: None,
        void_reason: Some(text.to_owned()),
        void_requested_by: None,
        voided_by: None,
        voided_at: None,
        voided_on: None,
        void_corrects_id: None,
        is_demo: false,
        version: 1,
        created_at: 1,
        changed_at: 1,
    };
    let (recorded, text) = fixtures.row::<sale::entity::Entity>("sale", recorded).await?;
    let key = founding("leak", &format!("{} line of a sale", fixtures.target.name));
    let line =
        "insert into sale_line (id, branch_id, market_id, sale_id, position, variant_id, product_id, cooperative_id,
        quantity, price, total, sold_at, sold_on)
        values ($1, $2, $3, $4, 0, $5, $6, $7, 1000, 98765432, 98765432, 1, '2026-01-02')";
    let values = [key, branch, market, recorded, variant, product, cooperative].map(Value::from);
    fixtures.run(line, values.into()).await?;
    fixtures.canaries.push(Canary {
        what: "line of a sale",
        kind: Kind::SaleLine,
        key,
        id: GlobalId::new(Kind::SaleLine, key).to_string(),
        text,
        slug: None,
        // A line has no version of its own.
        table: None,
        branch: Some(branch),
        partner: None,
        shared_with: None,
        cooperative: None,
        see: Permission::SeeSales,
        at: fixtures.target.branch,
        target: fixtures.target.name,
    });
    Ok(())
}

/// The way of a product through the catalogue: who moved it, and what somebody asks to change of it.
async fn catalogue(fixtures: &mut Fixtures<'_, '_>, (product, cooperative): (Uuid, Uuid), text: String) -> Result<()> {
    let branch = fixtures.branch;
    let moved =
        "insert into product_move (id, branch_id, product_id, cooperative_id, to_status, actor_name, reason, moved_at)
        values ($1, $2, $3, $4, 'REJECTED', $5, $5, 1)";
    let values = [Uuid::now_v7(), branch, product, cooperative].map(Value::from);
    fixtures.run(moved, values.into_iter().chain([text.into()]).collect()).await?;
    let asked = |key, text: &str| {
        let form = ProductForm {
            name: LocalizedText::new([(Locale::Fr, text.to_owned())], NAME_MAX).expect("a mark is a text"),
            description: None,
            category: "honey".to_owned(),
            origin: None,
            sanitary_number: None,
            sanitary_valid_until: None,
            variants: Vec::new(),
            signs: Vec::new(),
            photos: Vec::new(),
        };
        product::change::Model {
            id: key,
            number: 0,
            branch_id: branch,
            product_id: product,
            cooperative_id: cooperative,
            status: EnumValue(ProductChangeStatus::Open),
            was: Json(form.clone()),
            asked: Json(form),
            requested_by: None,
            requested_by_name: Some(text.to_owned()),
            decided_by: None,
            decided_at: None,
            reason: None,
            version: 1,
            created_at: 1,
            changed_at: 1,
        }
    };
    fixtures.row::<product::change::Entity>("request to change a product", asked).await?;
    let content = format!("{:064x}", product.as_u128());
    let claim = "insert into photo_content (content, written_at) values ($1, 1)";
    fixtures.run(claim, vec![content.clone().into()]).await?;
    let photo = |key, text: &str| photo::entity::Model {
        id: key,
        number: 0,
        branch_id: branch,
        product_id: product,
        cooperative_id: cooperative,
        position: Some(0),
        content,
        width: 1,
        height: 1,
        blur_hash: text.to_owned(),
        alt: Json(LocalizedText::new([(Locale::Fr, text.to_owned())], NAME_MAX).expect("a mark is a text")),
        published: false,
        valid_until: None,
        is_demo: false,
        version: 1,
        created_at: 1,
        changed_at: 1,
    };
    fixtures.row::<photo::entity::Entity>("photo", photo).await?;
    Ok(())
}

async fn partnerships(fixtures: &mut Fixtures<'_, '_>) -> Result<()> {
    let (agreement, text) = fixtures
        .copy::<agreement::entity::Entity>(
            "agreement",
            founding("agreement", "demo-unfpa"),
            &[("object", canary_text()), ("status", "DRAFT".into())],
        )
        .await?;
    let branch = fixtures.branch;
    let party = "insert into agreement_party (agreement_id, position, partner_id, branch_id, published)
        values ($1, 1, $2, $3, $4)";
    let unfpa = founding("partner", "unfpa");
    fixtures.run(party, vec![agreement.into(), unfpa.into(), branch.into(), false.into()]).await?;
    let works = "insert into agreement_implementation (agreement_id, branch_id, published) values ($1, $2, $3)";
    fixtures.run(works, vec![agreement.into(), fixtures.participant().into(), false.into()]).await?;
    let objective = "insert into agreement_objective (agreement_id, position, branch_id, code, text, published)
        values ($1, 1, $2, $3, $4, $5)";
    let values = vec![agreement.into(), branch.into(), text.clone().into(), localised(&text), false.into()];
    fixtures.run(objective, values).await?;
    let row = first_where(fixtures.tx, "contribution", "published").await?;
    let of = [
        ("agreement_id", Value::from(agreement)),
        ("market_id", Value::Uuid(None)),
        ("amount", 98_765_432_100_i64.into()),
    ];
    fixtures.copy::<contribution::entity::Entity>("contribution", row, &of).await?;
    money(fixtures, agreement).await?;
    let proposed = |key, text: &str| amendment::entity::Model {
        id: key,
        branch_id: branch,
        agreement_id: agreement,
        ordinal: 1,
        status: EnumValue(AmendmentStatus::Proposed),
        reason: text.to_owned(),
        terms: Json(AmendedTerms::default()),
        earlier: None,
        contributions: Json(Vec::new()),
        signed_on: None,
        entered_by: None,
        published: false,
        version: 1,
        created_at: 1,
        changed_at: 1,
    };
    fixtures.row::<amendment::entity::Entity>("amendment", proposed).await?;
    steering(fixtures, agreement).await?;
    programme_in(fixtures, "demo-unfpa-submitted", "SUBMITTED", agreement, false).await
}

/// The committee of an agreement with a meeting, and a document.
async fn steering(fixtures: &mut Fixtures<'_, '_>, agreement: Uuid) -> Result<()> {
    let branch = fixtures.branch;
    let seat = |text: &str| CommitteeMember {
        partner: founding("partner", "unfpa"),
        role: CommitteeRole::Chair,
        office: text.to_owned(),
    };
    let sits = |key, text: &str| committee::entity::Model {
        id: key,
        branch_id: branch,
        agreement_id: agreement,
        quorum: 1,
        members: Json(vec![seat(text)]),
        version: 1,
        created_at: 1,
        changed_at: 1,
    };
    let (key, _) = fixtures.row::<committee::entity::Entity>("steering committee", sits).await?;
    let met = |id, text: &str| committee::meeting::Model {
        id,
        branch_id: branch,
        committee_id: key,
        ordinal: 1,
        held_on: Day(jiff::civil::date(2026, 1, 2)),
        quorum: 1,
        present: Json(vec![seat(text)]),
        minutes: Some(text.to_owned()),
        decisions: Json(vec![text.to_owned()]),
        version: 1,
        created_at: 1,
        changed_at: 1,
    };
    fixtures.row::<committee::meeting::Entity>("steering meeting", met).await?;
    let filed = |key, text: &str| agreement_document::entity::Model {
        id: key,
        branch_id: branch,
        agreement_id: agreement,
        ordinal: 1,
        kind: EnumValue(AgreementDocumentKind::Report),
        title: text.to_owned(),
        reference: Some(text.to_owned()),
        dated_on: None,
        sha256: None,
        is_withdrawn: false,
        version: 1,
        created_at: 1,
        changed_at: 1,
    };
    fixtures.row::<agreement_document::entity::Entity>("agreement document", filed).await.map(drop)
}

/// A line of a budget with an expense, and what was moved from it.
async fn money(fixtures: &mut Fixtures<'_, '_>, agreement: Uuid) -> Result<()> {
    let branch = fixtures.branch;
    let mut lines = Vec::new();
    for (position, what) in [(1, "budget line"), (2, "other budget line")] {
        let line = |key, text: &str| budget_line::entity::Model {
            id: key,
            branch_id: branch,
            agreement_id: agreement,
            position,
            code: text.to_owned(),
            name: Json(LocalizedText::new([(Locale::Fr, text.to_owned())], NAME_MAX).expect("a mark is a text")),
            planned: 98_765_432_100,
            amount: 98_765_432_100,
            spent: 0,
            version: 1,
            created_at: 1,
            changed_at: 1,
        };
        lines.push(fixtures.row::<budget_line::entity::Entity>(what, line).await?.0);
    }
    let expense = |key, text: &str| expense::entity::Model {
        id: key,
        number: 0,
        branch_id: branch,
        agreement_id: agreement,
        budget_line_id: lines[0],
        amount: 98_765_432,
        spent_on: Day(jiff::civil::date(2026, 1, 2)),
        reference: text.to_owned(),
        description: Some(text.to_owned()),
        reverses_id: None,
        status: EnumValue(domain::budget::ExpenseStatus::Pending),
        entered_by: None,
        version: 1,
        created_at: 1,
        changed_at: 1,
    };
    let (_, text) = fixtures.row::<expense::entity::Entity>("expense", expense).await?;
    let tranche = |key, _: &str| tranche::entity::Model {
        id: key,
        branch_id: branch,
        agreement_id: agreement,
        ordinal: 1,
        planned: 98_765_432,
        planned_on: Day(jiff::civil::date(2026, 1, 2)),
        release_share: 8_000,
        received: 0,
        justified: 0,
        version: 1,
        created_at: 1,
        changed_at: 1,
    };
    let (key, proof) = fixtures.row::<tranche::entity::Entity>("tranche", tranche).await?;
    let booked = "insert into tranche_entry (id, branch_id, agreement_id, tranche_id, ordinal, kind, amount, entered_on, reference)
        values ($1, $2, $3, $4, 1, 'RECEIPT', 1, '2026-01-02', $5)";
    let values = vec![Uuid::now_v7().into(), branch.into(), agreement.into(), key.into(), proof.into()];
    fixtures.run(booked, values).await?;
    let moved =
        "insert into budget_transfer (id, branch_id, agreement_id, from_line_id, to_line_id, amount, made_on, reason)
        values ($1, $2, $3, $4, $5, 1, '2026-01-02', $6)";
    let ends = [lines[0].into(), lines[1].into()];
    let values = [Uuid::now_v7().into(), branch.into(), agreement.into()].into_iter().chain(ends).chain([text.into()]);
    fixtures.run(moved, values.collect()).await
}

/// A programme with what it follows and a figure.
async fn programme_in(
    fixtures: &mut Fixtures<'_, '_>,
    from: &str,
    status: &str,
    agreement: Uuid,
    accepted: bool,
) -> Result<()> {
    let (programme, text) = fixtures
        .copy::<programme::entity::Entity>(
            "programme",
            founding("programme", from),
            &[("title", canary_text()), ("description", canary_text()), ("status", status.into())],
        )
        .await?;
    let branch = fixtures.branch;
    let link = "insert into agreement_programme (agreement_id, programme_id, branch_id) values ($1, $2, $3)";
    fixtures.run(link, vec![agreement.into(), programme.into(), branch.into()]).await?;
    let moved = "insert into programme_move (id, branch_id, programme_id, to_status, by_branch_id, actor_name, reason, moved_at)
        values ($1, $2, $3, 'DRAFT', $2, $4, $4, 1)";
    fixtures.run(moved, vec![Uuid::now_v7().into(), branch.into(), programme.into(), text.into()]).await?;
    let part = "insert into programme_branch (programme_id, branch_id, published) values ($1, $2, $3)";
    fixtures.run(part, vec![programme.into(), fixtures.participant().into(), false.into()]).await?;
    let of = ("programme_id", Value::from(programme));
    let changes = [("source_name", canary()), ("accepted", accepted.into()), of.clone()];
    let (value, _) = fixtures
        .copy::<indicator::value::Entity>("figure", founding("indicator_value", "demo-unfpa-active"), &changes)
        .await?;
    let follows = [("latest_actual_id", Value::from(value)), of];
    let row = founding("programme_indicator", "demo-unfpa-active");
    let (follows, _) = fixtures.copy::<programme::indicator::Entity>("indicator of a programme", row, &follows).await?;
    submission_of(fixtures, programme, follows).await?;
    let branch = fixtures.branch;
    let planned = |key, text: &str| activity::entity::Model {
        id: key,
        number: 0,
        branch_id: branch,
        programme_id: programme,
        kind: EnumValue(ActivityKind::Caravan),
        title: Json(LocalizedText::new([(Locale::Fr, text.to_owned())], NAME_MAX).expect("a mark is a text")),
        starts_on: Day(jiff::civil::date(2026, 1, 1)),
        ends_on: Day(jiff::civil::date(2026, 1, 1)),
        province_id: None,
        place: Some(text.to_owned()),
        capacity: None,
        status: EnumValue(ActivityStatus::Held),
        cancellation_reason: None,
        version: 1,
        created_at: 1,
        changed_at: 1,
    };
    let (key, text) = fixtures.row::<activity::entity::Entity>("activity", planned).await?;
    let came = "insert into activity_participation (id, branch_id, activity_id, position, age_band, people)
        values ($1, $2, $3, 0, $4, 12)";
    fixtures.run(came, vec![Uuid::now_v7().into(), branch.into(), key.into(), text.into()]).await
}

/// Figures of a programme on their way up the tree.
async fn submission_of(fixtures: &mut Fixtures<'_, '_>, programme: Uuid, follows: Uuid) -> Result<()> {
    let branch = fixtures.branch;
    let entered = |key, text: &str| submission::entity::Model {
        id: key,
        number: 0,
        branch_id: branch,
        programme_id: programme,
        period: "2025".to_owned(),
        period_start: Day(jiff::civil::date(2025, 1, 1)),
        period_end: Day(jiff::civil::date(2025, 12, 31)),
        status: EnumValue(SubmissionStatus::Open),
        stands_with_id: Some(branch),
        submitted_by: None,
        submitted_on: None,
        waived_by_id: Some(branch),
        waived_by_name: Some(text.to_owned()),
        waiver_reason: Some(text.to_owned()),
        version: 1,
        created_at: 1,
        changed_at: 1,
    };
    let (key, text) = fixtures.row::<submission::entity::Entity>("submission", entered).await?;
    let moved =
        "insert into submission_move (id, branch_id, submission_id, to_status, by_branch_id, actor_name, comment,
        moved_at) values ($1, $2, $3, 'OPEN', $2, $4, $4, 1)";
    fixtures.run(moved, vec![Uuid::now_v7().into(), branch.into(), key.into(), text.clone().into()]).await?;
    let measured =
        "insert into measurement (value_id, branch_id, submission_id, programme_indicator_id, kind, source, value,
        position) values ($1, $2, $3, $4, 'ACTUAL', $5, '12', 0)";
    fixtures.run(measured, vec![Uuid::now_v7().into(), branch.into(), key.into(), follows.into(), text.into()]).await
}

/// What a party's programs reach, and no other partner's.
async fn approved_programme(fixtures: &mut Fixtures<'_, '_>, partner: &str) -> Result<()> {
    let agreement = founding("agreement", &format!("demo-{partner}"));
    programme_in(fixtures, "demo-unfpa-submitted", "APPROVED", agreement, true).await?;
    for canary in &mut fixtures.canaries {
        canary.partner = Some(founding("partner", partner));
    }
    Ok(())
}

async fn people(fixtures: &mut Fixtures<'_, '_>) -> Result<()> {
    let from = "khouribga@unfm.example";
    let key = founding("leak", &format!("{} user", fixtures.target.name));
    let mail = ("email", Value::from(format!("leak{}@unfm.example", &key.simple().to_string()[..16])));
    let changes = [("display_name", canary()), mail];
    let (user, text) = fixtures.copy::<user::entity::Entity>("user", founding("user", from), &changes).await?;
    let held = [("user_id", Value::from(user))];
    let row = founding("role_assignment", from);
    fixtures.copy::<user::assignment::Entity>("assignment", row, &held).await?;
    let branch = fixtures.branch;
    // A login has no branch of its own: it is seen through the role.
    for login in fixtures.canaries.iter_mut().filter(|canary| canary.what == "user") {
        login.branch = Some(branch);
    }
    if fixtures.target.branch == "national" {
        let changes = [("client_id", canary()), ("name", canary())];
        let row = founding("partner_client", "unfpa-demo");
        fixtures.copy::<partner_client::entity::Entity>("credential", row, &changes).await?;
        let dispute = |key, text: &str| register_dispute::entity::Model {
            id: key,
            number: 0,
            branch_id: branch,
            cooperative_id: founding("cooperative", "demo-argan"),
            holder_id: founding("cooperative", "demo-mdiq-miel"),
            court: text.to_owned(),
            register_number: text.to_owned(),
            claimed_at: 1,
            outcome: EnumValue(RegisterDisputeOutcome::Open),
            reason: None,
            version: 1,
            created_at: 1,
            changed_at: 1,
        };
        fixtures.row::<register_dispute::entity::Entity>("dispute", dispute).await?;
    }
    let entry = Entry {
        branch,
        action: text.clone(),
        outcome: AuditOutcome::Done,
        actor: (ActorKind::Staff, Some(user)),
        subject: Some((Kind::User, user)),
        changes: Map::from_iter([("canary".to_owned(), json!(text))]),
        personal: BTreeMap::from([("actor".to_owned(), text.clone())]),
    };
    // Nobody proves the chains of a scratch database: any key will do.
    let keys = Keys::ephemeral(fixtures.tx.now()).map_err(|_| Error::internal("no randomness"))?;
    let key = append(fixtures.tx, &keys, entry).await?;
    fixtures.canaries.push(Canary {
        what: "entry of the audit",
        kind: Kind::AuditEntry,
        key,
        id: GlobalId::new(Kind::AuditEntry, key).to_string(),
        text,
        slug: None,
        table: None,
        branch: Some(branch),
        partner: None,
        shared_with: None,
        cooperative: None,
        see: Permission::SeeAudit,
        at: fixtures.target.branch,
        target: fixtures.target.name,
    });
    Ok(())
}

async fn first_where(tx: &Tx<'_>, table: &str, condition: &str) -> Result<Uuid> {
    let sql = format!("select id from {table} where {condition} order by id limit 1");
    let row = tx.query_one(sql, []).await?;
    row.ok_or_else(|| Error::internal(format!("the demo world has no {table} to copy")))
}

//! What a branch does about its agreements: drafting, funding and signing them.

use domain::id::founding;
use serde_json::{Value, json};
use tests::World;
use tests::mail::MailServer;
use tests::person::Person;
use unfm::agreement::alert;
use unfm::platform::graphql::global_id::{GlobalId, Kind};

const CREATE: &str = "mutation($input: AgreementCreateInput!) { agreementCreate(input: $input) {
    agreement { id slug version status endsOn budget { amount } fundingGaps { code amount { amount } }
      parties { role partner { slug } } objectives { code text { text } } legalBases { text } }
    userErrors { code field } } }";
const EDIT: &str = "mutation($input: AgreementEditInput!) { agreementEdit(input: $input) {
    agreement { version endsOn durationMonths budget { amount } object { text(locale: FR) translations { language } }
      objectives { code } }
    userErrors { code field } } }";
const PARTY_ADD: &str = "mutation($input: AgreementPartyAddInput!) { agreementPartyAdd(input: $input) {
    agreement { version parties { role partner { slug } } } userErrors { code field } } }";
const PARTY_REMOVE: &str = "mutation($input: AgreementPartyRemoveInput!) { agreementPartyRemove(input: $input) {
    agreement { version parties { partner { slug } } } userErrors { code field } } }";
const NEGOTIATE: &str = "mutation($input: AgreementNegotiateInput!) { agreementNegotiate(input: $input) {
    agreement { version status } userErrors { code field } } }";
const SIGN: &str = "mutation($input: AgreementSignInput!) { agreementSign(input: $input) {
    agreement { version status signedOn signedOnBasis startsOn endsOn signedUnderMandateOf { slug } }
    userErrors { code field message } } }";
const ADD: &str = "mutation($input: ContributionAddInput!) { contributionAdd(input: $input) {
    contribution { id version amount { amount } status partner { slug } }
    agreement { version fundingGaps { code amount { amount } } } userErrors { code field } } }";
const CONFIRM: &str = "mutation($input: ContributionConfirmInput!) { contributionConfirm(input: $input) {
    contribution { version status partner { slug } } agreement { version } userErrors { code field } } }";
const REVERSE: &str = "mutation($input: ContributionReverseInput!) { contributionReverse(input: $input) {
    contribution { amount { amount } reverses { id } } agreement { version fundingGaps { code amount { amount } } }
    userErrors { code field } } }";

fn id(kind: Kind, name: &str, slug: &str) -> String {
    GlobalId::new(kind, founding(name, slug)).to_string()
}

fn partner(slug: &str) -> String {
    id(Kind::Partner, "partner", slug)
}

/// An agreement of two years and 1,000 dirhams, paid by the INDH.
fn draft(branch: &str) -> Value {
    json!({"branchId": id(Kind::Branch, "branch", branch),
        "object": {"ar": "اتفاقية للتكوين (تجريبية)", "fr": "Convention de formation (démo)"},
        "parties": [{"partnerId": partner("indh"), "role": "FUNDING"}],
        "budget": "1000.00", "startsOn": "2026-01-01", "durationMonths": 24})
}

/// Somebody drafts it; its id.
async fn drafted(person: &Person<'_>) -> String {
    let made = person.does(CREATE, draft("khouribga")).await;
    made.data()["agreementCreate"]["agreement"]["id"].as_str().unwrap().to_owned()
}

fn contribution(agreement: &str, version: i64, amount: &str) -> Value {
    json!({"agreementId": agreement, "expectedVersion": version, "partnerId": partner("indh"), "kind": "CASH",
        "amount": amount, "status": "CONFIRMED"})
}

fn at(id: &str, version: i64) -> Value {
    json!({"id": id, "expectedVersion": version})
}

fn signature(id: &str, version: i64, day: &str) -> Value {
    json!({"id": id, "expectedVersion": version, "signedOn": day})
}

async fn one_enters_the_money_and_another_signs(world: World) {
    let (finance, khouribga) = (world.person("finance.khouribga").await, world.person("khouribga").await);
    let made = finance.does(CREATE, draft("khouribga")).await;
    let made = &made.data()["agreementCreate"]["agreement"];
    let gap = json!([{"code": "UNACCOUNTED", "amount": {"amount": "1000.00"}}]);
    assert_eq!((&made["status"], &made["endsOn"], &made["fundingGaps"]), (&json!("DRAFT"), &json!("2027-12-31"), &gap));
    let parties = json!([{"role": "IMPLEMENTING", "partner": {"slug": "unfm"}},
        {"role": "FUNDING", "partner": {"slug": "indh"}}]);
    assert_eq!(made["parties"], parties, "{}: the association is party to each", world.on);
    let id = made["id"].as_str().unwrap();

    let paid = finance.does(ADD, contribution(id, 1, "1000.00")).await;
    let paid = &paid.data()["contributionAdd"];
    assert_eq!((&paid["agreement"]["version"], &paid["agreement"]["fundingGaps"]), (&json!(2), &json!([])), "{}", world.on);
    assert_eq!(finance.does(NEGOTIATE, at(id, 2)).await.outcome(), "FORBIDDEN", "{}: she decides nothing", world.on);
    let negotiated = khouribga.does(NEGOTIATE, at(id, 2)).await;
    assert_eq!(negotiated.data()["agreementNegotiate"]["agreement"], json!({"version": 3, "status": "NEGOTIATION"}));

    let look = "query($id: ID!) { agreement(id: $id) { status branch { slug } contributions { amount { amount } } } }";
    for stranger in ["mdiq", "cooperative"] {
        let seen = world.person(stranger).await.asks(look, json!({"id": id})).await;
        assert_eq!(seen.data()["agreement"], Value::Null, "{}: {stranger} sees what is not signed", world.on);
    }
    let signed = khouribga.does(SIGN, signature(id, 3, "2026-02-03")).await;
    let expected = json!({"version": 4, "status": "IN_FORCE", "signedOn": "2026-02-03", "signedOnBasis": "STATED",
        "startsOn": "2026-01-01", "endsOn": "2027-12-31", "signedUnderMandateOf": {"slug": "national"}});
    assert_eq!(signed.data()["agreementSign"]["agreement"], expected, "{}: Khouribga is no legal person", world.on);
    let anybody = world.ask(look, json!({"id": id})).await;
    let expected = json!({"status": "IN_FORCE", "branch": {"slug": "khouribga"},
        "contributions": [{"amount": {"amount": "1000.00"}}]});
    assert_eq!(anybody.data()["agreement"], expected, "{}: what is signed is public", world.on);
}

async fn whoever_entered_the_money_does_not_sign(world: World) {
    let (finance, khouribga) = (world.person("finance.khouribga").await, world.person("khouribga").await);
    let region = world.person("region05").await;
    // She entered the budget, and another one the contribution.
    let id = drafted(&khouribga).await;
    finance.does(ADD, contribution(&id, 1, "1000.00")).await.data();
    khouribga.does(NEGOTIATE, at(&id, 2)).await.data();
    let own = khouribga.does(SIGN, signature(&id, 3, "2026-02-03")).await;
    assert_eq!(own.outcome(), "FOUR_EYES_REQUIRED", "{}: her own budget", world.on);
    assert_eq!(region.does(SIGN, signature(&id, 3, "2026-02-03")).await.outcome(), "done", "{}", world.on);

    // And the other way round: the budget is another's, and the confirmation of the contribution hers.
    let id = drafted(&finance).await;
    let mut unknown = contribution(&id, 1, "1000.00");
    unknown["status"] = json!("UNCONFIRMED");
    unknown["partnerId"] = Value::Null;
    let added = finance.does(ADD, unknown).await;
    let added = added.data()["contributionAdd"]["contribution"].clone();
    assert_eq!(added["partner"], Value::Null, "{}", world.on);
    let added = added["id"].as_str().unwrap();
    assert_eq!(finance.does(CONFIRM, at(added, 1)).await.outcome(), "FORBIDDEN", "{}", world.on);
    assert_eq!(khouribga.does(CONFIRM, at(added, 1)).await.outcome(), "PAYER_REQUIRED partnerId", "{}", world.on);
    let mut named = at(added, 1);
    named["partnerId"] = json!(partner("indh"));
    let confirmed = khouribga.does(CONFIRM, named).await;
    let expected = json!({"version": 2, "status": "CONFIRMED", "partner": {"slug": "indh"}});
    assert_eq!(confirmed.data()["contributionConfirm"]["contribution"], expected, "{}", world.on);
    khouribga.does(NEGOTIATE, at(&id, 3)).await.data();
    let own = khouribga.does(SIGN, signature(&id, 4, "2026-02-03")).await;
    assert_eq!(own.outcome(), "FOUR_EYES_REQUIRED", "{}: she confirmed it", world.on);
}

async fn everything_that_is_missing_before_a_signature_is_told_at_once(world: World) {
    let (finance, khouribga) = (world.person("finance.khouribga").await, world.person("khouribga").await);
    let mut bare = draft("khouribga");
    bare["parties"] = json!([]);
    bare["durationMonths"] = Value::Null;
    let made = finance.does(CREATE, bare).await;
    let id = made.data()["agreementCreate"]["agreement"]["id"].as_str().unwrap().to_owned();
    finance.does(ADD, contribution(&id, 1, "999.99")).await.data();
    khouribga.does(NEGOTIATE, at(&id, 2)).await.data();
    let refused = khouribga.does(SIGN, signature(&id, 3, "2099-01-01")).await;
    let expected = "AGREEMENT_INCOMPLETE, AGREEMENT_INCOMPLETE, SUM_MISMATCH, DATE_INVALID signedOn";
    assert_eq!(refused.outcome(), expected, "{}", world.on);
    let told = refused.data()["agreementSign"]["userErrors"][2]["message"].as_str().unwrap().to_owned();
    assert!(told.contains("999.99 ≠ 1000.00"), "{}: {told}", world.on);

    let completed = json!({"id": id, "expectedVersion": 3, "durationMonths": 12, "budget": "999.99",
        "object": {"en": "Training (demo)"}, "objectives": [{"code": "A", "text": {"fr": "Former (démo)"}}]});
    let completed = finance.does(EDIT, completed).await;
    let expected = json!({"version": 4, "endsOn": "2026-12-31", "durationMonths": 12, "budget": {"amount": "999.99"},
        "object": {"text": "Convention de formation (démo)",
            "translations": [{"language": "AR"}, {"language": "FR"}, {"language": "EN"}]},
        "objectives": [{"code": "A"}]});
    assert_eq!(completed.data()["agreementEdit"]["agreement"], expected, "{}", world.on);
    let party = json!({"agreementId": id, "expectedVersion": 4, "partnerId": partner("ocp-foundation"), "role": "FUNDING"});
    assert_eq!(finance.does(PARTY_ADD, party).await.outcome(), "done", "{}", world.on);
    assert_eq!(khouribga.does(SIGN, signature(&id, 5, "2026-02-03")).await.outcome(), "done", "{}", world.on);

    // From then on nothing of it is edited.
    let edit = json!({"id": id, "expectedVersion": 6, "budget": "1.00"});
    assert_eq!(finance.does(EDIT, edit).await.outcome(), "STATUS_INVALID", "{}", world.on);
    assert_eq!(finance.does(ADD, contribution(&id, 6, "1.00")).await.outcome(), "STATUS_INVALID", "{}", world.on);
    let party = json!({"agreementId": id, "expectedVersion": 6, "partnerId": partner("ocp-foundation")});
    assert_eq!(finance.does(PARTY_REMOVE, party).await.outcome(), "STATUS_INVALID", "{}", world.on);
    assert_eq!(khouribga.does(SIGN, signature(&id, 6, "2026-02-03")).await.outcome(), "STATUS_INVALID", "{}", world.on);
}

async fn every_fault_of_a_draft_is_told_at_its_place_and_nothing_is_kept(world: World) {
    let finance = world.person("finance.khouribga").await;
    let count = "select count(*) from agreement";
    let before = world.raw_as_owner(count).await;
    let mut wrong = draft("khouribga");
    wrong["object"] = json!({"fr": " "});
    wrong["legalBases"] = json!([{"fr": "Dahir (démo)"}, {"en": "In English alone"}]);
    wrong["objectives"] = json!([{"code": "", "text": {"fr": "Un"}}]);
    wrong["budget"] = json!("0.001");
    let expected = "TEXT_REQUIRED object.fr, TEXT_REQUIRED legalBases.1, TEXT_REQUIRED objectives.0.code, AMOUNT_INVALID budget";
    assert_eq!(finance.does(CREATE, wrong).await.outcome(), expected, "{}", world.on);

    for (field, value, outcome) in [
        ("budget", json!("-5.00"), "AMOUNT_INVALID budget"),
        ("budget", json!("99999999999999.00"), "AMOUNT_INVALID budget"),
        ("durationMonths", json!(0), "DATE_INVALID durationMonths"),
        ("startsOn", json!("1492-01-01"), "DATE_INVALID startsOn"),
        ("parties", json!([{"partnerId": partner("nobody"), "role": "FUNDING"}]), "NOT_FOUND parties.0.partnerId"),
        (
            "parties",
            json!([{"partnerId": partner("indh"), "role": "FUNDING"}, {"partnerId": partner("indh"), "role": "EXTENDING"}]),
            "DUPLICATE_ENTRY parties.1.partnerId",
        ),
        (
            "objectives",
            json!([{"code": "A", "text": {"fr": "Un"}}, {"code": "A", "text": {"fr": "Deux"}}]),
            "DUPLICATE_ENTRY objectives.1.code",
        ),
        ("legalBases", json!(vec![json!({"fr": "Un"}); 51]), "LIMIT_EXCEEDED legalBases"),
        ("branchId", json!(id(Kind::Branch, "branch", "mdiq-fnideq")), "NOT_FOUND"),
    ] {
        let mut wrong = draft("khouribga");
        wrong[field] = value;
        assert_eq!(finance.does(CREATE, wrong).await.outcome(), outcome, "{}", world.on);
    }
    assert_eq!(world.raw_as_owner(count).await, before, "{}", world.on);
    let officer = world.person("programmes.khouribga").await;
    assert_eq!(officer.does(CREATE, draft("khouribga")).await.outcome(), "FORBIDDEN", "{}", world.on);
}

async fn a_contribution_is_taken_back_once_by_a_new_one(world: World) {
    let finance = world.person("finance.khouribga").await;
    let agreement = drafted(&finance).await;
    let added = finance.does(ADD, contribution(&agreement, 1, "400.00")).await;
    let added = added.data()["contributionAdd"]["contribution"]["id"].as_str().unwrap().to_owned();
    assert_eq!(world.person("mdiq").await.does(REVERSE, at(&added, 1)).await.outcome(), "NOT_FOUND", "{}", world.on);
    let taken_back = finance.does(REVERSE, at(&added, 1)).await;
    let expected = json!({"contribution": {"amount": {"amount": "-400.00"}, "reverses": {"id": added}},
        "agreement": {"version": 3, "fundingGaps": [{"code": "UNACCOUNTED", "amount": {"amount": "1000.00"}}]},
        "userErrors": []});
    assert_eq!(taken_back.data()["contributionReverse"], expected, "{}", world.on);
    assert_eq!(finance.does(REVERSE, at(&added, 1)).await.outcome(), "STATUS_INVALID", "{}: once", world.on);
    for (amount, outcome) in [("0.00", "AMOUNT_INVALID amount"), ("-1.00", "AMOUNT_INVALID amount")] {
        let refused = finance.does(ADD, contribution(&agreement, 3, amount)).await;
        assert_eq!(refused.outcome(), outcome, "{}: only by a reversal", world.on);
    }
    let stale = finance.does(ADD, contribution(&agreement, 1, "1.00")).await;
    let stale = &stale.data()["contributionAdd"];
    assert_eq!(stale["userErrors"], json!([{"code": "CONFLICT", "field": ["expectedVersion"]}]), "{}", world.on);
    assert_eq!((&stale["contribution"], &stale["agreement"]["version"]), (&Value::Null, &json!(3)), "{}", world.on);
}

const AMEND: &str = "mutation($input: AgreementAmendInput!) { agreementAmend(input: $input) {
    agreementAmendment { id version number status signedOn terms { budget { amount } endsOn } contributions { amount { amount } partner { slug } } }
    userErrors { code field } } }";
const SIGN_AMENDMENT: &str = "mutation($input: AgreementAmendmentSignInput!) { agreementAmendmentSign(input: $input) {
    agreementAmendment { version status signedOn } userErrors { code field } } }";
const WITHDRAW: &str = "mutation($input: AgreementAmendmentWithdrawInput!) { agreementAmendmentWithdraw(input: $input) {
    agreementAmendment { status } userErrors { code field } } }";
const TERMS: &str = "query($id: ID!, $on: Date!) { agreement(id: $id) { version status budget { amount } endsOn fundingGaps { code }
    amendments { number status } asOf(date: $on) { amendment budget { amount } endsOn object { text(locale: FR) } } } }";
const RENEW: &str = "mutation($input: AgreementRenewInput!) { agreementRenew(input: $input) {
    agreement { id version status startsOn endsOn object { text(locale: FR) } parties { role partner { slug } } predecessor { id } }
    userErrors { code field } } }";
const TERMINATE: &str = "mutation($input: AgreementTerminateInput!) { agreementTerminate(input: $input) {
    agreement { version status terminatedOn } userErrors { code field } } }";

/// An agreement that is funded, and signed by another: at its fourth version.
async fn signed(world: &World) -> String {
    let (finance, khouribga) = (world.person("finance.khouribga").await, world.person("khouribga").await);
    let key = drafted(&finance).await;
    assert_eq!(finance.does(ADD, contribution(&key, 1, "1000.00")).await.outcome(), "done");
    assert_eq!(khouribga.does(NEGOTIATE, at(&key, 2)).await.outcome(), "done");
    assert_eq!(khouribga.does(SIGN, signature(&key, 3, "2026-02-03")).await.outcome(), "done");
    key
}

async fn an_amendment_is_signed_by_another_and_the_old_figures_stay_readable(world: World) {
    let (finance, khouribga) = (world.person("finance.khouribga").await, world.person("khouribga").await);
    let key = signed(&world).await;
    let amend = |version: i64, more: Value| {
        let mut amend = json!({"agreementId": key, "expectedVersion": version, "reason": "Prolongation (démo)"});
        amend.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        amend
    };
    let paid = json!([{"partnerId": partner("unfpa"), "kind": "CASH", "amount": "500.00"}]);
    for (more, outcome) in [
        (json!({}), "STATUS_INVALID"),
        (json!({"budget": "1500.00"}), "SUM_MISMATCH budget"),
        (json!({"durationMonths": 0}), "DATE_INVALID durationMonths"),
        (json!({"reason": " ", "budget": "-1.00"}), "TEXT_REQUIRED reason, AMOUNT_INVALID budget"),
        (json!({"budget": "1500.00", "contributions": [{"partnerId": partner("nothing"), "kind": "CASH", "amount": "500.00"}]}),
            "NOT_FOUND contributions.0.partnerId"),
    ] {
        assert_eq!(finance.does(AMEND, amend(4, more)).await.outcome(), outcome, "{}", world.on);
    }
    let whole = json!({"budget": "1500.00", "durationMonths": 36, "contributions": paid, "object": {"fr": "Convention prolongée (démo)"}});
    let made = finance.does(AMEND, amend(4, whole)).await;
    let made = made.data()["agreementAmend"]["agreementAmendment"].clone();
    let terms = json!({"budget": {"amount": "1500.00"}, "endsOn": "2028-12-31"});
    assert_eq!((&made["number"], &made["status"], &made["terms"]), (&json!(1), &json!("PROPOSED"), &terms), "{}", world.on);
    let comes = json!([{"amount": {"amount": "500.00"}, "partner": {"slug": "unfpa"}}]);
    assert_eq!(made["contributions"], comes, "{}", world.on);
    assert_eq!(finance.does(AMEND, amend(5, json!({"durationMonths": 30}))).await.outcome(), "STATUS_INVALID", "{}: one at a time", world.on);
    let anybody = world.ask(TERMS, json!({"id": key, "on": "2026-11-24"})).await;
    let seen = &anybody.data()["agreement"];
    assert_eq!((&seen["amendments"], &seen["budget"]["amount"]), (&json!([]), &json!("1000.00")), "{}: not before it is signed", world.on);

    let sign = |version: i64, day: &str| json!({"id": made["id"], "expectedVersion": version, "signedOn": day});
    assert_eq!(finance.does(SIGN_AMENDMENT, sign(1, "2026-10-01")).await.outcome(), "FORBIDDEN", "{}", world.on);
    assert_eq!(khouribga.does(SIGN_AMENDMENT, sign(1, "2026-01-01")).await.outcome(), "DATE_INVALID signedOn", "{}", world.on);
    assert_eq!(khouribga.does(SIGN_AMENDMENT, sign(1, "2099-01-01")).await.outcome(), "DATE_INVALID signedOn", "{}", world.on);
    assert_eq!(khouribga.does(SIGN_AMENDMENT, sign(1, "2026-10-01")).await.outcome(), "done", "{}", world.on);
    assert_eq!(khouribga.does(SIGN_AMENDMENT, sign(2, "2026-10-01")).await.outcome(), "STATUS_INVALID", "{}", world.on);
    for (day, number, budget, ends_on, object) in [
        ("2026-09-30", 0, "1000.00", "2027-12-31", "Convention de formation (démo)"),
        ("2026-10-01", 1, "1500.00", "2028-12-31", "Convention prolongée (démo)"),
    ] {
        let seen = world.ask(TERMS, json!({"id": key, "on": day})).await;
        let expected = json!({"amendment": number, "budget": {"amount": budget}, "endsOn": ends_on, "object": {"text": object}});
        assert_eq!(seen.data()["agreement"]["asOf"], expected, "{}: {day}", world.on);
        let money = "query($id: ID!, $on: Date!) { agreement(id: $id) { statement(on: $on) { budget { amount } } } }";
        let seen = finance.asks(money, json!({"id": key, "on": day})).await;
        assert_eq!(seen.data()["agreement"]["statement"]["budget"]["amount"], budget, "{}: {day}", world.on);
    }
    let seen = world.ask(TERMS, json!({"id": key, "on": "2026-01-31"})).await;
    let seen = &seen.data()["agreement"];
    assert_eq!((&seen["asOf"], &seen["fundingGaps"], &seen["endsOn"]), (&Value::Null, &json!([]), &json!("2028-12-31")), "{}", world.on);

    // The second person is another one also where both may decide.
    let mine = khouribga.does(AMEND, amend(6, json!({"durationMonths": 40}))).await;
    let mine = mine.data()["agreementAmend"]["agreementAmendment"]["id"].clone();
    let own = json!({"id": mine, "expectedVersion": 1, "signedOn": "2026-11-01"});
    assert_eq!(khouribga.does(SIGN_AMENDMENT, own).await.outcome(), "FOUR_EYES_REQUIRED", "{}", world.on);
    assert_eq!(khouribga.does(WITHDRAW, json!({"id": mine, "expectedVersion": 1})).await.outcome(), "done", "{}", world.on);
    let mdiq = world.person("mdiq").await;
    assert_eq!(mdiq.does(AMEND, amend(7, json!({"durationMonths": 40}))).await.outcome(), "NOT_FOUND", "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn an_agreement_is_renewed_by_a_successor_or_ended_before_its_time(world: World) {
    let (finance, khouribga) = (world.person("finance.khouribga").await, world.person("khouribga").await);
    let key = signed(&world).await;
    let renew = |version: i64, more: Value| {
        let mut renew = json!({"id": key, "expectedVersion": version, "durationMonths": 12});
        renew.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        renew
    };
    assert_eq!(finance.does(RENEW, renew(4, json!({"startsOn": "2027-06-01"}))).await.outcome(), "DATE_INVALID startsOn", "{}", world.on);
    let next = finance.does(RENEW, renew(4, json!({}))).await;
    let next = next.data()["agreementRenew"]["agreement"].clone();
    let expected = json!({"id": next["id"], "version": 1, "status": "DRAFT", "startsOn": "2028-01-01", "endsOn": "2028-12-31",
        "object": {"text": "Convention de formation (démo)"}, "predecessor": {"id": key},
        "parties": [{"role": "IMPLEMENTING", "partner": {"slug": "unfm"}}, {"role": "FUNDING", "partner": {"slug": "indh"}}]});
    assert_eq!(next, expected, "{}", world.on);
    assert_eq!(finance.does(RENEW, renew(4, json!({}))).await.outcome(), "STATUS_INVALID", "{}: once", world.on);
    let successor = next["id"].as_str().unwrap();
    assert_eq!(khouribga.does(NEGOTIATE, at(successor, 1)).await.outcome(), "done", "{}", world.on);
    assert_eq!(khouribga.does(SIGN, signature(successor, 2, "2026-11-20")).await.outcome(), "done", "{}", world.on);
    let listed = async |status: &str| {
        let query = "query($status: AgreementStatus!) { agreements(first: 100, filter: {status: $status}) { nodes { id } } }";
        let seen = world.ask(query, json!({"status": status})).await;
        seen.data()["agreements"]["nodes"].as_array().unwrap().iter().any(|node| node["id"] == key.as_str())
    };
    let alerts = "query($slug: String!) { branch(slug: $slug) { alerts { code daysLeft agreement { id } } } }";
    // It stays in force to its last day.
    let status = async || world.ask(TERMS, json!({"id": key, "on": "2026-11-24"})).await.data()["agreement"]["status"].clone();
    assert_eq!((status().await, listed("IN_FORCE").await, listed("RENEWED").await), (json!("IN_FORCE"), true, false), "{}", world.on);
    world.at("2028-01-01T12:00:00Z");
    assert_eq!((status().await, listed("IN_FORCE").await, listed("RENEWED").await), (json!("RENEWED"), false, true), "{}", world.on);

    // It shows up before its end.
    world.at("2028-12-01T12:00:00Z");
    let khouribga = world.person("khouribga").await;
    let seen = khouribga.asks(alerts, json!({"slug": "khouribga"})).await;
    let expected = json!([{"code": "ENDS_WITHIN_30_DAYS", "daysLeft": 30, "agreement": {"id": successor}}]);
    assert_eq!(seen.data()["branch"]["alerts"], expected, "{}", world.on);
    for login in ["mdiq", "programmes.khouribga"] {
        let seen = world.person(login).await.asks(alerts, json!({"slug": "khouribga"})).await;
        let sees = seen.data()["branch"]["alerts"] != json!([]);
        assert_eq!(sees, login != "mdiq", "{}: {login}", world.on);
    }
    let end = |version: i64, day: &str, reason: &str| json!({"id": successor, "expectedVersion": version, "terminatedOn": day, "reason": reason});
    for (input, outcome) in [
        (end(3, "2026-11-01", "Accord des parties (démo)"), "DATE_INVALID terminatedOn"),
        (end(3, "2028-12-02", "Accord des parties (démo)"), "DATE_INVALID terminatedOn"),
        (end(3, "2028-01-01", ""), "TEXT_REQUIRED reason"),
        (end(2, "2028-01-01", "Accord des parties (démo)"), "CONFLICT expectedVersion"),
        (end(3, "2028-01-01", "Accord des parties (démo)"), "done"),
        (end(4, "2028-01-01", "Accord des parties (démo)"), "STATUS_INVALID"),
    ] {
        assert_eq!(khouribga.does(TERMINATE, input).await.outcome(), outcome, "{}", world.on);
    }
    let seen = world.ask("query($id: ID!) { agreement(id: $id) { status terminatedOn } }", json!({"id": successor})).await;
    assert_eq!(seen.data()["agreement"], json!({"status": "TERMINATED", "terminatedOn": "2028-01-01"}), "{}", world.on);
}

const BRANCHES: &str = "mutation($input: AgreementBranchesSetInput!) { agreementBranchesSet(input: $input) {
    agreement { version implementingBranches { slug } } userErrors { code field } } }";

async fn the_branches_that_implement_an_agreement_are_named(world: World) {
    let (national, khouribga) = (world.person("national").await, world.person("khouribga").await);
    let made = national.does(CREATE, draft("national")).await;
    let made = made.data()["agreementCreate"]["agreement"].clone();
    let branch = |slug: &str| id(Kind::Branch, "branch", slug);
    let set = |version: i64, slugs: &[&str]| {
        let ids: Vec<String> = slugs.iter().map(|slug| branch(slug)).collect();
        json!({"agreementId": made["id"], "expectedVersion": version, "branchIds": ids})
    };
    for (input, outcome) in [
        (set(1, &["khouribga", "national", "khouribga"]), "DUPLICATE_ENTRY branchIds.1, DUPLICATE_ENTRY branchIds.2"),
        (set(1, &["nowhere"]), "NOT_FOUND"),
        (set(2, &["khouribga"]), "CONFLICT expectedVersion"),
    ] {
        assert_eq!(national.does(BRANCHES, input).await.outcome(), outcome, "{}", world.on);
    }
    assert_eq!(khouribga.does(BRANCHES, set(1, &["khouribga"])).await.outcome(), "NOT_FOUND", "{}", world.on);
    let done = national.does(BRANCHES, set(1, &["khouribga", "mdiq-fnideq"])).await;
    let both = &done.data()["agreementBranchesSet"]["agreement"];
    let mut slugs: Vec<&str> = both["implementingBranches"].as_array().unwrap().iter().filter_map(|one| one["slug"].as_str()).collect();
    slugs.sort_unstable();
    assert_eq!((slugs, &both["version"]), (vec!["khouribga", "mdiq-fnideq"], &json!(2)), "{}", world.on);
    let one = national.does(BRANCHES, set(2, &["khouribga"])).await;
    let one = &one.data()["agreementBranchesSet"]["agreement"]["implementingBranches"];
    assert_eq!(one, &json!([{"slug": "khouribga"}]), "{}", world.on);

    // They read it from then on, with whom it is made and what it aims at, and change nothing of it.
    let mdiq = world.person("mdiq").await;
    let whole = "query($id: ID!) { agreement(id: $id) { status parties { partner { slug } } branch { slug } }
        agreements(first: 100) { nodes { id } } }";
    let theirs = khouribga.asks(whole, json!({"id": made["id"]})).await;
    let theirs = theirs.data();
    assert_eq!((&theirs["agreement"]["status"], &theirs["agreement"]["branch"]["slug"]), (&json!("DRAFT"), &json!("national")));
    assert!(theirs["agreement"]["parties"].as_array().unwrap().contains(&json!({"partner": {"slug": "indh"}})), "{}", world.on);
    assert!(theirs["agreements"]["nodes"].as_array().unwrap().contains(&json!({"id": made["id"]})), "{}", world.on);
    assert_eq!(mdiq.asks(whole, json!({"id": made["id"]})).await.data()["agreement"], Value::Null, "{}", world.on);
    assert_eq!(khouribga.does(BRANCHES, set(3, &[])).await.outcome(), "NOT_FOUND", "{}", world.on);

    // Anybody sees them with the agreement, once it is signed.
    let look = "query($id: ID!) { agreement(id: $id) { implementingBranches { slug } } }";
    assert_eq!(world.ask(look, json!({"id": made["id"]})).await.data()["agreement"], Value::Null, "{}", world.on);
    let key = made["id"].as_str().unwrap();
    let second = world.person("national2").await;
    national.does(ADD, contribution(key, 3, "1000.00")).await.data();
    national.does(NEGOTIATE, at(key, 4)).await.data();
    assert_eq!(second.does(SIGN, signature(key, 5, "2026-02-03")).await.outcome(), "done", "{}", world.on);
    let seen = world.ask(look, json!({"id": key})).await;
    assert_eq!(seen.data()["agreement"]["implementingBranches"], json!([{"slug": "khouribga"}]), "{}", world.on);
    assert!(world.differences().await.is_empty(), "{}", world.on);
}

const CALL: &str = "mutation($input: FundingCallAddInput!) { fundingCallAdd(input: $input) {
    fundingCall { id version slug partner { slug } sharePercentMax amountMax { amount } closesOn } userErrors { code field } } }";
const CALL_EDIT: &str = "mutation($input: FundingCallEditInput!) { fundingCallEdit(input: $input) {
    fundingCall { version sharePercentMax amountMax { amount } } userErrors { code field } } }";

async fn a_call_for_funding_says_what_its_partner_pays_at_most(world: World) {
    let (national, finance, khouribga) =
        (world.person("national").await, world.person("finance.khouribga").await, world.person("khouribga").await);
    let call = |more: Value| {
        let mut call = json!({"name": {"fr": "Appel à projets (démo)"}, "partnerId": partner("indh"),
            "opensOn": "2026-01-01", "source": "Cahier des charges (démo)"});
        call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        call
    };
    assert_eq!(khouribga.does(CALL, call(json!({}))).await.outcome(), "FORBIDDEN", "{}", world.on);
    for (more, outcome) in [
        (json!({"source": " ", "sharePercentMax": "100.01", "amountMax": "-1"}),
            "TEXT_REQUIRED source, AMOUNT_INVALID sharePercentMax, AMOUNT_INVALID amountMax"),
        (json!({"sharePercentMax": "0"}), "AMOUNT_INVALID sharePercentMax"),
        (json!({"closesOn": "2025-12-31"}), "DATE_INVALID closesOn"),
        (json!({"partnerId": partner("nobody")}), "NOT_FOUND partnerId"),
    ] {
        assert_eq!(national.does(CALL, call(more)).await.outcome(), outcome, "{}", world.on);
    }
    let terms = json!({"sharePercentMax": "60", "amountMax": "300000.00", "closesOn": "2026-12-31"});
    let made = national.does(CALL, call(terms)).await;
    let made = made.data()["fundingCallAdd"]["fundingCall"].clone();
    let shown = json!({"id": made["id"], "version": 1, "slug": made["slug"], "partner": {"slug": "indh"}, "sharePercentMax": "60.00",
        "amountMax": {"amount": "300000.00"}, "closesOn": "2026-12-31"});
    assert_eq!(made, shown, "{}", world.on);
    let listed = world.ask("{ fundingCalls { slug } }", json!({})).await;
    assert_eq!(listed.data()["fundingCalls"], json!([{"slug": made["slug"]}]), "{}: its terms are public", world.on);

    // Of 1,000 dirhams the partner pays all: too much.
    let mut input = draft("khouribga");
    input["fundingCallId"] = json!(id(Kind::FundingCall, "funding_call", "none"));
    assert_eq!(finance.does(CREATE, input.clone()).await.outcome(), "NOT_FOUND fundingCallId", "{}", world.on);
    input["fundingCallId"] = made["id"].clone();
    let agreement = finance.does(CREATE, input).await.data()["agreementCreate"]["agreement"]["id"].clone();
    let agreement = agreement.as_str().unwrap();
    finance.does(ADD, contribution(agreement, 1, "1000.00")).await.data();
    khouribga.does(NEGOTIATE, at(agreement, 2)).await.data();
    let told = khouribga.does(SIGN, signature(agreement, 3, "2026-02-03")).await;
    assert_eq!(told.outcome(), "CEILING_EXCEEDED", "{}", world.on);
    let message = told.data()["agreementSign"]["userErrors"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("1000.00 / 1000.00 > 60.00%"), "{}: {message}", world.on);
    // In another call it was more.
    let more = json!({"id": made["id"], "expectedVersion": 1, "sharePercentMax": null, "amountMax": "1000.00"});
    assert_eq!(national.does(CALL_EDIT, more).await.outcome(), "done", "{}", world.on);
    assert_eq!(khouribga.does(SIGN, signature(agreement, 3, "2026-02-03")).await.outcome(), "done", "{}", world.on);
    // An amendment is held to the same ceiling.
    let paid = json!([{"partnerId": partner("indh"), "kind": "CASH", "amount": "500.00"}]);
    let amend = json!({"agreementId": agreement, "expectedVersion": 4, "reason": "Extension (démo)", "budget": "1500.00",
        "contributions": paid});
    assert_eq!(finance.does(AMEND, amend).await.outcome(), "CEILING_EXCEEDED", "{}", world.on);
}

const DECLARE: &str = "mutation($input: ContributionDeclareInput!) { contributionDeclare(input: $input) {
    contribution { version declaredOn } userErrors { code field } } }";

async fn what_a_foreign_partner_contributes_is_to_be_declared(world: World) {
    let (national, khouribga) = (world.person("national").await, world.person("khouribga").await);
    let agreement = signed(&world).await;
    let look = "query($id: ID!) { agreement(id: $id) { undeclaredContributions { id version amount { amount } partner { slug } } } }";
    let undeclared = async |person: &Person<'_>| {
        let seen = person.asks(look, json!({"id": agreement})).await;
        seen.data()["agreement"]["undeclaredContributions"].clone()
    };
    assert_eq!(undeclared(&khouribga).await, json!([]), "{}: the INDH is of this country", world.on);
    let edit = "mutation($input: PartnerEditInput!) { partnerEdit(input: $input) { partner { isForeign } userErrors { code } } }";
    let foreign = json!({"id": partner("indh"), "expectedVersion": 1, "name": {}, "isForeign": true});
    assert_eq!(national.does(edit, foreign).await.data()["partnerEdit"]["partner"]["isForeign"], true, "{}", world.on);
    let seen = undeclared(&khouribga).await;
    assert_eq!((&seen[0]["amount"]["amount"], &seen[0]["partner"]["slug"]), (&json!("1000.00"), &json!("indh")), "{}", world.on);
    let anybody = world.ask(look, json!({"id": agreement})).await;
    assert_eq!(anybody.data()["agreement"]["undeclaredContributions"], json!([]), "{}", world.on);

    let declared = |day: &str, version: &Value| json!({"id": seen[0]["id"], "expectedVersion": version, "declaredOn": day});
    let version = seen[0]["version"].clone();
    assert_eq!(khouribga.does(DECLARE, declared("2026-03-01", &version)).await.outcome(), "FORBIDDEN", "{}", world.on);
    assert_eq!(national.does(DECLARE, declared("2027-03-01", &version)).await.outcome(), "DATE_INVALID declaredOn", "{}", world.on);
    let done = national.does(DECLARE, declared("2026-03-01", &version)).await;
    assert_eq!(done.data()["contributionDeclare"]["contribution"]["declaredOn"], "2026-03-01", "{}", world.on);
    assert_eq!(national.does(DECLARE, declared("2026-03-01", &version)).await.outcome(), "CONFLICT expectedVersion", "{}", world.on);
    assert_eq!(undeclared(&khouribga).await, json!([]), "{}", world.on);
}

async fn its_administrators_are_told_once_by_mail_that_an_agreement_ends(world: World) {
    let mail = MailServer::new().await;
    // It ends on 31 December 2027.
    let agreement = signed(&world).await;
    let told = async |instant: &str| {
        let now = instant.parse().unwrap();
        // Two instances look at the same time.
        let (one, other) = tokio::join!(alert::queue(&world.db, now), alert::queue(&world.db, now));
        let queued = one.unwrap() + other.unwrap();
        mail.mailer().deliver(&world.db, now).await.unwrap();
        let arrived = mail.taken();
        assert_eq!(arrived.len(), queued, "{}: {instant}", world.on);
        arrived.into_iter().filter(|email| email.text.contains("2027-12-31")).collect::<Vec<_>>()
    };
    assert_eq!(told("2027-10-01T12:00:00Z").await.len(), 0, "{}: 91 days are left", world.on);
    let first = told("2027-10-02T12:00:00Z").await;
    assert_eq!(first.len(), 1, "{}", world.on);
    assert_eq!(first[0].to, "khouribga@unfm.example", "{}", world.on);
    let seen = world.person("khouribga").await.asks("query($id: ID!) { agreement(id: $id) { slug } }", json!({"id": agreement})).await;
    let slug = seen.data()["agreement"]["slug"].as_str().unwrap();
    for part in ["Convention de formation (démo)", "اتفاقية للتكوين (تجريبية)", &format!("https://admin.unfm.example/agreements/{slug}")] {
        assert!(first[0].text.contains(part), "{}: {part} in {}", world.on, first[0].text);
    }
    assert_eq!(told("2027-11-15T12:00:00Z").await.len(), 0, "{}: once", world.on);
    assert_eq!(told("2027-12-01T12:00:00Z").await.len(), 1, "{}: and once more within a month", world.on);
    assert_eq!(told("2027-12-31T12:00:00Z").await.len(), 0, "{}", world.on);
}

const COMMITTEE: &str = "mutation($input: SteeringCommitteeSetInput!) { steeringCommitteeSet(input: $input) {
    steeringCommittee { id version quorum members { number role office partner { slug } } } userErrors { code field } } }";
const MEETING: &str = "mutation($input: SteeringMeetingRecordInput!) { steeringMeetingRecord(input: $input) {
    steeringMeeting { id version number heldOn quorum isQuorate minutes decisions present { number office } }
    userErrors { code field } } }";
const MINUTES: &str = "mutation($input: SteeringMeetingEditInput!) { steeringMeetingEdit(input: $input) {
    steeringMeeting { version minutes decisions } userErrors { code field } } }";

async fn a_steering_committee_decides_when_it_is_quorate(world: World) {
    let (finance, khouribga) = (world.person("finance.khouribga").await, world.person("khouribga").await);
    let agreement = drafted(&finance).await;
    let seat = |slug: &str, role: &str, office: &str| json!({"partnerId": partner(slug), "role": role, "office": office});
    let set = |version: Value, quorum: i32, members: &[Value]| {
        json!({"agreementId": agreement, "expectedVersion": version, "quorum": quorum, "members": members})
    };
    let (chair, member) = (seat("indh", "CHAIR", "Gouverneur (démo)"), seat("unfm", "MEMBER", "Présidente (démo)"));
    for (quorum, members, outcome) in [
        (1, &[][..], "LIMIT_EXCEEDED members"),
        (1, std::slice::from_ref(&member), "CHAIR_INVALID members"),
        (3, &[chair.clone(), member.clone()], "QUORUM_INVALID quorum"),
        (1, &[chair.clone(), chair.clone()], "DUPLICATE_ENTRY members.1, CHAIR_INVALID members.1.role"),
        (1, &[chair.clone(), seat("unfpa", "MEMBER", "Déléguée (démo)")], "NOT_FOUND members.1.partnerId"),
        (1, &[seat("indh", "CHAIR", " ")], "TEXT_REQUIRED members.0.office"),
    ] {
        let told = finance.does(COMMITTEE, set(Value::Null, quorum, members)).await;
        assert_eq!(told.outcome(), outcome, "{}", world.on);
    }
    let both = [chair.clone(), member.clone(), seat("unfm", "SECRETARY", "Trésorière (démo)")];
    let made = finance.does(COMMITTEE, set(Value::Null, 2, &both)).await;
    let committee = &made.data()["steeringCommitteeSet"]["steeringCommittee"];
    let second = json!({"number": 2, "role": "MEMBER", "office": "Présidente (démo)", "partner": {"slug": "unfm"}});
    assert_eq!((&committee["version"], &committee["members"][1]), (&json!(1), &second), "{}", world.on);
    assert_eq!(finance.does(COMMITTEE, set(Value::Null, 2, &both)).await.outcome(), "CONFLICT expectedVersion", "{}", world.on);

    let held = |version: i64, present: &[i32], decisions: &[&str]| {
        json!({"steeringCommitteeId": committee["id"], "expectedVersion": version, "heldOn": "2026-03-02", "present": present,
            "decisions": decisions})
    };
    for (input, outcome) in [
        (held(1, &[1, 3], &["Ouvrir l'atelier"]), "QUORUM_MISSING decisions"),
        (held(1, &[1, 1, 4], &[]), "DUPLICATE_ENTRY present.1, NOT_FOUND present.2"),
        (held(2, &[1, 2], &[]), "CONFLICT expectedVersion"),
        (held(1, &[1, 2], &["ok", " "]), "TEXT_REQUIRED decisions.1"),
        (json!({"heldOn": "2027-01-01", "steeringCommitteeId": committee["id"], "expectedVersion": 1, "present": [1]}),
            "DATE_INVALID heldOn"),
    ] {
        assert_eq!(finance.does(MEETING, input).await.outcome(), outcome, "{}", world.on);
    }
    let met = finance.does(MEETING, held(1, &[1, 2], &["Ouvrir l'atelier (démo)"])).await;
    let met = &met.data()["steeringMeetingRecord"]["steeringMeeting"];
    assert_eq!((&met["number"], &met["isQuorate"], &met["decisions"]),
        (&json!(1), &json!(true), &json!(["Ouvrir l'atelier (démo)"])), "{}", world.on);
    let short = finance.does(MEETING, held(1, &[3], &[])).await;
    let short = &short.data()["steeringMeetingRecord"]["steeringMeeting"];
    assert_eq!((&short["number"], &short["isQuorate"]), (&json!(2), &json!(false)), "{}", world.on);

    // The committee changes; who was present then stays.
    assert_eq!(finance.does(COMMITTEE, set(json!(1), 1, &[chair])).await.outcome(), "done", "{}", world.on);
    let edit = |id: &Value, more: Value| {
        let mut input = json!({"id": id, "expectedVersion": 1});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let refused = finance.does(MINUTES, edit(&short["id"], json!({"decisions": ["Rien (démo)"]}))).await;
    assert_eq!(refused.outcome(), "QUORUM_MISSING decisions", "{}: two were needed on that day", world.on);
    let edited = finance.does(MINUTES, edit(&met["id"], json!({"minutes": "Procès-verbal (démo)"}))).await;
    assert_eq!(edited.data()["steeringMeetingEdit"]["steeringMeeting"],
        json!({"version": 2, "minutes": "Procès-verbal (démo)", "decisions": ["Ouvrir l'atelier (démo)"]}), "{}", world.on);
    let look = "query($id: ID!) { agreement(id: $id) { steeringCommittee { quorum members { office }
        meetings { number quorum present { office } } } } }";
    let seen = khouribga.asks(look, json!({"id": agreement})).await;
    let seats = |offices: &[&str]| offices.iter().map(|office| json!({"office": office})).collect::<Vec<_>>();
    let expected = json!({"quorum": 1, "members": seats(&["Gouverneur (démo)"]), "meetings": [
        {"number": 1, "quorum": 2, "present": seats(&["Gouverneur (démo)", "Présidente (démo)"])},
        {"number": 2, "quorum": 2, "present": seats(&["Trésorière (démo)"])}]});
    assert_eq!(seen.data()["agreement"]["steeringCommittee"], expected, "{}", world.on);
}

const DOCUMENT: &str = "mutation($input: AgreementDocumentAddInput!) { agreementDocumentAdd(input: $input) {
    agreementDocument { id version } userErrors { code field } } }";
const DOCUMENT_EDIT: &str = "mutation($input: AgreementDocumentEditInput!) { agreementDocumentEdit(input: $input) {
    agreementDocument { version title reference datedOn isWithdrawn } userErrors { code field } } }";

async fn what_documents_there_are_is_kept_and_only_the_branch_line_sees_it(world: World) {
    let (finance, mdiq) = (world.person("finance.khouribga").await, world.person("mdiq").await);
    let agreement = signed(&world).await;
    let digest = "A1".repeat(32);
    let added = |more: Value| {
        let mut input = json!({"agreementId": agreement, "kind": "AGREEMENT", "title": "Convention signée (démo)"});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    for (input, outcome) in [
        (added(json!({"title": "", "sha256": "abc"})), "TEXT_REQUIRED title, DIGEST_INVALID sha256"),
        (added(json!({"reference": "x".repeat(201)})), "TEXT_TOO_LONG reference"),
    ] {
        assert_eq!(finance.does(DOCUMENT, input).await.outcome(), outcome, "{}", world.on);
    }
    let made = finance.does(DOCUMENT, added(json!({"reference": "CV-1", "datedOn": "2026-01-01", "sha256": digest}))).await;
    let key = made.data()["agreementDocumentAdd"]["agreementDocument"]["id"].clone();
    assert_eq!(mdiq.does(DOCUMENT, added(json!({}))).await.outcome(), "NOT_FOUND", "{}", world.on);
    let edit = json!({"id": key, "expectedVersion": 1, "reference": null, "isWithdrawn": true});
    let edited = finance.does(DOCUMENT_EDIT, edit.clone()).await;
    assert_eq!(edited.data()["agreementDocumentEdit"]["agreementDocument"], json!({"version": 2,
        "title": "Convention signée (démo)", "reference": null, "datedOn": "2026-01-01", "isWithdrawn": true}), "{}", world.on);
    assert_eq!(finance.does(DOCUMENT_EDIT, edit).await.outcome(), "CONFLICT expectedVersion", "{}", world.on);
    let look = "query($id: ID!) { agreement(id: $id) { documents { kind sha256 } } }";
    let seen = finance.asks(look, json!({"id": agreement})).await;
    let expected = json!([{"kind": "AGREEMENT", "sha256": digest.to_lowercase()}]);
    assert_eq!(seen.data()["agreement"]["documents"], expected, "{}", world.on);
    // The agreement is public, its papers are not.
    let seen = world.ask(look, json!({"id": agreement})).await;
    assert_eq!(seen.data()["agreement"]["documents"], json!([]), "{}", world.on);
}

tests::on_each_database!(
    the_branches_that_implement_an_agreement_are_named,
    its_administrators_are_told_once_by_mail_that_an_agreement_ends,
    a_call_for_funding_says_what_its_partner_pays_at_most,
    what_a_foreign_partner_contributes_is_to_be_declared,
    a_steering_committee_decides_when_it_is_quorate,
    what_documents_there_are_is_kept_and_only_the_branch_line_sees_it,
    an_amendment_is_signed_by_another_and_the_old_figures_stay_readable,
    an_agreement_is_renewed_by_a_successor_or_ended_before_its_time,
    one_enters_the_money_and_another_signs,
    whoever_entered_the_money_does_not_sign,
    everything_that_is_missing_before_a_signature_is_told_at_once,
    every_fault_of_a_draft_is_told_at_its_place_and_nothing_is_kept,
    a_contribution_is_taken_back_once_by_a_new_one,
);

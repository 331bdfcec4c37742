//! The money of agreements: lines of a budget, what is spent of them, and what moves between them.

use domain::id::founding;
use serde_json::{Value, json};
use tests::World;
use tests::person::Person;
use unfm::platform::graphql::global_id::{GlobalId, Kind};

const CREATE: &str = "mutation($input: AgreementCreateInput!) { agreementCreate(input: $input) {
    agreement { id } userErrors { code field } } }";
const ADD: &str = "mutation($input: ContributionAddInput!) { contributionAdd(input: $input) { userErrors { code field } } }";
const NEGOTIATE: &str = "mutation($input: AgreementNegotiateInput!) { agreementNegotiate(input: $input) {
    userErrors { code field } } }";
const SIGN: &str = "mutation($input: AgreementSignInput!) { agreementSign(input: $input) { userErrors { code field } } }";
const LINE: &str = "mutation($input: BudgetLineAddInput!) { budgetLineAdd(input: $input) {
    budgetLine { id version code name { text } amount { amount } spent { amount } remaining { amount } branch { slug } }
    userErrors { code field } } }";
const TRANSFER: &str = "mutation($input: BudgetLineTransferInput!) { budgetLineTransfer(input: $input) {
    budgetLine { version amount { amount } remaining { amount }
      transfers { amount { amount } madeOn reason from { code } to { code amount { amount } } } }
    userErrors { code field } } }";
const SPEND: &str = "mutation($input: ExpenseRecordInput!) { expenseRecord(input: $input) {
    expense { id version status amount { amount } budgetLine { id version spent { amount } remaining { amount } } }
    userErrors { code field } } }";
const CONFIRM: &str = "mutation($input: ExpenseConfirmInput!) { expenseConfirm(input: $input) {
    expense { version status } userErrors { code field } } }";
const REVERSE: &str = "mutation($input: ExpenseReverseInput!) { expenseReverse(input: $input) {
    expense { amount { amount } description reverses { id } budgetLine { spent { amount } remaining { amount } } }
    userErrors { code field } } }";
const TRANCHE: &str = "mutation($input: TrancheAddInput!) { trancheAdd(input: $input) {
    tranche { id version number status } userErrors { code field } } }";
const RECEIVE: &str = "mutation($input: TrancheReceiveInput!) { trancheReceive(input: $input) {
    tranche { version status received { amount } } userErrors { code field } } }";
const JUSTIFY: &str = "mutation($input: TrancheJustifyInput!) { trancheJustify(input: $input) {
    tranche { version status received { amount } justified { amount } } userErrors { code field } } }";
const STATEMENT: &str = "query($id: ID!, $on: Date) { agreement(id: $id) { statement(on: $on) {
    budget { amount } received { amount } spent { amount } justified { amount } remaining { amount } cash { amount }
    lines { code amount { amount } spent { amount } remaining { amount } }
    parties { partner { slug } contributed { amount } spent { amount } remaining { amount } } } } }";
const TAKE_BACK: &str = "mutation($input: TrancheReverseInput!) { trancheReverse(input: $input) {
    tranche { version status received { amount } justified { amount }
      entries { number kind amount { amount } reverses reference } } userErrors { code field } } }";
const LOOK: &str = "query($id: ID!) { agreement(id: $id) { budgetLines { code amount { amount } spent { amount }
    expenses(first: 10) { totalCount nodes { amount { amount } reference } } transfers { reason } } } }";

fn id(kind: Kind, name: &str, slug: &str) -> String {
    GlobalId::new(kind, founding(name, slug)).to_string()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// A drafted agreement of 1,000 dirhams with the INDH.
async fn drafted(finance: &Person<'_>) -> String {
    let draft = json!({"branchId": id(Kind::Branch, "branch", "khouribga"), "object": {"fr": "Convention (démo)"},
        "parties": [{"partnerId": id(Kind::Partner, "partner", "indh"), "role": "FUNDING"}],
        "budget": "1000.00", "startsOn": "2026-01-01", "durationMonths": 24});
    let made = finance.does(CREATE, draft).await;
    text(&made.data()["agreementCreate"]["agreement"]["id"])
}

/// The same in force: funded, and signed by another.
async fn in_force(world: &World) -> String {
    let (finance, khouribga) = (world.person("finance.khouribga").await, world.person("khouribga").await);
    let agreement = drafted(&finance).await;
    let paid = json!({"agreementId": agreement, "expectedVersion": 1, "partnerId": id(Kind::Partner, "partner", "indh"),
        "kind": "CASH", "amount": "1000.00", "status": "CONFIRMED"});
    assert_eq!(finance.does(ADD, paid).await.outcome(), "done");
    let at = |version: i64| json!({"id": agreement, "expectedVersion": version});
    assert_eq!(khouribga.does(NEGOTIATE, at(2)).await.outcome(), "done");
    let mut signed = at(3);
    signed["signedOn"] = json!("2026-01-01");
    assert_eq!(khouribga.does(SIGN, signed).await.outcome(), "done");
    agreement
}

fn line(agreement: &str, code: &str, amount: &str) -> Value {
    json!({"agreementId": agreement, "code": code, "name": {"fr": "Équipement (démo)"}, "amount": amount})
}

async fn added(finance: &Person<'_>, agreement: &str, code: &str, amount: &str) -> String {
    let added = finance.does(LINE, line(agreement, code, amount)).await;
    text(&added.data()["budgetLineAdd"]["budgetLine"]["id"])
}

fn expense(line: &str, amount: &str) -> Value {
    json!({"budgetLineId": line, "amount": amount, "spentOn": "2026-03-01", "reference": "FAC-1"})
}

async fn a_budget_is_laid_out_in_lines_that_make_no_more_than_it(world: World) {
    let finance = world.person("finance.khouribga").await;
    let agreement = in_force(&world).await;
    let made = finance.does(LINE, line(&agreement, "EQUIPMENT", "600.00")).await;
    let mut made = made.data()["budgetLineAdd"]["budgetLine"].clone();
    made["id"].take();
    let expected = json!({"id": null, "version": 1, "code": "EQUIPMENT", "name": {"text": "Équipement (démo)"},
        "amount": {"amount": "600.00"}, "spent": {"amount": "0.00"}, "remaining": {"amount": "600.00"},
        "branch": {"slug": "khouribga"}});
    assert_eq!(made, expected, "{}", world.on);
    for (code, amount, outcome) in [
        ("EQUIPMENT", "1.00", "DUPLICATE_ENTRY code"),
        ("TRAINING", "400.01", "BUDGET_EXCEEDED amount"),
        ("TRAINING", "0.00", "AMOUNT_INVALID amount"),
        (" ", "-1.00", "TEXT_REQUIRED code, AMOUNT_INVALID amount"),
        ("TRAINING", "400.00", "done"),
    ] {
        assert_eq!(finance.does(LINE, line(&agreement, code, amount)).await.outcome(), outcome, "{}", world.on);
    }
    for (login, outcome) in [("mdiq", "NOT_FOUND"), ("programmes.khouribga", "FORBIDDEN"), ("data.khouribga", "FORBIDDEN")] {
        let other = world.person(login).await.does(LINE, line(&agreement, "OTHER", "1.00")).await;
        assert_eq!(other.outcome(), outcome, "{}: {login}", world.on);
    }
}

async fn lines_that_a_branch_beyond_reach_keeps_count_too(world: World) {
    let (finance, national) = (world.person("finance.khouribga").await, world.person("national").await);
    let agreement = in_force(&world).await;
    let mut away = line(&agreement, "NORTH", "700.00");
    away["branchId"] = json!(id(Kind::Branch, "branch", "mdiq-fnideq"));
    assert_eq!(finance.does(LINE, away.clone()).await.outcome(), "NOT_FOUND", "{}", world.on);
    assert_eq!(national.does(LINE, away).await.outcome(), "done", "{}", world.on);
    for (code, amount, outcome) in [
        ("NORTH", "1.00", "DUPLICATE_ENTRY code"),
        ("EQUIPMENT", "300.01", "BUDGET_EXCEEDED amount"),
        ("EQUIPMENT", "300.00", "done"),
    ] {
        assert_eq!(finance.does(LINE, line(&agreement, code, amount)).await.outcome(), outcome, "{}", world.on);
    }
    let seen = world.person("mdiq").await.asks(LOOK, json!({"id": agreement})).await;
    let codes: Vec<&Value> =
        seen.data()["agreement"]["budgetLines"].as_array().unwrap().iter().map(|line| &line["code"]).collect();
    assert_eq!(codes, ["NORTH"], "{}: each keeps its own", world.on);
}

async fn what_is_spent_is_booked_once_and_taken_back_by_another_entry(world: World) {
    let finance = world.person("finance.khouribga").await;
    let agreement = in_force(&world).await;
    let line = added(&finance, &agreement, "EQUIPMENT", "600.00").await;
    let mut booked = expense(&line, "250.50");
    booked["idempotencyKey"] = json!("phone-1");
    let first = finance.does(SPEND, booked.clone()).await;
    let first = first.data()["expenseRecord"]["expense"].clone();
    let after = json!({"id": line, "version": 1, "spent": {"amount": "250.50"}, "remaining": {"amount": "349.50"}});
    assert_eq!((&first["status"], &first["budgetLine"]), (&json!("CONFIRMED"), &after), "{}", world.on);
    let again = finance.does(SPEND, booked).await;
    assert_eq!(again.data()["expenseRecord"]["expense"], first, "{}: a bad line sends it twice", world.on);

    assert_eq!(finance.does(SPEND, expense(&line, "349.51")).await.outcome(), "BUDGET_EXCEEDED amount", "{}", world.on);
    for (day, outcome) in [("2025-12-31", "DATE_INVALID spentOn"), ("2099-01-01", "DATE_INVALID spentOn")] {
        let mut wrong = expense(&line, "1.00");
        wrong["spentOn"] = json!(day);
        assert_eq!(finance.does(SPEND, wrong).await.outcome(), outcome, "{}: {day}", world.on);
    }
    let mut wrong = expense(&line, "0.00");
    wrong["reference"] = json!(" ");
    assert_eq!(finance.does(SPEND, wrong).await.outcome(), "AMOUNT_INVALID amount, TEXT_REQUIRED reference", "{}", world.on);

    let wrong = json!({"id": first["id"], "expectedVersion": 1, "reason": "Facture annulée (démo)"});
    let taken_back = finance.does(REVERSE, wrong.clone()).await;
    let expected = json!({"amount": {"amount": "-250.50"}, "description": "Facture annulée (démo)",
        "reverses": {"id": first["id"]},
        "budgetLine": {"spent": {"amount": "0.00"}, "remaining": {"amount": "600.00"}}});
    assert_eq!(taken_back.data()["expenseReverse"]["expense"], expected, "{}", world.on);
    assert_eq!(finance.does(REVERSE, wrong).await.outcome(), "STATUS_INVALID", "{}: once", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn an_agreement_that_is_not_in_force_spends_nothing(world: World) {
    let finance = world.person("finance.khouribga").await;
    let agreement = drafted(&finance).await;
    let line = added(&finance, &agreement, "EQUIPMENT", "600.00").await;
    assert_eq!(finance.does(SPEND, expense(&line, "1.00")).await.outcome(), "STATUS_INVALID", "{}", world.on);
}

async fn an_expense_above_the_limit_waits_for_a_second_person_and_counts_meanwhile(world: World) {
    let stricter = world.also_served(&["--expense-limit", "100"]).await;
    let agreement = in_force(&world).await;
    let (finance, khouribga) = (world.person("finance.khouribga").await, world.person("khouribga").await);
    let (finance, khouribga) = (finance.at(&stricter), khouribga.at(&stricter));
    let line = added(&finance, &agreement, "EQUIPMENT", "600.00").await;
    let small = finance.does(SPEND, expense(&line, "100.00")).await;
    assert_eq!(small.data()["expenseRecord"]["expense"]["status"], "CONFIRMED", "{}", world.on);
    let large = khouribga.does(SPEND, expense(&line, "100.01")).await;
    let large = &large.data()["expenseRecord"]["expense"];
    assert_eq!((&large["status"], &large["budgetLine"]["spent"]["amount"]), (&json!("PENDING"), &json!("200.01")));
    let confirm = json!({"id": large["id"], "expectedVersion": 1});
    assert_eq!(khouribga.does(CONFIRM, confirm.clone()).await.outcome(), "FOUR_EYES_REQUIRED", "{}", world.on);
    assert_eq!(finance.does(CONFIRM, confirm.clone()).await.outcome(), "FORBIDDEN", "{}", world.on);
    let region = world.person("region05").await.at(&stricter);
    let confirmed = region.does(CONFIRM, confirm).await;
    let expected = json!({"version": 2, "status": "CONFIRMED"});
    assert_eq!(confirmed.data()["expenseConfirm"]["expense"], expected, "{}", world.on);
    let again = region.does(CONFIRM, json!({"id": large["id"], "expectedVersion": 2})).await;
    assert_eq!(again.outcome(), "STATUS_INVALID", "{}", world.on);
}

async fn money_moves_between_lines_with_a_reason_and_the_budget_stays(world: World) {
    let finance = world.person("finance.khouribga").await;
    let agreement = in_force(&world).await;
    let equipment = added(&finance, &agreement, "EQUIPMENT", "600.00").await;
    let training = added(&finance, &agreement, "TRAINING", "400.00").await;
    finance.does(SPEND, expense(&equipment, "500.00")).await.data();
    let moved = |amount: &str, version: i64| {
        json!({"id": equipment, "expectedVersion": version, "toId": training, "amount": amount, "reason": "Formation (démo)"})
    };
    for (amount, outcome) in [("100.01", "BUDGET_EXCEEDED amount"), ("-1.00", "AMOUNT_INVALID amount")] {
        assert_eq!(finance.does(TRANSFER, moved(amount, 1)).await.outcome(), outcome, "{}", world.on);
    }
    let mut to_itself = moved("1.00", 1);
    to_itself["toId"] = json!(equipment);
    assert_eq!(finance.does(TRANSFER, to_itself).await.outcome(), "NOT_FOUND toId", "{}", world.on);
    let elsewhere = drafted(&finance).await;
    let mut elsewhere_line = moved("1.00", 1);
    elsewhere_line["toId"] = json!(added(&finance, &elsewhere, "OTHER", "1.00").await);
    assert_eq!(finance.does(TRANSFER, elsewhere_line).await.outcome(), "NOT_FOUND toId", "{}", world.on);

    let done = finance.does(TRANSFER, moved("100.00", 1)).await;
    let seen = done.data()["budgetLineTransfer"]["budgetLine"].clone();
    assert_eq!(
        (&seen["version"], &seen["amount"]["amount"], &seen["remaining"]["amount"]),
        (&json!(2), &json!("500.00"), &json!("0.00")),
        "{}",
        world.on
    );
    let transfer = &seen["transfers"][0];
    assert_eq!(
        (&transfer["amount"]["amount"], &transfer["from"]["code"], &transfer["to"]),
        (&json!("100.00"), &json!("EQUIPMENT"), &json!({"code": "TRAINING", "amount": {"amount": "500.00"}})),
        "{}",
        world.on
    );
    assert_eq!(finance.does(TRANSFER, moved("1.00", 1)).await.outcome(), "CONFLICT expectedVersion", "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn a_line_is_not_overspent_by_fifty_at_once_on_two_instances(world: World) {
    let agreement = in_force(&world).await;
    let other = world.also_served(&[]).await;
    let here = world.person("finance.khouribga").await;
    let there = here.at(&other);
    let line = added(&here, &agreement, "EQUIPMENT", "100.00").await;
    // Ten of them fit.
    let spend = |number: usize| {
        let person = if number.is_multiple_of(2) { &here } else { &there };
        let mut input = expense(&line, "10.00");
        input["reference"] = json!(format!("FAC-{number}"));
        async move { person.does(SPEND, input).await.outcome() }
    };
    let outcomes = futures_util::future::join_all((0..50).map(spend)).await;
    let count = |wanted: &str| outcomes.iter().filter(|outcome| *outcome == wanted).count();
    assert_eq!((count("done"), count("BUDGET_EXCEEDED amount")), (10, 40), "{}: {outcomes:?}", world.on);
    let spent = "select cast(sum(amount) as bigint) from expense where reference like 'FAC-%'";
    assert_eq!(world.raw_as_owner(spent).await, Ok(10_000), "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn the_parties_and_the_branch_line_see_what_became_of_the_money_and_nobody_else(world: World) {
    let finance = world.person("finance.khouribga").await;
    let agreement = in_force(&world).await;
    let line = added(&finance, &agreement, "EQUIPMENT", "600.00").await;
    finance.does(SPEND, expense(&line, "250.50")).await.data();
    let seen = json!([{"code": "EQUIPMENT", "amount": {"amount": "600.00"}, "spent": {"amount": "250.50"},
        "expenses": {"totalCount": 1, "nodes": [{"amount": {"amount": "250.50"}, "reference": "FAC-1"}]},
        "transfers": []}]);
    for (login, sees) in [("region05", true), ("auditor", true), ("programmes.khouribga", true), ("mdiq", false), ("cooperative", false)] {
        let answer = world.person(login).await.asks(LOOK, json!({"id": agreement})).await;
        let expected = if sees { seen.clone() } else { json!([]) };
        assert_eq!(answer.data()["agreement"]["budgetLines"], expected, "{}: {login}", world.on);
    }
    let anybody = world.ask(LOOK, json!({"id": agreement})).await;
    assert_eq!(anybody.data()["agreement"]["budgetLines"], json!([]), "{}", world.on);
    for (client, sees) in [("indh-demo", true), ("ocp-foundation-demo", false)] {
        let token = world.program(client).await;
        let answer = world.ask_as(&token, LOOK, json!({"id": agreement})).await;
        let expected = if sees { seen.clone() } else { json!([]) };
        assert_eq!(answer.data()["agreement"]["budgetLines"], expected, "{}: {client}", world.on);
    }
}

async fn the_next_tranche_waits_until_enough_of_the_one_before_it_is_justified(world: World) {
    let (finance, khouribga) = (world.person("finance.khouribga").await, world.person("khouribga").await);
    let agreement = in_force(&world).await;
    let tranche = |number: i64, planned: &str, day: &str| {
        json!({"agreementId": agreement, "number": number, "planned": planned, "plannedOn": day,
            "justifiedPercentToRelease": "80"})
    };
    let first = finance.does(TRANCHE, tranche(1, "400.00", "2026-02-01")).await;
    let first = text(&first.data()["trancheAdd"]["tranche"]["id"]);
    for (wrong, outcome) in [
        (tranche(1, "1.00", "2026-02-01"), "DUPLICATE_ENTRY number"),
        (tranche(2, "1.00", "2026-01-01"), "DATE_INVALID plannedOn"),
        (tranche(2, "600.01", "2026-06-01"), "BUDGET_EXCEEDED planned"),
        (tranche(0, "-1.00", "2026-06-01"), "AMOUNT_INVALID number, AMOUNT_INVALID planned"),
    ] {
        assert_eq!(finance.does(TRANCHE, wrong).await.outcome(), outcome, "{}", world.on);
    }
    let second = finance.does(TRANCHE, tranche(2, "600.00", "2026-06-01")).await;
    let second = text(&second.data()["trancheAdd"]["tranche"]["id"]);

    let entry = |id: &str, version: i64, amount: &str, day: &str, on: &str| {
        json!({"id": id, "expectedVersion": version, "amount": amount, day: on, "reference": "VIR-1"})
    };
    let early = finance.does(RECEIVE, entry(&second, 1, "600.00", "receivedOn", "2026-06-01")).await;
    assert_eq!(early.outcome(), "TRANCHE_UNJUSTIFIED", "{}", world.on);
    for (amount, day, outcome) in [
        ("400.01", "2026-02-02", "BUDGET_EXCEEDED amount"),
        ("400.00", "2025-12-31", "DATE_INVALID receivedOn"),
        ("400.00", "2026-02-02", "done"),
    ] {
        let received = finance.does(RECEIVE, entry(&first, 1, amount, "receivedOn", day)).await;
        assert_eq!(received.outcome(), outcome, "{}", world.on);
    }
    let line = added(&finance, &agreement, "EQUIPMENT", "1000.00").await;
    finance.does(SPEND, expense(&line, "320.00")).await.data();
    let justified = |version: i64, amount: &str| entry(&first, version, amount, "justifiedOn", "2026-04-01");
    let own = finance.does(JUSTIFY, justified(2, "320.00")).await;
    assert_eq!(own.outcome(), "FORBIDDEN", "{}: she enters", world.on);
    let more = khouribga.does(JUSTIFY, justified(2, "320.01")).await;
    assert_eq!(more.outcome(), "BUDGET_EXCEEDED amount", "{}: less was spent", world.on);
    assert_eq!(khouribga.does(JUSTIFY, justified(2, "319.99")).await.outcome(), "done", "{}", world.on);
    let early = finance.does(RECEIVE, entry(&second, 1, "600.00", "receivedOn", "2026-06-01")).await;
    assert_eq!(early.outcome(), "TRANCHE_UNJUSTIFIED", "{}: a centime is missing", world.on);
    let done = khouribga.does(JUSTIFY, justified(3, "0.01")).await;
    let expected = json!({"version": 4, "status": "JUSTIFIED", "received": {"amount": "400.00"}, "justified": {"amount": "320.00"}});
    assert_eq!(done.data()["trancheJustify"]["tranche"], expected, "{}", world.on);
    let received = khouribga.does(RECEIVE, entry(&second, 1, "600.00", "receivedOn", "2026-06-01")).await;
    assert_eq!(received.outcome(), "done", "{}", world.on);
    finance.does(SPEND, expense(&line, "600.00")).await.data();
    let own = khouribga.does(JUSTIFY, entry(&second, 2, "1.00", "justifiedOn", "2026-07-01")).await;
    assert_eq!(own.outcome(), "FOUR_EYES_REQUIRED", "{}: she booked the receipt", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn the_statement_adds_up_on_every_day(world: World) {
    let (finance, khouribga) = (world.person("finance.khouribga").await, world.person("khouribga").await);
    let agreement = in_force(&world).await;
    let tranche = json!({"agreementId": agreement, "number": 1, "planned": "500.00", "plannedOn": "2026-02-01"});
    let tranche = finance.does(TRANCHE, tranche).await;
    let tranche = text(&tranche.data()["trancheAdd"]["tranche"]["id"]);
    let receipt = json!({"id": tranche, "expectedVersion": 1, "amount": "500.00", "receivedOn": "2026-02-10", "reference": "VIR-1"});
    finance.does(RECEIVE, receipt).await.data();
    let equipment = added(&finance, &agreement, "EQUIPMENT", "600.00").await;
    let training = added(&finance, &agreement, "TRAINING", "400.00").await;
    finance.does(SPEND, expense(&equipment, "200.00")).await.data();
    let mut later = expense(&training, "50.25");
    later["spentOn"] = json!("2026-05-01");
    let later = finance.does(SPEND, later).await;
    let moved = json!({"id": equipment, "expectedVersion": 1, "toId": training, "amount": "100.00", "reason": "Formation (démo)"});
    finance.does(TRANSFER, moved).await.data();
    let justified = json!({"id": tranche, "expectedVersion": 2, "amount": "200.00", "justifiedOn": "2026-06-01", "reference": "J-1"});
    khouribga.does(JUSTIFY, justified).await.data();
    let wrong = json!({"id": later.data()["expenseRecord"]["expense"]["id"], "expectedVersion": 1, "reason": "Erreur (démo)"});
    finance.does(REVERSE, wrong).await.data();

    let money = |amount: &str| json!({"amount": amount});
    let line = |code: &str, amount: &str, spent: &str, remaining: &str| {
        json!({"code": code, "amount": money(amount), "spent": money(spent), "remaining": money(remaining)})
    };
    let figures = |received: &str, spent: &str, justified: &str, remaining: &str, cash: &str, lines: Value| {
        json!({"budget": money("1000.00"), "received": money(received), "spent": money(spent), "justified": money(justified),
            "remaining": money(remaining), "cash": money(cash), "lines": lines, "parties": [{"partner": {"slug": "indh"},
                "contributed": money("1000.00"), "spent": money(spent), "remaining": money(remaining)}]})
    };
    let untouched = json!([line("EQUIPMENT", "600.00", "0.00", "600.00"), line("TRAINING", "400.00", "0.00", "400.00")]);
    let spring = json!([line("EQUIPMENT", "600.00", "200.00", "400.00"), line("TRAINING", "400.00", "0.00", "400.00")]);
    let summer = json!([line("EQUIPMENT", "600.00", "200.00", "400.00"), line("TRAINING", "400.00", "50.25", "349.75")]);
    let today = json!([line("EQUIPMENT", "500.00", "200.00", "300.00"), line("TRAINING", "500.00", "0.00", "500.00")]);
    for (on, expected) in [
        (json!("2026-01-31"), figures("0.00", "0.00", "0.00", "1000.00", "0.00", untouched)),
        (json!("2026-03-01"), figures("500.00", "200.00", "0.00", "800.00", "300.00", spring)),
        (json!("2026-06-01"), figures("500.00", "250.25", "200.00", "749.75", "249.75", summer)),
        (Value::Null, figures("500.00", "200.00", "200.00", "800.00", "300.00", today)),
    ] {
        let seen = finance.asks(STATEMENT, json!({"id": agreement, "on": on})).await;
        assert_eq!(seen.data()["agreement"]["statement"], expected, "{}: {on}", world.on);
    }
    for stranger in ["mdiq", "cooperative"] {
        let seen = world.person(stranger).await.asks(STATEMENT, json!({"id": agreement})).await;
        assert_eq!(seen.data()["agreement"]["statement"], Value::Null, "{}: {stranger}", world.on);
    }
    let anybody = world.ask(STATEMENT, json!({"id": agreement})).await;
    assert_eq!(anybody.data()["agreement"]["statement"], Value::Null, "{}", world.on);
    for (client, sees) in [("indh-demo", true), ("ocp-foundation-demo", false)] {
        let token = world.program(client).await;
        let seen = world.ask_as(&token, STATEMENT, json!({"id": agreement})).await;
        assert_eq!(seen.data()["agreement"]["statement"]["cash"]["amount"].is_string(), sees, "{}: {client}", world.on);
    }
}

async fn money_is_added_up_by_year_branch_and_partner_for_whoever_reaches_it(world: World) {
    let (finance, region) = (world.person("finance.khouribga").await, world.person("region05").await);
    let query = "query($by: [MoneyTotalDimension!]!, $filter: MoneyTotalFilter) { moneyTotals(by: $by, filter: $filter) {
        year branch { slug } partner { slug } theme contributed { amount } received { amount } spent { amount } } }";
    let told = async |person: &Person<'_>, by: Value, filter: Value| {
        let seen = person.asks(query, json!({"by": by, "filter": filter})).await;
        let line = |one: &Value| {
            let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let parts = [&one["year"], &one["branch"]["slug"], &one["partner"]["slug"], &one["contributed"]["amount"],
                &one["received"]["amount"], &one["spent"]["amount"]];
            parts.map(word).join(" ").replace("null ", "")
        };
        seen.data()["moneyTotals"].as_array().unwrap().iter().map(line).collect::<Vec<_>>()
    };
    let before = told(&finance, json!(["PARTNER"]), json!({})).await;
    let agreement = in_force(&world).await;
    let tranche = json!({"agreementId": agreement, "number": 1, "planned": "500.00", "plannedOn": "2026-02-01"});
    let tranche = finance.does(TRANCHE, tranche).await;
    let tranche = text(&tranche.data()["trancheAdd"]["tranche"]["id"]);
    let receipt = json!({"id": tranche, "expectedVersion": 1, "amount": "500.00", "receivedOn": "2026-02-10", "reference": "VIR-1"});
    finance.does(RECEIVE, receipt).await.data();
    let line = added(&finance, &agreement, "EQUIPMENT", "600.00").await;
    finance.does(SPEND, expense(&line, "200.00")).await.data();
    let indh = json!({"partner": id(Kind::Partner, "partner", "indh")});
    let region_05 = json!({"branch": id(Kind::Branch, "branch", "region-05"), "partner": indh["partner"]});
    assert!(!before.iter().any(|line| line.starts_with("indh")), "{}: {before:?}", world.on);
    for (person, by, filter, expected) in [
        (&finance, json!(["PARTNER"]), indh.clone(), &["indh 1000.00 500.00 200.00"][..]),
        (&finance, json!(["YEAR"]), indh.clone(), &["2026 500.00 200.00"]),
        (&region, json!(["BRANCH"]), region_05.clone(), &["khouribga 1000.00 500.00 200.00"]),
        (&region, json!([]), json!({"partner": indh["partner"], "from": "2026-03-01"}), &["1000.00 0.00 200.00"]),
        (&region, json!(["YEAR"]), json!({"partner": indh["partner"], "until": "2026-02-09"}), &[]),
    ] {
        assert_eq!(told(person, by.clone(), filter).await, expected, "{}: {by}", world.on);
    }
    let mdiq = world.person("mdiq").await;
    assert_eq!(told(&mdiq, json!(["PARTNER"]), indh.clone()).await, Vec::<String>::new(), "{}", world.on);
    let anybody = world.ask(query, json!({"by": []})).await;
    assert_eq!(anybody.data()["moneyTotals"], json!([]), "{}", world.on);
    let client = world.program("indh-demo").await;
    let party = world.ask_as(&client, query, json!({"by": [], "filter": indh})).await;
    assert_eq!(party.data()["moneyTotals"][0]["spent"]["amount"], "200.00", "{}: it is party to it", world.on);
    let wrong = finance.asks(query, json!({"by": [], "filter": {"branch": indh["partner"]}})).await;
    assert_eq!((wrong.code(), wrong.argument()), ("BAD_USER_INPUT", "filter.branch"), "{}", world.on);
}

async fn an_entry_of_a_tranche_is_taken_back_once_by_a_new_one(world: World) {
    let (finance, khouribga) = (world.person("finance.khouribga").await, world.person("khouribga").await);
    let agreement = in_force(&world).await;
    let tranche = json!({"agreementId": agreement, "number": 1, "planned": "500.00", "plannedOn": "2026-02-01"});
    let tranche = finance.does(TRANCHE, tranche).await;
    let tranche = text(&tranche.data()["trancheAdd"]["tranche"]["id"]);
    let receipt = |version: i64, amount: &str| {
        json!({"id": tranche, "expectedVersion": version, "amount": amount, "receivedOn": "2026-02-10", "reference": "VIR-1"})
    };
    finance.does(RECEIVE, receipt(1, "300.00")).await.data();
    finance.does(RECEIVE, receipt(2, "200.00")).await.data();
    let line = added(&finance, &agreement, "EQUIPMENT", "600.00").await;
    finance.does(SPEND, expense(&line, "350.00")).await.data();
    let justified = json!({"id": tranche, "expectedVersion": 3, "amount": "250.00", "justifiedOn": "2026-06-01", "reference": "J-1"});
    khouribga.does(JUSTIFY, justified).await.data();

    let back = |version: i64, number: i64| {
        json!({"id": tranche, "expectedVersion": version, "entryNumber": number, "reason": "Doublon (démo)"})
    };
    for (person, input, outcome) in [
        (&finance, back(4, 4), "NOT_FOUND entryNumber"),
        (&finance, back(3, 1), "CONFLICT expectedVersion"),
        (&finance, back(4, 1), "BUDGET_EXCEEDED entryNumber"),
        (&finance, back(4, 3), "FORBIDDEN"),
        (&finance, json!({"id": tranche, "expectedVersion": 4, "entryNumber": 2, "reason": " "}), "TEXT_REQUIRED reason"),
        (&finance, back(4, 2), "done"),
        (&finance, back(5, 2), "STATUS_INVALID entryNumber"),
        (&finance, back(5, 4), "STATUS_INVALID entryNumber"),
        (&khouribga, back(5, 3), "done"),
    ] {
        assert_eq!(person.does(TAKE_BACK, input.clone()).await.outcome(), outcome, "{}: {input}", world.on);
    }
    let told = finance.does(TAKE_BACK, back(6, 1)).await;
    let told = &told.data()["trancheReverse"]["tranche"];
    assert_eq!((&told["received"]["amount"], &told["justified"]["amount"], &told["status"]),
        (&json!("0.00"), &json!("0.00"), &json!("PLANNED")), "{}", world.on);
    let entries: Vec<String> = told["entries"].as_array().unwrap().iter()
        .map(|entry| format!("{} {} {} {}", entry["number"], text(&entry["kind"]), text(&entry["amount"]["amount"]), entry["reverses"]))
        .collect();
    assert_eq!(entries, ["1 RECEIPT 300.00 null", "2 RECEIPT 200.00 null", "3 JUSTIFICATION 250.00 null", "4 RECEIPT -200.00 2",
        "5 JUSTIFICATION -250.00 3", "6 RECEIPT -300.00 1"], "{}", world.on);
    assert!(world.differences().await.is_empty(), "{}", world.on);
}

/// Numbers that look random, and are the same each time.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        // Knuth's constants (MMIX).
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// What is booked, as somebody would add it up by hand: centimes by the day of the month of March.
#[derive(Default)]
struct Book {
    spent: Vec<(u64, i64)>,
    received: Vec<(u64, i64)>,
}

async fn through_any_history_budget_and_cash_add_up(world: World) {
    let finance = world.person("finance.khouribga").await;
    let agreement = in_force(&world).await;
    let lines = [added(&finance, &agreement, "A", "600.00").await, added(&finance, &agreement, "B", "400.00").await];
    let tranche = json!({"agreementId": agreement, "number": 1, "planned": "900.00", "plannedOn": "2026-02-01"});
    let tranche = finance.does(TRANCHE, tranche).await;
    let tranche = text(&tranche.data()["trancheAdd"]["tranche"]["id"]);
    let (mut dice, mut book) = (Dice(20_261_126), Book::default());
    let amount = |centimes: i64| format!("{}.{:02}", centimes / 100, centimes % 100);
    let version = async |of: &str, id: &str| {
        let query = format!("query($id: ID!) {{ node(id: $id) {{ ... on {of} {{ version }} }} }}");
        finance.asks(&query, json!({"id": id})).await.data()["node"]["version"].clone()
    };
    // Whatever is refused leaves no trace.
    let (mut done, mut refused) = (0, 0);
    let mut expenses: Vec<(String, i64)> = Vec::new();
    let mut receipts: Vec<(i64, i64)> = Vec::new();
    let mut entries = 0_i64;
    // The day on which the world stands, where what is taken back is booked.
    let today = 31;
    for _ in 0..60 {
        let (day, centimes) = (1 + dice.throw(30), 1 + i64::try_from(dice.throw(20_000)).unwrap());
        let line = &lines[usize::try_from(dice.throw(2)).unwrap()];
        let on = format!("2026-03-{day:02}");
        let outcome = match dice.throw(5) {
            0 | 1 => {
                let mut input = expense(line, &amount(centimes));
                input["spentOn"] = json!(on);
                let told = finance.does(SPEND, input).await;
                if told.outcome() == "done" {
                    book.spent.push((day, centimes));
                    expenses.push((text(&told.data()["expenseRecord"]["expense"]["id"]), centimes));
                }
                told.outcome()
            }
            2 if !expenses.is_empty() => {
                let place = usize::try_from(dice.throw(expenses.len() as u64)).unwrap();
                let (id, centimes) = expenses.remove(place);
                let input = json!({"id": id, "expectedVersion": version("Expense", &id).await, "reason": "Erreur (démo)"});
                let told = finance.does(REVERSE, input).await.outcome();
                assert_eq!(told, "done", "{}", world.on);
                book.spent.push((today, -centimes));
                told
            }
            3 => {
                let (from, to) = if *line == lines[0] { (&lines[0], &lines[1]) } else { (&lines[1], &lines[0]) };
                let input = json!({"id": from, "expectedVersion": version("BudgetLine", from).await, "toId": to,
                    "amount": amount(centimes), "reason": "Besoin (démo)"});
                finance.does(TRANSFER, input).await.outcome()
            }
            _ if dice.throw(3) == 0 && !receipts.is_empty() => {
                let (number, centimes) = receipts.remove(0);
                let input = json!({"id": tranche, "expectedVersion": version("Tranche", &tranche).await, "entryNumber": number,
                    "reason": "Rejet (démo)"});
                let told = finance.does(TAKE_BACK, input).await.outcome();
                assert_eq!(told, "done", "{}", world.on);
                entries += 1;
                book.received.push((today, -centimes));
                told
            }
            _ => {
                let input = json!({"id": tranche, "expectedVersion": version("Tranche", &tranche).await,
                    "amount": amount(centimes), "receivedOn": on, "reference": "VIR-1"});
                let told = finance.does(RECEIVE, input).await.outcome();
                if told == "done" {
                    entries += 1;
                    receipts.push((entries, centimes));
                    book.received.push((day, centimes));
                }
                told
            }
        };
        match outcome.as_str() {
            "done" => done += 1,
            "BUDGET_EXCEEDED amount" => refused += 1,
            other => panic!("{}: {other}", world.on),
        }
    }
    assert!(done > 20 && refused > 5, "{}: {done} were booked and {refused} refused", world.on);

    let centimes = |money: &Value| text(&money["amount"]).replace('.', "").parse::<i64>().unwrap();
    for day in [0, 5, 15, 30, today] {
        let on = match day {
            0 => json!("2026-02-28"),
            31 => Value::Null,
            day => json!(format!("2026-03-{day:02}")),
        };
        let seen = finance.asks(STATEMENT, json!({"id": agreement, "on": on})).await;
        let statement = &seen.data()["agreement"]["statement"];
        let by = |book: &[(u64, i64)]| book.iter().filter(|(on, _)| *on <= day).map(|(_, centimes)| centimes).sum::<i64>();
        let (spent, received) = (by(&book.spent), by(&book.received));
        assert_eq!((centimes(&statement["spent"]), centimes(&statement["received"])), (spent, received), "{}: {day}", world.on);
        // Budget = spent + remaining; received = spent + cash.
        assert_eq!(spent + centimes(&statement["remaining"]), 100_000, "{}: {day}", world.on);
        assert_eq!(received, spent + centimes(&statement["cash"]), "{}: {day}", world.on);
        let sum = |list: &str, field: &str| {
            statement[list].as_array().unwrap().iter().map(|one| centimes(&one[field])).sum::<i64>()
        };
        let whole = [sum("lines", "amount"), sum("lines", "spent"), sum("parties", "spent"), sum("lines", "remaining")];
        assert_eq!(whole, [100_000, spent, spent, 100_000 - spent], "{}: {day}", world.on);
    }
    assert!(world.differences().await.is_empty(), "{}", world.on);
}

async fn an_expense_sends_as_many_statements_as_was_agreed(world: World) {
    let finance = world.person("finance.khouribga").await;
    let agreement = in_force(&world).await;
    let line = added(&finance, &agreement, "EQUIPMENT", "600.00").await;
    let before = world.db.statements();
    assert_eq!(finance.does(SPEND, expense(&line, "1.00")).await.outcome(), "done", "{}", world.on);
    let agreed = if world.on == "SQLite" { 11 } else { 13 };
    assert_eq!(world.db.statements() - before, agreed, "{}", world.on);
}

tests::on_each_database!(
    money_is_added_up_by_year_branch_and_partner_for_whoever_reaches_it,
    an_entry_of_a_tranche_is_taken_back_once_by_a_new_one,
    through_any_history_budget_and_cash_add_up,
    an_expense_sends_as_many_statements_as_was_agreed,
    a_budget_is_laid_out_in_lines_that_make_no_more_than_it,
    lines_that_a_branch_beyond_reach_keeps_count_too,
    what_is_spent_is_booked_once_and_taken_back_by_another_entry,
    an_agreement_that_is_not_in_force_spends_nothing,
    an_expense_above_the_limit_waits_for_a_second_person_and_counts_meanwhile,
    money_moves_between_lines_with_a_reason_and_the_budget_stays,
    a_line_is_not_overspent_by_fifty_at_once_on_two_instances,
    the_parties_and_the_branch_line_see_what_became_of_the_money_and_nobody_else,
    the_next_tranche_waits_until_enough_of_the_one_before_it_is_justified,
    the_statement_adds_up_on_every_day,
);

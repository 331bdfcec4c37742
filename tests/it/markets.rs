//! Branches keep their markets, and the national level what all of them share.

use domain::id::founding;
use serde_json::{Value, json};
use tests::World;
use tests::person::Person;
use unfm::platform::graphql::global_id::{GlobalId, Kind};

const CREATE: &str = "mutation($input: MarketCreateInput!) { marketCreate(input: $input) {
    market { id version slug status city { text } contacts { phone email website } openingHoursBasis isOpen } userErrors { code field } } }";
const EDIT: &str = "mutation($input: MarketEditInput!) { marketEdit(input: $input) {
    market { version name { text } address { text } latitude contacts { phone email } cost { amount } fundingGaps { code amount { amount } } }
    userErrors { code field } } }";
const HOURS: &str = "mutation($input: OpeningHoursSetInput!) { openingHoursSet(input: $input) {
    market { version openingHoursBasis openingDays } userErrors { code field } } }";
const EXCEPTION: &str = "mutation($input: OpeningExceptionSetInput!) { openingExceptionSet(input: $input) {
    market { version openingExceptions { date intervals { opens closes } } } userErrors { code field } } }";
const LOOK: &str = "query($slug: String!, $at: DateTime) { market(slug: $slug) { id version status isOpen(at: $at) openingHoursBasis
    ramadanHours { day intervals { opens } } contributions { id version amount { amount } status } } }";
const CONTRIBUTE: &str = "mutation($input: ContributionAddInput!) { contributionAdd(input: $input) {
    contribution { id version } agreement { id } market { version fundingGaps { code amount { amount } } } userErrors { code field } } }";

fn id(kind: Kind, name: &str, slug: &str) -> String {
    GlobalId::new(kind, founding(name, slug)).to_string()
}

async fn seen(world: &World, at: &str) -> Value {
    world.ask(LOOK, json!({"slug": "khouribga", "at": at})).await.data()["market"].clone()
}

fn day(name: &str, hours: &[(&str, &str)]) -> Value {
    let intervals: Vec<Value> = hours.iter().map(|(opens, closes)| json!({"opens": opens, "closes": closes})).collect();
    json!({"day": name, "intervals": intervals})
}

async fn khouribga_enters_its_hours_and_visitors_learn_whether_it_is_open(world: World) {
    let manager = world.person("market.khouribga").await;
    let before = seen(&world, "2026-11-24T10:00:00Z").await;
    assert_eq!(before["openingHoursBasis"], "DEMO", "{}", world.on);
    let set = |version: &Value, more: Value| {
        let mut input = json!({"marketId": before["id"], "expectedVersion": version});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    // Tuesday is a long day, on Wednesday it is closed, and of the other days nothing is published.
    let week = json!({"week": [day("TUESDAY", &[("09:00", "12:00"), ("18:00", "01:00")]), day("WEDNESDAY", &[])],
        "ramadan": [day("TUESDAY", &[("20:00", "23:00")])], "holidays": {"rule": "CLOSED"}});
    for (wrong, outcome) in [
        (json!({"week": [day("TUESDAY", &[("12:00", "09:00"), ("10:00", "11:00")])]}), "HOURS_INVALID week"),
        (json!({"week": [day("TUESDAY", &[]), day("TUESDAY", &[])]}), "DUPLICATE_ENTRY week.1"),
        (json!({"holidays": {"rule": "HOURS", "intervals": [{"opens": "10:00", "closes": "12:00"}, {"opens": "11:00", "closes": "13:00"}]}}),
            "HOURS_INVALID holidays"),
        (week.clone(), "done"),
        (week.clone(), "CONFLICT expectedVersion"),
    ] {
        assert_eq!(manager.does(HOURS, set(&before["version"], wrong)).await.outcome(), outcome, "{}", world.on);
    }
    let version = json!(before["version"].as_i64().unwrap() + 1);
    for (instant, is_open) in [
        ("2026-11-24T10:00:00Z", json!(true)),
        ("2026-11-24T13:00:00Z", json!(false)),
        ("2026-11-25T00:30:00Z", json!(true)),
        ("2026-11-25T10:00:00Z", json!(false)),
        ("2026-11-26T10:00:00Z", Value::Null),
    ] {
        assert_eq!(seen(&world, instant).await["isOpen"], is_open, "{}: {instant}", world.on);
    }
    assert_eq!(seen(&world, "2026-11-24T10:00:00Z").await["openingHoursBasis"], "PUBLISHED", "{}", world.on);

    // The Thursday of a feast, for once.
    let feast = |version: &Value, hours: Value| json!({"marketId": before["id"], "expectedVersion": version, "date": "2026-11-26", "intervals": hours});
    let added = manager.does(EXCEPTION, feast(&version, json!([{"opens": "09:00", "closes": "11:00"}]))).await;
    let expected = json!([{"date": "2026-11-26", "intervals": [{"opens": "09:00", "closes": "11:00"}]}]);
    assert_eq!(added.data()["openingExceptionSet"]["market"]["openingExceptions"], expected, "{}", world.on);
    assert_eq!(seen(&world, "2026-11-26T10:00:00Z").await["isOpen"], true, "{}", world.on);
    let next = json!(version.as_i64().unwrap() + 1);
    let taken = manager.does(EXCEPTION, feast(&next, Value::Null)).await;
    assert_eq!(taken.data()["openingExceptionSet"]["market"]["openingExceptions"], json!([]), "{}", world.on);
    for (login, outcome) in [("mdiq", "NOT_FOUND"), ("programmes.khouribga", "FORBIDDEN"), ("cooperative", "NOT_FOUND")] {
        let refused = world.person(login).await.does(HOURS, set(&version, week.clone())).await.outcome();
        assert_eq!(refused, outcome, "{}: {login}", world.on);
    }
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

fn plan(branch: &str) -> Value {
    json!({"branchId": id(Kind::Branch, "branch", branch), "provinceCode": "05.311", "name": {"fr": "Marché de la médina (démo)"},
        "city": {"fr": "Khouribga"}, "latitude": 32.88, "longitude": -6.91, "contacts": {"phone": "+212523000000"}, "cost": "1000.00"})
}

async fn moves(person: &Person<'_>, way: &str, market: &Value, version: i64) -> String {
    let query = format!("mutation($input: MarketTransitionInput!) {{ market{way}(input: $input) {{
        market {{ status }} userErrors {{ code field }} }} }}");
    person.does(&query, json!({"id": market, "expectedVersion": version})).await.outcome()
}

async fn a_market_is_planned_prepared_and_opened(world: World) {
    let (manager, khouribga) = (world.person("market.khouribga").await, world.person("khouribga").await);
    let mut wrong = plan("khouribga");
    wrong["contacts"] = json!({"phone": "0523", "email": "marche"});
    wrong["latitude"] = json!(91.0);
    wrong["announcedOn"] = json!("2099-01-01");
    let outcome = manager.does(CREATE, wrong).await.outcome();
    assert_eq!(outcome, "TEXT_UNSAFE contacts.phone, EMAIL_INVALID contacts.email, AMOUNT_INVALID latitude, DATE_INVALID announcedOn", "{}", world.on);
    for (field, value, outcome) in [
        ("provinceCode", json!("99.999"), "NOT_FOUND provinceCode"),
        ("longitude", Value::Null, "AMOUNT_INVALID longitude"),
        ("cost", json!("-1.00"), "AMOUNT_INVALID cost"),
        ("agreementId", json!(id(Kind::Agreement, "agreement", "nothing")), "NOT_FOUND agreementId"),
        ("branchId", json!(id(Kind::Branch, "branch", "mdiq-fnideq")), "NOT_FOUND"),
    ] {
        let mut wrong = plan("khouribga");
        wrong[field] = value;
        assert_eq!(manager.does(CREATE, wrong).await.outcome(), outcome, "{}: {field}", world.on);
    }
    let made = manager.does(CREATE, plan("khouribga")).await;
    let made = made.data()["marketCreate"]["market"].clone();
    assert_eq!((&made["status"], &made["openingHoursBasis"], &made["isOpen"], &made["contacts"]["phone"]),
        (&json!("PLANNED"), &json!("NOT_PUBLISHED"), &json!(false), &json!("+212523000000")), "{}", world.on);
    let public = async || world.ask(LOOK, json!({"slug": made["slug"]})).await.data()["market"]["status"].clone();
    assert_eq!(public().await, Value::Null, "{}", world.on);
    for (person, way, version, outcome) in [
        (&manager, "Prepare", 1, "FORBIDDEN"),
        (&khouribga, "Open", 1, "STATUS_INVALID"),
        (&khouribga, "Prepare", 1, "done"),
        (&khouribga, "Open", 1, "CONFLICT expectedVersion"),
        (&khouribga, "Open", 2, "done"),
        (&khouribga, "Suspend", 3, "done"),
        (&khouribga, "Open", 4, "done"),
    ] {
        assert_eq!(moves(person, way, &made["id"], version).await, outcome, "{}: {way} {version}", world.on);
    }
    assert_eq!(public().await, "OPEN", "{}", world.on);
    let edit = json!({"id": made["id"], "expectedVersion": 5, "name": {"ar": "سوق المدينة (تجريبي)"}, "address": {"fr": "Rue 1 (démo)"},
        "latitude": null, "longitude": null, "contacts": {"phone": null, "email": "marche@unfm.example"}});
    let edited = manager.does(EDIT, edit).await;
    let expected = json!({"version": 6, "name": {"text": "Marché de la médina (démo)"}, "address": {"text": "Rue 1 (démo)"}, "latitude": null,
        "contacts": {"phone": null, "email": "marche@unfm.example"}, "cost": {"amount": "1000.00"},
        "fundingGaps": [{"code": "UNACCOUNTED", "amount": {"amount": "1000.00"}}]});
    assert_eq!(edited.data()["marketEdit"]["market"], expected, "{}", world.on);

    // Who paid for it, without an agreement.
    let paid = |version: i64| json!({"marketId": made["id"], "expectedVersion": version, "kind": "CASH", "amount": "400.00",
        "status": "CONFIRMED", "partnerId": id(Kind::Partner, "partner", "indh")});
    assert_eq!(manager.does(CONTRIBUTE, paid(6)).await.outcome(), "FORBIDDEN", "{}", world.on);
    assert_eq!(khouribga.does(CONTRIBUTE, paid(5)).await.outcome(), "CONFLICT expectedVersion", "{}", world.on);
    let added = khouribga.does(CONTRIBUTE, paid(6)).await;
    let market = json!({"version": 7, "fundingGaps": [{"code": "UNACCOUNTED", "amount": {"amount": "600.00"}}]});
    let added = added.data()["contributionAdd"].clone();
    assert_eq!((&added["market"], &added["agreement"]), (&market, &Value::Null), "{}", world.on);
    let reverse = "mutation($input: ContributionReverseInput!) { contributionReverse(input: $input) {
        market { version fundingGaps { amount { amount } } } userErrors { code field } } }";
    let taken = khouribga.does(reverse, json!({"id": added["contribution"]["id"], "expectedVersion": 1})).await;
    let market = json!({"version": 8, "fundingGaps": [{"amount": {"amount": "1000.00"}}]});
    assert_eq!(taken.data()["contributionReverse"]["market"], market, "{}", world.on);
    let mut both = paid(8);
    both["agreementId"] = json!(id(Kind::Agreement, "agreement", "demo-unfpa"));
    assert_eq!(khouribga.does(CONTRIBUTE, both).await.code(), "BAD_USER_INPUT", "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn the_nation_keeps_partners_and_confirms_holidays(world: World) {
    let (national, khouribga) = (world.person("national").await, world.person("khouribga").await);
    let create = "mutation($input: PartnerCreateInput!) { partnerCreate(input: $input) { partner { id slug version } userErrors { code field } } }";
    let edit = "mutation($input: PartnerEditInput!) { partnerEdit(input: $input) { partner { slug version name { text } } userErrors { code field } } }";
    let name = json!({"name": {"fr": "Fondation (démo)"}});
    assert_eq!(khouribga.does(create, name.clone()).await.outcome(), "FORBIDDEN", "{}", world.on);
    assert_eq!(national.does(create, json!({"name": {"en": "Foundation"}})).await.outcome(), "TEXT_REQUIRED name", "{}", world.on);
    let made = national.does(create, name).await;
    let made = made.data()["partnerCreate"]["partner"].clone();
    let renamed = json!({"id": made["id"], "expectedVersion": 1, "name": {"fr": "Fondation nouvelle (démo)"}});
    assert_eq!(khouribga.does(edit, renamed.clone()).await.outcome(), "FORBIDDEN", "{}", world.on);
    let renamed = national.does(edit, renamed).await;
    let expected = json!({"slug": made["slug"], "version": 2, "name": {"text": "Fondation nouvelle (démo)"}});
    assert_eq!(renamed.data()["partnerEdit"]["partner"], expected, "{}", world.on);

    // Dates that depend on the moon are expected first, and confirmed when they are declared.
    let add = "mutation($input: HolidayAddInput!) { holidayAdd(input: $input) { calendarEntry { id version status } userErrors { code field } } }";
    let confirm = "mutation($input: HolidayConfirmInput!) { holidayConfirm(input: $input) {
        calendarEntry { version status startsOn endsOn } userErrors { code field } } }";
    let ramadan = |first: &str, last: &str| json!({"kind": "RAMADAN", "name": {"fr": "Ramadan (démo)"}, "startsOn": first, "endsOn": last,
        "source": "Calcul (démo)"});
    assert_eq!(khouribga.does(add, ramadan("2040-11-07", "2040-12-06")).await.outcome(), "FORBIDDEN", "{}", world.on);
    assert_eq!(national.does(add, ramadan("2040-11-07", "2040-12-20")).await.outcome(), "DATE_INVALID endsOn", "{}", world.on);
    let added = national.does(add, ramadan("2040-11-07", "2040-12-06")).await;
    let added = added.data()["holidayAdd"]["calendarEntry"].clone();
    assert_eq!(added["status"], "PROVISIONAL", "{}", world.on);
    assert_eq!(national.does(add, ramadan("2040-12-01", "2040-12-30")).await.outcome(), "DATE_INVALID startsOn", "{}: twice", world.on);
    let declared = |version: i64| json!({"id": added["id"], "expectedVersion": version, "startsOn": "2040-11-08", "endsOn": "2040-12-06"});
    assert_eq!(khouribga.does(confirm, declared(1)).await.outcome(), "FORBIDDEN", "{}", world.on);
    let confirmed = national.does(confirm, declared(1)).await;
    let expected = json!({"version": 2, "status": "CONFIRMED", "startsOn": "2040-11-08", "endsOn": "2040-12-06"});
    assert_eq!(confirmed.data()["holidayConfirm"]["calendarEntry"], expected, "{}", world.on);
    assert_eq!(national.does(confirm, declared(1)).await.outcome(), "CONFLICT expectedVersion", "{}", world.on);
    let entries = world.ask("{ calendarEntries { kind status startsOn monthDay } }", json!({})).await;
    let entries = entries.data()["calendarEntries"].as_array().unwrap().clone();
    assert_eq!(entries.last().unwrap()["startsOn"], "2040-11-08", "{}", world.on);
    assert_eq!(entries[0]["monthDay"], "01-01", "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

tests::on_each_database!(
    khouribga_enters_its_hours_and_visitors_learn_whether_it_is_open,
    a_market_is_planned_prepared_and_opened,
    the_nation_keeps_partners_and_confirms_holidays,
);

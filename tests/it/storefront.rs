//! What a visitor sees in her language, what is not published, and what the hours of a market say.

use domain::id::founding as key;
use domain::market::MarketStatus;
use serde_json::{Value, json};
use tests::World;

async fn a_visitor_reads_in_her_language(world: World) {
    let question = "{ partner(slug: \"indh\") { name { text language direction } } }";
    let said = async |languages: &str| {
        world.ask_in(languages, question, json!({})).await.data()["partner"]["name"].clone()
    };

    let arabic = json!({"text": "المبادرة الوطنية للتنمية البشرية", "language": "AR", "direction": "RTL"});
    assert_eq!(said("ar-MA").await, arabic);
    assert_eq!(said("ary;q=0.9, en;q=0.1").await, arabic);
    assert_eq!(said("fr-FR").await["text"], "Initiative nationale pour le développement humain");
    assert_eq!(said("de, en;q=0.5").await["text"], "National Initiative for Human Development");
    // No Tamazight name is known: the fallback says which language it is.
    assert_eq!(said("zgh").await, arabic);
    let region = world.ask_in("tzm", "{ regions { name { text language direction } } }", json!({})).await;
    assert_eq!(region.data()["regions"][4]["name"]["language"], "ZGH");
    assert_eq!(region.headers["content-language"], "zgh");
}

#[tokio::test]
async fn the_founding_market_without_demo_hours_says_that_it_does_not_know() {
    let world = World::sqlite().await;
    // The demo world gives it hours; take them away again, as on an installation without it.
    world
        .change(async |tx| {
            let sql =
                "update market set opening_hours = '{\"days\":[\"MONDAY\"]}', opening_hours_basis = 'NOT_PUBLISHED'
                       where slug = 'khouribga'";
            tx.rewrite(sql).await
        })
        .await;
    let question = "{ market(slug: \"khouribga\") { isOpen nextOpening nextOpeningLocal openingDays openingHoursBasis
      openingHours { day intervals { opens } } } }";
    let market = world.ask(question, json!({})).await.data()["market"].clone();

    assert_eq!((&market["isOpen"], &market["nextOpening"]), (&Value::Null, &Value::Null));
    assert_eq!(market["openingHoursBasis"], "NOT_PUBLISHED");
    assert_eq!(market["openingDays"], json!(["MONDAY"]));
    assert_eq!(market["openingHours"][6], json!({"day": "SUNDAY", "intervals": null}));
}

async fn a_market_is_open_by_the_wall_clock_of_casablanca(world: World) {
    let question = "query($at: DateTime) { market(slug: \"khouribga\") {
      isOpen(at: $at) nextOpening(at: $at) nextOpeningLocal(at: $at) nextClosingLocal(at: $at) timeZone } }";
    let at = async |instant: &str| world.ask(question, json!({"at": instant})).await.data()["market"].clone();

    // Before the change of 2026-09-20 nine o'clock is 08:00 UTC, after it 09:00 UTC.
    assert_eq!(at("2026-09-19T08:30:00Z").await["isOpen"], true);
    assert_eq!(at("2026-09-21T08:30:00Z").await["isOpen"], false);
    let later = at("2026-09-21T08:30:00Z").await;
    assert_eq!(later["nextOpening"], "2026-09-21T09:00:00Z");
    assert_eq!(later["nextOpeningLocal"], "2026-09-21T09:00:00");
    assert_eq!(later["nextClosingLocal"], "2026-09-21T19:00:00");
    assert_eq!(later["timeZone"], "Africa/Casablanca");
    // On Independence Day the demo market keeps its hours for holidays.
    assert_eq!(at("2026-11-18T15:00:00Z").await["isOpen"], false);
}

async fn a_market_that_does_not_work_is_closed_and_what_it_lists_is_unavailable(world: World) {
    let market = key("market", "demo-mdiq");
    world.change(async |tx| unfm::market::store::transition(tx, market, None, MarketStatus::Suspended).await).await;

    let question =
        "{ market(slug: \"demo-mdiq\") { status isOpen nextOpening listings(first: 1) { nodes { available } } }
      open: markets(first: 9, filter: {openNow: true}) { nodes { slug } }
      sold: products(first: 100, filter: {openNow: true}) { totalCount } }";
    let answer = world.ask(question, json!({})).await;
    let expected = json!({"status": "SUSPENDED", "isOpen": false, "nextOpening": null,
      "listings": {"nodes": [{"available": false}]}});
    assert_eq!(answer.data()["market"], expected, "{}", world.on);
    assert_eq!(answer.data()["open"]["nodes"], json!([{"slug": "khouribga"}]));
    assert_eq!(answer.data()["sold"]["totalCount"], 27);
}

async fn what_is_not_published_is_nowhere(world: World) {
    let question = "{ programme(slug: \"demo-unfpa-submitted\") { id }
      agreement(slug: \"demo-unfpa\") { status programmes(first: 10) { totalCount nodes { status } } }
      programmes(first: 100) { totalCount } }";
    let answer = world.ask(question, json!({})).await;
    assert_eq!(answer.data()["programme"], Value::Null);
    let programmes = json!({"totalCount": 1, "nodes": [{"status": "ACTIVE"}]});
    assert_eq!(answer.data()["agreement"], json!({"status": "IN_FORCE", "programmes": programmes}));
    assert_eq!(answer.data()["programmes"]["totalCount"], 6);
}

async fn an_agreement_expires_with_the_day_also_in_filters(world: World) {
    let expired = async || {
        let question = "{ agreements(first: 9, filter: {status: EXPIRED}) { nodes { slug status } } }";
        world.ask(question, json!({})).await.data()["agreements"]["nodes"].clone()
    };
    assert_eq!(expired().await, json!([{"slug": "unfm-unfpa-2021", "status": "EXPIRED"}]), "{}", world.on);
    // Its last day in force is 2024-03-07, until midnight in Casablanca.
    world.at("2024-03-07T22:59:59Z");
    assert_eq!(expired().await, json!([]));
    world.at("2024-03-07T23:00:00Z");
    assert_eq!(expired().await.as_array().unwrap().len(), 1);
}

async fn two_sources_may_disagree_and_both_are_kept(world: World) {
    let question = "{ indicator(slug: \"nmr\") { unit latestStatistics { value period kind source { method year } area { kind code } } } }";
    let figures = world.ask(question, json!({})).await.data()["indicator"]["latestStatistics"].clone();
    let values: Vec<&str> =
        figures.as_array().unwrap().iter().map(|figure| figure["value"].as_str().unwrap()).collect();
    assert_eq!(values, ["11", "13.56"], "{}", world.on);
    assert_eq!(figures[1]["source"], json!({"method": "SURVEY", "year": 2018}));
    assert_eq!(figures[1]["area"], json!({"kind": "COUNTRY", "code": "MA"}));
}

async fn seven_members_of_whom_six_are_women_show_seven_members(world: World) {
    let question = "{ cooperative(slug: \"demo-haouz\") { memberCount womenCount isWomenOnly isDemo } }";
    let expected = json!({"memberCount": 7, "womenCount": null, "isWomenOnly": null, "isDemo": true});
    assert_eq!(world.ask(question, json!({})).await.data()["cooperative"], expected, "{}", world.on);
}

tests::on_each_database!(a_visitor_reads_in_her_language, a_market_is_open_by_the_wall_clock_of_casablanca, a_market_that_does_not_work_is_closed_and_what_it_lists_is_unavailable, what_is_not_published_is_nowhere, an_agreement_expires_with_the_day_also_in_filters, two_sources_may_disagree_and_both_are_kept, seven_members_of_whom_six_are_women_show_seven_members);

//! Answers that are kept for strangers: given again while nothing of them has changed, and to nobody whom they are not for.

use domain::id::founding;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tests::{Answer, World};
use unfm::platform::graphql::global_id::{GlobalId, Kind};

const MARKET: &str = "query Market($slug: String!, $first: Int = 2) { market(slug: $slug) { name { text } isOpen
    listings(first: $first) { totalCount nodes { product { name { text } } } } } }";
const EDIT: &str = "mutation($input: MarketEditInput!) { marketEdit(input: $input) { userErrors { code field } } }";
/// No answer is older than this after a write.
const OLDEST: Duration = Duration::from_secs(1);

/// A server that keeps answers.
async fn keeping(world: &World) -> String {
    world.also_served(&["--answer-cache", "8"]).await
}

async fn ask_with(world: &World, address: &str, headers: &[(&str, &str)], body: Value) -> Answer {
    let mut request = world.http().post(format!("{address}/graphql"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    world.send(request.json(&body)).await
}

async fn ask(world: &World, address: &str, query: &str, variables: Value) -> Answer {
    ask_with(world, address, &[("accept-language", "fr")], json!({"query": query, "variables": variables})).await
}

async fn market(world: &World, address: &str) -> Value {
    ask(world, address, MARKET, json!({"slug": "khouribga"})).await.data()["market"].clone()
}

/// How many statements are sent meanwhile, with those that read the version of the data once a second.
async fn statements(world: &World, work: impl AsyncFnOnce()) -> u64 {
    let before = world.db.statements();
    work().await;
    world.db.statements() - before
}

/// To read the version takes so many statements.
const VERSION: u64 = 2;

fn edit(name: &str, version: i64) -> Value {
    json!({"id": GlobalId::new(Kind::Market, founding("market", "khouribga")).to_string(), "expectedVersion": version,
        "name": {"fr": name}})
}

async fn version(world: &World) -> i64 {
    let asked = "{ market(slug: \"khouribga\") { version } }";
    world.ask(asked, json!({})).await.data()["market"]["version"].as_i64().unwrap()
}

async fn an_answer_is_given_again_until_something_is_written(world: World) {
    let address = keeping(&world).await;
    let first = market(&world, &address).await;
    let again = statements(&world, async || assert_eq!(market(&world, &address).await, first)).await;
    assert!(again <= VERSION, "{}: {again} statements", world.on);

    // Whoever writes is answered by what she wrote, and so is everybody at the same server.
    let manager = world.person("market.khouribga").await.at(&address);
    let done = manager.does(EDIT, edit("Marché renommé (démo)", version(&world).await)).await;
    assert_eq!(done.outcome(), "done", "{}", world.on);
    assert_eq!(market(&world, &address).await["name"]["text"], "Marché renommé (démo)", "{}", world.on);

    // What no stranger reads is written all day long.
    let before = market(&world, &address).await;
    let sign_ins = async || {
        world.sign_in_at(&address, "khouribga@unfm.example").await;
    };
    sign_ins().await;
    let again = statements(&world, async || assert_eq!(market(&world, &address).await, before)).await;
    assert!(again <= VERSION, "{}: {again} statements", world.on);
}

/// Ask until an answer is another, and hold every old one to its time.
async fn soon(world: &World, address: &str, old: &Value, written: Instant) -> Value {
    loop {
        let asked = Instant::now();
        let now = market(world, address).await;
        if now != *old {
            return now;
        }
        assert!(asked.duration_since(written) < OLDEST, "{}: an answer is older than a second", world.on);
    }
}

async fn no_instance_answers_with_what_was_changed_a_second_ago(world: World) {
    let (here, there) = (keeping(&world).await, keeping(&world).await);
    let manager = world.person("market.khouribga").await.at(&here);
    for round in 0..3 {
        let old = market(&world, &there).await;
        let name = format!("Marché {round} (démo)");
        assert_eq!(manager.does(EDIT, edit(&name, version(&world).await)).await.outcome(), "done", "{}", world.on);
        let written = Instant::now();
        assert_eq!(soon(&world, &there, &old, written).await["name"]["text"], json!(name), "{}", world.on);
    }
}

#[tokio::test]
async fn a_transaction_that_is_committed_after_later_ones_is_not_missed() {
    use sea_orm::ConnectionTrait;
    let Some(world) = World::postgres().await else { return };
    let address = keeping(&world).await;
    let rename = "insert into change (object_type, object_id, version, changed_at) values ('Publication', gen_random_uuid(), 0, 0);
        update market set name = '{\"fr\": \"Tardif (démo)\"}'::jsonb where slug = 'khouribga'";
    let late = tests::transaction_of_another(world.owner_url(), rename).await;
    let old = market(&world, &address).await;

    // A later one is committed, and seen.
    let categories = "insert into change (object_type, object_id, version, changed_at) values ('Publication', gen_random_uuid(), 0, 0)";
    tests::run_as_owner(world.owner_url(), categories).await;
    let written = Instant::now();
    while statements(&world, async || assert_eq!(market(&world, &address).await, old)).await <= VERSION {
        assert!(written.elapsed() < Duration::from_secs(20), "the later one is not seen");
    }
    late.execute_unprepared("commit").await.unwrap();
    let written = Instant::now();
    assert_eq!(soon(&world, &address, &old, written).await["name"]["text"], "Tardif (démo)");
}

async fn what_the_clock_changes_is_told_from_its_minute_on(world: World) {
    let address = keeping(&world).await;
    let asked = "{ market(slug: \"khouribga\") { isOpen openingHours { day intervals { opens closes } } } }";
    let at = async |instant: &str| {
        world.at(instant);
        ask(&world, &address, asked, json!({})).await.data()["market"].clone()
    };
    let monday = at("2026-11-23T12:00:00Z").await;
    let hours = monday["openingHours"].as_array().unwrap().iter().find(|day| day["day"] == "MONDAY").unwrap();
    let closes = hours["intervals"][0]["closes"].as_str().unwrap();
    let minute: u32 = closes[3..].parse::<u32>().unwrap() + closes[..2].parse::<u32>().unwrap() * 60;
    let before = format!("2026-11-23T{:02}:{:02}:59.999Z", (minute - 1) / 60, (minute - 1) % 60);
    assert_eq!(at(&before).await["isOpen"], true, "{}: {before}", world.on);
    assert_eq!(at(&format!("2026-11-23T{closes}:00Z")).await["isOpen"], false, "{}: {closes}", world.on);
}

async fn nobody_is_answered_with_what_was_for_somebody_else(world: World) {
    let address = keeping(&world).await;
    let (staff, _) = world.sign_in_at(&address, "khouribga@unfm.example").await;
    let program = world.program("unfpa-demo").await;
    let asked = "query All { programmes(first: 100) { totalCount nodes { slug status } } viewer { __typename } }";
    let body = json!({"query": asked});
    let of = async |token: Option<&str>| {
        let authorization = token.map(|token| format!("Bearer {token}"));
        let headers: Vec<(&str, &str)> = authorization.iter().map(|value| ("authorization", value.as_str())).collect();
        let answer = ask_with(&world, &address, &headers, body.clone()).await;
        let kept = answer.headers.contains_key("etag");
        (answer.data().clone(), answer.headers["cache-control"].clone(), kept)
    };
    let stranger = of(None).await;
    let (hers, theirs) = (of(Some(&staff)).await, of(Some(&program)).await);
    assert_ne!(stranger.0["programmes"], hers.0["programmes"], "{}", world.on);
    assert_ne!(stranger.0["programmes"], theirs.0["programmes"], "{}", world.on);
    assert_eq!(stranger.0["viewer"], Value::Null, "{}", world.on);
    for (of, token) in [(&hers, &staff), (&theirs, &program)] {
        assert_eq!((of.1.as_str(), of.2), ("private, no-store", false), "{}", world.on);
        assert_eq!(as_token(&world, &address, token, &body).await, of.0, "{}", world.on);
    }
    assert_eq!((stranger.1.as_str(), stranger.2), ("public, max-age=0, must-revalidate", true), "{}", world.on);
    assert_eq!(of(None).await.0, stranger.0, "{}", world.on);
    // A token that is not good is nobody's.
    let forged = ask_with(&world, &address, &[("authorization", "Bearer x")], body.clone()).await;
    assert_eq!((forged.status, forged.headers["cache-control"].as_str()), (401, "private, no-store"), "{}", world.on);
}

async fn as_token(world: &World, address: &str, token: &str, body: &Value) -> Value {
    let authorization = format!("Bearer {token}");
    ask_with(world, address, &[("authorization", &authorization)], body.clone()).await.data().clone()
}

async fn languages_media_types_and_operations_do_not_mix(world: World) {
    let address = keeping(&world).await;
    let asked = "query A { categories { name { text language } } } query B { market(slug: \"khouribga\") { slug } }";
    let body = |operation: &str| json!({"query": asked, "operationName": operation});
    // Twice, so that the second is what was kept of the first.
    for _ in 0..2 {
        for (languages, language) in [("fr", "FR"), ("ar", "AR"), ("fr-FR,fr;q=0.9,ar;q=0.1", "FR"), ("ar;q=0.9, fr;q=0.1", "AR")] {
            let answer = ask_with(&world, &address, &[("accept-language", languages)], body("A")).await;
            assert_eq!(answer.data()["categories"][0]["name"]["language"], language, "{}: {languages}", world.on);
            assert_eq!(answer.headers["content-language"].to_uppercase(), language, "{}", world.on);
            assert!(answer.headers["vary"].contains("Accept-Language"), "{}", world.on);
        }
        for media in ["application/json", "application/graphql-response+json"] {
            let answer = ask_with(&world, &address, &[("accept", media)], body("A")).await;
            assert!(answer.headers["content-type"].starts_with(media), "{}: {media}", world.on);
        }
        let other = ask_with(&world, &address, &[("accept-language", "fr")], body("B")).await;
        assert_eq!(other.data(), &json!({"market": {"slug": "khouribga"}}), "{}", world.on);
        // Of another host there is nothing in an answer.
        for host in ["evil.example", "localhost"] {
            let headers = [("x-forwarded-host", host), ("accept-language", "fr")];
            let answer = ask_with(&world, &address, &headers, body("A")).await;
            assert!(!answer.text.contains("evil"), "{}", world.on);
        }
    }
}

async fn a_thousand_spellings_of_a_question_are_one_answer(world: World) {
    let address = keeping(&world).await;
    let first = market(&world, &address).await;
    let sent = statements(&world, async || {
        for number in 0..1000_u32 {
            let languages = format!("x-{number}, fr;q=0.{}, xx-YY;q=0.{number}", 500 + number % 400);
            // The default, and the order of fields; what the operation does not declare is none of its variables.
            let variables = match number % 3 {
                0 => json!({"slug": "khouribga"}),
                1 => json!({"first": 2, "slug": "khouribga"}),
                _ => json!({"slug": "khouribga", "first": 2, "unknown": number}),
            };
            let body = json!({"query": MARKET, "variables": variables});
            let answer = ask_with(&world, &address, &[("accept-language", &languages)], body).await;
            assert_eq!(answer.data()["market"], first, "{}: {languages}", world.on);
        }
    });
    let started = Instant::now();
    let sent = sent.await;
    let seconds = started.elapsed().as_secs() + 1;
    assert!(sent <= VERSION * (seconds + 1), "{}: {sent} statements in {seconds} s", world.on);
    // Other values are other questions.
    let three = ask(&world, &address, MARKET, json!({"slug": "khouribga", "first": 3})).await;
    assert_eq!(three.data()["market"]["listings"]["nodes"].as_array().unwrap().len(), 3, "{}", world.on);
}

async fn a_client_that_has_an_answer_is_not_sent_it_again(world: World) {
    let address = keeping(&world).await;
    let pairs = [("query", MARKET), ("variables", "{\"slug\": \"khouribga\"}")];
    let get = async |tag: Option<&str>| {
        let mut request = world.http().get(format!("{address}/graphql")).query(&pairs).header("accept-language", "fr");
        if let Some(tag) = tag {
            request = request.header("if-none-match", tag);
        }
        world.send(request).await
    };
    let first = get(None).await;
    let tag = first.headers["etag"].clone();
    assert!(tag.starts_with("W/\"") && first.status == 200, "{}: {tag}", world.on);
    for has in [tag.clone(), format!("\"other\", {tag}"), tag.trim_start_matches("W/").to_owned(), "*".to_owned()] {
        let known = get(Some(&has)).await;
        assert_eq!((known.status, known.text.as_str()), (304, ""), "{}: {has}", world.on);
        assert_eq!(known.headers["etag"], tag, "{}", world.on);
        assert_eq!(known.headers["cache-control"], "public, max-age=0, must-revalidate", "{}", world.on);
        assert!(known.headers["vary"].contains("Authorization"), "{}", world.on);
    }
    assert_eq!(get(Some("\"other\"")).await.text, first.text, "{}", world.on);
    // What is sent by POST is answered, whatever a client has.
    let body = json!({"query": MARKET, "variables": {"slug": "khouribga"}});
    let headers = [("if-none-match", tag.as_str()), ("accept-language", "fr")];
    assert_eq!(ask_with(&world, &address, &headers, body).await.text, first.text, "{}", world.on);

    let manager = world.person("market.khouribga").await.at(&address);
    assert_eq!(manager.does(EDIT, edit("Marché neuf (démo)", version(&world).await)).await.outcome(), "done");
    let changed = get(Some(&tag)).await;
    assert_eq!(changed.status, 200, "{}", world.on);
    assert_ne!(changed.headers["etag"], tag, "{}", world.on);
}

async fn an_answer_with_an_error_is_not_kept_nor_where_somebody_looks_for_help(world: World) {
    let address = keeping(&world).await;
    let wrong = "{ about { version } node(id: \"x\") { id } }";
    let help = "{ supportServices(first: 1) { nodes { kind } } }";
    for _ in 0..2 {
        let refused = ask(&world, &address, wrong, json!({})).await;
        assert_eq!(refused.code(), "BAD_USER_INPUT", "{}", world.on);
        assert_eq!((refused.headers.get("etag"), refused.headers["cache-control"].as_str()), (None, "private, no-store"));
        let sent = statements(&world, async || {
            let found = ask(&world, &address, help, json!({})).await;
            assert_eq!(found.headers["cache-control"], "private, no-store", "{}: {}", world.on, found.text);
        });
        assert!(sent.await > 0, "{}", world.on);
    }
}

async fn of_many_who_ask_at_once_one_asks_the_database(world: World) {
    let address = keeping(&world).await;
    // What one of them costs, at a server of its own.
    let other = keeping(&world).await;
    let one = statements(&world, async || drop(market(&world, &other).await)).await;
    let begun = Instant::now();
    let all = statements(&world, async || {
        let asked = (0..40).map(|_| market(&world, &address));
        let answers = futures_util::future::join_all(asked).await;
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{}", world.on);
    });
    let all = all.await;
    assert!(all <= one + VERSION * (begun.elapsed().as_secs() + 1), "{}: {all} statements, {one} for one", world.on);
}

#[tokio::test]
async fn nothing_is_served_from_what_was_kept_once_the_database_is_gone() {
    let world = World::sqlite().await;
    let address = keeping(&world).await;
    let asked = async || ask(&world, &address, MARKET, json!({"slug": "khouribga"})).await;
    assert_eq!(asked().await.status, 200);
    world.db.close().await;
    let closed = Instant::now();
    loop {
        let begun = Instant::now();
        if !asked().await.body["errors"].is_null() {
            break;
        }
        assert!(begun.duration_since(closed) < OLDEST, "it is answered without a database");
    }
}

tests::on_each_database!(an_answer_is_given_again_until_something_is_written, no_instance_answers_with_what_was_changed_a_second_ago, what_the_clock_changes_is_told_from_its_minute_on, nobody_is_answered_with_what_was_for_somebody_else, languages_media_types_and_operations_do_not_mix, a_thousand_spellings_of_a_question_are_one_answer, a_client_that_has_an_answer_is_not_sent_it_again, an_answer_with_an_error_is_not_kept_nor_where_somebody_looks_for_help, of_many_who_ask_at_once_one_asks_the_database);

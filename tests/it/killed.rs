//! A process that is killed, again and again, while tills sell, managers take in and goods leave: whatever was answered is there, and
//! ledger, balances and audit agree. `KILLS=200 cargo test -p tests --test it killed` kills it more often.

use serde_json::{Value, json};
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;
use tests::postgres::Scratch;
use tests::program::{Server, command, run, without_rates};
use tests::{World, raw};
use tokio::sync::Notify;
use unfm::platform::clock::Clock;

/// How often, unless `KILLS` says otherwise.
const KILLS: u64 = 10;
/// How many sell, take in and give back at once.
const AT_ONCE: u64 = 6;

/// Something that is done over and over.
const MUTATIONS: [&str; 3] = [
    "mutation($input: SaleRecordInput!) { saleRecord(input: $input) { sale { id } userErrors { code field } } }",
    "mutation($input: DeliveryRecordInput!) { deliveryRecord(input: $input) { userErrors { code field } } }",
    "mutation($input: StockRemovalRecordInput!) { stockRemovalRecord(input: $input) { userErrors { code field } } }",
];

/// A market, and a variant that it has.
struct Shelf {
    market: Value,
    variant: Value,
}

async fn ask(address: &str, token: Option<&str>, query: &str, variables: Value) -> Option<Value> {
    let request = reqwest::Client::new().post(format!("http://{address}/graphql"));
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    let answer = request.json(&json!({"query": query, "variables": variables})).send().await.ok()?;
    answer.json().await.ok()
}

/// One till, or one manager: does one thing after another until nobody answers, and notes what it was told.
async fn work(address: &str, token: &str, shelf: &Shelf, number: u64, (answered, sold): (&Notify, &Mutex<Vec<String>>)) {
    for step in 0.. {
        let line = json!({"variantId": shelf.variant, "quantity": "1"});
        let which = if number < 4 { 0 } else { usize::try_from(number - 3).unwrap() };
        let lot = json!({"variantId": shelf.variant, "quantity": "3", "lot": {"code": format!("K{}", step % 3)}});
        let input = match which {
            0 => json!({"marketId": shelf.market, "saleKey": uuid::Uuid::now_v7(), "payment": "CASH",
                "soldAt": Clock::System.now().to_string(), "lines": [line]}),
            1 => json!({"marketId": shelf.market, "lines": [lot]}),
            _ => json!({"marketId": shelf.market, "kind": "RETURN", "lines": [line]}),
        };
        let Some(answer) = ask(address, Some(token), MUTATIONS[which], json!({"input": input})).await else { return };
        answered.notify_one();
        if let Some(sale) = answer["data"]["saleRecord"]["sale"]["id"].as_str() {
            sold.lock().unwrap().push(sale.to_owned());
        } else {
            let told = &answer["data"].as_object().unwrap_or_else(|| panic!("{answer}")).values().next().unwrap()["userErrors"];
            // What is not there is not sold and not given back; nothing else is refused.
            let is_sold_out = told.as_array().unwrap().iter().all(|error| error["code"] == "STOCK_INSUFFICIENT");
            assert!(is_sold_out, "{answer}");
        }
    }
}

/// Kill a server over and over, whose database has this address for the server and for its owner.
async fn kill(home: &Path, server_url: &str, owner_url: &str) {
    let kills = std::env::var("KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let start = || {
        let mut command = command(home, &["--mode", "demo", "--keys-dir", "keys", "--database-url", server_url]);
        without_rates(&mut command);
        Server::of(command)
    };
    let number = async |sql: &str| raw::<i64>(owner_url, sql).await.unwrap();
    let before = number("select count(*) from sale").await;
    assert!(run(home, &["keys", "rotate", "--mode", "demo", "--keys-dir", "keys"]).status.success());
    let mut server = start();
    let address = server.address();
    let sign_in = "mutation { sessionCreate(input: {email: \"market.khouribga@unfm.example\", password: \"marhaba-demo\"}) {
        session { accessToken } } }";
    let session = ask(&address, None, sign_in, json!({})).await.unwrap();
    let token = session["data"]["sessionCreate"]["session"]["accessToken"].as_str().unwrap().to_owned();
    let shelf = "{ market(slug: \"khouribga\") { id stock(first: 1) { nodes { variant { id } } } } }";
    let market = ask(&address, Some(&token), shelf, json!({})).await.unwrap()["data"]["market"].clone();
    let shelf = Shelf { market: market["id"].clone(), variant: market["stock"]["nodes"][0]["variant"]["id"].clone() };
    drop(server);
    let sold = Mutex::new(Vec::new());
    for moment in 0..kills {
        let mut server = start();
        let address = server.address();
        let answered = Notify::new();
        let busy = (0..AT_ONCE).map(|number| work(&address, &token, &shelf, number, (&answered, &sold)));
        let busy = futures_util::future::join_all(busy);
        // In the middle of it, at another moment each time, also of the statements of one request.
        let until = async {
            answered.notified().await;
            tokio::time::sleep(Duration::from_micros(moment * 7_919 % 150_000)).await;
        };
        tokio::pin!(busy, until);
        tokio::select! {
            _ = &mut busy => panic!("the server ended by itself"),
            () = &mut until => {}
        }
        server.0.kill().unwrap();
        server.0.wait().unwrap();
        busy.await;
    }
    let mut server = start();
    let address = server.address();
    let sold = sold.into_inner().unwrap();
    assert!(!sold.is_empty(), "nothing was sold: the kills come too early");
    for some in sold.chunks(100) {
        let found = ask(&address, Some(&token), "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({"ids": some})).await;
        let found = found.unwrap()["data"]["nodes"].clone();
        assert!(found.as_array().unwrap().iter().all(|sale| sale["id"].is_string()), "what was answered is lost: {found}");
    }
    server.end();
    let sales = number("select count(*) from sale").await - before;
    assert!(sales >= i64::try_from(sold.len()).unwrap());
    let audited = "select count(*) from audit_entry where action = 'saleRecord' and subject_kind = 'Sale'";
    assert_eq!(number(audited).await, sales, "each sale stands in the audit, once");
    let differing = "select cast((select sum(quantity - missing) from sale_line)
        + (select sum(quantity) from stock_movement where kind = 'SALE') as bigint)";
    assert_eq!(number(differing).await, 0, "what was sold has left the shelf");
    for (command, said) in [
        (&["check", "--data"][..], "Everything that is derived agrees"),
        (&["audit", "verify"][..], "The audit is whole"),
    ] {
        let output = run(home, &[command, &["--mode", "demo", "--keys-dir", "keys", "--database-url", owner_url]].concat());
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && told.contains(said), "{told}{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[tokio::test]
async fn what_was_answered_is_there_and_everything_agrees_on_sqlite() {
    let home = tempfile::tempdir().unwrap();
    assert!(run(home.path(), &["seed", "--demo"]).status.success());
    let url = format!("sqlite://{}", home.path().join("data/unfm.db").display());
    kill(home.path(), &url, &url).await;
}

#[tokio::test]
async fn what_was_answered_is_there_and_everything_agrees_on_postgresql() {
    if World::postgres_admin().await.is_none() {
        return;
    }
    let (home, scratch) = (tempfile::tempdir().unwrap(), Scratch::with_demo().await.unwrap());
    let seeded = run(home.path(), &["seed", "--demo", "--mode", "demo", "--database-url", &scratch.owner_url()]);
    assert!(seeded.status.success(), "{}", String::from_utf8_lossy(&seeded.stderr));
    kill(home.path(), &scratch.server_url(), &scratch.owner_url()).await;
}

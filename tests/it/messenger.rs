//! The bot on Messenger: calls that are signed are answered once, and nothing else is done.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tests::World;
use tokio::sync::Notify;

const SECRET: &str = "a secret of the app";

/// A small stand-in of the platform's Send API: it keeps what it is sent, and fails as often as it is told to.
#[derive(Clone, Default)]
struct Platform {
    sent: Arc<Mutex<Vec<Value>>>,
    failures: Arc<Mutex<VecDeque<u16>>>,
    told: Arc<Notify>,
}

impl Platform {
    async fn begin() -> (Self, String) {
        let platform = Self::default();
        let send = async |State(platform): State<Platform>, uri: Uri, headers: HeaderMap, Json(body): Json<Value>| {
            assert_eq!(headers["authorization"], "Bearer page-token");
            if let Some(status) = platform.failures.lock().unwrap().pop_front() {
                return StatusCode::from_u16(status).unwrap();
            }
            platform.sent.lock().unwrap().push(json!({"path": uri.path(), "body": body}));
            platform.told.notify_one();
            StatusCode::OK
        };
        let router = axum::Router::new()
            .route("/v1/me/messages", axum::routing::post(send))
            .route("/v1/me/pass_thread_control", axum::routing::post(send))
            .with_state(platform.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        (platform, format!("http://{address}/v1"))
    }

    /// What was sent, once there are so many messages beside the signs that somebody types.
    async fn messages(&self, count: usize) -> Vec<Value> {
        loop {
            let sent = self.sent.lock().unwrap().clone();
            let messages: Vec<Value> = sent.into_iter().filter(|one| one["body"]["sender_action"].is_null()).collect();
            if messages.len() >= count {
                return messages;
            }
            self.told.notified().await;
        }
    }
}

/// A server that is on Messenger, and what it sends to.
async fn on_messenger(world: &World) -> (Platform, String) {
    let (platform, api) = Platform::begin().await;
    let address = world
        .also_served(&[
            "--messenger-app-secret",
            SECRET,
            "--messenger-verify-token",
            "a word",
            "--messenger-page-token",
            "page-token",
            "--messenger-api",
            &api,
            "--help-url",
            "https://unfm.example/help",
        ])
        .await;
    (platform, address)
}

fn signature(body: &str) -> String {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SECRET.as_bytes());
    let signed = aws_lc_rs::hmac::sign(&key, body.as_bytes());
    let digits: String = signed.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={digits}")
}

/// A call of the platform's: what somebody said, at noon of the story.
fn call(message: &str, said: Value) -> String {
    let mut told = json!({"mid": message});
    for (name, value) in said.as_object().unwrap() {
        told[name] = value.clone();
    }
    let noon = "2026-11-23T12:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond();
    let messaging = json!({"sender": {"id": "psid-1"}, "recipient": {"id": "page"}, "timestamp": noon, "message": told});
    json!({"object": "page", "entry": [{"id": "page", "time": noon, "messaging": [messaging]}]}).to_string()
}

async fn sends(world: &World, address: &str, body: &str, signature: &str) -> u16 {
    let request = world.http().post(format!("{address}/messenger")).header("x-hub-signature-256", signature);
    let request = request.header("content-type", "application/json").body(body.to_owned());
    world.send(request).await.status
}

fn text(message: &Value) -> &str {
    message["body"]["message"]["text"].as_str().unwrap()
}

fn payloads(message: &Value) -> Vec<&str> {
    let replies = message["body"]["message"]["quick_replies"].as_array().unwrap();
    assert!(replies.len() <= 13 && replies.iter().all(|reply| reply["title"].as_str().unwrap().chars().count() <= 20));
    replies.iter().map(|reply| reply["payload"].as_str().unwrap()).collect()
}

async fn a_conversation_on_messenger_reaches_the_right_service(world: World) {
    let (platform, address) = on_messenger(&world).await;
    let say = async |message: &str, said: Value| {
        let body = call(message, said);
        assert_eq!(sends(&world, &address, &body, &signature(&body)).await, 200, "{}", world.on);
    };
    say("m1", json!({"text": "rajli kaydrebni kol nhar"})).await;
    let sent = platform.messages(2).await;
    // What the platform cannot promise comes first, then where she is is asked, in the language that she writes.
    assert!(text(&sent[0]).contains("Messenger") && text(&sent[0]).ends_with("https://unfm.example/help"), "{sent:?}");
    assert!(text(&sent[1]).contains("F ayy jiha nti?"), "{sent:?}");
    let replies = payloads(&sent[1]);
    assert_eq!((replies[0], replies.contains(&"region:05")), ("emergency", true), "{}", world.on);
    say("m2", json!({"text": "Béni Mellal-Khénifra", "quick_reply": {"payload": "region:05"}})).await;
    let sent = platform.messages(3).await;
    assert!(payloads(&sent[2]).contains(&"province:05.311"), "{}: {sent:?}", world.on);
    say("m3", json!({"text": "Khouribga", "quick_reply": {"payload": "province:05.311"}})).await;
    let sent = platform.messages(4).await;
    let helped = text(&sent[3]);
    assert!(helped.contains("00000") && helped.contains("8350") && helped.contains("Jawab otomatik."), "{}: {helped}", world.on);
    // The same message again, as the platform sends it when an answer was late, changes nothing; nor does one of last week.
    say("m3", json!({"text": "Khouribga", "quick_reply": {"payload": "province:05.311"}})).await;
    let old = call("m0", json!({"text": "bonjour"})).replace(&noon().to_string(), &(noon() - 7 * 24 * 3600 * 1000).to_string());
    assert_eq!(sends(&world, &address, &old, &signature(&old)).await, 200, "{}", world.on);
    // What the platform fails to take is sent again.
    platform.failures.lock().unwrap().extend([500, 429, 503]);
    say("m4", json!({"text": "3te9ouni ghadi y9telni"})).await;
    let sent = platform.messages(6).await;
    assert!(text(&sent[4]).contains(": 19 (") && text(&sent[4]).contains("8350"), "{}: the card first: {sent:?}", world.on);
    // People go on when she wants that.
    say("m5", json!({"text": "x", "quick_reply": {"payload": "people"}})).await;
    let sent = platform.messages(8).await;
    assert_eq!(sent[6]["path"], "/v1/me/pass_thread_control", "{}: {sent:?}", world.on);
    assert_eq!(sent[6]["body"]["recipient"]["id"], "psid-1", "{}", world.on);
    // Another language, and the end.
    say("m6", json!({"text": "x", "quick_reply": {"payload": "language:FRENCH"}})).await;
    assert!(text(&platform.messages(9).await[8]).contains("Réponse automatique."), "{}", world.on);
    say("m7", json!({"text": "x", "quick_reply": {"payload": "forget"}})).await;
    assert!(text(&platform.messages(10).await[9]).contains("effacée"), "{}", world.on);
}

async fn each_language_is_heard_and_answered(world: World) {
    let (platform, address) = on_messenger(&world).await;
    let mut expected = 0;
    for (sender, text, region, service) in [
        ("darija", "راجلي كيضربني كل نهار", "فأي جهة نتي؟", "00000"),
        ("latin", "bghit ntelle9 w khassni mo7ami", "F ayy jiha nti?", "00005"),
        ("french", "j'ai besoin d'un avocat pour divorcer", "Dans quelle région", "00005"),
        ("tamazight", "ⵔⵉⵖ ⴰⵎⵙⵓⵊⵊⵉ", "ⵎⴰⵏ ⵜⴰⵎⵏⴰⴹⵜ?", "00001"),
    ] {
        let say = async |number: usize, said: Value| {
            let body = call(&format!("{sender}{number}"), said).replace("psid-1", sender);
            assert_eq!(sends(&world, &address, &body, &signature(&body)).await, 200, "{} {sender}", world.on);
        };
        say(1, json!({"text": text})).await;
        expected += 2;
        let asked = platform.messages(expected).await;
        assert!(self::text(&asked[expected - 1]).contains(region), "{} {sender}: {asked:?}", world.on);
        for (number, payload) in [(2, "region:05"), (3, "province:05.311")] {
            say(number, json!({"text": "x", "quick_reply": {"payload": payload}})).await;
            expected += 1;
            platform.messages(expected).await;
        }
        let helped = platform.messages(expected).await;
        let helped = self::text(&helped[expected - 1]);
        assert!(helped.contains(service) && helped.contains("8350"), "{} {sender}: {helped}", world.on);
    }
}

fn noon() -> i64 {
    "2026-11-23T12:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

async fn a_call_that_is_not_signed_changes_nothing(world: World) {
    let (platform, address) = on_messenger(&world).await;
    let body = call("m1", json!({"text": "bonjour"}));
    let mut forged = signature(&body);
    forged.pop();
    forged.push('g');
    for wrong in ["", "sha256=", "sha1=00", "sha256=zz", &signature("something else"), &forged] {
        assert_eq!(sends(&world, &address, &body, wrong).await, 403, "{}: {wrong}", world.on);
    }
    for (wrong, status) in [("{", 400), ("{\"object\": \"user\", \"entry\": []}", 400), ("[]", 400)] {
        assert_eq!(sends(&world, &address, wrong, &signature(wrong)).await, status, "{}: {wrong}", world.on);
    }
    // Echoes of what the page said, and what is said while people have the thread, are nobody's to answer.
    let echo = call("m2", json!({"text": "bonjour", "is_echo": true}));
    let standby = call("m3", json!({"text": "bonjour"})).replace("\"messaging\"", "\"standby\"");
    for quiet in [echo, standby] {
        assert_eq!(sends(&world, &address, &quiet, &signature(&quiet)).await, 200, "{}", world.on);
    }
    assert_eq!(sends(&world, &address, &body, &signature(&body)).await, 200, "{}", world.on);
    assert_eq!(platform.messages(2).await.len(), 2, "{}: only what was signed is answered", world.on);
    // Where the bot is not on Messenger nothing is there.
    let request = world.http().post(world.url("/messenger")).header("x-hub-signature-256", signature(&body)).body(body);
    assert_eq!(world.send(request).await.status, 404, "{}", world.on);
}

async fn the_platform_recognises_the_webhook_and_has_data_deleted(world: World) {
    let (_, address) = on_messenger(&world).await;
    let ask = async |token: &str, mode: &str| {
        let asked = format!("{address}/messenger?hub.mode={mode}&hub.verify_token={token}&hub.challenge=1158201444");
        let answer = world.send(world.http().get(asked)).await;
        (answer.status, answer.text)
    };
    assert_eq!(ask("a%20word", "subscribe").await, (200, "1158201444".to_owned()), "{}", world.on);
    assert_eq!(ask("another", "subscribe").await.0, 403, "{}", world.on);
    assert_eq!(ask("a%20word", "unsubscribe").await.0, 403, "{}", world.on);
    use base64::Engine;
    let encoded = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
    let payload = encoded(br#"{"algorithm":"HMAC-SHA256","user_id":"psid-1","issued_at":1}"#);
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, SECRET.as_bytes());
    let signed = encoded(aws_lc_rs::hmac::sign(&key, payload.as_bytes()).as_ref());
    let delete = async |request: String| {
        let body = format!("signed_request={request}");
        let asked = world.http().post(format!("{address}/messenger/deletion"));
        world.send(asked.header("content-type", "application/x-www-form-urlencoded").body(body)).await
    };
    let done = delete(format!("{signed}.{payload}")).await;
    assert_eq!((done.status, &done.body["url"]), (200, &json!("https://unfm.example/help")), "{}", world.on);
    assert!(done.body["confirmation_code"].as_str().is_some_and(|code| code.len() == 22), "{}", world.on);
    assert_eq!(delete(format!("{payload}.{payload}")).await.status, 403, "{}", world.on);
}

tests::on_each_database!(
    a_conversation_on_messenger_reaches_the_right_service,
    each_language_is_heard_and_answered,
    a_call_that_is_not_signed_changes_nothing,
    the_platform_recognises_the_webhook_and_has_data_deleted,
);

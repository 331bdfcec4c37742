//! The bot on Messenger: a webhook that the platform calls, and answers by its Send API.
//!
//! A call is believed when it is signed with the app's secret; it is answered at once, and worked on behind the answer. The same
//! message is worked on once. Nothing of a call is written down: not the message, and not whose it is.
//! References: <https://developers.facebook.com/docs/messenger-platform/webhooks>, `…/send-messages`,
//! `…/handover-protocol/conversation-routing`, <https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback>.

mod event;
mod send;
mod worker;

use super::body::read_body;
use super::pages::problem;
use super::{LARGEST_BODY, State};
use crate::bot::conversation::Bot;
use crate::bot::state::new_name;
use crate::config::MessengerSettings;
use crate::platform::loading::reader::Readers;
use crate::platform::redis::Redis;
use aws_lc_rs::{constant_time, hmac};
use axum::Json;
use axum::body::Body;
use axum::extract::{Query, Request, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use event::{Event, events};
use quick_cache::sync::Cache;
use secrecy::ExposeSecret;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use worker::Worker;

/// So many people are answered at once; the messages of one of them one after another.
const WORKERS: usize = 8;
/// So many messages wait for each worker; then the platform is asked to come again.
const WAITING: usize = 256;
/// So many messages are remembered, without Redis.
const REMEMBERED: usize = 50_000;
/// A message is remembered for so long, in seconds: the platform does not come again later than that with one that counts.
const REMEMBERED_FOR: u32 = 24 * 3600;

/// What receives messages, and hands them to who answers.
pub(super) struct Messenger {
    signed_with: hmac::Key,
    settings: MessengerSettings,
    queues: Mutex<Vec<mpsc::Sender<Event>>>,
    workers: Mutex<JoinSet<()>>,
    seen: Cache<String, ()>,
    redis: Option<Redis>,
    bot: Bot,
}

impl Messenger {
    /// Begin to work.
    pub fn new(settings: MessengerSettings, bot: &Bot, readers: &Readers, redis: Option<Redis>) -> Self {
        let (mut queues, mut workers) = (Vec::new(), JoinSet::new());
        let worker = Arc::new(Worker::new(settings.clone(), bot.clone(), readers.clone()));
        for _ in 0..WORKERS {
            let (queue, mut waiting) = mpsc::channel(WAITING);
            let worker = Arc::clone(&worker);
            queues.push(queue);
            workers.spawn(async move {
                while let Some(event) = waiting.recv().await {
                    worker.answer(event).await;
                }
            });
        }
        Self {
            signed_with: hmac::Key::new(hmac::HMAC_SHA256, settings.app_secret.expose_secret().as_bytes()),
            settings,
            queues: Mutex::new(queues),
            workers: Mutex::new(workers),
            seen: Cache::new(REMEMBERED),
            redis,
            bot: bot.clone(),
        }
    }

    /// Whether bytes are signed with the app's secret.
    fn is_signed(&self, bytes: &[u8], signature: &[u8]) -> bool {
        hmac::verify(&self.signed_with, bytes, signature).is_ok()
    }

    /// Under which name a message is remembered: nobody without the app's secret finds it by the message.
    fn name_of(&self, message: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.signed_with, message.as_bytes()))
    }

    /// Whether a message comes for the first time.
    async fn is_new(&self, message: &str) -> bool {
        let name = self.name_of(message);
        if let Some(redis) = &self.redis {
            let mut set = redis::cmd("SET");
            set.arg(format!("unfm:bot:seen:{name}")).arg(1).arg("NX").arg("EX").arg(REMEMBERED_FOR);
            if let Some(kept) = redis.ask::<Option<String>>(&set).await {
                return kept.is_some();
            }
        }
        self.seen.get_value_or_guard_async(&name).await.is_err_and(|guard| guard.insert(()).is_ok())
    }

    /// Let a message come again: it could not be taken.
    async fn forget(&self, message: &str) {
        let name = self.name_of(message);
        if let Some(redis) = &self.redis {
            redis.ask::<()>(redis::cmd("DEL").arg(format!("unfm:bot:seen:{name}"))).await;
        }
        self.seen.remove(&name);
    }

    /// Hand an event to who answers its sender; whether there was room.
    fn hand_on(&self, event: Event) -> bool {
        let queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        let place =
            event.sender.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
        let queue = place.checked_rem(queues.len()).and_then(|place| queues.get(place));
        queue.is_some_and(|queue| queue.try_send(event).is_ok())
    }

    /// Answer what waits, and take nothing more.
    pub async fn finish(&self) {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let mut workers = std::mem::take(&mut *self.workers.lock().unwrap_or_else(PoisonError::into_inner));
        while workers.join_next().await.is_some() {}
    }
}

/// The platform asks whether the webhook is ours.
pub(super) async fn verify(Shared(state): Shared<State>, Query(asked): Query<HashMap<String, String>>) -> Response {
    let Some(messenger) = &state.0.messenger else { return problem(StatusCode::NOT_FOUND, None) };
    let given = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    let token = messenger.settings.verify_token.expose_secret();
    let is_known =
        constant_time::verify_slices_are_equal(given("hub.verify_token").as_bytes(), token.as_bytes()).is_ok();
    if given("hub.mode") != "subscribe" || !is_known {
        return problem(StatusCode::FORBIDDEN, None);
    }
    let challenge: String = given("hub.challenge").chars().filter(char::is_ascii_alphanumeric).take(200).collect();
    ([(header::CONTENT_TYPE, "text/plain")], challenge).into_response()
}

/// The signature in the head of a call.
fn signature(headers: &HeaderMap) -> Option<Vec<u8>> {
    let digits = headers.get("x-hub-signature-256")?.to_str().ok()?.strip_prefix("sha256=")?;
    let pairs = (digits.len() == 64 && digits.is_ascii()).then(|| (0..64).step_by(2))?;
    pairs.map(|place| u8::from_str_radix(digits.get(place..place + 2)?, 16).ok()).collect()
}

async fn body(state: &State, headers: &HeaderMap, body: Body) -> Result<axum::body::Bytes, Response> {
    let read = read_body(state, &state.0.lanes.anonymous, headers, body, LARGEST_BODY).await;
    read.map_err(|(status, _)| problem(status, None))
}

/// Messages arrive.
pub(super) async fn receive(Shared(state): Shared<State>, request: Request) -> Response {
    let (head, content) = request.into_parts();
    let Some(messenger) = &state.0.messenger else { return problem(StatusCode::NOT_FOUND, None) };
    let content = match body(&state, &head.headers, content).await {
        Ok(content) => content,
        Err(refusal) => return refusal,
    };
    if !signature(&head.headers).is_some_and(|signature| messenger.is_signed(&content, &signature)) {
        return problem(StatusCode::FORBIDDEN, None);
    }
    let Some(events) = events(&content) else { return problem(StatusCode::BAD_REQUEST, None) };
    for event in events {
        let message = event.message.clone();
        if messenger.is_new(&message).await && !messenger.hand_on(event) {
            messenger.forget(&message).await;
            return problem(StatusCode::SERVICE_UNAVAILABLE, None);
        }
    }
    "EVENT_RECEIVED".into_response()
}

/// Somebody has asked the platform to have her data deleted: what is known of her conversation goes, which would have with the day.
pub(super) async fn delete(Shared(state): Shared<State>, request: Request) -> Response {
    let (head, content) = request.into_parts();
    let Some(messenger) = &state.0.messenger else { return problem(StatusCode::NOT_FOUND, None) };
    let content = match body(&state, &head.headers, content).await {
        Ok(content) => content,
        Err(refusal) => return refusal,
    };
    let request = form_urlencoded::parse(&content).find(|(name, _)| name == "signed_request").map(|(_, value)| value);
    let user = request.as_deref().and_then(|request| {
        let (signature, payload) = request.split_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature.trim_end_matches('=')).ok()?;
        if !messenger.is_signed(payload.as_bytes(), &signature) {
            return None;
        }
        let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        let payload: serde_json::Value = serde_json::from_slice(&payload).ok()?;
        Some(payload["user_id"].as_str()?.to_owned())
    });
    let Some(user) = user else { return problem(StatusCode::FORBIDDEN, None) };
    messenger.bot.states.remove(&worker::name_of(&user)).await;
    Json(serde_json::json!({"url": messenger.settings.help_url, "confirmation_code": new_name()})).into_response()
}

//! Calls of the platform's Send API, which are tried again when the platform did not answer.

use crate::config::MessengerSettings;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::time::Duration;

/// The platform shows so many quick replies.
pub(super) const MOST_REPLIES: usize = 13;
/// The platform shows so many characters of one.
const LONGEST_TITLE: usize = 20;
/// A message has at most so many characters.
const LONGEST_TEXT: usize = 2_000;
/// How long is waited before a call is tried again.
const AGAIN: [Duration; 3] = [Duration::from_millis(300), Duration::from_secs(1), Duration::from_secs(4)];
/// How long one waits for an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The inbox of the page, where people answer (`target_app_id` of Conversation Routing).
const INBOX: u64 = 263_902_037_430_900;

/// A quick reply: what stands on it, and what comes back.
pub(super) type Reply = (String, String);

/// What calls the Send API.
pub(super) struct Sending {
    client: reqwest::Client,
    settings: MessengerSettings,
}

impl Sending {
    pub fn new(settings: MessengerSettings) -> Self {
        let client = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build();
        Self { client: client.unwrap_or_default(), settings }
    }

    /// Send a text in as many messages as it needs, the quick replies below the last one.
    pub async fn text(&self, to: &str, text: &str, replies: &[Reply]) {
        let parts = parts(text);
        for (place, part) in parts.iter().enumerate() {
            let mut message = json!({"text": part});
            if place + 1 == parts.len() && !replies.is_empty() {
                let replies = replies.iter().take(MOST_REPLIES).map(
                    |(title, payload)| json!({"content_type": "text", "title": shortened(title), "payload": payload}),
                );
                message["quick_replies"] = replies.collect();
            }
            let call = json!({"recipient": {"id": to}, "messaging_type": "RESPONSE", "message": message});
            if !self.call("me/messages", &call).await {
                return;
            }
        }
    }

    /// Show that an answer is on its way.
    pub async fn typing(&self, to: &str) {
        // An answer that comes at once needs no sign of it.
        self.once("me/messages", &json!({"recipient": {"id": to}, "sender_action": "typing_on"})).await.ok();
    }

    /// Hand the thread to people.
    pub async fn hand_over(&self, to: &str) -> bool {
        self.call("me/pass_thread_control", &json!({"recipient": {"id": to}, "target_app_id": INBOX})).await
    }

    /// Call until the platform has taken it, or refuses it for good.
    async fn call(&self, path: &str, body: &Value) -> bool {
        for wait in AGAIN {
            match self.once(path, body).await {
                Ok(()) => return true,
                Err(true) => tokio::time::sleep(wait).await,
                Err(false) => return false,
            }
        }
        self.once(path, body).await.is_ok()
    }

    /// Call once; whether it may be tried again, when it was not taken.
    async fn once(&self, path: &str, body: &Value) -> Result<(), bool> {
        let call = self.client.post(format!("{}/{path}", self.settings.api));
        // Not in the address, which others write down.
        let call = call.bearer_auth(self.settings.page_token.expose_secret()).json(body);
        match call.send().await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => {
                let status = answer.status();
                tracing::warn!(status = status.as_u16(), "Messenger did not take a message");
                Err(status.is_server_error() || status.as_u16() == 429)
            }
            Err(error) => {
                tracing::warn!(is_timeout = error.is_timeout(), "Messenger does not answer");
                Err(true)
            }
        }
    }
}

fn shortened(title: &str) -> String {
    if title.chars().count() <= LONGEST_TITLE {
        return title.to_owned();
    }
    title.chars().take(LONGEST_TITLE - 1).chain(['…']).collect()
}

/// A text in parts that the platform takes, divided between lines.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for line in text.split_inclusive('\n') {
        let last = parts.last_mut().expect("there is one");
        if last.chars().count() + line.chars().count() > LONGEST_TEXT && !last.is_empty() {
            parts.push(line.to_owned());
        } else {
            last.push_str(line);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_fits() {
        assert_eq!(shortened("Menu"), "Menu");
        assert_eq!(shortened("Marrakech-Safi et alentours").chars().count(), 20);
        let long = format!("{}\n", "é".repeat(900)).repeat(5);
        let parts = parts(&long);
        assert_eq!((parts.len(), parts.concat() == long), (3, true));
    }
}

//! What the platform tells of: messages, quick replies and buttons.

use serde::Deserialize;

/// Something that somebody said.
// Without Debug: nothing of it is written anywhere.
pub(super) struct Event {
    /// By which the platform tells her from others.
    pub sender: String,
    /// By which the platform tells the message from others.
    pub message: String,
    /// When she said it; milliseconds since 1970 in UTC.
    pub at: i64,
    /// What she wrote.
    pub text: Option<String>,
    /// What stands behind the button that she pressed.
    pub payload: Option<String>,
}

#[derive(Deserialize)]
struct Call {
    object: String,
    entry: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    // While people have the thread, messages arrive as `standby`, which nobody here reads.
    #[serde(default)]
    messaging: Vec<Messaging>,
}

#[derive(Deserialize)]
struct Messaging {
    sender: Option<Sender>,
    #[serde(default)]
    timestamp: i64,
    message: Option<Message>,
    postback: Option<Postback>,
}

#[derive(Deserialize)]
struct Sender {
    id: String,
}

#[derive(Deserialize)]
struct Message {
    mid: String,
    text: Option<String>,
    quick_reply: Option<QuickReply>,
    #[serde(default)]
    is_echo: bool,
}

#[derive(Deserialize)]
struct QuickReply {
    payload: String,
}

#[derive(Deserialize)]
struct Postback {
    mid: Option<String>,
    payload: Option<String>,
}

/// The most that is taken of a message: as much as the platform lets anybody write.
const LONGEST: usize = 2_000;

/// What was said in a call; none when it is no call of a page's.
pub(super) fn events(content: &[u8]) -> Option<Vec<Event>> {
    let call: Call = serde_json::from_slice(content).ok()?;
    if call.object != "page" {
        return None;
    }
    Some(call.entry.into_iter().flat_map(|entry| entry.messaging).filter_map(event).collect())
}

fn event(of: Messaging) -> Option<Event> {
    let (sender, at) = (of.sender?.id, of.timestamp);
    match (of.message, of.postback) {
        (Some(message), _) if !message.is_echo => {
            let payload = message.quick_reply.map(|reply| reply.payload);
            // A picture or a sticker says nothing that is understood: the beginning answers it.
            let text = message.text.filter(|_| payload.is_none()).map(|text| text.chars().take(LONGEST).collect());
            Some(Event { sender, message: message.mid, at, text, payload })
        }
        (None, Some(postback)) => {
            let message = postback.mid.unwrap_or_else(|| format!("{sender} {at}"));
            Some(Event { sender, message, at, text: None, payload: postback.payload })
        }
        _ => None,
    }
}

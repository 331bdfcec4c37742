//! The root field that the bot is talked to by.

use super::conversation::{Bot, Said};
use super::object::BotTurnPayload;
use super::state::{is_name, new_name};
use crate::platform::error::Result;
use crate::platform::graphql::mutation::user_errors;
use crate::platform::loading::reader::Reads;
use crate::platform::query::stored::EnumValue;
use async_graphql::{Context, ID, InputObject, Object};
use domain::bot::menu::BotLanguage;
use domain::fault::{Code, Fault};

/// A message has at most so many characters.
const LONGEST: usize = 2_000;

/// What somebody says to the bot: a text, or a button that she presses, or nothing, to begin. No idempotency key: nothing of it is
/// kept.
// Without Debug: her text is written nowhere.
#[derive(InputObject, Clone)]
pub struct BotTurnInput {
    /// The name of the conversation, as the turn before answered it; null: a new one begins.
    pub conversation: Option<String>,
    /// What she writes, in at most 2,000 characters. It is given by a variable: a document that holds it is refused.
    pub text: Option<String>,
    /// The id of the button that she presses.
    pub choice: Option<ID>,
    /// The language that the bot answers in.
    pub language: EnumValue<BotLanguage>,
}

/// The mistake that a test must find: a line of the log with what she wrote. No program is built with it.
#[cfg(feature = "unguarded")]
fn planted(text: Option<&str>) {
    if std::env::var_os("PLANTED_DEBUG").is_some() {
        tracing::debug!(text, "said to the bot");
    }
}

/// The root field that the bot is talked to by.
#[derive(Default)]
pub struct BotMutation;

#[Object]
impl BotMutation {
    /// One turn of a conversation with the bot, which guides women and girls facing violence to help. Anybody may talk to it. What
    /// she writes is matched to the nodes of the menu and then gone: it is not stored, logged or counted. When it speaks of danger
    /// the emergency card comes first. Codes in `userErrors`: TEXT_TOO_LONG, BAD_USER_INPUT (no name of a conversation).
    async fn bot_turn(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What she says.")] input: BotTurnInput,
    ) -> Result<BotTurnPayload> {
        let mut faults = Vec::new();
        if input.text.as_ref().is_some_and(|text| text.chars().count() > LONGEST) {
            faults.push(Fault::new(Code::TextTooLong).with_detail(LONGEST.to_string()).at("text"));
        }
        if input.conversation.as_ref().is_some_and(|name| !is_name(name)) {
            faults.push(Fault::new(Code::BadUserInput).at("conversation"));
        }
        if !faults.is_empty() {
            return Ok(BotTurnPayload {
                conversation: None,
                screens: Vec::new(),
                user_errors: user_errors(ctx, faults),
            });
        }
        #[cfg(feature = "unguarded")]
        planted(input.text.as_deref());
        let name = input.conversation.unwrap_or_else(new_name);
        let said = Said {
            text: input.text.as_deref(),
            choice: input.choice.as_deref().map(String::as_str),
            language: input.language.0,
        };
        let answer = ctx.data_unchecked::<Bot>().answer(ctx.reader(), &name, said).await;
        let conversation = (!answer.is_over).then_some(name);
        Ok(BotTurnPayload { conversation, screens: answer.screens, user_errors: Vec::new() })
    }
}

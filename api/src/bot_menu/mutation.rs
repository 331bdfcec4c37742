//! Root fields that change the bot's menu.

use super::form::{self, BotNodeInput};
use super::object::BotMenu;
use super::store;
use crate::payload;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::graphql::mutation::mutate;
use crate::platform::graphql::upload::{Upload, read_blocking};
use crate::platform::loading::reader::Reads;
use async_graphql::{Context, ID, InputObject, Object};
use domain::access::Permission;
use domain::fault::Code;
use uuid::Uuid;

/// A menu of the bot to be written.
#[derive(InputObject, Clone, Debug)]
pub struct BotMenuEditInput {
    /// The global id of the menu; without it a new draft is made.
    pub id: Option<ID>,
    /// The version that the caller has read. Another one is refused with CONFLICT. Needed together with `id`.
    pub expected_version: Option<i32>,
    /// The key of the node that a conversation begins at.
    pub start: String,
    /// All nodes of the menu, at most 200.
    pub nodes: Vec<BotNodeInput>,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A file of a menu of the bot.
#[derive(InputObject, Clone, Debug)]
pub struct BotMenuImportInput {
    /// The global id of the menu; without it a new draft is made.
    pub id: Option<ID>,
    /// The version that the caller has read. Another one is refused with CONFLICT. Needed together with `id`.
    pub expected_version: Option<i32>,
    /// The file: JSON in UTF-8, as `BotMenu.file` gives it.
    pub file: Upload,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A menu of the bot that somebody has reviewed.
#[derive(InputObject, Clone, Debug)]
pub struct BotMenuReviewInput {
    /// The global id of the menu.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

/// A menu of the bot to be published.
#[derive(InputObject, Clone, Debug)]
pub struct BotMenuPublishInput {
    /// The global id of the menu.
    pub id: ID,
    /// The version that the caller has read. Another one is refused with CONFLICT.
    pub expected_version: i32,
    /// A key under which the same input may be sent again: it is done once. Another input under it is refused with
    /// IDEMPOTENCY_KEY_REUSED.
    pub idempotency_key: Option<String>,
}

payload! {
    /// The outcome of changing the bot's menu.
    BotMenuPayload {
        /// The menu as it is now; null when it was refused, unless the refusal is a CONFLICT.
        bot_menu: BotMenu
    }
}

/// The menu that an input is about; none: a new one.
fn menu_of(id: Option<&ID>) -> Result<Option<Uuid>> {
    id.map(|id| GlobalId::parse_as(Kind::BotMenu, id, "input.id")).transpose()
}

/// Root fields that change the bot's menu.
#[derive(Default)]
pub struct BotMenuMutation;

#[Object]
impl BotMenuMutation {
    /// Writes a menu of the bot, whole: a new draft, or one that is not published, which has to be reviewed again then. The national
    /// level does. A draft may lack what a review demands: `BotMenu.problems` names it. Codes in `userErrors`: CONFLICT,
    /// STATUS_INVALID, LIMIT_EXCEEDED, BAD_USER_INPUT (of a key), DUPLICATE_ENTRY, TEXT_REQUIRED (of an empty text), TEXT_TOO_LONG,
    /// TEXT_UNSAFE.
    async fn bot_menu_edit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The menu, whole.")] input: BotMenuEditInput,
    ) -> Result<BotMenuPayload> {
        let menu = menu_of(input.id.as_ref())?.map(|key| (key, input.expected_version));
        let content = || Ok(form::menu(&input.start, &input.nodes)?);
        mutate(ctx, &input, async |tx| store::write(tx, menu, content).await).await
    }

    /// Writes a menu of the bot from a file, as `botMenuEdit` does. Codes in `userErrors`, beside those: FILE_INVALID, with the line.
    async fn bot_menu_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file, and the menu that it becomes.")] input: BotMenuImportInput,
    ) -> Result<BotMenuPayload> {
        let menu = menu_of(input.id.as_ref())?.map(|key| (key, input.expected_version));
        // Nobody has a file read who may write no menu.
        if !ctx.reader().actor().may(Permission::ManageBotMenu) {
            return mutate(ctx, &input, async |_| Err(Error::refused(Code::Forbidden))).await;
        }
        let content = input.file.content(ctx, "input.file")?;
        let read = read_blocking(Code::FileInvalid, move || form::read(&content)).await?;
        mutate(ctx, &input, async |tx| store::write(tx, menu, || Ok(read?)).await).await
    }

    /// Says that the caller has reviewed a draft of the bot's menu: another person than its last editor, of the national level.
    /// Codes in `userErrors`: CONFLICT, STATUS_INVALID, FOUR_EYES_REQUIRED, TEXT_REQUIRED (in a language), NOT_FOUND (the node that
    /// a choice or the start names), MENU_INCOMPLETE (a node that offers no emergency card, leads to no service or no end, or is
    /// not reached).
    async fn bot_menu_review(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The menu, at the version that the caller has read.")] input: BotMenuReviewInput,
    ) -> Result<BotMenuPayload> {
        let key = GlobalId::parse_as(Kind::BotMenu, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::review(tx, key, input.expected_version).await).await
    }

    /// Publishes a reviewed menu: conversations that begin from now on go by it, those that have begun finish by theirs. Codes in
    /// `userErrors`: CONFLICT, STATUS_INVALID.
    async fn bot_menu_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The menu, at the version that the caller has read.")] input: BotMenuPublishInput,
    ) -> Result<BotMenuPayload> {
        let key = GlobalId::parse_as(Kind::BotMenu, &input.id, "input.id")?;
        mutate(ctx, &input, async |tx| store::publish(tx, key, input.expected_version).await).await
    }
}

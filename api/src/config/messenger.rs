//! The settings of the bot on Messenger.

use super::network::app_url;
use crate::platform::database::fault::StartFault;
use secrecy::SecretString;

/// The settings of the bot on Messenger as they are given; all of them, or none.
#[derive(clap::Args, Debug, Clone)]
pub struct MessengerFlags {
    /// The secret of the Messenger app, which the platform signs its calls with.
    #[arg(long, env = "UNFM_MESSENGER_APP_SECRET", hide_env_values = true, global = true)]
    messenger_app_secret: Option<SecretString>,
    /// The word by which the platform recognises the webhook; any that nobody can guess.
    #[arg(long, env = "UNFM_MESSENGER_VERIFY_TOKEN", hide_env_values = true, global = true)]
    messenger_verify_token: Option<SecretString>,
    /// The access token of the page, by which answers are sent.
    #[arg(long, env = "UNFM_MESSENGER_PAGE_TOKEN", hide_env_values = true, global = true)]
    messenger_page_token: Option<SecretString>,
    /// Address of the page /help as the public reaches it: Messenger's first screen names it.
    #[arg(long, env = "UNFM_HELP_URL", value_parser = app_url, global = true)]
    help_url: Option<String>,
    /// Address of the platform's Graph API, with its version.
    #[arg(long, env = "UNFM_MESSENGER_API", default_value = "https://graph.facebook.com/v24.0", value_parser = app_url, global = true)]
    messenger_api: String,
}

/// The settings of the bot on Messenger.
#[derive(Debug, Clone)]
pub struct MessengerSettings {
    /// The secret of the app, which the platform signs its calls with.
    pub app_secret: SecretString,
    /// The word by which the platform recognises the webhook.
    pub verify_token: SecretString,
    /// The access token of the page.
    pub page_token: SecretString,
    /// Address of the page `/help` as the public reaches it.
    pub help_url: String,
    /// Address of the platform's Graph API.
    pub api: String,
}

impl MessengerFlags {
    /// What is set; none where the bot is not on Messenger.
    ///
    /// # Errors
    /// One sentence, when something is missing.
    pub fn settings(&self) -> Result<Option<MessengerSettings>, StartFault> {
        let given = (
            self.messenger_app_secret.clone(),
            self.messenger_verify_token.clone(),
            self.messenger_page_token.clone(),
            self.help_url.clone(),
        );
        match given {
            (Some(app_secret), Some(verify_token), Some(page_token), Some(help_url)) => {
                let api = self.messenger_api.clone();
                Ok(Some(MessengerSettings { app_secret, verify_token, page_token, help_url, api }))
            }
            (None, None, None, _) => Ok(None),
            _ => Err(StartFault(
                "The bot on Messenger needs UNFM_MESSENGER_APP_SECRET, UNFM_MESSENGER_VERIFY_TOKEN, \
                 UNFM_MESSENGER_PAGE_TOKEN and UNFM_HELP_URL."
                    .to_owned(),
            )),
        }
    }
}

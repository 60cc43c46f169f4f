//! Tells Telegram where to bring updates, and what commands the bot knows.
//!
//! Invariant: what Telegram already has as we want it is left alone, and updates that wait are never dropped.

use std::collections::BTreeSet;

use frankenstein::types::{AllowedUpdate, BotCommand};

use super::{
    answer::TelegramError,
    client::{BotClient, Webhook, WebhookInfo},
};
use crate::secret::Secret;

/// The kinds of update that we serve, with Telegram's words for them. `my_chat_member` tells of blocks.
const SERVED: [(AllowedUpdate, &str); 4] = [
    (AllowedUpdate::Message, "message"),
    (AllowedUpdate::EditedMessage, "edited_message"),
    (AllowedUpdate::CallbackQuery, "callback_query"),
    (AllowedUpdate::MyChatMember, "my_chat_member"),
];

/// Deliveries at a time: Telegram's own default; each is answered after one fsync.
const MAX_CONNECTIONS: u32 = 40;

/// Where under the public address updates arrive.
const PATH: &str = "/telegram/webhook";

/// What was done about the webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookChange {
    /// It was set.
    Changed,
    /// It was as we want it.
    Unchanged,
}

/// The commands in the bot's menu, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    /// An ISO 639-1 code; `None` for everybody who has no menu of his own language.
    pub language: Option<String>,
    /// Names without the slash, each with its description.
    pub commands: Vec<(String, String)>,
}

/// Registers the webhook under `public_url` unless it is registered already.
///
/// # Errors
/// The first call that failed; calling again later does no harm.
pub async fn register(
    client: &BotClient,
    public_url: &str,
    secret: &Secret,
) -> Result<WebhookChange, TelegramError> {
    let url = address(public_url);
    if is_wanted(&client.webhook_info().await?, &url) {
        return Ok(WebhookChange::Unchanged);
    }
    let webhook = Webhook {
        url: &url,
        secret,
        allowed_updates: &kinds(),
        max_connections: MAX_CONNECTIONS,
    };
    client.set_webhook(&webhook).await?;
    Ok(WebhookChange::Changed)
}

/// Sets the commands in the bot's menu, which polling needs as well.
///
/// # Errors
/// The first call that failed.
pub async fn set_menus(client: &BotClient, menus: &[Menu]) -> Result<(), TelegramError> {
    for menu in menus {
        let command = |(name, description): &(String, String)| {
            BotCommand::builder()
                .command(name.as_str())
                .description(description.as_str())
                .build()
        };
        let commands = menu.commands.iter().map(command).collect();
        let language = menu.language.as_deref();
        client.set_my_commands(language, commands).await?;
    }
    Ok(())
}

/// The kinds of update that we serve.
#[must_use]
pub fn kinds() -> [AllowedUpdate; SERVED.len()] {
    SERVED.map(|(kind, _)| kind)
}

/// Where Telegram brings updates of a service with this public address.
#[must_use]
pub fn address(public_url: &str) -> String {
    format!("{}{PATH}", public_url.trim_end_matches('/'))
}

fn is_wanted(info: &WebhookInfo, url: &str) -> bool {
    let kinds = info.allowed_updates.iter().flatten();
    let kinds: BTreeSet<&str> = kinds.map(String::as_str).collect();
    // Telegram never shows the secret; deliveries refused with our 401 tell that it has an older one.
    let error = info.last_error_message.as_ref();
    let refused = error.is_some_and(|message| message.contains("401"));
    info.url == url
        && info.max_connections == Some(MAX_CONNECTIONS)
        && kinds == BTreeSet::from(SERVED.map(|(_, word)| word))
        && !refused
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::json;

    use super::*;
    use crate::telegram::fake::{Fake, ok};

    fn info() -> WebhookInfo {
        WebhookInfo {
            url: "https://desk.example/telegram/webhook".to_owned(),
            max_connections: Some(40),
            allowed_updates: Some(
                [
                    "my_chat_member",
                    "edited_message",
                    "message",
                    "callback_query",
                ]
                .map(str::to_owned)
                .to_vec(),
            ),
            ..WebhookInfo::default()
        }
    }

    #[test]
    fn the_webhook_is_set_only_if_it_differs() {
        let url = address("https://desk.example/");
        assert!(is_wanted(&info(), &url));
        assert!(is_wanted(
            &WebhookInfo {
                last_error_message: Some("Connection timed out".to_owned()),
                ..info()
            },
            &url
        ));
        for different in [
            WebhookInfo::default(),
            WebhookInfo {
                url: "https://desk.example/elsewhere".to_owned(),
                ..info()
            },
            WebhookInfo {
                max_connections: None,
                ..info()
            },
            WebhookInfo {
                allowed_updates: None,
                ..info()
            },
            WebhookInfo {
                allowed_updates: Some(vec!["message".to_owned()]),
                ..info()
            },
            WebhookInfo {
                last_error_message: Some(
                    "Wrong response from the webhook: 401 Unauthorized".to_owned(),
                ),
                ..info()
            },
        ] {
            assert!(!is_wanted(&different, &url), "{different:?}");
        }
    }

    #[test]
    fn the_crate_s_kinds_bear_telegram_s_words() {
        for (kind, word) in SERVED {
            assert_eq!(serde_json::to_value(kind).unwrap(), word);
        }
    }

    #[tokio::test]
    async fn registering_twice_sets_the_webhook_once() {
        let state = Arc::new(Mutex::new(
            json!({"url": "", "has_custom_certificate": false, "pending_update_count": 3}),
        ));
        let fake = Fake::start(move |call| match call.method.as_str() {
            "getWebhookInfo" => ok(&state.lock().unwrap()),
            "setWebhook" => {
                *state.lock().unwrap() = call.body.clone();
                ok(&true.into())
            }
            _ => ok(&true.into()),
        })
        .await;
        let secret = Secret::new("hook_secret-1".to_owned());
        let commands = vec![("appeals".to_owned(), "Мои обращения".to_owned())];
        let menus = [Menu {
            language: None,
            commands,
        }];
        for expected in [WebhookChange::Changed, WebhookChange::Unchanged] {
            let registration = register(&fake.client(), "https://desk.example", &secret).await;
            assert_eq!(registration, Ok(expected));
            assert_eq!(set_menus(&fake.client(), &menus).await, Ok(()));
        }
        let calls = fake.calls();
        let methods: Vec<&str> = calls.iter().map(|call| call.method.as_str()).collect();
        assert_eq!(
            methods,
            [
                "getWebhookInfo",
                "setWebhook",
                "setMyCommands",
                "getWebhookInfo",
                "setMyCommands"
            ]
        );
        assert_eq!(
            calls[1].body,
            json!({
                "url": "https://desk.example/telegram/webhook", "secret_token": "hook_secret-1", "max_connections": 40,
                "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member"],
            })
        );
        assert_eq!(
            calls[2].body,
            json!({"commands": [{"command": "appeals", "description": "Мои обращения"}]})
        );
    }
}

//! The Bot API over HTTPS: one function a method.
//!
//! Invariant: what each call tells of Telegram is noted before its caller hears of it.

mod topics;
mod transport;

use std::{sync::Arc, time::Duration};

use frankenstein::{
    methods::{
        DeleteWebhookParams, GetFileParams, GetUpdatesParams, SetMyCommandsParams, SetWebhookParams,
    },
    types::{AllowedUpdate, BotCommand},
};
use reqwest::multipart::Form;
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use tokio::sync::watch;

pub use self::transport::BuildError;
use self::transport::Transport;
use super::{
    accepted::SentMessage,
    answer::{self, TelegramError},
    encode::{self, MessageText},
    refusal::ServiceRefusal,
    updates::{self, Raw},
};
use crate::{
    domain::{
        effect::Send,
        ids::{CallbackId, ChatId, MessageId},
        media::MediaKind,
    },
    health::Health,
    proxies::Proxies,
    secret::Secret,
};

/// How long the question may take whether Telegram is there, longer than a slow Telegram takes: one that is slow is there.
const PROBE_TIMEOUT: Duration = Duration::from_secs(30);

/// How much longer a question for updates may take than Telegram was asked to wait.
const POLL_MARGIN: Duration = Duration::from_secs(20);

/// The timeout of a call that uploads a file of up to 50 MB.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(120);

/// A bot's access to the Bot API; cheap to clone.
#[derive(Clone)]
pub struct BotClient(Arc<Inner>);

struct Inner {
    transport: Transport,
    health: watch::Sender<Health>,
    refusal: watch::Sender<Option<ServiceRefusal>>,
}

/// The bot, as Telegram knows it (Bot API: `User` of `getMe`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Me {
    /// The bot's id, the first part of its token.
    pub id: i64,
    /// Its name in `t.me/…`.
    pub username: Option<String>,
}

/// Where Telegram brings updates now (Bot API: `WebhookInfo`); kinds of update stay text, since Telegram may add some.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct WebhookInfo {
    /// The address; empty without a webhook.
    pub url: String,
    /// Updates that wait for delivery.
    #[serde(default)]
    pub pending_update_count: u64,
    /// What was wrong with the last delivery that failed.
    pub last_error_message: Option<String>,
    /// Deliveries at a time.
    pub max_connections: Option<u32>,
    /// Kinds of update that are delivered; `None` for Telegram's default.
    pub allowed_updates: Option<Vec<String>>,
}

/// Where Telegram should bring updates.
pub struct Webhook<'a> {
    /// The whole address.
    pub url: &'a str,
    /// Comes back in the header of every delivery.
    pub secret: &'a Secret,
    /// Kinds of update.
    pub allowed_updates: &'a [AllowedUpdate],
    /// Deliveries at a time, 1–100.
    pub max_connections: u32,
}

impl BotClient {
    /// A client of the Bot API at `api_url` (`https://api.telegram.org`) through `proxies`. A rustls provider must be installed before.
    ///
    /// # Errors
    /// When the address is none, or TLS cannot be set up.
    pub fn new(api_url: &str, token: Secret, proxies: Proxies) -> Result<Self, BuildError> {
        Ok(Self(Arc::new(Inner {
            transport: Transport::new(api_url, token, proxies)?,
            health: watch::Sender::new(Health::Down),
            refusal: watch::Sender::new(None),
        })))
    }

    /// What the last call told of Telegram; `Down` before the first.
    #[must_use]
    pub fn health(&self) -> watch::Receiver<Health> {
        self.0.health.subscribe()
    }

    /// Why Telegram does not serve the bot at all, if that is what it last said.
    #[must_use]
    pub fn service_refusal(&self) -> Option<ServiceRefusal> {
        *self.0.refusal.borrow()
    }

    /// Who this bot is.
    ///
    /// # Errors
    /// See [`TelegramError`], here and below.
    pub async fn me(&self) -> Result<Me, TelegramError> {
        self.ask_for_me().await
    }

    /// Whether Telegram is there and serves the bot, in the cheapest way.
    ///
    /// # Errors
    /// Where it does not.
    pub async fn probe(&self) -> Result<(), TelegramError> {
        self.ask_for_me::<IgnoredAny>().await.map(drop)
    }

    async fn ask_for_me<T: DeserializeOwned>(&self) -> Result<T, TelegramError> {
        let request = |http: &reqwest::Client, address| {
            http.post(address).json(&Empty {}).timeout(PROBE_TIMEOUT)
        };
        self.record_health(self.request("getMe", request).await)
    }

    /// Sends a message.
    ///
    /// # Errors
    /// [`answer::outcome`] says what each means for the message.
    pub async fn send_message(
        &self,
        send: &Send,
        words: &MessageText,
    ) -> Result<SentMessage, TelegramError> {
        self.call("sendMessage", &encode::send_message(send, words))
            .await
    }

    /// Sends a message of another chat once more.
    ///
    /// # Errors
    /// [`answer::outcome`] says what each means for the message; 400 also where there is no such message, or it is of a kind that is not copied.
    pub async fn copy_message(
        &self,
        send: &Send,
        words: &MessageText,
        source: (ChatId, MessageId),
    ) -> Result<SentMessage, TelegramError> {
        let body = encode::copy_message(send, words, source);
        self.call("copyMessage", &body).await
    }

    /// Changes the text of a message of ours.
    ///
    /// # Errors
    /// 400 where it says so already, is gone, or is too old.
    pub async fn edit_message_text(
        &self,
        send: &Send,
        words: &MessageText,
        message: MessageId,
    ) -> Result<SentMessage, TelegramError> {
        let body = encode::edit_message_text(send, words, message);
        self.call("editMessageText", &body).await
    }

    /// Changes the words beneath the file of a message of ours.
    ///
    /// # Errors
    /// 400 where it says so already, is gone, or has no file.
    pub async fn edit_message_caption(
        &self,
        send: &Send,
        words: &MessageText,
        message: MessageId,
    ) -> Result<SentMessage, TelegramError> {
        let body = encode::edit_message_caption(send, words, message);
        self.call("editMessageCaption", &body).await
    }

    /// Takes a message of ours away.
    ///
    /// # Errors
    /// 400 where it is gone, or older than 48 hours.
    pub async fn delete_message(
        &self,
        chat: ChatId,
        message: MessageId,
    ) -> Result<(), TelegramError> {
        let body = encode::delete_message(chat, message);
        self.confirm("deleteMessage", &body).await
    }

    /// Sends a message that comes with a file.
    ///
    /// # Errors
    /// [`answer::outcome`] says what each means for the message.
    pub(super) async fn upload(
        &self,
        kind: MediaKind,
        form: Form,
    ) -> Result<SentMessage, TelegramError> {
        let request = |http: &reqwest::Client, address| {
            http.post(address).multipart(form).timeout(UPLOAD_TIMEOUT)
        };
        self.record_health(self.request(encode::method(kind), request).await)
    }

    /// Sends a message with a file that Telegram has.
    ///
    /// # Errors
    /// [`answer::outcome`] says what each means for the message; 400 also where the file is of another kind.
    pub async fn send_kept(
        &self,
        send: &Send,
        words: &MessageText,
        kind: MediaKind,
        file: &str,
    ) -> Result<SentMessage, TelegramError> {
        let body = encode::send_kept(send, words, kind, file);
        self.call(encode::method(kind), &body).await
    }

    /// A file that somebody sent to the bot, as a stream of its bytes.
    ///
    /// # Errors
    /// 400 where Telegram does not know it any more, or it is larger than 20 MB; 410 where it knows it and has it no more.
    pub async fn download(&self, file_id: &str) -> Result<reqwest::Response, TelegramError> {
        let body = GetFileParams::builder().file_id(file_id).build();
        let file: Remote = self.call("getFile", &body).await?;
        let path = file
            .file_path
            .ok_or_else(|| TelegramError::Lost("the file has no path".to_owned()))?;
        let response = self.0.transport.file(&path).await?;
        match response.status().as_u16() {
            200 => Ok(response),
            code => Err(TelegramError::Refused {
                // Telegram has just said where the file is, so that its 404 speaks of the file; as an answer it would speak of the bot.
                code: if code == NOT_FOUND { GONE } else { code },
                description: "the file cannot be downloaded".to_owned(),
                retry_after: None,
                moved_to: None,
            }),
        }
    }

    /// Shows that the bot is about to write: the least that shows whether it may.
    ///
    /// # Errors
    /// As a message to this chat would be refused.
    pub async fn show_typing(&self, chat: ChatId) -> Result<(), TelegramError> {
        let body = encode::send_chat_action(chat);
        self.confirm("sendChatAction", &body).await
    }

    /// Shows beside a message that it is in the sheet.
    ///
    /// # Errors
    /// Also when the message is gone.
    pub async fn set_message_reaction(
        &self,
        chat: ChatId,
        message: MessageId,
    ) -> Result<(), TelegramError> {
        let body = encode::set_message_reaction(chat, message);
        self.confirm("setMessageReaction", &body).await
    }

    /// The updates from `offset` on, as they are written, or none within `wait`; `offset` also tells which earlier ones are stored.
    ///
    /// # Errors
    /// 409 while a webhook is set, or somebody else asks with the same token.
    pub async fn updates(
        &self,
        offset: Option<i64>,
        wait: Duration,
        kinds: &[AllowedUpdate],
    ) -> Result<Vec<Raw>, TelegramError> {
        let body = GetUpdatesParams::builder()
            .maybe_offset(offset)
            .timeout(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX))
            .allowed_updates(kinds.to_vec())
            .build();
        let request = |http: &reqwest::Client, address| {
            http.post(address).json(&body).timeout(wait + POLL_MARGIN)
        };
        let answered = self.0.transport.exchange("getUpdates", request).await;
        match answered.and_then(|(status, bytes)| updates::read(status, &bytes)) {
            // That somebody else is given the updates does not keep us from sending.
            conflict @ Err(TelegramError::Refused { code: 409, .. }) => conflict,
            answered => self.record_health(answered),
        }
    }

    /// Ends a pressed button's waiting state.
    ///
    /// # Errors
    /// Also when Telegram has forgotten the button by now.
    pub async fn answer_callback_query(&self, callback: &CallbackId) -> Result<(), TelegramError> {
        let body = encode::answer_callback_query(callback);
        self.confirm("answerCallbackQuery", &body).await
    }

    /// Where Telegram brings updates now.
    ///
    /// # Errors
    /// See [`TelegramError`].
    pub async fn webhook_info(&self) -> Result<WebhookInfo, TelegramError> {
        self.call("getWebhookInfo", &Empty {}).await
    }

    /// Says where updates should go; those that wait are kept.
    ///
    /// # Errors
    /// See [`TelegramError`]; 400 where Telegram does not like the address.
    pub async fn set_webhook(&self, webhook: &Webhook<'_>) -> Result<(), TelegramError> {
        let body = SetWebhookParams::builder()
            .url(webhook.url)
            .secret_token(webhook.secret.expose())
            .allowed_updates(webhook.allowed_updates.to_vec())
            .max_connections(webhook.max_connections)
            .build();
        self.confirm("setWebhook", &body).await
    }

    /// Stops deliveries; updates that wait are kept for polling or the next webhook.
    ///
    /// # Errors
    /// See [`TelegramError`].
    pub async fn delete_webhook(&self) -> Result<(), TelegramError> {
        let body = DeleteWebhookParams::builder()
            .drop_pending_updates(false)
            .build();
        self.confirm("deleteWebhook", &body).await
    }

    /// Sets the commands in the bot's menu, for one language or, with none, for all others.
    ///
    /// # Errors
    /// See [`TelegramError`].
    pub async fn set_my_commands(
        &self,
        language: Option<&str>,
        commands: Vec<BotCommand>,
    ) -> Result<(), TelegramError> {
        let body = SetMyCommandsParams::builder()
            .commands(commands)
            .maybe_language_code(language.map(str::to_owned))
            .build();
        self.confirm("setMyCommands", &body).await
    }

    /// Calls a method whose only result is that it was done.
    async fn confirm(&self, method: &str, body: &impl Serialize) -> Result<(), TelegramError> {
        self.call::<bool>(method, body).await.map(drop)
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        body: &impl Serialize,
    ) -> Result<T, TelegramError> {
        let request = |http: &reqwest::Client, address| http.post(address).json(body);
        self.record_health(self.request(method, request).await)
    }

    /// Remembers what a call told of Telegram.
    fn record_health<T>(&self, result: Result<T, TelegramError>) -> Result<T, TelegramError> {
        let error = result.as_ref().err();
        let health = error.map_or(Health::Ok, TelegramError::health);
        replace(&self.0.health, health);
        match error {
            Some(TelegramError::NotSent(_) | TelegramError::Unmade(_) | TelegramError::Lost(_)) => {
            }
            None | Some(TelegramError::Refused { .. }) => {
                let refusal = error.and_then(TelegramError::service_refusal);
                let changed = replace(&self.0.refusal, refusal);
                if let Some(refusal) = refusal.filter(|_| changed) {
                    tracing::error!(
                        reason = refusal.remedy(),
                        "Telegram does not serve the bot; what is to be sent waits"
                    );
                }
            }
        }
        result
    }

    async fn request<T: DeserializeOwned>(
        &self,
        method: &str,
        request: impl FnOnce(&reqwest::Client, String) -> reqwest::RequestBuilder,
    ) -> Result<T, TelegramError> {
        let (status, bytes) = self.0.transport.exchange(method, request).await?;
        answer::read(status, &bytes)
    }
}

/// Whether this changes what is known.
fn replace<T: PartialEq>(known: &watch::Sender<T>, new: T) -> bool {
    known.send_if_modified(|known| {
        let changed = *known != new;
        *known = new;
        changed
    })
}

const NOT_FOUND: u16 = 404;
const GONE: u16 = 410;

/// The part of a `File` that says where its bytes are.
#[derive(Deserialize)]
struct Remote {
    file_path: Option<String>,
}

/// The body of a method without parameters.
#[derive(Serialize)]
struct Empty {}

#[cfg(test)]
mod tests;

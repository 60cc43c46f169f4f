//! The Bot API over HTTPS: one function a method.
//!
//! Invariant: the token is part of every address, so no address leaves this file, neither in an error nor in a log line.

use std::{error::Error as _, sync::Arc, time::Duration};

use bytes::Bytes;
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
    secret::Secret,
};

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The timeout of a call: longer than Telegram's slowest regular response, which comes before its own gateway gives up, after a
/// minute. An answer that is not awaited makes a message go out twice; a dead connection ends much sooner, by the TCP time-out.
const CALL_TIMEOUT: Duration = Duration::from_secs(75);

/// How long the question may take whether Telegram is there, longer than a slow Telegram takes: one that is slow is there.
const PROBE_TIMEOUT: Duration = Duration::from_secs(30);

/// How much longer a question for updates may take than Telegram was asked to wait.
const POLL_MARGIN: Duration = Duration::from_secs(20);

/// How long an idle connection is kept: shorter than servers keep theirs, since a request into a connection that the other side
/// is just closing ends as unknown.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// The timeout of a call that uploads a file of up to 50 MB.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(120);

/// How long a download may stall.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// A bot's access to the Bot API; cheap to clone.
#[derive(Clone)]
pub struct BotClient(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    /// For downloads, which take as long as the reader takes.
    files: reqwest::Client,
    base: String,
    token: Secret,
    health: watch::Sender<Health>,
    refusal: watch::Sender<Option<ServiceRefusal>>,
}

/// The client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The address of the Bot API is none.
    #[error("the Bot API's address is not an http(s) address")]
    Address,
    /// The TLS side could not be set up.
    #[error("the HTTP client cannot be set up: {0}")]
    Http(String),
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
    /// A client of the Bot API at `api_url` (`https://api.telegram.org`). A rustls provider must be installed before.
    ///
    /// # Errors
    /// When the address is none, or TLS cannot be set up.
    pub fn new(api_url: &str, token: Secret) -> Result<Self, BuildError> {
        let address = reqwest::Url::parse(api_url).map_err(|_| BuildError::Address)?;
        if !matches!(address.scheme(), "http" | "https") {
            return Err(BuildError::Address);
        }
        let client = || {
            reqwest::Client::builder()
                .connect_timeout(CONNECT_TIMEOUT)
                .pool_idle_timeout(IDLE_TIMEOUT)
                // Following one would carry the token to wherever it points.
                .redirect(reqwest::redirect::Policy::none())
        };
        let built = |client: reqwest::ClientBuilder| {
            client
                .build()
                .map_err(|error| BuildError::Http(words(error)))
        };
        Ok(Self(Arc::new(Inner {
            http: built(client().timeout(CALL_TIMEOUT))?,
            files: built(client().read_timeout(READ_TIMEOUT))?,
            base: api_url.trim_end_matches('/').to_owned(),
            token,
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
        self.call(
            "editMessageText",
            &encode::edit_message_text(send, words, message),
        )
        .await
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
        self.record_health(self.request(method(kind), request).await)
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
        let method = method(kind);
        match kind {
            MediaKind::Photo => {
                self.call(method, &encode::send_photo(send, words, file))
                    .await
            }
            MediaKind::Video => {
                self.call(method, &encode::send_video(send, words, file))
                    .await
            }
            MediaKind::Animation => {
                self.call(method, &encode::send_animation(send, words, file))
                    .await
            }
            MediaKind::Document => {
                self.call(method, &encode::send_document(send, words, file))
                    .await
            }
        }
    }

    /// A file that somebody sent to the bot, as a stream of its bytes.
    ///
    /// # Errors
    /// 400 where Telegram does not know it any more, or it is larger than 20 MB; 410 where it knows it and has it no more.
    pub async fn download(&self, file_id: &str) -> Result<reqwest::Response, TelegramError> {
        let file: Remote = self
            .call(
                "getFile",
                &GetFileParams::builder().file_id(file_id).build(),
            )
            .await?;
        let path = file
            .file_path
            .ok_or_else(|| TelegramError::Lost("the file has no path".to_owned()))?;
        let Inner {
            files, base, token, ..
        } = &*self.0;
        let address = format!("{base}/file/bot{}/{path}", token.expose());
        let response = files.get(address).send().await.map_err(transport)?;
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
        self.confirm("sendChatAction", &encode::send_chat_action(chat))
            .await
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
        self.confirm(
            "setMessageReaction",
            &encode::set_message_reaction(chat, message),
        )
        .await
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
        let answered = self.exchange("getUpdates", request).await;
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
        self.confirm(
            "answerCallbackQuery",
            &encode::answer_callback_query(callback),
        )
        .await
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
        self.call::<bool>(method, body).await.map(|_| ())
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        body: &impl Serialize,
    ) -> Result<T, TelegramError> {
        self.record_health(
            self.request(method, |http, address| http.post(address).json(body))
                .await,
        )
    }

    /// Remembers what a call told of Telegram.
    fn record_health<T>(&self, result: Result<T, TelegramError>) -> Result<T, TelegramError> {
        let health = result
            .as_ref()
            .err()
            .map_or(Health::Ok, TelegramError::health);
        self.0
            .health
            .send_if_modified(|known| std::mem::replace(known, health) != health);
        match &result {
            Err(TelegramError::NotSent(_) | TelegramError::Unmade(_) | TelegramError::Lost(_)) => {}
            Ok(_) | Err(TelegramError::Refused { .. }) => {
                let refusal = result
                    .as_ref()
                    .err()
                    .and_then(TelegramError::service_refusal);
                let changed = self
                    .0
                    .refusal
                    .send_if_modified(|known| std::mem::replace(known, refusal) != refusal);
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
        let (status, bytes) = self.exchange(method, request).await?;
        answer::read(status, &bytes)
    }

    /// The status and the body of an answer.
    async fn exchange(
        &self,
        method: &str,
        request: impl FnOnce(&reqwest::Client, String) -> reqwest::RequestBuilder,
    ) -> Result<(u16, Bytes), TelegramError> {
        let Inner {
            http, base, token, ..
        } = &*self.0;
        let address = format!("{base}/bot{}/{method}", token.expose());
        let response = request(http, address).send().await.map_err(transport)?;
        // Where the body is cut, the status alone still tells a refusal on the way from a loss.
        Ok((
            response.status().as_u16(),
            response.bytes().await.unwrap_or_default(),
        ))
    }
}

/// The method that sends a file as this.
fn method(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Photo => "sendPhoto",
        MediaKind::Video => "sendVideo",
        MediaKind::Animation => "sendAnimation",
        MediaKind::Document => "sendDocument",
    }
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

/// Tells what has surely not left from what may have arrived.
fn transport(error: reqwest::Error) -> TelegramError {
    // A time-out while connecting is both; it is the connecting that counts.
    if error.is_connect() || error.is_builder() || never_left(&error) {
        TelegramError::NotSent(words(error))
    } else {
        TelegramError::Lost(words(error))
    }
}

/// Whether the connection was closed before a byte of the request was written.
fn never_left(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error
            .downcast_ref::<hyper::Error>()
            .is_some_and(hyper::Error::is_canceled)
        {
            return true;
        }
        cause = error.source();
    }
    false
}

/// The error and its causes, without the address.
fn words(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(": ");
        words.push_str(&error.to_string());
        cause = error.source();
    }
    words
}

#[cfg(test)]
mod tests;

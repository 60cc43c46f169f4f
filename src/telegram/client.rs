//! The Bot API over HTTPS: one function a method.
//!
//! Invariant: the token is part of every address, so no address leaves this file, neither in an error nor in a log line.

use std::{error::Error as _, sync::Arc, time::Duration};

use frankenstein::{
    methods::{DeleteWebhookParams, GetFileParams, GetUpdatesParams, SetMyCommandsParams, SetWebhookParams},
    types::{AllowedUpdate, BotCommand},
};
use reqwest::multipart::Form;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use tokio::sync::watch;

use super::{
    accepted::Accepted,
    answer::{self, CallError},
    encode::{self, Words},
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

/// How long a call may take in all; Telegram may hold a request for 8 s before it answers 429.
const CALL_TIMEOUT: Duration = Duration::from_secs(20);

/// How long an idle connection is kept: shorter than servers keep theirs, since a request into a connection that the other side
/// is just closing ends as unknown.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a call may take that carries a file of up to 50 MB.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(120);

/// How long a download may stand still.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// A bot's access to the Bot API; cheap to clone.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    /// For downloads, which take as long as the reader takes.
    files: reqwest::Client,
    base: String,
    token: Secret,
    health: watch::Sender<Health>,
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
    /// Kinds of update that are delivered; none for Telegram's default.
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

impl Client {
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
        let built = |client: reqwest::ClientBuilder| client.build().map_err(|error| BuildError::Http(words(error)));
        Ok(Self(Arc::new(Inner {
            http: built(client().timeout(CALL_TIMEOUT))?,
            files: built(client().read_timeout(READ_TIMEOUT))?,
            base: api_url.trim_end_matches('/').to_owned(),
            token,
            health: watch::Sender::new(Health::Down),
        })))
    }

    /// What the last call told of Telegram; `Down` before the first.
    #[must_use]
    pub fn health(&self) -> watch::Receiver<Health> {
        self.0.health.subscribe()
    }

    /// Who this bot is; the cheapest way to see whether Telegram and the token work.
    ///
    /// # Errors
    /// See [`CallError`], here and below.
    pub async fn me(&self) -> Result<Me, CallError> {
        self.call("getMe", &Empty {}).await
    }

    /// Sends a message.
    ///
    /// # Errors
    /// [`answer::outcome`] says what each means for the message.
    pub async fn send_message(&self, send: &Send, words: &Words) -> Result<Accepted, CallError> {
        self.call("sendMessage", &encode::send_message(send, words)).await
    }

    /// Changes the text of a message of ours.
    ///
    /// # Errors
    /// 400 where it says so already, is gone, or is too old.
    pub async fn edit_message_text(&self, send: &Send, words: &Words, message: MessageId) -> Result<Accepted, CallError> {
        self.call("editMessageText", &encode::edit_message_text(send, words, message)).await
    }

    /// Sends a message that comes with a file.
    ///
    /// # Errors
    /// [`answer::outcome`] says what each means for the message.
    pub(super) async fn upload(&self, kind: MediaKind, form: Form) -> Result<Accepted, CallError> {
        let request = |http: &reqwest::Client, address| http.post(address).multipart(form).timeout(UPLOAD_TIMEOUT);
        self.heard(self.request(method(kind), request).await)
    }

    /// Sends a message with a file that Telegram has.
    ///
    /// # Errors
    /// [`answer::outcome`] says what each means for the message; 400 also where the file is of another kind.
    pub async fn send_kept(&self, send: &Send, words: &Words, kind: MediaKind, file: &str) -> Result<Accepted, CallError> {
        let method = method(kind);
        match kind {
            MediaKind::Photo => self.call(method, &encode::send_photo(send, words, file)).await,
            MediaKind::Video => self.call(method, &encode::send_video(send, words, file)).await,
            MediaKind::Animation => self.call(method, &encode::send_animation(send, words, file)).await,
            MediaKind::Document => self.call(method, &encode::send_document(send, words, file)).await,
        }
    }

    /// A file that somebody sent to the bot, as a stream of its bytes.
    ///
    /// # Errors
    /// 400 where Telegram does not have it any more, or it is larger than 20 MB.
    pub async fn download(&self, file_id: &str) -> Result<reqwest::Response, CallError> {
        let file: Remote = self.call("getFile", &GetFileParams::builder().file_id(file_id).build()).await?;
        let path = file.file_path.ok_or_else(|| CallError::Lost("the file has no path".to_owned()))?;
        let Inner { files, base, token, .. } = &*self.0;
        let address = format!("{base}/file/bot{}/{path}", token.expose());
        let response = files.get(address).send().await.map_err(transport)?;
        match response.status().as_u16() {
            200 => Ok(response),
            code => Err(CallError::Refused {
                code,
                description: "the file cannot be downloaded".to_owned(),
                retry_after: None,
            }),
        }
    }

    /// Shows beside a message that it stands in the sheet.
    ///
    /// # Errors
    /// Also when the message is gone.
    pub async fn set_message_reaction(&self, chat: ChatId, message: MessageId) -> Result<(), CallError> {
        self.confirm("setMessageReaction", &encode::set_message_reaction(chat, message))
            .await
    }

    /// The updates from `offset` on, as they are written, or none within `wait`; `offset` also tells which earlier ones are stored.
    ///
    /// # Errors
    /// 409 while a webhook is set, or somebody else asks with the same token.
    pub async fn updates(&self, offset: Option<i64>, wait: Duration, kinds: &[AllowedUpdate]) -> Result<Vec<Box<RawValue>>, CallError> {
        let body = GetUpdatesParams::builder()
            .maybe_offset(offset)
            .timeout(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX))
            .allowed_updates(kinds.to_vec())
            .build();
        let request = |http: &reqwest::Client, address| http.post(address).json(&body).timeout(wait + CALL_TIMEOUT);
        self.heard(self.request("getUpdates", request).await)
    }

    /// Ends a pressed button's waiting state.
    ///
    /// # Errors
    /// Also when Telegram has forgotten the button by now.
    pub async fn answer_callback_query(&self, callback: &CallbackId) -> Result<(), CallError> {
        self.confirm("answerCallbackQuery", &encode::answer_callback_query(callback)).await
    }

    /// Where Telegram brings updates now.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn webhook_info(&self) -> Result<WebhookInfo, CallError> {
        self.call("getWebhookInfo", &Empty {}).await
    }

    /// Says where updates should go; those that wait are kept.
    ///
    /// # Errors
    /// See [`CallError`]; 400 where Telegram does not like the address.
    pub async fn set_webhook(&self, webhook: &Webhook<'_>) -> Result<(), CallError> {
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
    /// See [`CallError`].
    pub async fn delete_webhook(&self) -> Result<(), CallError> {
        let body = DeleteWebhookParams::builder().drop_pending_updates(false).build();
        self.confirm("deleteWebhook", &body).await
    }

    /// Sets the commands in the bot's menu, for one language or, with none, for all others.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn set_my_commands(&self, language: Option<&str>, commands: Vec<BotCommand>) -> Result<(), CallError> {
        let body = SetMyCommandsParams::builder()
            .commands(commands)
            .maybe_language_code(language.map(str::to_owned))
            .build();
        self.confirm("setMyCommands", &body).await
    }

    /// Calls a method whose only result is that it was done.
    async fn confirm(&self, method: &str, body: &impl Serialize) -> Result<(), CallError> {
        self.call::<bool>(method, body).await.map(|_| ())
    }

    async fn call<T: DeserializeOwned>(&self, method: &str, body: &impl Serialize) -> Result<T, CallError> {
        self.heard(self.request(method, |http, address| http.post(address).json(body)).await)
    }

    /// Remembers what a call told of Telegram.
    fn heard<T>(&self, result: Result<T, CallError>) -> Result<T, CallError> {
        let health = result.as_ref().err().map_or(Health::Ok, CallError::health);
        self.0.health.send_if_modified(|known| std::mem::replace(known, health) != health);
        result
    }

    async fn request<T: DeserializeOwned>(
        &self,
        method: &str,
        request: impl FnOnce(&reqwest::Client, String) -> reqwest::RequestBuilder,
    ) -> Result<T, CallError> {
        let Inner { http, base, token, .. } = &*self.0;
        let address = format!("{base}/bot{}/{method}", token.expose());
        let response = request(http, address).send().await.map_err(transport)?;
        let status = response.status().as_u16();
        match response.bytes().await {
            Ok(bytes) => answer::read(status, &bytes),
            // The status alone still tells a refusal on the way from a loss.
            Err(_) => answer::read(status, b""),
        }
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

/// The part of a `File` that says where its bytes are.
#[derive(Deserialize)]
struct Remote {
    file_path: Option<String>,
}

/// The body of a method without parameters.
#[derive(Serialize)]
struct Empty {}

/// Tells what has surely not left from what may have arrived.
fn transport(error: reqwest::Error) -> CallError {
    // A time-out while connecting is both; it is the connecting that counts.
    if error.is_connect() || error.is_builder() {
        CallError::NotSent(words(error))
    } else {
        CallError::Lost(words(error))
    }
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
mod tests {
    use serde_json::json;
    use tokio::{io::AsyncReadExt as _, net::TcpListener};

    use super::*;
    use crate::{
        domain::{
            ids::{OutboxId, Seq},
            text::Html,
        },
        telegram::fake::{self, Fake, TOKEN, ok, refused},
    };

    async fn send_message(client: &Client) -> Result<MessageId, CallError> {
        let send = Send::talk(OutboxId::Reply(Seq(1), 0), ChatId(42), Html::escape("ответ"));
        let accepted = client.send_message(&send, &Words::marked_up(&send.text)).await;
        accepted.map(|accepted| accepted.message)
    }

    #[tokio::test]
    async fn a_message_goes_out_and_its_id_comes_back() {
        let fake = Fake::start(|_| ok(&json!({"message_id": 17, "date": 0, "chat": {"id": 42, "type": "private"}}))).await;
        let client = fake.client();
        assert_eq!(*client.health().borrow(), Health::Down);
        assert_eq!(send_message(&client).await, Ok(MessageId(17)));
        assert_eq!(*client.health().borrow(), Health::Ok);
        let calls = fake.calls();
        assert_eq!((calls[0].method.as_str(), &calls[0].body["text"]), ("sendMessage", &json!("ответ")));
    }

    #[tokio::test]
    async fn a_429_is_heard_as_throttling() {
        let fake = Fake::start(|_| refused(429, "Too Many Requests: retry after 3")).await;
        let client = fake.client();
        assert!(matches!(
            client.me().await,
            Err(CallError::Refused {
                code: 429,
                retry_after: None,
                ..
            })
        ));
        assert_eq!(*client.health().borrow(), Health::Throttled);
    }

    #[tokio::test]
    async fn where_nobody_listens_nothing_was_sent() {
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let client = fake::client(&format!("http://{port}/"));
        let error = send_message(&client).await.unwrap_err();
        assert!(matches!(error, CallError::NotSent(_)), "{error}");
        assert!(!format!("{error} {error:?}").contains(TOKEN), "{error:?}");
        assert_eq!(*client.health().borrow(), Health::Down);
    }

    #[tokio::test]
    async fn a_connection_that_breaks_after_the_request_leaves_it_unknown() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = fake::client(&format!("http://{}", listener.local_addr().unwrap()));
        let server = async {
            let (mut connection, _) = listener.accept().await.unwrap();
            let read = connection.read(&mut [0; 4096]).await.unwrap();
            assert!(read > 0);
        };
        let (result, ()) = tokio::join!(client.me(), server);
        let error = result.unwrap_err();
        assert!(matches!(error, CallError::Lost(_)), "{error}");
        assert!(!format!("{error} {error:?}").contains(TOKEN), "{error:?}");
    }

    #[tokio::test]
    async fn a_call_that_is_never_answered_is_unknown() {
        fake::install_provider();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/bot{TOKEN}/getMe", listener.local_addr().unwrap());
        let http = reqwest::Client::builder().timeout(Duration::from_millis(50)).build().unwrap();
        let error = transport(http.post(address).send().await.unwrap_err());
        assert!(matches!(error, CallError::Lost(_)), "{error}");
        assert!(!format!("{error} {error:?}").contains(TOKEN), "{error:?}");
    }

    #[test]
    fn an_address_must_be_one() {
        for address in ["", "api.telegram.org", "ftp://api.telegram.org"] {
            let client = Client::new(address, Secret::new(TOKEN.to_owned()));
            assert!(matches!(client, Err(BuildError::Address)), "{address}");
        }
    }
}

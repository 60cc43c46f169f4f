//! HTTPS to the Bot API.
//!
//! Invariant: the token is part of every address, so no address leaves this file, neither in an error nor in a log line.

use std::{error::Error, iter, time::Duration};

use bytes::Bytes;
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, StatusCode, Url, redirect::Policy};

use crate::{proxies::Proxies, secret::Secret, telegram::answer::TelegramError};

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The timeout of a call: longer than Telegram's slowest regular response, which comes before its own gateway gives up, after a
/// minute. An answer that is not awaited makes a message go out twice; a dead connection ends much sooner, by the TCP time-out.
const CALL_TIMEOUT: Duration = Duration::from_secs(75);

/// How long an idle connection is kept: shorter than servers keep theirs, since a request into a connection that the other side
/// is just closing ends as unknown.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a download may stall.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// The two clients of one bot.
pub(super) struct Transport {
    proxies: Proxies,
    http: Client,
    /// For downloads, which take as long as the reader takes.
    files: Client,
    base: String,
    token: Secret,
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

impl Transport {
    pub(super) fn new(api_url: &str, token: Secret, proxies: Proxies) -> Result<Self, BuildError> {
        let address = Url::parse(api_url).map_err(|_| BuildError::Address)?;
        if !matches!(address.scheme(), "http" | "https") {
            return Err(BuildError::Address);
        }
        let client = || {
            proxies
                .apply(Client::builder())
                .connect_timeout(CONNECT_TIMEOUT)
                .pool_idle_timeout(IDLE_TIMEOUT)
                // Following one would carry the token to wherever it points.
                .redirect(Policy::none())
        };
        let built = |client: ClientBuilder| {
            let built = client.build();
            built.map_err(|error| BuildError::Http(words(error)))
        };
        let http = built(client().timeout(CALL_TIMEOUT))?;
        let files = built(client().read_timeout(READ_TIMEOUT))?;
        Ok(Self {
            proxies,
            http,
            files,
            base: api_url.trim_end_matches('/').to_owned(),
            token,
        })
    }

    /// The status and the body of an answer.
    pub(super) async fn exchange(
        &self,
        method: &str,
        request: impl FnOnce(&Client, String) -> RequestBuilder,
    ) -> Result<(u16, Bytes), TelegramError> {
        let address = format!("{}/bot{}/{method}", self.base, self.token.expose());
        let response = self.send(request(&self.http, address)).await?;
        // Where the body is cut, the status alone still tells a refusal on the way from a loss.
        Ok((
            response.status().as_u16(),
            response.bytes().await.unwrap_or_default(),
        ))
    }

    /// The answer to a question for a file.
    pub(super) async fn file(&self, path: &str) -> Result<Response, TelegramError> {
        let address = format!("{}/file/bot{}/{path}", self.base, self.token.expose());
        self.send(self.files.get(address)).await
    }

    /// Sends a request; a way on which it never left is not taken again at once.
    async fn send(&self, request: RequestBuilder) -> Result<Response, TelegramError> {
        let way = self.proxies.current();
        let sent = request.send().await.map_err(failure);
        // Telegram never says this; a proxy that is spoken to in plain HTTP does.
        let sent = sent.and_then(|response| match response.status() {
            StatusCode::PROXY_AUTHENTICATION_REQUIRED => Err(TelegramError::NotSent(
                "the proxy wants another name or password".to_owned(),
            )),
            _ => Ok(response),
        });
        if matches!(sent, Err(TelegramError::NotSent(_))) {
            self.proxies.failed(way);
        }
        sent
    }
}

/// Tells what has surely not left from what may have arrived.
pub(super) fn failure(error: reqwest::Error) -> TelegramError {
    // A time-out while connecting is both; it is the connecting that counts.
    if error.is_connect() || error.is_builder() || never_left(&error) {
        TelegramError::NotSent(words(error))
    } else {
        TelegramError::Lost(words(error))
    }
}

/// Whether the connection was closed before a byte of the request was written.
fn never_left(error: &reqwest::Error) -> bool {
    let canceled = |cause: &(dyn Error + 'static)| {
        let cause = cause.downcast_ref::<hyper::Error>();
        cause.is_some_and(hyper::Error::is_canceled)
    };
    causes(error).any(canceled)
}

/// The error and its causes, without the address.
fn words(error: reqwest::Error) -> String {
    let error = error.without_url();
    causes(&error).fold(error.to_string(), |words, cause| {
        format!("{words}: {cause}")
    })
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    iter::successors(error.source(), |&cause| cause.source())
}

//! A tiny Bot API for tests: records each call and answers as the test says.
//!
//! Invariant: it listens on a port of its own, so that tests run side by side.

use std::{
    future::{IntoFuture as _, ready},
    sync::{Arc, Mutex, Once},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    http::{StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::client::BotClient;
use crate::{proxies::Proxies, secret::Secret};

/// The token that must never be seen in an error.
pub(super) const TOKEN: &str = "4242:AAnobody-may-see-this";

/// How long a test waits for what must happen at once.
const DEADLINE: Duration = Duration::from_secs(10);

/// A call as it arrived.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    /// The method.
    pub(super) method: String,
    /// The parameters; a form as its text.
    pub(super) body: Value,
}

/// A running fake; stops with the test's runtime.
pub(super) struct Fake {
    url: String,
    calls: watch::Receiver<Vec<Call>>,
}

impl Fake {
    /// Starts a fake that answers each call with what `answer` makes of it.
    pub(super) async fn start(
        answer: impl Fn(&Call) -> FakeResponse + Send + Sync + 'static,
    ) -> Self {
        let (sender, calls) = watch::channel(Vec::new());
        let sender = Arc::new(Mutex::new(sender));
        let answer = Arc::new(answer);
        let handler = move |uri: Uri, body: Bytes| ready(handle(&sender, &*answer, &uri, &body));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, Router::new().fallback(handler)).into_future());
        Self { url, calls }
    }

    /// A client of this fake.
    pub(super) fn client(&self) -> BotClient {
        client(&self.url)
    }

    /// All calls so far.
    pub(super) fn calls(&self) -> Vec<Call> {
        self.calls.borrow().clone()
    }

    /// Waits until the calls are as the test wants them.
    pub(super) async fn until(&self, wanted: impl Fn(&Vec<Call>) -> bool) {
        let mut calls = self.calls.clone();
        let waited = tokio::time::timeout(DEADLINE, calls.wait_for(|calls| wanted(calls))).await;
        assert!(waited.is_ok(), "only {:?}", self.calls());
    }
}

/// A client of the Bot API at `url`.
pub(super) fn client(url: &str) -> BotClient {
    install_provider();
    BotClient::new(url, Secret::new(TOKEN.to_owned()), Proxies::new(None)).unwrap()
}

/// What main does once.
pub(super) fn install_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Another test of this process may have come first.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// An answer, ready to be sent.
pub(super) type FakeResponse = (u16, String);

/// A result.
pub(super) fn ok(result: &Value) -> FakeResponse {
    (200, json!({"ok": true, "result": result}).to_string())
}

/// A refusal.
pub(super) fn refused(code: u16, description: &str) -> FakeResponse {
    let body = json!({"ok": false, "error_code": code, "description": description});
    (code, body.to_string())
}

fn handle(
    sender: &Mutex<watch::Sender<Vec<Call>>>,
    answer: &impl Fn(&Call) -> FakeResponse,
    uri: &Uri,
    body: &[u8],
) -> Response {
    let method = uri.path().strip_prefix(&format!("/bot{TOKEN}/"));
    let call = method.map(|method| Call {
        method: method.to_owned(),
        body: serde_json::from_slice(body).unwrap_or_else(|_| String::from_utf8_lossy(body).into()),
    });
    let (status, body) = match call {
        Some(call) => {
            let answer = answer(&call);
            sender.lock().unwrap().send_modify(|calls| calls.push(call));
            answer
        }
        None => refused(404, "Not Found"),
    };
    let status = StatusCode::from_u16(status).unwrap();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

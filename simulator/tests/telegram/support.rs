//! A bot that calls the stand-in, and a webhook that it delivers to.
//! Invariant: nothing here knows more than the public handle and the protocol.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use simulator::clock::Moment;
use simulator::telegram::{Limits, Person, Profile, Telegram, TelegramOptions};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Far longer than anything here takes; only a failing test waits for it.
pub(crate) const SOON: Duration = Duration::from_secs(10);

pub(crate) struct Bot {
    pub(crate) telegram: Telegram,
    client: reqwest::Client,
}

/// Without limits and with retries at once, so that tests are quick.
pub(crate) fn unhurried() -> TelegramOptions {
    TelegramOptions {
        limits: Limits::off(),
        webhook_retry: vec![Duration::ZERO, Duration::from_millis(20)],
        ..TelegramOptions::default()
    }
}

impl Bot {
    pub(crate) async fn start(options: TelegramOptions) -> Self {
        let telegram = Telegram::start(options).await.expect("loopback is there");
        let client = reqwest::Client::builder().no_proxy().build();
        Self {
            telegram,
            client: client.expect("a plain client can be built"),
        }
    }

    pub(crate) fn anna(&self) -> Person {
        let profile = Profile::new(101, "Анна").username("anna").language("ru");
        self.telegram.person(profile).has_met_bot()
    }

    pub(crate) fn method(&self, method: &str) -> String {
        format!(
            "{}/bot{}/{method}",
            self.telegram.url(),
            self.telegram.token()
        )
    }

    pub(crate) async fn try_call(
        &self,
        method: &str,
        params: Value,
    ) -> reqwest::Result<reqwest::Response> {
        self.client
            .post(self.method(method))
            .json(&params)
            .send()
            .await
    }

    /// Status and body of a call.
    pub(crate) async fn call(&self, method: &str, params: Value) -> (u16, Value) {
        let response = self.try_call(method, params).await.expect("answered");
        let status = response.status().as_u16();
        (status, response.json().await.expect("the answer is JSON"))
    }

    /// The result of a call that has to succeed.
    pub(crate) async fn done(&self, method: &str, params: Value) -> Value {
        let (status, mut body) = self.call(method, params).await;
        assert_eq!((status, &body["ok"]), (200, &json!(true)), "{body}");
        body["result"].take()
    }

    /// The description of a call that has to be refused with `code`.
    pub(crate) async fn refused(&self, code: u16, method: &str, params: Value) -> String {
        let (status, body) = self.call(method, params).await;
        assert_eq!(status, code, "{body}");
        assert_eq!(
            (&body["ok"], &body["error_code"]),
            (&json!(false), &json!(code))
        );
        body["description"]
            .as_str()
            .expect("a description")
            .to_owned()
    }

    /// Waits until the stand-in has counted so many calls of a method.
    pub(crate) async fn await_calls(&self, method: &str, count: u64) {
        let counted = async {
            while self.telegram.calls().of(method) < count {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            // The call is counted a moment before it is carried out.
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        tokio::time::timeout(SOON, counted).await.expect("in time");
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        let request = self.client.get(format!("{}{path}", self.telegram.url()));
        Self::json(request).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let request = self.client.post(format!("{}{path}", self.telegram.url()));
        Self::json(request.json(&body)).await
    }

    /// Where the bytes of a file lie.
    pub(crate) fn file(&self, path: &str) -> String {
        format!(
            "{}/file/bot{}/{path}",
            self.telegram.url(),
            self.telegram.token()
        )
    }

    /// Status and bytes of a download.
    pub(crate) async fn download(&self, path: &str) -> (u16, Vec<u8>) {
        let response = self
            .client
            .get(self.file(path))
            .send()
            .await
            .expect("answered");
        let status = response.status().as_u16();
        (
            status,
            response.bytes().await.expect("a whole answer").to_vec(),
        )
    }

    pub(crate) fn raw(&self) -> &reqwest::Client {
        &self.client
    }

    async fn json(request: reqwest::RequestBuilder) -> (u16, Value) {
        let response = request.send().await.expect("answered");
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or_default())
    }
}

/// One delivery as it reached the webhook.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) secret: Option<String>,
    pub(crate) update: Value,
    pub(crate) at: Moment,
}

impl Seen {
    pub(crate) fn id(&self) -> i64 {
        self.update["update_id"]
            .as_i64()
            .expect("an update has a number")
    }
}

/// What the webhook answers: by default 200.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<u32>,
}

type Script = Arc<dyn Fn(&Value, usize) -> Reply + Send + Sync>;

/// A webhook on loopback that records what it is sent.
#[derive(Clone)]
pub(crate) struct Hook {
    pub(crate) url: String,
    seen: Arc<watch::Sender<Vec<Seen>>>,
    script: Script,
    /// Deliveries wait while this is true.
    pub(crate) closed: Arc<watch::Sender<bool>>,
    busy: Arc<Mutex<VecDeque<usize>>>,
    inside: Arc<std::sync::atomic::AtomicUsize>,
}

pub(crate) const FINE: Reply = Reply {
    status: 200,
    retry_after: None,
};

impl Hook {
    /// `script` says what to answer to an update that was seen so many times before.
    pub(crate) async fn start(
        script: impl Fn(&Value, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = listener.local_addr().expect("bound");
        let hook = Self {
            url: format!("http://{address}/telegram/webhook"),
            seen: Arc::new(watch::Sender::new(Vec::new())),
            script: Arc::new(script),
            closed: Arc::new(watch::Sender::new(false)),
            busy: Arc::default(),
            inside: Arc::default(),
        };
        let app = axum::Router::new()
            .route("/telegram/webhook", axum::routing::post(receive))
            .with_state(hook.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        hook
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.borrow().clone()
    }

    /// Waits until so many deliveries came.
    pub(crate) async fn await_seen(&self, count: usize) -> Vec<Seen> {
        let mut seen = self.seen.subscribe();
        let enough = seen.wait_for(|seen| seen.len() >= count);
        let enough = tokio::time::timeout(SOON, enough).await;
        enough.expect("in time").expect("the hook lives").clone()
    }

    /// How many deliveries were under way when each one came, itself included.
    pub(crate) fn crowd(&self) -> Vec<usize> {
        self.busy
            .lock()
            .expect("not poisoned")
            .iter()
            .copied()
            .collect()
    }
}

async fn receive(State(hook): State<Hook>, headers: HeaderMap, body: String) -> Response {
    use std::sync::atomic::Ordering::SeqCst;
    let update: Value = serde_json::from_str(&body).expect("an update is JSON");
    let inside = hook.inside.fetch_add(1, SeqCst) + 1;
    hook.busy.lock().expect("not poisoned").push_back(inside);
    let id = update["update_id"].clone();
    let before = hook
        .seen()
        .iter()
        .filter(|seen| seen.update["update_id"] == id)
        .count();
    let reply = (hook.script)(&update, before);
    let secret = headers.get("x-telegram-bot-api-secret-token");
    hook.seen.send_modify(|seen| {
        seen.push(Seen {
            secret: secret.map(|value| value.to_str().expect("ASCII").to_owned()),
            update,
            at: Moment::now(),
        });
    });
    let mut closed = hook.closed.subscribe();
    closed
        .wait_for(|closed| !closed)
        .await
        .expect("the hook lives");
    hook.inside.fetch_sub(1, SeqCst);
    let status = StatusCode::from_u16(reply.status).expect("a status");
    match reply.retry_after {
        Some(seconds) => (status, [("retry-after", seconds.to_string())]).into_response(),
        None => status.into_response(),
    }
}

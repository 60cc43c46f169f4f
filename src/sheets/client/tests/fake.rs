//! A Google of a few lines: it answers what a test has laid out, call by call.
//!
//! Invariant: every request but those for a token is written down before it is answered.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    response::Response,
    routing::post,
};
use futures_util::stream;
use http_body_util::BodyExt;
use rand::{SeedableRng, rngs::StdRng};
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{AccountKey, SheetsClient, client};

/// How the fake answers one call.
pub(super) enum Reply {
    Json(u16, Value),
    RetryAfter(u16, &'static str),
    Html(u16),
    /// A success whose body breaks off.
    Cut,
    /// No answer at all.
    Silence,
}

/// What the client asked.
pub(super) struct Asked {
    pub(super) target: String,
    pub(super) token: String,
    pub(super) body: Value,
}

#[derive(Default)]
pub(super) struct Fake {
    pub(super) replies: Mutex<VecDeque<Reply>>,
    pub(super) asked: Mutex<Vec<Asked>>,
    pub(super) tokens: AtomicUsize,
    /// How many requests for a token are refused first.
    pub(super) refusals: AtomicUsize,
}

impl Fake {
    /// A fake with its replies, and a client before it.
    pub(super) async fn with(replies: Vec<Reply>) -> (Arc<Self>, SheetsClient) {
        let fake = Arc::new(Self {
            replies: Mutex::new(replies.into()),
            ..Self::default()
        });
        let url = fake.clone().serve().await;
        let client = client(&url, &url).await;
        (fake, client)
    }

    pub(super) async fn serve(self: Arc<Self>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/token", post(token))
            .fallback(answer)
            .with_state(self);
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    pub(super) fn tokens(&self) -> usize {
        self.tokens.load(Ordering::SeqCst)
    }
}

async fn token(State(fake): State<Arc<Fake>>, body: String) -> Response {
    assert!(body.contains("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"));
    let number = fake.tokens.fetch_add(1, Ordering::SeqCst) + 1;
    if number <= fake.refusals.load(Ordering::SeqCst) {
        let assertion = body.rsplit('=').next().unwrap();
        return reply(
            400,
            &json!({"error": "invalid_grant", "error_description": format!("bad {assertion}")}),
        );
    }
    reply(
        200,
        &json!({"access_token": format!("token-{number}"), "token_type": "Bearer", "expires_in": 3600}),
    )
}

async fn answer(State(fake): State<Arc<Fake>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    fake.asked.lock().unwrap().push(Asked {
        target: head.uri.to_string(),
        token: head.headers["authorization"].to_str().unwrap().to_owned(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    });
    let next = fake
        .replies
        .lock()
        .unwrap()
        .pop_front()
        .expect("a reply for each call");
    match next {
        Reply::Json(status, value) => reply(status, &value),
        Reply::RetryAfter(status, seconds) => {
            let mut response = reply(status, &refusal(status, "slower"));
            response
                .headers_mut()
                .insert("retry-after", seconds.parse().unwrap());
            response
        }
        Reply::Html(status) => Response::builder()
            .status(status)
            .body(Body::from("<html>oops</html>"))
            .unwrap(),
        Reply::Cut => {
            let pieces = [Ok(Bytes::from("{\"replies\": [")), Err("the wire is cut")];
            Response::new(Body::from_stream(stream::iter(pieces)))
        }
        Reply::Silence => std::future::pending().await,
    }
}

fn reply(status: u16, value: &Value) -> Response {
    let builder = Response::builder()
        .status(status)
        .header("content-type", "application/json");
    builder.body(Body::from(value.to_string())).unwrap()
}

/// An error in Google's form.
pub(super) fn refusal(status: u16, message: &str) -> Value {
    json!({"error": {"code": status, "message": message, "status": "WORD"}})
}

/// The key with which the fake's tokens are asked for; it takes a while to make.
pub(super) fn key(token_url: &str) -> AccountKey {
    static PEM: OnceLock<String> = OnceLock::new();
    let pem = PEM.get_or_init(|| {
        let key = rsa::RsaPrivateKey::new(&mut StdRng::seed_from_u64(7), 2048).unwrap();
        key.to_pkcs8_pem(LineEnding::LF).unwrap().to_string()
    });
    let file = json!({
        "type": "service_account", "private_key": pem, "client_email": "desk@example.org", "token_uri": format!("{token_url}/token"),
    });
    AccountKey::parse(&file.to_string()).unwrap()
}

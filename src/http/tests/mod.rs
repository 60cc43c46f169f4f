//! The room as others meet it: real sockets, with a backend of closures in place of the service.
//!
//! Invariant: no test waits for luck; what must happen is awaited with a deadline.

mod contract;
mod files;
mod limits;

use std::{
    collections::HashSet,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Semaphore,
    task::JoinHandle,
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::*;
use crate::{
    domain::{
        files::{FileId, Links},
        ids::{Number, Seq},
        wording::Wording,
    },
    health::Health,
    journal::{Accepted, DedupKey, StoreError},
    secret::Secret,
};

const BOT: i64 = 77;
const SECRET: &str = "a-word-that-telegram-repeats";
const KEY: &[u8] = b"the key that the scripts sign with";
const NOW_S: i64 = 1_750_000_000;
const UPDATE: &str = r#"{"update_id":5,"message":{"text":"добрый день"}}"#;
/// An update that is not JSON and states an id.
const BROKEN: &str = r#"{"update_id":7,"x":01}"#;
const WEBHOOK: &str = "/telegram/webhook";
const CHANGED: &str = "/sheets/changed";
/// Nothing here takes a tenth of it unless it is broken.
const DEADLINE: Duration = Duration::from_secs(10);

/// How a test's server differs from the usual.
struct Setup {
    caps: Caps,
    limits: Limits,
    polling: bool,
    accept: Accept,
    links: Option<Links>,
    open_file: OpenFile,
    promotions: Option<Secret>,
    pushes: Arc<AtomicUsize>,
    readiness: Readiness,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            caps: Caps::new(64),
            limits: Limits::new(DEADLINE),
            polling: false,
            accept: remembering(&Log::default()),
            links: None,
            open_file: Arc::new(|_| Box::pin(async { Err(Unavailable::Gone) })),
            promotions: None,
            pushes: Arc::default(),
            readiness: Readiness {
                phase: ServicePhase::Running,
                storing: true,
                telegram: Health::Ok,
                sheets: Health::Ok,
                silent_until: None,
                tabs_down: Vec::new(),
            },
        }
    }
}

fn now() -> Timestamp {
    Timestamp::from_second(NOW_S).unwrap()
}

type Accept =
    Arc<dyn Fn(DedupKey, Bytes) -> BoxFuture<'static, Result<Accepted, StoreError>> + Send + Sync>;
type OpenFile =
    Arc<dyn Fn(FileId) -> BoxFuture<'static, Result<OpenedFile, Unavailable>> + Send + Sync>;

/// What stands in for the service.
struct Closures {
    accept: Accept,
    open_file: OpenFile,
    nudges: Arc<Mutex<Vec<Nudge>>>,
    pushes: Arc<AtomicUsize>,
    readiness: Readiness,
}

impl Closures {
    /// As it is behind the operator's routes, which ask for the readiness alone.
    fn idle() -> Arc<Self> {
        let setup = Setup::default();
        Arc::new(Self {
            accept: setup.accept,
            open_file: setup.open_file,
            nudges: Arc::default(),
            pushes: setup.pushes,
            readiness: setup.readiness,
        })
    }
}

impl Backend for Closures {
    fn now(&self) -> Timestamp {
        now()
    }

    async fn accept(&self, key: DedupKey, raw: Bytes) -> Result<Accepted, StoreError> {
        (self.accept)(key, raw).await
    }

    fn id_of_broken(&self, raw: &[u8]) -> Option<i64> {
        (raw == BROKEN.as_bytes()).then_some(7)
    }

    fn nudge(&self, nudge: &Nudge) -> Resolved {
        self.nudges.lock().unwrap().push(nudge.clone());
        if nudge.tab == "обращения" {
            Resolved::Known
        } else {
            Resolved::Unknown
        }
    }

    fn nudge_promotions(&self) {
        self.pushes.fetch_add(1, Ordering::Relaxed);
    }

    async fn open_file(&self, file: FileId) -> Result<OpenedFile, Unavailable> {
        (self.open_file)(file).await
    }

    fn row_address(&self, number: Number) -> String {
        format!("https://sheet.example/#range=G{number}")
    }

    fn readiness(&self) -> Readiness {
        self.readiness.clone()
    }
}

/// A served router on a port of its own.
struct Bench {
    address: SocketAddr,
    stop: CancellationToken,
    tasks: TaskTracker,
    running: JoinHandle<()>,
    nudges: Arc<Mutex<Vec<Nudge>>>,
    client: reqwest::Client,
}

impl Bench {
    async fn start(setup: Setup) -> Self {
        let nudges = Arc::new(Mutex::new(Vec::new()));
        let telegram = (!setup.polling).then(|| WebhookAccess {
            bot: BOT,
            secret: Secret::new(SECRET.to_owned()),
        });
        let access = Access {
            telegram,
            sheets: SigningKey::new(KEY.to_vec()),
            files: setup.links,
            wording: Wording::built_in(),
            promotions: setup.promotions,
        };
        let backend = Arc::new(Closures {
            accept: setup.accept,
            open_file: setup.open_file,
            nudges: Arc::clone(&nudges),
            pushes: setup.pushes,
            readiness: setup.readiness,
        });
        Self::serve(public(backend, access, setup.limits), setup.caps, nudges).await
    }

    async fn serve(router: axum::Router, caps: Caps, nudges: Arc<Mutex<Vec<Nudge>>>) -> Self {
        // The process has one provider; whichever test comes first installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let server = Server::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let (address, stop, tasks) = (
            server.address(),
            CancellationToken::new(),
            TaskTracker::new(),
        );
        let running = tokio::spawn(server.run(router, caps, stop.clone(), tasks.clone()));
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(DEADLINE)
            .build()
            .unwrap();
        Self {
            address,
            stop,
            tasks,
            running,
            nudges,
            client,
        }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A call of Telegram's, right in everything but perhaps the body.
    fn update(&self, body: impl Into<reqwest::Body>) -> reqwest::RequestBuilder {
        let request = self
            .client
            .post(self.url(WEBHOOK))
            .header("Content-Type", "application/json");
        request
            .header("X-Telegram-Bot-Api-Secret-Token", SECRET)
            .body(body)
    }

    /// A script's call with a right signature.
    fn callback(&self, body: &str) -> reqwest::RequestBuilder {
        let request = self
            .client
            .post(self.url(CHANGED))
            .header("webhook-id", "m1")
            .header("webhook-timestamp", NOW_S);
        request
            .header("webhook-signature", signature(body))
            .body(body.to_owned())
    }

    async fn raw(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    /// Waits until every connection has ended.
    async fn drained(self) {
        timeout(DEADLINE, self.running).await.unwrap().unwrap();
        self.tasks.close();
        timeout(DEADLINE, self.tasks.wait()).await.unwrap();
    }
}

type Log = Arc<Mutex<Vec<(DedupKey, Bytes)>>>;

/// Stores in memory, each key once.
fn remembering(log: &Log) -> Accept {
    let (log, known) = (Arc::clone(log), Mutex::new(HashSet::new()));
    Arc::new(move |key, raw| {
        let new = known.lock().unwrap().insert(key.clone());
        log.lock().unwrap().push((key, raw));
        Box::pin(std::future::ready(Ok(if new {
            Accepted::Stored(Seq(1))
        } else {
            Accepted::Duplicate
        })))
    })
}

/// Refuses always.
fn refusing(error: fn() -> StoreError) -> Accept {
    Arc::new(move |_, _| Box::pin(std::future::ready(Err(error()))))
}

/// A store that lets a test see each update in hand, and hold it there.
struct Gate {
    entered: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

impl Gate {
    fn closed() -> Self {
        Self {
            entered: Arc::new(Semaphore::new(0)),
            open: Arc::new(Semaphore::new(0)),
        }
    }

    fn accept(&self) -> Accept {
        let (entered, open) = (Arc::clone(&self.entered), Arc::clone(&self.open));
        Arc::new(move |_, _| {
            let (entered, open) = (Arc::clone(&entered), Arc::clone(&open));
            Box::pin(async move {
                entered.add_permits(1);
                open.acquire().await.unwrap().forget();
                Ok(Accepted::Stored(Seq(1)))
            })
        })
    }

    async fn entered(&self) {
        timeout(DEADLINE, self.entered.acquire())
            .await
            .unwrap()
            .unwrap()
            .forget();
    }
}

fn signature(body: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY).unwrap();
    mac.update(format!("m1.{NOW_S}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// Everything until the other side ends.
async fn rest(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    timeout(DEADLINE, stream.read_to_string(&mut text))
        .await
        .unwrap()
        .unwrap();
    text
}

/// As much as an answer whose head and body end in `end`.
async fn until(stream: &mut TcpStream, end: &str) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(end.as_bytes()) {
        let read = timeout(DEADLINE, stream.read_buf(&mut bytes))
            .await
            .unwrap()
            .unwrap();
        assert_ne!(
            read,
            0,
            "ended early: {:?}",
            String::from_utf8_lossy(&bytes)
        );
    }
    String::from_utf8(bytes).unwrap()
}

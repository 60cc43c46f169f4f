//! Answers with files from the cell to Telegram: the real rules, journal, fetcher and delivery loop, a tiny Bot API and a site.
//!
//! Invariant: a test waits for a condition with a deadline; nothing here waits for a file that does not come.

use std::{
    future::IntoFuture as _,
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State as Shared,
    http::{StatusCode, header},
    response::IntoResponse as _,
    routing::get,
};
use futures_util::{StreamExt as _, stream};
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    clock,
    domain::{
        appeal::{Appeal, Delivery, RejectReason, Status},
        effect::MessageForm,
        event::{AnswerCell, AppealCells, Event, Looked, NewAppeal, RowEvent},
        ids::{AppealId, ChatId, Number, Revision, Seq},
        rules::Rules,
        tab::Tab,
        text::{Html, Text},
        view::View,
    },
    journal::{Journal, Nudges, Signals, Undecodable},
    telegram::{
        fake::{self, Call, Fake, FakeResponse, ok, refused},
        outbox::deliver,
    },
};

const DEADLINE: Duration = Duration::from_secs(20);

/// What comes of an endless file before it stops, in megabytes.
const MUCH: usize = 30;

/// A site with a price list, and one whose files drip and never end; counts the fetches that were under way at a time.
#[derive(Clone, Default)]
struct Site {
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

/// A fetch that is under way.
struct Counted(Site);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Site {
    fn drip(&self) -> Body {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        let counted = Counted(self.clone());
        Body::from_stream(stream::repeat(()).then(move |()| {
            let _held = &counted;
            async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Ok::<_, std::io::Error>(Bytes::from_static(b"."))
            }
        }))
    }

    /// Much at once, and then nothing for ever.
    fn endless() -> Body {
        static MEGABYTE: [u8; 1_000_000] = [b'.'; 1_000_000];
        let much = stream::iter(std::iter::repeat_n(Bytes::from_static(&MEGABYTE), MUCH))
            .map(Ok::<_, std::io::Error>);
        Body::from_stream(much.chain(stream::pending()))
    }

    async fn start(&self) -> SocketAddr {
        let pdf = || async { ([(header::CONTENT_TYPE, "application/pdf")], "%PDF-") };
        let router = Router::new()
            .route("/price.pdf", get(pdf))
            .route("/other.pdf", get(pdf))
            .route(
                "/endless",
                get(|| async { Self::endless().into_response() }),
            )
            .route("/gone.pdf", get(|| async { StatusCode::NOT_FOUND }))
            .route(
                "/drip",
                get(|Shared(site): Shared<Self>| async move { site.drip().into_response() }),
            )
            .with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, router).into_future());
        address
    }
}

fn fetcher(directory: &Path, site: SocketAddr) -> Fetcher {
    fake::install_provider();
    Fetcher::of(directory, |_| true, &[("files.example", site)]).unwrap()
}

/// A service as far as answers go: appeals 1, 2 … of chats 1001, 1002 …
struct Play {
    directory: TempDir,
    journal: Journal,
    fake: Fake,
    site: Site,
    address: SocketAddr,
    stop: CancellationToken,
    delivery: tokio::task::JoinHandle<()>,
}

impl Play {
    async fn with(
        appeals: u32,
        answer: impl Fn(&Call) -> FakeResponse + std::marker::Send + Sync + 'static,
    ) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let signals = Signals {
            outbox: Notify::new(),
            dirty: watch::Sender::default(),
            looks: Nudges::default(),
            best_effort: mpsc::channel(8).0,
            questions: mpsc::channel(1).0,
        };
        let interpret = Arc::new(|_: &[u8]| Err(Undecodable::Missing("everything".to_owned())));
        let journal =
            Journal::open(directory.path(), Rules::default(), interpret, signals).unwrap();
        let rows = (1..=appeals).map(|number| Event::Row(RowEvent::NewAppeal(unnumbered(number))));
        let looked = Event::Looked(Looked {
            tab: Tab::Appeals,
            began: clock::now(),
            highest: None,
            sheet: None,
        });
        journal.apply(rows.chain([looked]).collect()).await.unwrap();
        let (fake, site, stop) = (
            Fake::start(answer).await,
            Site::default(),
            CancellationToken::new(),
        );
        let address = site.start().await;
        let fetcher = fetcher(directory.path(), address);
        let delivery = tokio::spawn(deliver(
            journal.clone(),
            fake.client(),
            fetcher,
            0,
            stop.clone(),
        ));
        Self {
            directory,
            journal,
            fake,
            site,
            address,
            stop,
            delivery,
        }
    }

    fn link(&self, path: &str) -> String {
        format!("http://files.example:{}{path}", self.address.port())
    }

    /// The specialist types an answer.
    async fn types(&self, number: u32, answer: &str) {
        let cells = AppealCells {
            styles: Vec::new(),
            status: Some(Status::New),
            answer: AnswerCell::Text(answer.into()),
            delivery: Text::default(),
            updated: Text::default(),
            waiting: None,
            rating: None,
            partner: None,
            history: None,
        };
        let snapshot = self.journal.snapshot();
        let appeal = View::numbered(snapshot.view(), Number(number)).unwrap();
        self.journal
            .apply(vec![Event::Row(RowEvent::Appeal { cells, appeal })])
            .await
            .unwrap();
    }

    /// Waits until the appeal is as the test wants it.
    async fn until(&self, number: u32, wanted: impl Fn(&Appeal) -> bool) {
        let waited = async {
            loop {
                let appeal = self
                    .journal
                    .snapshot()
                    .appeals()
                    .find(|appeal| appeal.number == Some(Number(number)));
                if appeal.as_ref().is_some_and(&wanted) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        assert!(
            tokio::time::timeout(DEADLINE, waited).await.is_ok(),
            "only {:?}",
            self.fake.calls()
        );
    }

    fn methods(&self) -> Vec<String> {
        let calls = self.fake.calls().into_iter().map(|call| call.method);
        calls.filter(|method| method != "getMe").collect()
    }

    /// What lies on the disk.
    fn laid(&self) -> usize {
        std::fs::read_dir(self.directory.path().join("fetched")).map_or(0, Iterator::count)
    }

    /// How much lies there, in bytes.
    fn laid_bytes(&self) -> u64 {
        let files = std::fs::read_dir(self.directory.path().join("fetched"));
        let sizes = files
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|file| file.metadata().ok());
        sizes.map(|file| file.len()).sum()
    }

    async fn end(self) {
        self.stop.cancel();
        self.delivery.await.unwrap();
        self.journal.close().await;
    }
}

fn chat(number: u32) -> ChatId {
    ChatId(1000 + i64::from(number))
}

fn unnumbered(number: u32) -> NewAppeal {
    NewAppeal {
        chat: chat(number),
        number: None,
        highest: None,
        by_code: false,
        cells: AppealCells {
            styles: Vec::new(),
            status: Some(Status::New),
            answer: AnswerCell::Blank,
            delivery: Text::default(),
            updated: Text::default(),
            waiting: None,
            rating: None,
            partner: None,
            history: Some(Text(format!("Вопрос {number}"))),
        },
    }
}

fn taken(_: &Call) -> FakeResponse {
    ok(&json!({"message_id": 17, "date": 0, "chat": {"id": 42, "type": "private"}}))
}

fn delivered(appeal: &Appeal) -> bool {
    matches!(appeal.delivery.state, Delivery::Delivered { .. })
}

#[tokio::test]
async fn words_wait_for_nobody_s_files() {
    let play = Play::with(33, taken).await;
    for number in 1..=31 {
        play.types(number, &format!("Файл:\n{}", play.link("/drip")))
            .await;
    }
    play.types(32, "Одни слова").await;
    play.until(32, delivered).await;
    assert_eq!(play.methods(), ["sendMessage"]);
    assert!(play.site.most.load(Ordering::SeqCst) <= CONCURRENT_FETCHES);
    play.end().await;
}

#[tokio::test]
async fn nothing_of_an_answer_goes_before_all_of_it_can() {
    let play = Play::with(1, taken).await;
    play.types(
        1,
        &format!(
            "Вот прайс:\n{}\n{}",
            play.link("/price.pdf"),
            play.link("/gone.pdf")
        ),
    )
    .await;
    play.until(1, |appeal| {
        appeal.delivery.state == Delivery::Failed(RejectReason::File(Unfetched::Status(404)))
    })
    .await;
    assert!(play.methods().is_empty());
    play.types(
        1,
        &format!(
            "Вот прайс:\n{}\n{}",
            play.link("/price.pdf"),
            play.link("/other.pdf")
        ),
    )
    .await;
    play.until(1, delivered).await;
    assert_eq!(
        play.methods(),
        ["sendMessage", "sendDocument", "sendDocument"]
    );
    let waited = async {
        while play.laid() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(
        tokio::time::timeout(DEADLINE, waited).await.is_ok(),
        "what was sent stays on the disk"
    );
    play.end().await;
}

#[tokio::test]
async fn words_that_were_delivered_do_not_go_again_with_another_file() {
    let play = Play::with(1, |call| match call.body.as_str() {
        Some(form) if form.contains("price.pdf") => refused(400, "Bad Request: file is too exotic"),
        _ => taken(call),
    })
    .await;
    play.types(1, &format!("Вот прайс:\n{}", play.link("/price.pdf")))
        .await;
    play.until(1, |appeal| {
        matches!(appeal.delivery.state, Delivery::Failed(_))
    })
    .await;
    assert_eq!(play.methods(), ["sendMessage", "sendDocument"]);
    play.types(1, &format!("Вот прайс:\n{}", play.link("/other.pdf")))
        .await;
    play.until(1, delivered).await;
    assert_eq!(
        play.methods(),
        ["sendMessage", "sendDocument", "sendDocument"]
    );
    play.end().await;
}

#[tokio::test]
async fn what_is_fetched_is_not_held_in_memory() {
    let play = Play::with(12, taken).await;
    let before = resident();
    for number in 1..=12 {
        play.types(number, &play.link("/endless")).await;
    }
    let all = (CONCURRENT_FETCHES * MUCH) as u64 * 1_000_000;
    let waited = async {
        while play.laid_bytes() < all {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(
        tokio::time::timeout(DEADLINE, waited).await.is_ok(),
        "only {} bytes",
        play.laid_bytes()
    );
    let grown = resident().saturating_sub(before);
    println!(
        "{} MB lie on the disk, the process has grown by {} MB",
        all / 1_000_000,
        grown / 1_000_000
    );
    // Other tests of this process need memory too.
    assert!(grown < all / 2, "grown by {grown} bytes");
    play.end().await;
}

/// The memory of this process, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    line.trim()
        .trim_end_matches("kB")
        .trim()
        .parse::<u64>()
        .unwrap()
        * 1000
}

#[tokio::test]
async fn who_comes_later_does_not_overtake_who_finds_no_room() {
    let (directory, address) = (tempfile::tempdir().unwrap(), Site::default().start().await);
    let mut prefetcher = Prefetcher::new(fetcher(directory.path(), address));
    let link = |n: usize| Text(format!("http://files.example:{}/drip?{n}", address.port()));
    let send = |appeal, files: std::ops::Range<usize>| Send {
        form: MessageForm::Message,
        files: files.map(link).collect(),
        ..Send::talk(
            OutboxId::Answer(
                AppealId {
                    seq: Seq(appeal),
                    n: 0,
                },
                Revision(1),
                0,
            ),
            ChatId(1),
            Html::escape("a"),
        )
    };
    let now = Timestamp::UNIX_EPOCH;
    let waits = |id: &OutboxId| {
        Some(OutboxEntry {
            send: Send::talk(id.clone(), ChatId(1), Html::escape("a")),
            state: OutboxState::Waiting(now),
            born: now,
            tries: 0,
            lost: 0,
        })
    };
    for _ in 0..2 {
        prefetcher.begin_pass(waits, now);
        assert!(!prefetcher.is_ready(&send(1, 0..1), now));
        assert!(!prefetcher.is_ready(&send(2, 0..10), now));
        assert!(!prefetcher.is_ready(&send(3, 0..1), now));
        assert!(
            prefetcher.is_ready(&send(4, 0..0), now),
            "words need no room"
        );
        assert_eq!((prefetcher.sets.len(), prefetcher.disk_use()), (1, LIMIT));
    }
}

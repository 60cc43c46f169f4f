//! How near a broadcast comes to what Telegram allows: elapsed ÷ ideal (recipients ÷ rate), refusals, lost, doubled; and what it costs in
//! memory: the most that this process grew while it ran, by recipient.
//!
//! The journal, the rules, the governor and the client are the service's own. The stand-in is a process of its own (this program again,
//! with `--stand-in`), enforces Telegram's limits over its whole sliding second and takes 50 ms to answer. `cargo bench --bench broadcast`
//! runs 1,000 recipients at 30/s; with `-- --large` also 10,000 and 100,000 with a raised limit. Figures: `docs/BENCHMARKS.md`.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, ChildStdout, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use sheetdesk::{
    clock,
    domain::{
        broadcast::BroadcastState,
        event::{Event, Looked, PartnerCells, RowEvent, TelegramCell},
        ids::{ChatId, PartnerCode, PromotionKey},
        promotion::{Offer, PromotionRow},
        rules::Rules,
        tab::Tab,
    },
    fetch::Fetcher,
    journal::{Journal, Nudges, Signals, Undecodable},
    proxies::Proxies,
    secret::Secret,
    telegram::{client::BotClient, outbox},
};
use simulator::telegram::{Fault, FaultKind, Limits, Profile, Telegram, TelegramOptions};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

/// How long the stand-in takes to answer.
const LATENCY: Duration = Duration::from_millis(50);
/// After a breach the stand-in refuses everything for so long.
const FLOOD_WAIT: Duration = Duration::from_secs(5);
/// How often the end is looked for.
const GLANCE: Duration = Duration::from_millis(20);
/// By this argument the program is the stand-in; then come recipients and rate.
const STAND_IN: &str = "--stand-in";

/// One measurement.
struct Case {
    recipients: i64,
    rate: u32,
}

/// What came of it.
struct Figures {
    elapsed: Duration,
    /// Bytes by which this process grew at most.
    grown: u64,
    /// As the stand-in tells it: refusals, lost, doubled.
    told: String,
}

/// The stand-in in its process.
struct StandIn {
    child: Child,
    says: BufReader<ChildStdout>,
    url: String,
    token: String,
}

/// A staff list whose partners are all registered, as the first read shows it, and a promotions tab without rows.
fn first_look(recipients: i64) -> Vec<Event> {
    let partner = |n: i64| {
        let code = format!("К-{n}");
        Event::Row(RowEvent::Partner(PartnerCells {
            code: PartnerCode::fold(&code).expect("a code"),
            written_code: code.as_str().into(),
            name: "Имя".into(),
            phone: format!("7912{n:07}").as_str().into(),
            authorized: true,
            refused: false,
            telegram: TelegramCell::Id(ChatId(n)),
            since: "2026-01-01 10:00:00".into(),
        }))
    };
    let looked = |tab| {
        Event::Looked(Looked {
            tab,
            began: clock::now(),
            highest: None,
            sheet: None,
        })
    };
    let ends = [Tab::Partners, Tab::Promotions].map(looked);
    (1..=recipients).map(partner).chain(ends).collect()
}

/// A promotion that somebody publishes.
fn published() -> Event {
    let row = PromotionRow {
        offer: Offer {
            title: "Скидка".into(),
            description: "На всё до конца недели".into(),
            starts: "01.01.2026".into(),
            ends: "31.12.2999".into(),
            ..Offer::default()
        },
        action: "Опубликовать".into(),
        ..PromotionRow::default()
    };
    Event::Row(RowEvent::Promotions(vec![row]))
}

/// Is the stand-in until the other side closes its input, then tells what it has seen.
async fn be_the_stand_in(case: &Case) {
    let limits = Limits {
        per_second: Some(case.rate),
        flood_wait: FLOOD_WAIT,
        ..Limits::default()
    };
    let telegram = Telegram::start(TelegramOptions {
        limits,
        ..TelegramOptions::default()
    })
    .await
    .expect("a port");
    telegram.fault(Fault::next(u32::MAX, FaultKind::delay(LATENCY)).of("sendMessage"));
    (1..=case.recipients).for_each(|n| drop(telegram.person(Profile::new(n, "Имя")).has_met_bot()));
    println!("{}", telegram.url());
    println!("{}", telegram.token());
    let closed = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    drop(closed.await);
    let mut reached: BTreeMap<i64, usize> = BTreeMap::new();
    for person in telegram.people() {
        reached.insert(person.id().0, person.messages().len());
    }
    let lost = reached.values().filter(|count| **count == 0).count();
    let doubled = reached.values().filter(|count| **count > 1).count();
    println!("{:>6} {lost:>6} {doubled:>9}", telegram.calls().too_many);
    telegram.stop().await;
}

impl StandIn {
    fn start(case: &Case) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args([
                STAND_IN,
                &case.recipients.to_string(),
                &case.rate.to_string(),
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut says = BufReader::new(child.stdout.take().expect("piped"));
        let (url, token) = (line(&mut says), line(&mut says));
        Self {
            child,
            says,
            url,
            token,
        }
    }

    fn end(mut self) -> String {
        drop(self.child.stdin.take());
        let told = line(&mut self.says);
        drop(self.child.wait());
        told
    }
}

fn line(says: &mut BufReader<ChildStdout>) -> String {
    let mut line = String::new();
    says.read_line(&mut line).expect("it speaks");
    line.trim_end().to_owned()
}

/// What this process holds in memory, in bytes (proc(5): `statm`, resident pages).
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = statm
        .split_whitespace()
        .nth(1)
        .and_then(|pages| pages.parse().ok())
        .unwrap_or_default();
    pages * 4096
}

async fn measure(case: &Case) -> Figures {
    let telegram = StandIn::start(case);
    let directory = tempfile::tempdir().expect("a directory");
    let signals = Signals {
        outbox: Notify::new(),
        dirty: watch::Sender::default(),
        looks: Nudges::default(),
        best_effort: mpsc::channel(1).0,
        questions: mpsc::channel(1).0,
    };
    let interpret = Arc::new(|_: &[u8]| Err(Undecodable::Missing(String::new())));
    let journal =
        Journal::open(directory.path(), Rules::default(), interpret, signals).expect("opens");
    journal
        .apply(first_look(case.recipients))
        .await
        .expect("stored");
    let token = Secret::new(telegram.token.clone());
    let client = BotClient::new(&telegram.url, token, Proxies::new(None)).expect("a client");
    let stop = CancellationToken::new();
    let fetcher = Fetcher::new(directory.path()).expect("a fetcher");
    let delivery = tokio::spawn(outbox::deliver(
        journal.clone(),
        client,
        fetcher,
        case.rate,
        stop.clone(),
    ));
    // A start is silent for a second, which is none of a broadcast's.
    tokio::time::sleep(Duration::from_millis(1200)).await;

    let (before, mut most) = (resident(), 0);
    let began = clock::monotonic();
    journal.apply(vec![published()]).await.expect("stored");
    let key = PromotionKey::numbered(1);
    while journal
        .snapshot()
        .view()
        .broadcast(&key)
        .is_none_or(|broadcast| broadcast.state != BroadcastState::Over)
    {
        most = most.max(resident());
        tokio::time::sleep(GLANCE).await;
    }
    let elapsed = began.elapsed();
    stop.cancel();
    delivery.await.expect("it ends");
    journal.close().await;
    Figures {
        elapsed,
        grown: most.saturating_sub(before),
        told: telegram.end(),
    }
}

fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, stand_in, recipients, rate] = arguments.as_slice()
        && stand_in == STAND_IN
    {
        let (recipients, rate) = (
            recipients.parse().expect("a number"),
            rate.parse().expect("a number"),
        );
        return runtime.block_on(be_the_stand_in(&Case { recipients, rate }));
    }
    let mut cases = vec![Case {
        recipients: 1_000,
        rate: 30,
    }];
    if arguments.iter().any(|argument| argument == "--large") {
        cases.extend([10_000, 100_000].map(|recipients| Case {
            recipients,
            rate: 400,
        }));
    }
    println!(
        "recipients   rate     elapsed   ÷ ideal   429s   lost   doubled   memory grown       a recipient"
    );
    for case in cases {
        let figures = runtime.block_on(measure(&case));
        #[expect(
            clippy::cast_precision_loss,
            reason = "a ratio of small numbers, for people"
        )]
        let ideal = case.recipients as f64 / f64::from(case.rate);
        let elapsed = figures.elapsed.as_secs_f64();
        println!(
            "{:>10} {:>6} {:>9.2} s {:>9.3} {} {:>10} kB {:>14} B",
            case.recipients,
            case.rate,
            elapsed,
            elapsed / ideal,
            figures.told,
            figures.grown / 1000,
            figures.grown / case.recipients.cast_unsigned(),
        );
    }
}

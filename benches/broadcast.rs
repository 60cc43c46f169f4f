//! How near a broadcast comes to what Telegram allows: elapsed ÷ ideal (recipients ÷ rate), refusals, lost, doubled.
//!
//! The journal, the rules, the governor and the client are the service's own; the stand-in enforces Telegram's limits over its whole sliding
//! second and takes 50 ms to answer. `cargo bench --bench broadcast` runs 1,000 recipients at 30/s; with `-- --large` also 10,000 and 100,000
//! with a raised limit. Figures: `docs/BENCHMARKS.md`.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use sheetdesk::{
    clock,
    domain::{
        broadcast::BroadcastState,
        event::{Announcement, Command, Event, Looked, PartnerCells, RowEvent, TelegramCell},
        ids::{ChatId, PartnerCode, PromotionKey},
        rules::Rules,
        tab::Tab,
        text::Html,
        view::View as _,
    },
    fetch::Fetcher,
    journal::{Journal, Nudges, Signals, Undecodable},
    secret::Secret,
    telegram::{client::Client, outbox},
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

/// One measurement.
struct Case {
    recipients: i64,
    rate: u32,
}

/// What came of it.
struct Figures {
    elapsed: Duration,
    refused: u64,
    lost: usize,
    doubled: usize,
}

/// A staff list whose partners are all registered, as the first look shows it.
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
    let looked = Looked {
        tab: Tab::Partners,
        began: clock::now(),
        highest: None,
    };
    (1..=recipients).map(partner).chain([Event::Looked(looked)]).collect()
}

async fn stand_in(case: &Case) -> Telegram {
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
    telegram
}

async fn measure(case: &Case) -> Figures {
    let telegram = stand_in(case).await;
    let directory = tempfile::tempdir().expect("a directory");
    let signals = Signals {
        outbox: Notify::new(),
        dirty: watch::Sender::default(),
        looks: Nudges::default(),
        courtesies: mpsc::channel(1).0,
        questions: mpsc::channel(1).0,
    };
    let interpret = Arc::new(|_: &[u8]| Err(Undecodable(String::new())));
    let journal = Journal::open(directory.path(), Rules::default(), interpret, signals).expect("opens");
    journal.apply(first_look(case.recipients)).await.expect("stored");
    let client = Client::new(&telegram.url(), Secret::new(telegram.token().to_owned())).expect("a client");
    let stop = CancellationToken::new();
    let fetcher = Fetcher::new().expect("a fetcher");
    let delivery = tokio::spawn(outbox::deliver(journal.clone(), client, fetcher, case.rate, stop.clone()));
    // A start is silent for a second, which is none of a broadcast's.
    tokio::time::sleep(Duration::from_millis(1200)).await;

    let key = PromotionKey("А-1".to_owned());
    let announcement = Announcement {
        key: key.clone(),
        words: Html::escape("Скидка на всё до конца недели"),
        button: None,
    };
    let began = clock::monotonic();
    journal
        .apply(vec![Event::Admin(Command::Announce(announcement))])
        .await
        .expect("stored");
    while journal
        .snapshot()
        .view()
        .broadcast(&key)
        .is_none_or(|broadcast| broadcast.state != BroadcastState::Over)
    {
        tokio::time::sleep(GLANCE).await;
    }
    let elapsed = began.elapsed();
    stop.cancel();
    delivery.await.expect("it ends");
    let mut reached: BTreeMap<i64, usize> = BTreeMap::new();
    for person in telegram.people() {
        reached.insert(person.id().0, person.messages().len());
    }
    let refused = telegram.calls().too_many;
    journal.close().await;
    telegram.stop().await;
    Figures {
        elapsed,
        refused,
        lost: reached.values().filter(|count| **count == 0).count(),
        doubled: reached.values().filter(|count| **count > 1).count(),
    }
}

fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut cases = vec![Case {
        recipients: 1_000,
        rate: 30,
    }];
    if std::env::args().any(|argument| argument == "--large") {
        cases.extend([10_000, 100_000].map(|recipients| Case { recipients, rate: 400 }));
    }
    println!("recipients   rate   elapsed     ÷ ideal   429s   lost   doubled");
    for case in cases {
        let figures = runtime.block_on(measure(&case));
        #[expect(clippy::cast_precision_loss, reason = "a ratio of small numbers, for people")]
        let ideal = case.recipients as f64 / f64::from(case.rate);
        let elapsed = figures.elapsed.as_secs_f64();
        println!(
            "{:>10} {:>6} {:>9.2} s {:>9.3} {:>6} {:>6} {:>9}",
            case.recipients,
            case.rate,
            elapsed,
            elapsed / ideal,
            figures.refused,
            figures.lost,
            figures.doubled
        );
    }
}

//! The storm: sixty partners write while everything goes wrong that can, then calm, and the account.
//!
//! Invariant: what counts is what stands in the sheet and in the chats once nothing is left to do.

mod report;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use simulator::{Weather, telegram::Person};
use tokio::{
    sync::watch,
    time::{Instant, interval},
};

use self::report::{Left, Report};
use super::{
    crowd::{Crowd, Wanted},
    service::{DemoService, Tempo},
};
use crate::{
    cli::Failure,
    clock,
    operator::StatusReport,
    testbed::{APPEALS, BOOK, Testbed},
};

/// How long it lasts, unless somebody says otherwise.
pub(super) const LENGTH: Duration = Duration::from_secs(60);
/// Messages in a second, of all partners together; each stays below the pace at which one is asked for patience.
const MESSAGES: f64 = 13.5;
/// Answers in a second.
const ANSWERS: f64 = 0.7;
/// How often somebody sorts in a second, beside the sorting under every write.
const SORTS: f64 = 0.25;
/// How often the crowd acts.
const BEAT: Duration = Duration::from_millis(100);
/// So many beats pass between two looks at how far it is.
const LOOK_EACH: usize = 10;
/// How long the first read may take.
const KNOWN_WITHIN: Duration = Duration::from_secs(30);
/// How long everything may take to settle after the last message.
const SETTLED_WITHIN: Duration = Duration::from_secs(300);
/// Batches of which the service still makes sure are waited for so long, where nothing else is left to do.
const RESTS_AFTER: Duration = Duration::from_secs(90);
/// How often it is told how far it is.
const LOOK: Duration = Duration::from_secs(1);

/// Something that goes wrong.
#[derive(Debug, Clone, Copy)]
enum Mishap {
    /// What goes wrong with every call of Telegram's.
    Telegram(Weather),
    /// What goes wrong with every call of Google's.
    Sheets(Weather),
    /// Somebody sorts under every write, or no more.
    Sorting(bool),
    /// SIGKILL, and a new start.
    Kill,
}

/// What goes wrong, and when, as a part of the storm; all is calm after its end.
const MISHAPS: [(f64, Mishap); 20] = [
    (0.02, Mishap::Sorting(true)),
    (0.06, Mishap::Telegram(Weather::Slow)),
    (0.14, Mishap::Telegram(Weather::Calm)),
    (0.14, Mishap::Sheets(Weather::Slow)),
    (0.22, Mishap::Sheets(Weather::Calm)),
    (0.22, Mishap::Telegram(Weather::TooMany)),
    (0.30, Mishap::Telegram(Weather::Calm)),
    (0.30, Mishap::Sheets(Weather::TooMany)),
    (0.38, Mishap::Sheets(Weather::Calm)),
    (0.38, Mishap::Kill),
    (0.48, Mishap::Telegram(Weather::Lossy)),
    (0.58, Mishap::Telegram(Weather::Calm)),
    (0.58, Mishap::Sheets(Weather::Lossy)),
    (0.68, Mishap::Sheets(Weather::Calm)),
    (0.68, Mishap::Telegram(Weather::Down)),
    (0.76, Mishap::Telegram(Weather::Calm)),
    (0.76, Mishap::Sheets(Weather::Down)),
    (0.84, Mishap::Sheets(Weather::Lossy)),
    (0.84, Mishap::Kill),
    (0.94, Mishap::Telegram(Weather::Lossy)),
];

/// How far it is.
#[derive(Debug, Clone, Default)]
struct StormState {
    running: bool,
    ends: Option<Instant>,
    report: Option<Report>,
}

pub(super) struct Storm {
    testbed: Arc<Testbed>,
    service: Arc<DemoService>,
    told: watch::Sender<StormState>,
    /// Storms so far.
    count: AtomicUsize,
}

impl Storm {
    pub(super) fn of(testbed: &Arc<Testbed>, service: &Arc<DemoService>) -> Arc<Self> {
        Arc::new(Self {
            testbed: Arc::clone(testbed),
            service: Arc::clone(service),
            told: watch::Sender::new(StormState::default()),
            count: AtomicUsize::new(0),
        })
    }

    /// Takes the right to one storm; false while another is on.
    pub(super) fn begin(&self) -> bool {
        let begin = |told: &mut StormState| {
            let free = !told.running;
            told.running = true;
            free
        };
        self.told.send_if_modified(begin)
    }

    /// One storm from its first message to its account; see [`Storm::begin`].
    pub(super) async fn rage(&self, people: Vec<Person>, length: Duration) {
        let report = match self.run(people, length).await {
            Ok(report) => report,
            Err(failure) => Report::failed(&failure.words()),
        };
        self.calm();
        println!("{}\n{}", report.words().ru, report.words().en);
        self.told.send_replace(StormState {
            running: false,
            ends: None,
            report: Some(report),
        });
    }

    pub(super) fn is_on(&self) -> bool {
        self.told.borrow().running
    }

    /// A new value whenever the state should be asked for again.
    pub(super) fn changes(&self) -> watch::Receiver<impl Send + Sync + use<>> {
        self.told.subscribe()
    }

    /// As the page shows it.
    pub(super) fn state(&self) -> Value {
        let told = self.told.borrow().clone();
        let state = match (told.running, &told.report) {
            (true, _) => "running",
            (false, Some(_)) => "over",
            (false, None) => "idle",
        };
        let left = told
            .ends
            .map(|ends| ends.saturating_duration_since(clock::monotonic()));
        json!({
            "state": state,
            "left_s": left.map_or(0, |left| left.as_millis().div_ceil(1_000)),
            "account": told.report,
        })
    }

    async fn run(&self, people: Vec<Person>, length: Duration) -> Result<Report, Failure> {
        let series = match self.count.fetch_add(1, Ordering::Relaxed) {
            0 => String::new(),
            before => format!("{}", before + 1),
        };
        let seconds = length.as_secs_f64();
        let wanted = Wanted {
            messages: MESSAGES * seconds,
            answers: ANSWERS * seconds,
            promotions: 0.0,
            sorts: SORTS * seconds,
        };
        self.service.start(Tempo::Watched).await?;
        let everybody = u32::try_from(people.len()).unwrap_or(u32::MAX);
        let known = |status: &StatusReport| status.partners.registered >= everybody;
        self.testbed
            .status_where("everybody is known to be a partner", known, KNOWN_WITHIN)
            .await?;
        let appeals = self.testbed.sheets.look(BOOK, |book| book.table(APPEALS));
        let appeals = appeals.map_or(0, |table| table.len());
        let mut crowd = Crowd::of(people, wanted, series, appeals);
        self.told.send_modify(|told| {
            told.ends = Some(clock::monotonic() + length);
            told.report = Some(Report::so_far(&self.testbed, &crowd));
        });
        self.drive(&mut crowd, length).await?;
        self.calm();
        self.service.start(Tempo::Storm).await?;
        let left = self.settles(&crowd).await;
        Ok(Report::at_the_end(&self.testbed, &crowd, left))
    }

    /// The whole time: the crowd acts, and things go wrong.
    async fn drive(&self, crowd: &mut Crowd, length: Duration) -> Result<(), Failure> {
        let began = clock::monotonic();
        let mut mishaps = MISHAPS.iter().peekable();
        let mut beats = interval(BEAT);
        for beat in 0_usize.. {
            beats.tick().await;
            let part = (began.elapsed().as_secs_f64() / length.as_secs_f64()).min(1.0);
            while let Some((_, mishap)) = mishaps.next_if(|(at, _)| *at <= part) {
                self.befall(crowd, *mishap).await?;
            }
            crowd.act(&self.testbed, part).await?;
            if part >= 1.0 {
                break;
            }
            if beat.is_multiple_of(LOOK_EACH) {
                self.tell_how_far(crowd);
            }
        }
        Ok(())
    }

    async fn befall(&self, crowd: &mut Crowd, mishap: Mishap) -> Result<(), Failure> {
        match mishap {
            Mishap::Telegram(weather) => self.testbed.telegram.weather(weather),
            Mishap::Sheets(weather) => self.testbed.sheets.weather(weather),
            Mishap::Sorting(on) => self.testbed.sheets.sort_under_writes(on),
            Mishap::Kill => {
                self.service.kill().await?;
                crowd.killed += 1;
                self.service.start(Tempo::Storm).await?;
            }
        }
        Ok(())
    }

    /// Nothing goes wrong any more.
    fn calm(&self) {
        self.testbed.telegram.weather(Weather::Calm);
        self.testbed.sheets.weather(Weather::Calm);
        self.testbed.sheets.sort_under_writes(false);
    }

    /// Waits until nothing is left to do, and tells meanwhile how far it is; what is left all the same.
    async fn settles(&self, crowd: &Crowd) -> Left {
        let (quick, began) = (self.testbed.settled(SETTLED_WITHIN), clock::monotonic());
        tokio::pin!(quick);
        let mut looks = interval(LOOK);
        loop {
            let late = tokio::select! {
                settled = &mut quick => settled.err().map(|late| late.to_string()),
                _ = looks.tick() => {
                    self.tell_how_far(crowd);
                    let rested = began.elapsed() > RESTS_AFTER;
                    if let Some(open) = self.open_batches().await.filter(|_| rested) {
                        return Left { open, late: None };
                    }
                    continue;
                }
            };
            return Left { open: 0, late };
        }
    }

    /// How many batches are open while nothing else is left to do; none while there is.
    async fn open_batches(&self) -> Option<u64> {
        let status = self.testbed.status().await.ok()?;
        let outbox = &status.outbox;
        let left = status.inbox.pending + outbox.pending + outbox.sending + status.desk.dirty;
        let idle = left == 0 && self.testbed.telegram.pending_updates() == 0;
        idle.then_some(status.desk.intents)
    }

    fn tell_how_far(&self, crowd: &Crowd) {
        let report = Report::so_far(&self.testbed, crowd);
        self.told.send_modify(|told| told.report = Some(report));
    }
}

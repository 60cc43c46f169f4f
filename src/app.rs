//! Build and run: the only wiring. Every loop of the service is started here, by name, under the supervisor.
//!
//! Invariant: `serve`, the demo and the tests run this very `App`; nothing in it knows which of them it is.

mod admin;
mod backend;
mod backup;
mod checkup;
mod commands;
mod intake;
mod journal_alert;
mod metrics;
mod observe;
mod operator;
mod operator_text;
mod persons;
mod provision;
mod registration;
mod reply;
mod report;
mod socket;
mod spreadsheets;
mod state_tab;
mod words;

use std::{
    net::SocketAddr,
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use croner::Cron;
use jiff::Timestamp;
use tokio::sync::{Mutex, Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    accept_loop, clock,
    config::{Mode, Settings},
    domain::{operator::OperatorRequest, rules::Rules, tab::Tab},
    fetch::Fetcher,
    http,
    journal::{self, BestEffort, Journal, Nudges, OpenError, Signals},
    schedule::Schedule,
    sheets::{
        account_key::{AccountKey, KeyError},
        client::{ClientError, SheetsClient, Timeouts},
        sync::Observer,
    },
    shutdown::Shutdown,
    supervisor::{RestartPolicy, Supervisor},
    telegram, watchdog,
};

pub use self::{
    backup::{BackupError, backup},
    observe::{ObserveError, observe},
    provision::{ProvisionPlan, provision_plans},
    reply::{ConsoleReply, Person, UnknownDelivery},
    report::{BroadcastReport, JournalStatus, StatusReport, TelegramStatus},
    socket::{AdminError, ask},
    words::{
        appeals as appeal_words, menus as bot_menus, partners as partner_words,
        promotions as promotion_words, vocabulary as promotion_vocabulary,
    },
};
use self::{registration::WebhookStatus, spreadsheets::Spreadsheets};
pub use crate::{
    domain::operator::{OperatorRequest as Request, QuarantineAction, Selection},
    health::Health,
    journal::SetAside,
};

/// How long requests and sends in hand may take after the stop signal: the whole stop is promised within 2 s.
const GRACE: Duration = Duration::from_millis(1300);
/// Questions of the operator's that may wait.
const QUESTIONS: usize = 16;
/// Best-effort calls that may wait; Telegram forgets buttons after a while as well, and words are in for reactions beyond it.
const BEST_EFFORT_QUEUE: usize = 256;

/// The service cannot start. Somebody else being down is never among the reasons.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] OpenError),
    /// An address to listen on.
    #[error(transparent)]
    Bind(#[from] http::BindError),
    /// The admin socket.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// The service account's key file.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The Google Sheets client.
    #[error(transparent)]
    Hub(#[from] ClientError),
    /// The Telegram client.
    #[error(transparent)]
    Telegram(#[from] telegram::client::BuildError),
    /// The client that fetches files.
    #[error("the HTTP client cannot be set up: {0}")]
    Fetcher(#[from] reqwest::Error),
}

/// How the service ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// It was asked to stop, and everything in hand was finished.
    Stopped,
    /// It was asked to stop, and had to drop what was in hand; the journal knows what.
    Forced,
    /// A loop failed too often.
    Failed(String),
}

/// The running service.
pub struct App {
    parts: Arc<Parts>,
    public: SocketAddr,
    admin: SocketAddr,
}

/// What the loops share.
struct Parts {
    settings: Settings,
    journal: Journal,
    sheets_client: SheetsClient,
    telegram: telegram::client::BotClient,
    fetcher: Fetcher,
    spreadsheets: Spreadsheets,
    shutdown: Shutdown,
    supervisor: Supervisor,
    started: tokio::time::Instant,
    running: AtomicBool,
    registration: WebhookStatus,
    /// When the spreadsheet's script last called.
    pushed: std::sync::Mutex<Option<Timestamp>>,
    /// What the journal told when it could last be read.
    levels: std::sync::Mutex<(report::Levels, tokio::time::Instant)>,
    observer: Option<Observer>,
}

/// A receiver that survives the restart of the loop that reads it.
type Shared<T> = Arc<Mutex<mpsc::Receiver<T>>>;

impl App {
    /// Opens the journal, binds the addresses and starts every loop.
    ///
    /// # Errors
    /// What the machine or the settings make impossible; never because Telegram or Google is away.
    pub async fn start(settings: Settings, shutdown: Shutdown) -> Result<Self, StartError> {
        // The journal comes before the addresses: of two services with one directory, the second shall hear why it cannot start.
        let (parts, due) = Parts::open(settings, shutdown, Purpose::Serve).await?;
        if let Some(words) = journal::exposed(&parts.settings.data_dir) {
            tracing::warn!("{words}");
        }
        let (public, admin) = match bind(&parts.settings).await {
            Ok(servers) => servers,
            Err(error) => {
                parts.journal.clone().close().await;
                return Err(error.into());
            }
        };
        let app = Self {
            public: public.address(),
            admin: admin.address(),
            parts,
        };
        app.start_loops(due, public, admin)?;
        app.parts.running.store(true, Ordering::Release);
        Ok(app)
    }

    /// The address for Telegram and the sheets.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.public
    }

    /// The address for the metrics.
    #[must_use]
    pub fn admin_address(&self) -> SocketAddr {
        self.admin
    }

    /// Runs until the stop signal, or until a loop failed too often; then finishes what is in hand and closes the journal.
    pub async fn run(self) -> Ended {
        self.parts.until_stop().await
    }

    fn start_loops(
        &self,
        due: Due,
        public: http::Server,
        admin: http::Server,
    ) -> Result<(), StartError> {
        let parts = &self.parts;
        admin::start(parts)?;
        self.start_servers(public, admin);
        spreadsheets::start(parts);
        self.start_telegram(Arc::new(Mutex::new(due.best_effort)));
        self.start_operator(Arc::new(Mutex::new(due.questions)));
        Self::start_looks(parts);
        Self::start_tick(
            parts,
            "every-health",
            &parts.settings.schedule.health,
            Tick::Health,
        );
        Self::start_tick(
            parts,
            "every-state",
            &parts.settings.schedule.health,
            Tick::State,
        );
        let shared = Arc::clone(parts);
        parts.supervisor.spawn("journal-alert", move |stop| {
            journal_alert::watch(Arc::clone(&shared), stop)
        });
        Self::start_watchdog(parts);
        Ok(())
    }

    /// Where a service manager watches over us, it hears as long as all is well.
    fn start_watchdog(parts: &Arc<Parts>) {
        let Some(every) = watchdog::wanted() else {
            return;
        };
        let shared = Arc::clone(parts);
        parts.supervisor.spawn("watchdog", move |stop| {
            let journal = shared.journal.clone();
            let answers = move || {
                let journal = journal.clone();
                async move { journal.answers().await }
            };
            watchdog::feed(
                every,
                shared.supervisor.clone(),
                answers,
                watchdog::tell,
                stop,
            )
        });
    }

    fn start_servers(&self, public: http::Server, admin: http::Server) {
        // The recorder is before the routes describe what they count.
        let (recorder, parts) = (metrics::recorder(), Arc::clone(&self.parts));
        let settings = &self.parts.settings.http;
        let places = accept_loop::affordable(settings.max_connections);
        if places < settings.max_connections {
            tracing::warn!(
                wanted = settings.max_connections,
                places,
                "the system's limit of open files leaves room for fewer connections than http.max_connections; raise it (LimitNOFILE=, ulimit -n)"
            );
        }
        let router = http::public(
            Arc::clone(&parts),
            backend::access(&parts.settings, parts.bot()),
            http::Limits::new(settings.request_timeout_s),
        );
        let backend = Arc::clone(&parts);
        self.serve("http", public, router, http::Caps::new(places));
        self.serve(
            "metrics",
            admin,
            http::admin(move || metrics::render(&parts, &recorder), backend),
            http::Caps::new(places.min(ADMIN_CONNECTIONS)),
        );
    }

    /// Serves an address; a restarted loop binds it anew.
    fn serve(
        &self,
        name: &'static str,
        server: http::Server,
        router: axum::Router,
        caps: http::Caps,
    ) {
        let (address, tasks) = (server.address(), self.parts.shutdown.tracker().clone());
        let bound = Arc::new(std::sync::Mutex::new(Some(server)));
        self.parts
            .supervisor
            .spawn(name, move |stop: CancellationToken| {
                let first = bound
                    .lock()
                    .expect("nothing panics with this lock in hand")
                    .take();
                let (router, tasks) = (router.clone(), tasks.clone());
                async move {
                    let server = match first {
                        Some(server) => Some(Ok(server)),
                        None => stop.run_until_cancelled(bind_again(address)).await,
                    };
                    match server {
                        Some(Ok(server)) => server.run(router, caps, stop, tasks).await,
                        Some(Err(error)) => tracing::error!(%error, "the address cannot be served"),
                        None => {}
                    }
                }
            });
    }

    fn start_telegram(&self, best_effort: Shared<BestEffort>) {
        let parts = Arc::clone(&self.parts);
        let rate = parts
            .settings
            .telegram
            .rate_per_second
            .map_or(0, std::num::NonZeroU32::get);
        let shared = Arc::clone(&parts);
        parts.supervisor.spawn("outbox", move |stop| {
            let shared = Arc::clone(&shared);
            async move {
                // What waits in a restored copy may have been sent by the journal that was lost.
                let checked = tokio::time::timeout(CHECKED_WITHIN, shared.spreadsheets.checked());
                let _ = stop.run_until_cancelled(checked).await;
                let (journal, client, fetcher) = (
                    shared.journal.clone(),
                    shared.telegram.clone(),
                    shared.fetcher.clone(),
                );
                telegram::outbox::deliver(journal, client, fetcher, rate, stop).await;
            }
        });
        let (client, unshown) = (
            parts.telegram.clone(),
            telegram::best_effort::record_in(parts.journal.clone()),
        );
        parts.supervisor.spawn("courtesies", move |stop| {
            let (best_effort, client, unshown) = (
                Arc::clone(&best_effort),
                client.clone(),
                Arc::clone(&unshown),
            );
            async move {
                telegram::best_effort::run(&mut *best_effort.lock().await, client, unshown, stop)
                    .await
            }
        });
        let shared = Arc::clone(&parts);
        parts.supervisor.spawn("webhook", move |stop| {
            registration::register(Arc::clone(&shared), stop)
        });
        if matches!(parts.settings.telegram.mode, Mode::Polling) {
            let shared = Arc::clone(&parts);
            parts.supervisor.spawn("polling", move |stop| {
                telegram::polling::poll(
                    shared.journal.clone(),
                    shared.telegram.clone(),
                    shared.bot(),
                    stop,
                )
            });
        }
    }

    fn start_operator(&self, questions: Shared<OperatorRequest>) {
        let shared = Arc::clone(&self.parts);
        self.parts.supervisor.spawn("operator", move |stop| {
            operator::answer(Arc::clone(&questions), Arc::clone(&shared), stop)
        });
        if let Some(digest) = &self.parts.settings.schedule.digest {
            Self::start_tick(&self.parts, "every-digest", digest, Tick::Digest);
        }
        if let Some(heartbeat) = &self.parts.settings.schedule.heartbeat {
            Self::start_tick(&self.parts, "every-heartbeat", heartbeat, Tick::Heartbeat);
        }
    }

    fn start_looks(parts: &Arc<Parts>) {
        let schedule = &parts.settings.schedule;
        Self::start_tick(
            parts,
            "every-appeals",
            &schedule.appeals,
            Tick::Look(Tab::Appeals),
        );
        Self::start_tick(
            parts,
            "every-partners",
            &schedule.partners,
            Tick::Look(Tab::Partners),
        );
        if parts.settings.sheets.promotions.is_some() {
            Self::start_tick(
                parts,
                "every-promotions",
                &schedule.promotions,
                Tick::Look(Tab::Promotions),
            );
        }
    }

    fn start_tick(parts: &Arc<Parts>, name: &'static str, cron: &Cron, tick: Tick) {
        let schedule = Schedule::new(name, cron.clone(), parts.settings.time_zone.clone());
        let shared = Arc::clone(parts);
        parts.supervisor.spawn(name, move |stop| {
            let (schedule, shared) = (schedule.clone(), Arc::clone(&shared));
            async move {
                let job = || async {
                    let began = clock::monotonic();
                    tick.carry_out(Arc::clone(&shared)).await;
                    ::metrics::histogram!("sheetdesk_job_seconds", "job" => name)
                        .record(began.elapsed());
                };
                schedule.run(stop, clock::now, job).await;
            }
        });
    }
}

/// What the journal hands on as it comes.
struct Due {
    best_effort: mpsc::Receiver<BestEffort>,
    questions: mpsc::Receiver<OperatorRequest>,
}

/// What the parts are put together for.
enum Purpose {
    /// The service.
    Serve,
    /// Telling what the service would do.
    Observe(Observer),
}

impl Parts {
    /// Waits for the stop signal, or until a loop has failed too often; then finishes what is in hand and closes the journal.
    async fn until_stop(&self) -> Ended {
        let stop = self.shutdown.stop_token();
        let failed = tokio::select! {
            () = stop.cancelled() => None,
            fatal = self.supervisor.fatal() => Some(fatal.to_string()),
        };
        tracing::info!("stopping");
        let finished = self.shutdown.finish(GRACE).await;
        self.journal.clone().close().await;
        tracing::info!(finished, "stopped");
        match (failed, finished) {
            (Some(words), _) => Ended::Failed(words),
            (None, true) => Ended::Stopped,
            (None, false) => Ended::Forced,
        }
    }

    /// Takes down that the spreadsheet's script has called.
    fn note_push(&self) {
        *self.pushed.lock().unwrap_or_else(PoisonError::into_inner) = Some(clock::now());
    }

    /// When the spreadsheet's script last called, if it has since the start.
    fn pushed(&self) -> Option<Timestamp> {
        *self.pushed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bot's id, by which updates are told apart from another bot's.
    fn bot(&self) -> i64 {
        i64::try_from(self.settings.telegram.token.bot().number()).unwrap_or(i64::MAX)
    }

    /// Opens the journal and prepares the clients; calls nobody, binds nothing.
    async fn open(
        settings: Settings,
        shutdown: Shutdown,
        purpose: Purpose,
    ) -> Result<(Arc<Self>, Due), StartError> {
        let rules = words::rules(&settings);
        let (best_effort, best_effort_due) = mpsc::channel(BEST_EFFORT_QUEUE);
        let (questions, questions_due) = mpsc::channel(QUESTIONS);
        let signals = Signals {
            outbox: Notify::new(),
            dirty: watch::Sender::default(),
            looks: Nudges::default(),
            best_effort,
            questions,
        };
        let key = AccountKey::read(settings.sheets.credentials.path())?;
        let sheets_client = SheetsClient::new(
            settings.sheets.api_url.as_str(),
            key,
            Timeouts::default(),
            clock::now,
        )
        .await?;
        let (sheets_client, observer) = match purpose {
            Purpose::Serve => (sheets_client, None),
            Purpose::Observe(observer) => (sheets_client.reading_only(), Some(observer)),
        };
        let telegram = telegram::client::BotClient::new(
            settings.telegram.api_url.as_str(),
            settings.telegram.token.secret().clone(),
        )?;
        let parts = Self {
            journal: open_journal(&settings, &rules, signals).await?,
            sheets_client,
            telegram,
            // The journal is open by now, so the directory is ours.
            fetcher: Fetcher::new(&settings.data_dir)?,
            spreadsheets: Spreadsheets::new(&settings, rules),
            supervisor: Supervisor::new(&shutdown, RestartPolicy::default()),
            shutdown,
            started: clock::monotonic(),
            running: AtomicBool::new(false),
            registration: WebhookStatus::default(),
            pushed: std::sync::Mutex::default(),
            levels: std::sync::Mutex::new((report::Levels::default(), clock::monotonic())),
            observer,
            settings,
        };
        let due = Due {
            best_effort: best_effort_due,
            questions: questions_due,
        };
        Ok((Arc::new(parts), due))
    }
}

/// Opens the journal off the runtime's threads: after a crash it recovers first.
async fn open_journal(
    settings: &Settings,
    rules: &Rules,
    signals: Signals,
) -> Result<Journal, StartError> {
    let (directory, rules) = (settings.data_dir.clone(), rules.clone());
    let opening = tokio::task::spawn_blocking(move || {
        Journal::open(&directory, rules, Arc::new(intake::interpret), signals)
    });
    match opening.await {
        Ok(opened) => Ok(opened?),
        Err(_) => Err(OpenError::Unusable(
            settings.data_dir.display().to_string(),
            "its recovery stumbled".to_owned(),
        )
        .into()),
    }
}

async fn bind(settings: &Settings) -> Result<(http::Server, http::Server), http::BindError> {
    let public = http::Server::bind(settings.http.listen).await?;
    Ok((
        public,
        http::Server::bind(settings.http.admin_listen).await?,
    ))
}

/// Binds an address of the running service anew, however long the machine is short of something.
async fn bind_again(address: SocketAddr) -> Result<http::Server, http::BindError> {
    loop {
        match http::Server::bind(address).await {
            Err(error) if error.is_shortage() => tokio::time::sleep(accept_loop::PAUSE).await,
            bound => return bound,
        }
    }
}

/// Prometheus, a probe and a person at most.
const ADMIN_CONNECTIONS: usize = 16;
/// How long messages wait at the start for the spreadsheets, so that a restored journal is known for one: replies are due within 5 s.
const CHECKED_WITHIN: Duration = Duration::from_secs(3);

/// What a schedule does.
#[derive(Debug, Clone, Copy)]
enum Tick {
    /// Nudges a synchroniser.
    Look(Tab),
    /// Tells the admin chat how the day begins.
    Digest,
    /// Asks Telegram how it is, so that `/readyz` does not speak of yesterday, and tells the admin chat what is wrong.
    Health,
    /// Gives the admin chat a sign of life.
    Heartbeat,
    /// Writes how things are into the spreadsheet.
    State,
}

impl Tick {
    async fn carry_out(self, parts: Arc<Parts>) {
        match self {
            Self::Look(tab) => parts.journal.signals().looks.mark(tab),
            Self::Digest => operator::digest(&parts).await,
            Self::State => state_tab::write(&parts).await,
            Self::Health => drop(checkup::check(&parts).await),
            Self::Heartbeat => checkup::heartbeat(&parts).await,
        }
    }
}

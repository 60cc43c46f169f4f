//! Build and run: the only wiring. Every loop of the service is started here, by name, under the supervisor.
//!
//! Invariant: `serve`, the demo and the tests run this very `App`; nothing in it knows which of them it is.

mod backend;
mod intake;
mod loops;
mod observe;
mod provision;
mod registration;
mod servers;
mod spreadsheets;
pub mod words;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::{Notify, mpsc, watch};

use self::spreadsheets::Spreadsheets;
pub use self::{
    observe::{ObserveError, observe},
    provision::{ProvisionPlan, provision_plans},
};
use crate::{
    clock,
    config::Settings,
    domain::{operator::OperatorRequest, rules::Rules, session::Locale, wording::Wording},
    fetch::Fetcher,
    http,
    journal::{self, BestEffort, Journal, Nudges, OpenError, Signals},
    operator::{AdminError, Console, Noted, listener},
    proxies::Proxies,
    sheets::{
        account_key::{AccountKey, KeyError},
        client::{ClientError, SheetsClient, Timeouts},
        sync::Observer,
    },
    shutdown::Shutdown,
    supervisor::{RestartPolicy, Supervisor},
    telegram::client::{BotClient, BuildError},
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
    Sheets(#[from] ClientError),
    /// The Telegram client.
    #[error(transparent)]
    Telegram(#[from] BuildError),
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
    settings: Arc<Settings>,
    journal: Journal,
    sheets_client: SheetsClient,
    telegram: BotClient,
    fetcher: Fetcher,
    spreadsheets: Spreadsheets,
    shutdown: Shutdown,
    supervisor: Supervisor,
    running: AtomicBool,
    console: Arc<Console>,
    observer: Option<Observer>,
}

impl App {
    /// Opens the journal, binds the addresses and starts every loop.
    ///
    /// # Errors
    /// What the machine or the settings make impossible; never because Telegram or Google is away.
    pub async fn start(settings: Settings, shutdown: Shutdown) -> Result<Self, StartError> {
        // The journal comes before the addresses: of two services with one directory, the second shall hear why it cannot start.
        let (parts, due) = Parts::open(settings, shutdown, Purpose::Serve).await?;
        if let Some(words) = journal::exposed(&parts.settings.data_dir) {
            tracing::warn!("{}", Wording::built_in().tell(Locale::En, &words));
        }
        let (public, admin) = match servers::bind(&parts.settings).await {
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
        let parts = &app.parts;
        listener::start(&parts.console)?;
        servers::start(parts, public, admin);
        spreadsheets::start(parts);
        loops::start(parts, due);
        parts.running.store(true, Ordering::Release);
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
        let (signals, due) = signals();
        let (sheets_client, telegram) = clients(&settings).await?;
        let (sheets_client, observer) = match purpose {
            Purpose::Serve => (sheets_client, None),
            Purpose::Observe(observer) => (sheets_client.reading_only(), Some(observer)),
        };
        let settings = Arc::new(settings);
        let journal = open_journal(&settings, &rules, signals).await?;
        // The journal is open by now, so the directory is ours.
        let fetcher = Fetcher::new(&settings.data_dir)?;
        let supervisor = Supervisor::new(&shutdown, RestartPolicy::default());
        let spreadsheets = Spreadsheets::new(&settings, rules.clone());
        let console = Console {
            settings: Arc::clone(&settings),
            rules,
            journal: journal.clone(),
            telegram: telegram.clone(),
            sheets: sheets_client.clone(),
            sync_statuses: spreadsheets.statuses(),
            work_gate: Arc::clone(&spreadsheets.work_gate),
            supervisor: supervisor.clone(),
            shutdown: shutdown.clone(),
            started: clock::monotonic(),
            noted: Noted::default(),
        };
        let parts = Self {
            settings,
            journal,
            sheets_client,
            telegram,
            fetcher,
            spreadsheets,
            shutdown,
            supervisor,
            running: AtomicBool::new(false),
            console: Arc::new(console),
            observer,
        };
        Ok((Arc::new(parts), due))
    }
}

/// What the journal signals by, and the other ends of it.
fn signals() -> (Signals, Due) {
    let (best_effort, best_effort_due) = mpsc::channel(BEST_EFFORT_QUEUE);
    let (questions, questions_due) = mpsc::channel(QUESTIONS);
    let signals = Signals {
        outbox: Notify::new(),
        dirty: watch::Sender::default(),
        looks: Nudges::default(),
        best_effort,
        questions,
    };
    let due = Due {
        best_effort: best_effort_due,
        questions: questions_due,
    };
    (signals, due)
}

async fn clients(settings: &Settings) -> Result<(SheetsClient, BotClient), StartError> {
    let key = AccountKey::read(settings.sheets.credentials.path())?;
    let api = settings.sheets.api_url.as_str();
    let proxies = Proxies::new(settings.sheets.proxy.as_ref());
    let sheets = SheetsClient::new(api, key, Timeouts::default(), proxies, clock::now).await?;
    let token = settings.telegram.token.secret().clone();
    let proxies = Proxies::new(settings.telegram.proxy.as_ref());
    let telegram = BotClient::new(settings.telegram.api_url.as_str(), token, proxies)?;
    Ok((sheets, telegram))
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
    let stumbled = |_| {
        let directory = settings.data_dir.display().to_string();
        OpenError::Unusable(directory, "its recovery stumbled".to_owned())
    };
    Ok(opening.await.map_err(stumbled)??)
}

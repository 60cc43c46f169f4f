//! A testbed for the demo and the tests: the two stand-ins, a sample workbook, and the very service on top of them.
//!
//! Invariant: the service on this testbed is built from settings, as `serve` builds it; the testbed only chooses the addresses.

mod people;
mod ports;
mod script;
mod specialists;
mod waiting;

use std::{
    io,
    net::{SocketAddr, UdpSocket},
    path::{Path, PathBuf},
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use simulator::{
    sheets::{Sheets, SheetsOptions, sample_workbook, service_account},
    telegram::{Person, Profile, Telegram, TelegramOptions},
};
use tokio::task::JoinHandle;

use self::ports::free_address;
pub use self::{
    people::{ALLA, GROUP, IVAN, Newcomer, PAVEL},
    specialists::SPECIALISTS,
};
use crate::{
    app::{App, Ended, StartError},
    clock,
    config::Settings,
    domain::operator::OperatorRequest,
    operator::{ConsoleReply, StatusReport, ask},
    shutdown::Shutdown,
};

/// The sample spreadsheet's id.
pub const BOOK: &str = "demo-workbook";
/// The staff list's tab.
pub const PARTNERS: &str = "список сотрудников для авторизации";
/// The appeals' tab.
pub const APPEALS: &str = "обращения";
/// The promotions' tab.
pub const PROMOTIONS: &str = "Акции";
/// Telegram's number of the partner whom the tour plays.
pub const MARINA: i64 = 700_001_042;
/// The admin chat of the testbed.
pub const ADMIN_CHAT: i64 = 900_000_001;

/// Telegram's secret for calls of the webhook.
pub const WEBHOOK_SECRET: &str = "stage-webhook-secret-1f4c9a";
const CALLBACK_KEY: &[u8] = b"a key for the stage alone: 32 by";

/// What the testbed cannot do, in words.
#[derive(Debug, thiserror::Error)]
pub enum TestbedError {
    /// The machine refuses.
    #[error("the testbed cannot be set up: {0}")]
    Io(#[from] io::Error),
    /// An address is not to be had.
    #[error("{what} cannot listen on {address}: {words}")]
    Listen {
        /// Who wanted to listen there.
        what: &'static str,
        /// Where.
        address: SocketAddr,
        /// Why not, and what to do.
        words: String,
    },
    /// Settings that the testbed made are refused.
    #[error("{0}")]
    Settings(String),
    /// The service does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Something did not happen in time.
    #[error("{what} within {within:?}; instead: {seen}")]
    TooLate {
        /// What was waited for.
        what: String,
        /// For how long.
        within: Duration,
        /// What was there.
        seen: String,
    },
    /// A call failed.
    #[error("{0}")]
    Call(String),
}

impl TestbedError {
    /// Why somebody cannot listen on an address, and what to do: another one is named by this option.
    #[must_use]
    pub fn listening(
        what: &'static str,
        option: &str,
        address: SocketAddr,
        error: &io::Error,
    ) -> Self {
        let words = match error.kind() {
            io::ErrorKind::AddrInUse => format!(
                "the port is taken by another program; end that one, or name another address by {option}, such as {}:0 for any free port",
                address.ip()
            ),
            _ => format!("{error}; name another address by {option}"),
        };
        Self::Listen {
            what,
            address,
            words,
        }
    }
}

/// The stand-ins and what the service on top of them is told.
pub struct Testbed {
    /// Telegram's stand-in.
    pub telegram: Telegram,
    /// Google's stand-in.
    pub sheets: Sheets,
    directory: tempfile::TempDir,
    variables: Vec<(String, String)>,
    listen: SocketAddr,
    /// The service's ports are kept for it as long as these live, over its restarts.
    _ports: [UdpSocket; 2],
    /// Calls the service as the spreadsheet's script does.
    script: reqwest::Client,
}

/// A running service.
pub struct Service {
    shutdown: Shutdown,
    running: JoinHandle<Ended>,
}

impl Testbed {
    /// Starts the stand-ins and puts the sample workbook up.
    ///
    /// # Errors
    /// When a port or the directory for the journal cannot be had.
    pub async fn set(
        telegram: TelegramOptions,
        sheets: SheetsOptions,
    ) -> Result<Self, TestbedError> {
        let (here, there) = (telegram.listen, sheets.listen);
        let telegram = Telegram::start(telegram).await.map_err(|error| {
            TestbedError::listening("Telegram's stand-in", "--telegram-listen", here, &error)
        })?;
        let sheets = Sheets::start(sheets).await.map_err(|error| {
            TestbedError::listening("Google's stand-in", "--sheets-listen", there, &error)
        })?;
        sheets.insert_workbook(sample_workbook(BOOK));
        telegram
            .person(Profile::new(ADMIN_CHAT, "Оператор"))
            .has_met_bot();
        let directory = tempfile::Builder::new().prefix("sheetdesk-").tempdir()?;
        let account = service_account(&sheets.token_url()).to_string();
        std::fs::write(credentials(&directory), account)?;
        let ((listen, port), (admin, admin_port)) = (free_address()?, free_address()?);
        let variables = variables(&directory, (&telegram, &sheets), [listen, admin]);
        Ok(Self {
            telegram,
            sheets,
            directory,
            variables,
            listen,
            _ports: [port, admin_port],
            // Apps Script opens a connection for each call.
            script: reqwest::Client::builder()
                .pool_max_idle_per_host(0)
                .build()
                .map_err(|error| TestbedError::Call(error.to_string()))?,
        })
    }

    /// Writes these people into the staff list as partners who are registered; before the service sees it for the first time.
    ///
    /// # Errors
    /// When the list has no room.
    pub fn enlist(&self, people: &[Person]) -> Result<(), TestbedError> {
        let row = |person: &Person| {
            let id = person.id().0.to_string();
            let (code, phone) = (format!("К-{id}"), format!("'+7{id:0>10}"));
            let date = "'2026-01-01 10:00:00".to_owned();
            [
                code,
                person.profile().first_name.clone(),
                phone,
                "авторизован".to_owned(),
                id,
                date,
            ]
        };
        let rows: Vec<_> = people.iter().map(row).collect();
        let pasted = self.sheets.with(BOOK, |book| {
            let below = format!("A{}", book.table(PARTNERS)?.len() + 1);
            book.paste(PARTNERS, &below, &rows)
        });
        pasted.map_err(|error| TestbedError::Call(error.to_string()))
    }

    /// Changes a setting of the service (`APPEALS__GRACE`); in force at its next start.
    pub fn configure(&mut self, name: &str, value: &str) {
        let name = format!("SHEETDESK_{name}");
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, value.to_owned()));
    }

    /// The environment of the service.
    #[must_use]
    pub fn variables(&self) -> &[(String, String)] {
        &self.variables
    }

    /// The settings that the service makes of it.
    ///
    /// # Errors
    /// When they are refused.
    pub fn settings(&self) -> Result<Settings, TestbedError> {
        let loaded = Settings::load(None, self.variables.iter().cloned());
        let (settings, _) = loaded.map_err(|errors| TestbedError::Settings(errors.words()))?;
        Ok(settings)
    }

    /// The service's address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listen
    }

    /// Where the journal lies.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// A directory that goes with the testbed.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Starts the service in this process.
    ///
    /// # Errors
    /// When its settings or its start are refused.
    pub async fn open(&self) -> Result<Service, TestbedError> {
        // Of several services in one process the first has installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let settings = self.settings()?;
        let shutdown = Shutdown::new();
        let app = App::start(settings, shutdown.clone()).await?;
        Ok(Service {
            running: tokio::spawn(app.run()),
            shutdown,
        })
    }

    /// What the running service says of itself, over its admin socket.
    ///
    /// # Errors
    /// When none is running.
    pub async fn status(&self) -> Result<StatusReport, TestbedError> {
        match ask(&self.data_dir(), &OperatorRequest::Status).await {
            Ok(ConsoleReply::Status(status)) => Ok(*status),
            Ok(other) => Err(TestbedError::Call(format!("{other:?}"))),
            Err(error) => Err(TestbedError::Call(error.to_string())),
        }
    }

    /// What is in the appeals tab in the row with this `№`, under this header; empty if there is no such row.
    #[must_use]
    pub fn appeal_cell(&self, number: u32, header: &str) -> String {
        self.cell(APPEALS, ("№", &number.to_string()), header)
    }

    /// What is in the row whose cell under `key.0` reads `key.1`, under this header.
    #[must_use]
    pub fn cell(&self, tab: &str, key: (&str, &str), header: &str) -> String {
        self.sheets.look(BOOK, |book| {
            let address = book.address(tab, key, header).ok();
            address
                .and_then(|address| book.shown(tab, &address).ok())
                .unwrap_or_default()
        })
    }

    /// A person types into the appeals tab, into the row with this `№`.
    ///
    /// # Errors
    /// When there is no such row or column.
    pub fn type_in(&self, number: u32, header: &str, text: &str) -> Result<(), TestbedError> {
        self.type_into(APPEALS, ("№", &number.to_string()), header, text)
    }

    /// A person types into the row whose cell under `key.0` reads `key.1`.
    ///
    /// # Errors
    /// When there is no such row or column.
    pub fn type_into(
        &self,
        tab: &str,
        key: (&str, &str),
        header: &str,
        text: &str,
    ) -> Result<(), TestbedError> {
        let typed = self
            .sheets
            .with(BOOK, |book| book.address(tab, key, header));
        let typed = typed.and_then(|cell| {
            let body = serde_json::json!({"tab": tab, "cell": cell, "text": text});
            let body = body.as_object().cloned().unwrap_or_default();
            self.sheets.act(BOOK, "type", body)
        });
        typed.map_err(|error| TestbedError::Call(error.to_string()))
    }

    /// The signed call that Apps Script makes after an edit; the trail shows it.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn callback(&self, tab: &str) -> Result<(), TestbedError> {
        let called = self.call_back(tab).await;
        let outcome = called.as_ref().map(|_| ()).map_err(ToString::to_string);
        self.sheets.called_back(tab, outcome);
        called
    }

    async fn call_back(&self, tab: &str) -> Result<(), TestbedError> {
        let body = serde_json::json!({"spreadsheet_id": BOOK, "tab": tab}).to_string();
        let at = clock::now().as_second();
        let id = format!("msg_testbed_{at}");
        let response = self
            .script
            .post(format!("http://{}/sheets/changed", self.listen))
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", at)
            .header(
                "webhook-signature",
                format!("v1,{}", signature(&id, at, &body)),
            )
            .body(body)
            .send()
            .await
            .map_err(|error| TestbedError::Call(error.without_url().to_string()))?;
        match response.status().as_u16() {
            202 => Ok(()),
            status => Err(TestbedError::Call(format!(
                "the callback was answered {status}"
            ))),
        }
    }
}

impl Service {
    /// Stops the service as SIGTERM does, and says how it ended.
    pub async fn stop(self) -> Ended {
        self.shutdown.trigger();
        self.running
            .await
            .unwrap_or_else(|error| Ended::Failed(error.to_string()))
    }
}

/// The settings with which the service finds the stand-ins, as its environment.
fn variables(
    directory: &tempfile::TempDir,
    (telegram, sheets): (&Telegram, &Sheets),
    [listen, admin]: [SocketAddr; 2],
) -> Vec<(String, String)> {
    let path = |path: &Path| path.display().to_string();
    let secret = format!("whsec_{}", BASE64_STANDARD.encode(CALLBACK_KEY));
    let settings = [
        ("DATA_DIR", path(&directory.path().join("data"))),
        // Whatever the machine's locale is.
        ("LANGUAGE", "ru".to_owned()),
        ("HTTP__LISTEN", listen.to_string()),
        ("HTTP__ADMIN_LISTEN", admin.to_string()),
        ("HTTP__PUBLIC_URL", format!("http://{listen}")),
        ("TELEGRAM__TOKEN", telegram.token().to_owned()),
        ("TELEGRAM__API_URL", telegram.url()),
        // Nothing here leaves the loopback, whatever proxy the environment names.
        ("TELEGRAM__PROXY", "none".to_owned()),
        ("SHEETS__PROXY", "none".to_owned()),
        ("TELEGRAM__WEBHOOK_SECRET", WEBHOOK_SECRET.to_owned()),
        ("TELEGRAM__ADMIN_CHAT", ADMIN_CHAT.to_string()),
        ("SHEETS__API_URL", sheets.url()),
        ("SHEETS__CREDENTIALS", path(&credentials(directory))),
        ("SHEETS__CALLBACK_SECRET", secret),
        ("SHEETS__PARTNERS__SPREADSHEET", BOOK.to_owned()),
        ("SHEETS__APPEALS__SPREADSHEET", BOOK.to_owned()),
        ("SHEETS__PROMOTIONS__SPREADSHEET", BOOK.to_owned()),
        ("PROMOTIONS__QUIET_HOURS", "none".to_owned()),
        // Nobody here waits fifteen seconds to see an answer arrive.
        ("APPEALS__GRACE", "0".to_owned()),
    ];
    let settings = settings.into_iter();
    let variables = settings.map(|(name, value)| (format!("SHEETDESK_{name}"), value));
    variables.collect()
}

fn credentials(directory: &tempfile::TempDir) -> PathBuf {
    directory.path().join("service-account.json")
}

/// Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, in Base64.
fn signature(id: &str, at: i64, body: &str) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(CALLBACK_KEY).expect("HMAC takes keys of any length");
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

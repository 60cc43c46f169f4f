//! The stand-in as a test or the demo holds it.
//!
//! Invariant: when the last handle is gone, or after [`Sheets::stop`], nothing
//! listens any more and no held call is left waiting.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use serde_json::{Map, Value};
use tokio::net::TcpListener;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::DropGuard;

use super::error::ApiError;
use super::faults::{CallKind, Fault, Hold, Side, Trouble, Visit};
use super::quota::{Calls, Quotas};
use super::record::Exchange;
use super::server::{Shared, Typed, router};
use super::sim;
use super::wire::{Cut, CuttableListener};
use super::workbook::Workbook;
use crate::trail::{Mark, Side as Stand, Way, What};
use crate::weather::Weather;

/// How a stand-in is started.
#[derive(Clone, Copy, Debug)]
pub struct SheetsOptions {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Limits per user.
    pub quotas: Quotas,
    /// How many calls are kept for a look afterwards; none by default.
    pub record: usize,
}

impl Default for SheetsOptions {
    /// A free port of the loopback address, with Google's quotas.
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            quotas: Quotas::default(),
            record: 0,
        }
    }
}

/// What a person has edited through `/sim`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The workbook's id.
    pub workbook: String,
    /// The tab's title.
    pub tab: String,
}

/// A running stand-in; clones are handles to the same one.
#[derive(Clone)]
pub struct Sheets(Arc<Running>);

struct Running {
    shared: Arc<Shared>,
    address: SocketAddr,
    server: tokio::sync::Mutex<JoinHandle<()>>,
    _stop_on_drop: DropGuard,
}

impl Sheets {
    /// Listens and serves until stopped.
    ///
    /// # Errors
    ///
    /// If the address cannot be listened on.
    pub async fn start(options: SheetsOptions) -> std::io::Result<Self> {
        let listener = TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::new(options.quotas, options.record));
        let stop = shared.stop.clone();
        let listener = CuttableListener {
            listener,
            stop: stop.clone(),
        };
        let service = router(Arc::clone(&shared)).into_make_service_with_connect_info::<Cut>();
        let server = tokio::spawn(async move {
            let stopped = stop.cancelled_owned();
            let served = axum::serve(listener, service).with_graceful_shutdown(stopped);
            if let Err(error) = served.await {
                tracing::error!(error = %error, "the Sheets stand-in has stopped serving");
            }
        });
        let stop_on_drop = shared.stop.clone().drop_guard();
        Ok(Self(Arc::new(Running {
            shared,
            address,
            server: tokio::sync::Mutex::new(server),
            _stop_on_drop: stop_on_drop,
        })))
    }

    /// The base URL, such as `http://127.0.0.1:40123`, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// The URL of the token endpoint.
    #[must_use]
    pub fn token_url(&self) -> String {
        format!("{}/token", self.url())
    }

    /// Adds a workbook with its sharing, in place of one with the same ID.
    pub fn insert_workbook(&self, workbook: Workbook) {
        let id = workbook.id().to_owned();
        self.0
            .shared
            .change(|world| world.workbooks.insert(id, workbook));
    }

    /// Acts on a workbook as a person; no call is served meanwhile.
    /// The act must not use this handle again: the workbooks are locked for it.
    ///
    /// # Panics
    ///
    /// If there is no such workbook.
    pub fn with<T>(&self, id: &str, act: impl FnOnce(&mut Workbook) -> T) -> T {
        let shared = &self.0.shared;
        let mut world = shared.world();
        let Some(workbook) = world.workbooks.get_mut(id) else {
            panic!("the stand-in holds no workbook '{id}'");
        };
        let before = workbook.clone();
        let result = act(workbook);
        let changed = *workbook != before;
        drop(world);
        if changed {
            shared.change(|_| ());
        }
        result
    }

    /// Looks at a workbook; nobody is told of a change.
    /// The look must not use this handle again: the workbooks are locked for it.
    ///
    /// # Panics
    ///
    /// If there is no such workbook.
    pub fn look<T>(&self, id: &str, look: impl FnOnce(&Workbook) -> T) -> T {
        match self.0.shared.world().workbooks.get(id) {
            Some(workbook) => look(workbook),
            None => panic!("the stand-in holds no workbook '{id}'"),
        }
    }

    /// Calls so far.
    #[must_use]
    pub fn calls(&self) -> Calls {
        let now = self.0.shared.elapsed();
        self.0.shared.world().meter.calls(now)
    }

    /// The last calls and their answers, oldest first, as many as
    /// [`SheetsOptions::record`] says. Calls without a valid token are not among
    /// them, nor those to methods that are not served here.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.0.shared.world().exchanges.all()
    }

    /// Scripts a trouble for the next calls of a kind.
    pub fn fault(&self, fault: Fault) {
        self.0.shared.world().script.add(fault);
    }

    /// Forgets what was scripted and releases every held call.
    pub fn clear_faults(&self) {
        self.0.shared.world().script.clear();
    }

    /// Holds the next call of a kind until the returned [`Hold`] is released.
    #[must_use = "dropping the hold releases the call"]
    pub fn hold(&self, kind: CallKind, side: Side) -> Hold {
        let fault = Fault::once(kind, Trouble::Hold { side });
        self.0.shared.world().script.add(fault).hold()
    }

    /// Lets a person act on a workbook in the midst of its next call.
    pub fn visit(&self, id: &str, visit: Visit) {
        self.0.shared.world().visits.push((id.to_owned(), visit));
    }

    /// Makes every token unknown: the next call of its holder answers 401.
    pub fn revoke_tokens(&self) {
        self.0.shared.world().tokens.revoke();
    }

    /// A new number whenever any workbook, or what goes wrong, has changed.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.shared.changed.subscribe()
    }

    /// What people edit through `/sim` from now on, for whoever plays the script in the spreadsheet.
    #[must_use]
    pub fn edits(&self) -> broadcast::Receiver<Edit> {
        self.0.shared.edits.subscribe()
    }

    /// What goes wrong with every call from now on.
    pub fn weather(&self, weather: Weather) {
        self.0.shared.change(|world| world.sky.set(weather));
    }

    /// The weather as it is now.
    #[must_use]
    pub fn current_weather(&self) -> Weather {
        self.0.shared.world().sky.now()
    }

    /// Whether somebody sorts the written tab in the midst of every write.
    pub fn sort_under_writes(&self, on: bool) {
        self.0.shared.change(|world| world.sorting.switch(on));
    }

    /// Whether somebody sorts it now.
    #[must_use]
    pub fn is_sorted_under_writes(&self) -> bool {
        self.0.shared.world().sorting.is_on()
    }

    /// What travels from now on.
    #[must_use]
    pub fn trail(&self) -> broadcast::Receiver<Mark> {
        self.0.shared.world().trail.listen()
    }

    /// The last things that have travelled, oldest first; 200 at most.
    #[must_use]
    pub fn marks(&self) -> Vec<Mark> {
        self.0.shared.world().trail.kept()
    }

    /// Notes that whoever plays the script has called the program after an edit, or why it could not.
    pub fn called_back(&self, tab: &str, outcome: Result<(), String>) {
        let mark = Mark::new(Stand::Sheets, Way::In, What::Callback, tab)
            .tab(Some(tab.to_owned()))
            .noted(outcome.is_ok(), outcome.err());
        self.0.shared.change(|world| world.trail.add(mark));
    }

    /// A person acts on a workbook exactly as through `/sim/workbooks/{id}/{name}`.
    ///
    /// # Errors
    /// Google's, in words, for an act that cannot be done.
    pub fn act(&self, id: &str, name: &str, body: Map<String, Value>) -> Result<(), ApiError> {
        sim::perform(&self.0.shared, id, name, body)
    }

    /// The routes below `/sim`, to be served elsewhere too.
    pub(crate) fn sim(&self) -> Router {
        sim::router().with_state(Arc::clone(&self.0.shared))
    }

    /// A copy of a workbook as it is now.
    pub(crate) fn copy(&self, id: &str) -> Option<Workbook> {
        self.0.shared.world().workbooks.get(id).cloned()
    }

    /// What people have entered into a workbook through `/sim`, oldest first.
    pub(crate) fn typed(&self, id: &str) -> Vec<Typed> {
        let world = self.0.shared.world();
        let typed = world.typed.iter().filter(|typed| typed.workbook == id);
        typed.cloned().collect()
    }

    /// Stops listening, cuts every connection and waits until all has ended.
    pub async fn stop(self) {
        self.0.shared.stop.cancel();
        let mut server = self.0.server.lock().await;
        if !server.is_finished() {
            // A panic of the server task has been reported by the runtime.
            let _ended = (&mut *server).await;
        }
    }
}

//! The stand-in as a test or the demo holds it.
//!
//! Invariant: when the last handle is gone, or after [`Sheets::stop`], nothing
//! listens any more and no held call is left waiting.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::DropGuard;

use super::faults::{CallKind, Fault, Hold, Side, Trouble, Visit};
use super::quota::{Calls, Quotas};
use super::record::Exchange;
use super::server::{Shared, router};
use super::wire::{Cut, CuttableListener};
use super::workbook::Workbook;

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
        self.0.shared.world().workbooks.insert(id, workbook);
    }

    /// Acts on a workbook as a person; no call is served meanwhile.
    /// The act must not use this handle again: the workbooks are locked for it.
    ///
    /// # Panics
    ///
    /// If there is no such workbook.
    pub fn with<T>(&self, id: &str, act: impl FnOnce(&mut Workbook) -> T) -> T {
        let mut world = self.0.shared.world();
        match world.workbooks.get_mut(id) {
            Some(workbook) => act(workbook),
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

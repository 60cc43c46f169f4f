//! The page: phones and workbook side by side, over the same stand-ins that a program is tried with.
//! Invariant: it shows and does what the stand-ins hold and let people do, and knows of no program behind them but what
//! [`Backstage`] tells.

mod account;
mod acts;
mod assets;
mod backstage;
mod events;
mod guard;
mod launch;
mod looks;
mod server;
mod state;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use self::backstage::{Acted, Backstage, NoBackstage};
use crate::sheets::Sheets;
use crate::telegram::Telegram;

/// How long a stop waits for answers that are under way.
const STOPS_WITHIN: Duration = Duration::from_secs(2);

/// How a page is set up.
#[derive(Clone)]
pub struct PageOptions {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The phones.
    pub telegram: Telegram,
    /// The workbooks.
    pub sheets: Sheets,
    /// The id of the workbook that is shown.
    pub workbook: String,
    /// Which cells the account looks at.
    pub names: SheetNames,
    /// What stands behind the stand-ins.
    pub backstage: Arc<dyn Backstage>,
}

/// Which cells of the workbook carry dialogues, answers and words about their delivery.
#[derive(Clone, Debug, Default)]
pub struct SheetNames {
    /// The tab with the dialogues.
    pub tab: String,
    /// The header over the dialogues.
    pub history: String,
    /// The header over the cells for answers.
    pub answer: String,
    /// The header over the words about the delivery.
    pub delivery: String,
    /// Words among these that admit a doubt.
    pub unknown: Vec<String>,
}

/// A running page; it stops when it is dropped.
#[derive(Debug)]
pub struct Page {
    address: SocketAddr,
    stop: CancellationToken,
    server: Mutex<Option<JoinHandle<()>>>,
}

impl Page {
    /// Listens and serves until stopped.
    ///
    /// # Errors
    /// If the address cannot be listened on.
    pub async fn start(options: PageOptions) -> io::Result<Self> {
        let listener = TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let served = server::run(options, listener, stop.clone());
        Ok(Self {
            address,
            stop,
            server: Mutex::new(Some(tokio::spawn(served))),
        })
    }

    /// `http://127.0.0.1:PORT`, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops listening and ends every stream of events.
    pub async fn stop(&self) {
        self.stop.cancel();
        let server = self
            .server
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(mut server) = server
            && tokio::time::timeout(STOPS_WITHIN, &mut server)
                .await
                .is_err()
        {
            server.abort();
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

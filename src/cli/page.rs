//! The page beside the stand-ins: where it listens, and who opens it.
//!
//! Invariant: a browser is opened only for somebody who sits at a terminal with a display; whatever fails there stays quiet.

use std::{
    env,
    io::{self, IsTerminal as _},
    net::{Ipv4Addr, SocketAddr},
    process::{Command, Stdio},
    sync::Arc,
};

use clap::Args;
use simulator::page::{Backstage, Page, PageOptions, SheetNames};

use crate::testbed::{APPEALS, BOOK, Testbed, TestbedError};

/// Where the page is looked for first.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
/// Words of `Доставка` that admit a doubt.
pub(super) const DOUBTS: [&str; 2] = ["неизвестно", "возможно дважды"];

#[derive(Debug, Args)]
pub(super) struct PageArguments {
    /// Where the page listens [default: 127.0.0.1:8080, or a free port if that one is taken]
    #[arg(long, value_name = "ADDRESS")]
    page_listen: Option<SocketAddr>,
    /// Do not open the page in a browser
    #[arg(long)]
    no_browser: bool,
}

impl PageArguments {
    /// Starts the page over the testbed's stand-ins.
    ///
    /// # Errors
    /// When the address that was asked for cannot be had.
    pub(super) async fn start(
        &self,
        testbed: &Testbed,
        backstage: Arc<dyn Backstage>,
    ) -> Result<Page, TestbedError> {
        let options = |listen| PageOptions {
            listen,
            telegram: testbed.telegram.clone(),
            sheets: testbed.sheets.clone(),
            workbook: BOOK.to_owned(),
            names: SheetNames {
                tab: APPEALS.to_owned(),
                history: "текст_обращений".to_owned(),
                answer: "специалист_ответ".to_owned(),
                delivery: "Доставка".to_owned(),
                unknown: DOUBTS.map(str::to_owned).to_vec(),
            },
            backstage: Arc::clone(&backstage),
        };
        let listen = self.page_listen.unwrap_or(LISTEN);
        let page = match Page::start(options(listen)).await {
            Err(error) if self.page_listen.is_none() && is_taken(&error) => {
                let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
                Page::start(options(free)).await?
            }
            started => started.map_err(|error| {
                TestbedError::listening("the page", "--page-listen", listen, &error)
            })?,
        };
        testbed.telegram.leads_to(&page.url());
        Ok(page)
    }

    /// Opens the page for somebody who can see it; whether it was opened.
    pub(super) fn open(&self, page: &Page) -> bool {
        let wanted = !self.no_browser && io::stdout().is_terminal() && has_display();
        wanted && open(&page.url())
    }
}

fn is_taken(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrInUse
}

fn has_display() -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(target_os = "macos") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

/// Hands an address to the desktop.
fn open(url: &str) -> bool {
    let program = match cfg!(target_os = "macos") {
        true => "open",
        false => "xdg-open",
    };
    let opened = Command::new(program)
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    opened.is_ok()
}

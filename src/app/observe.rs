//! `serve --observe`: the synchronisers at work on a journal that is thrown away, with nothing written and nothing sent.
//!
//! Invariant: the client refuses every write, no address is bound, and Telegram is not called at all.

use std::{collections::BTreeSet, fs, sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{Ended, Observer, Parts, Purpose, StartError, loops, spreadsheets};
use crate::{
    config::{Settings, TabAddress},
    domain::{ids::OutboxId, operator::OperatorRequest, tab::Tab, text::Html, view::View as _},
    journal::DATA_FILE,
    operator::ask,
    shutdown::Shutdown,
};

/// How often what would be sent is looked through.
const GLANCE: Duration = Duration::from_millis(500);
/// As many different things are remembered as told; then they may be told again.
const REMEMBERED: usize = 50_000;

/// Why there is nothing to observe with.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// A service is at work.
    #[error(
        "a Sheetdesk is running with the data directory {0}: it looks already, and `sheetdesk status` says how it fares. To observe beside it, name an empty directory by SHEETDESK_DATA_DIR"
    )]
    Running(std::path::PathBuf),
    /// The copy of the journal.
    #[error("the journal cannot be copied to a temporary directory: {0}")]
    Copy(#[from] std::io::Error),
    /// As for the service.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// Reads the sheets as scheduled and reports what the service would do, each thing once, until the stop.
///
/// # Errors
/// When a service is running already, or what would keep one from starting.
pub async fn observe(
    mut settings: Settings,
    shutdown: Shutdown,
    tell: fn(&str),
) -> Result<Ended, ObserveError> {
    if ask(&settings.data_dir, &OperatorRequest::Status)
        .await
        .is_ok()
    {
        return Err(ObserveError::Running(settings.data_dir));
    }
    let directory = tempfile::Builder::new()
        .prefix("sheetdesk-observe-")
        .tempdir()?;
    let journal = settings.data_dir.join(DATA_FILE);
    if journal.exists() {
        fs::copy(journal, directory.path().join(DATA_FILE))?;
    }
    settings.data_dir = directory.path().to_owned();
    let told = Arc::new(std::sync::Mutex::new(BTreeSet::new()));
    let observer: Observer = Arc::new(move |line: &str| {
        let mut told = told
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if told.len() >= REMEMBERED {
            told.clear();
        }
        if told.insert(line.to_owned()) {
            tell(line);
        }
    });
    let (parts, _) =
        Parts::open(settings, shutdown, Purpose::Observe(Arc::clone(&observer))).await?;
    spreadsheets::start(&parts);
    loops::start_looks(&parts);
    let shared = Arc::clone(&parts);
    parts.supervisor.spawn("observer", move |stop| {
        let (parts, observer) = (Arc::clone(&shared), Arc::clone(&observer));
        async move { watch(&parts, &observer, stop).await }
    });
    Ok(parts.until_stop().await)
}

/// Reports the state of the tabs and what would be sent.
async fn watch(parts: &Parts, observer: &Observer, stop: CancellationToken) {
    loop {
        for line in seen(parts).into_iter().chain(messages(parts)) {
            observer(&line);
        }
        if stop
            .run_until_cancelled(tokio::time::sleep(GLANCE))
            .await
            .is_none()
        {
            return;
        }
    }
}

/// The tabs that were looked at.
fn seen(parts: &Parts) -> Vec<String> {
    let held = parts.journal.snapshot().figures().held;
    let sheets = &parts.settings.sheets;
    let titles = [
        (Tab::Partners, &sheets.partners),
        (Tab::Appeals, &sheets.appeals),
    ];
    let looks = parts.console.looks();
    let told = |(tab, address): (Tab, &TabAddress)| {
        let look = looks
            .get(tab.name())
            .filter(|look| look.age_s.is_some() && look.trouble.is_none())?;
        let title = address.tab.as_str();
        Some(format!(
            "Лист «{title}» прочитан: строк с ключом или telegram_id – {}",
            look.rows
        ))
    };
    let mut lines: Vec<String> = titles.into_iter().filter_map(told).collect();
    if held > 0 {
        lines.push(format!(
            "Ответов, которые стояли до запуска, – {held}. Сами не уйдут, только по команде sheetdesk release answers"
        ));
    }
    lines
}

/// What waits in the outbox.
fn messages(parts: &Parts) -> Vec<String> {
    let snapshot = parts.journal.snapshot();
    let view = snapshot.view();
    let admin = parts.console.rules.admin_chat;
    let told = |id: OutboxId| match &id {
        OutboxId::Answer(appeal, _, part) => {
            let number = view.appeal(*appeal)?.number?;
            (*part == 0).then(|| format!("Отправить партнёру ответ на обращение № {number}"))
        }
        OutboxId::Promotion(..) | OutboxId::Cover(..) | OutboxId::Preview(..) => None,
        OutboxId::Reply(..) => {
            let send = view.outbox(&id)?.send;
            let whom = if Some(send.to) == admin {
                "администратору"
            } else {
                "партнёру"
            };
            Some(format!("Написать {whom}: {}", plain(&send.text)))
        }
    };
    view.unsent().into_iter().filter_map(told).collect()
}

/// A text of ours as it reads.
fn plain(text: &Html) -> String {
    text.as_str()
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

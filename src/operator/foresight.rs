//! What the service would do, in words for `serve --observe`.
//!
//! Invariant: it only reads what the journal and the synchronisers have come to.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::Console;
use crate::{
    config::TabAddress,
    domain::{ids::OutboxId, tab::Tab, text::Html, view::View as _},
    sheets::sync::Observer,
};

/// How often what would be sent is looked through.
const GLANCE: Duration = Duration::from_millis(500);

/// Reports the state of the tabs and what would be sent.
pub async fn watch(console: Arc<Console>, observer: Observer, stop: CancellationToken) {
    loop {
        for line in seen(&console).into_iter().chain(messages(&console)) {
            observer(&line);
        }
        let glance = tokio::time::sleep(GLANCE);
        if stop.run_until_cancelled(glance).await.is_none() {
            return;
        }
    }
}

/// The tabs that were looked at.
fn seen(console: &Console) -> Vec<String> {
    let held = console.journal.snapshot().figures().held;
    let (sheets, looks) = (&console.settings.sheets, console.looks());
    let told = |(tab, address): (Tab, &TabAddress)| {
        let look = looks.get(tab.name())?;
        let (title, rows) = (address.tab.as_str(), look.rows);
        (look.age_s.is_some() && look.trouble.is_none())
            .then(|| format!("Лист «{title}» прочитан: строк с ключом или telegram_id – {rows}"))
    };
    let titles = [
        (Tab::Partners, &sheets.partners),
        (Tab::Appeals, &sheets.appeals),
    ];
    let mut lines: Vec<String> = titles.into_iter().filter_map(told).collect();
    if held > 0 {
        lines.push(format!(
            "Ответов, которые стояли до запуска, – {held}. Сами не уйдут, только по команде sheetdesk release answers"
        ));
    }
    lines
}

/// What waits in the outbox.
fn messages(console: &Console) -> Vec<String> {
    let snapshot = console.journal.snapshot();
    let view = snapshot.view();
    let admin = console.rules.admin_chat;
    let told = |id: OutboxId| match &id {
        OutboxId::Answer(appeal, _, part) => {
            let number = view.appeal(*appeal)?.number?;
            (*part == 0).then(|| format!("Отправить партнёру ответ на обращение № {number}"))
        }
        OutboxId::Thread(_, 0) => Some(format!(
            "Показать в чате специалистов: {}",
            plain(&view.outbox(&id)?.send.text)
        )),
        OutboxId::Promotion(..)
        | OutboxId::Cover(..)
        | OutboxId::Preview(..)
        | OutboxId::Thread(..)
        | OutboxId::Staff(..) => None,
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

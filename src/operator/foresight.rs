//! What the service would do, in words for `serve --observe`.
//!
//! Invariant: it only reads what the journal and the synchronisers have come to.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::Console;
use crate::{
    config::TabAddress,
    domain::{
        ids::OutboxId,
        tab::Tab,
        text::Html,
        wording::{ForesightNote, Note},
    },
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
            .then(|| say(console, ForesightNote::Seen { title, rows }))
    };
    let titles = [
        (Tab::Partners, &sheets.partners),
        (Tab::Appeals, &sheets.appeals),
    ];
    let mut lines: Vec<String> = titles.into_iter().filter_map(told).collect();
    if held > 0 {
        lines.push(say(console, ForesightNote::Held(held)));
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
            (*part == 0).then(|| say(console, ForesightNote::Answer(number)))
        }
        OutboxId::Thread(_, 0) => {
            let words = &plain(&view.outbox(&id)?.send.text);
            Some(say(console, ForesightNote::Staff(words)))
        }
        OutboxId::Promotion(..)
        | OutboxId::Cover(..)
        | OutboxId::Preview(..)
        | OutboxId::Thread(..)
        | OutboxId::Staff(..) => None,
        OutboxId::Reply(..) => {
            let send = view.outbox(&id)?.send;
            let words = &plain(&send.text);
            let note = match Some(send.to) == admin {
                true => ForesightNote::Operator(words),
                false => ForesightNote::Partner(words),
            };
            Some(say(console, note))
        }
    };
    view.unsent().into_iter().filter_map(told).collect()
}

fn say(console: &Console, note: ForesightNote<'_>) -> String {
    console.rules.wording.note(Note::Foresight(note))
}

/// A text of ours as it reads.
fn plain(text: &Html) -> String {
    text.as_str()
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

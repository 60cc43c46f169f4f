//! Tells the admin chat that the journal cannot store, past the journal: whatever goes through it has to wait for it.
//!
//! Invariant: a failure that lasts is told once, and its end once; while Telegram does not take it, it is tried again.

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Console;
use crate::{
    clock,
    domain::{
        alerts::Trouble,
        effect::Send,
        ids::{OutboxId, Seq},
        text::Html,
        wording::{AlertNote, Note},
    },
    telegram::encode::MessageText,
};

/// How often the journal is looked at.
const GLANCE: Duration = Duration::from_secs(1);
/// The file is opened again after a failure within milliseconds, which mostly helps; what lasts longer is for a person.
const LASTS: Duration = Duration::from_secs(5);
/// The rest before another try, where Telegram did not take the message.
const AGAIN: Duration = Duration::from_secs(30);

/// The state of the failure.
#[derive(Debug, Default)]
struct Standing {
    since: Option<Instant>,
    /// The beginning was told, and the end was not.
    told: bool,
    tried: Option<Instant>,
}

/// Watches the journal until the stop.
pub async fn watch(console: Arc<Console>, stop: CancellationToken) {
    if console.rules.admin_chat.is_none() {
        return stop.cancelled().await;
    }
    let mut standing = Standing::default();
    while stop
        .run_until_cancelled(tokio::time::sleep(GLANCE))
        .await
        .is_some()
    {
        let now = clock::monotonic();
        let Some(note) = standing.due(console.journal.healthy(), now) else {
            continue;
        };
        if let Some(true) = stop.run_until_cancelled(tell(&console, note)).await {
            standing.heard(note);
        }
    }
}

async fn tell(console: &Console, note: AlertNote) -> bool {
    let Some(chat) = console.admin_chat() else {
        return false;
    };
    let text = Html::escape(&console.rules.wording.note(Note::Alert(note)));
    // It never was in the outbox, so its name there matters to nobody.
    let send = Send::talk(OutboxId::Reply(Seq(0), 0), chat, text);
    let words = MessageText::marked_up(&send.text);
    match console.telegram.send_message(&send, &words).await {
        Ok(_) => true,
        Err(error) => {
            tracing::warn!(%error, "the admin chat does not hear of the journal");
            false
        }
    }
}

impl Standing {
    /// What is to be told now, if anything is.
    fn due(&mut self, stores: bool, now: Instant) -> Option<AlertNote> {
        if stores && !self.told {
            *self = Self::default();
            return None;
        }
        let lasted = now.duration_since(*self.since.get_or_insert(now));
        let note = match (stores, self.told) {
            (false, false) if lasted >= LASTS => AlertNote::Begun(Trouble::Journal),
            (true, true) => AlertNote::Over(
                Trouble::Journal,
                SignedDuration::try_from(lasted).unwrap_or_default(),
            ),
            _ => return None,
        };
        if self
            .tried
            .is_some_and(|tried| now.duration_since(tried) < AGAIN)
        {
            return None;
        }
        self.tried = Some(now);
        Some(note)
    }

    /// Telegram has taken it.
    fn heard(&mut self, note: AlertNote) {
        self.tried = None;
        self.told = matches!(note, AlertNote::Begun(_));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_that_lasts_is_told_once_and_so_is_its_end() {
        let start = clock::monotonic();
        let mut standing = Standing::default();
        let mut told = Vec::new();
        // A hiccup of two seconds; then a failure of a minute, of which Telegram takes the word at the second try.
        for second in 0..120 {
            let stores = !(5..7).contains(&second) && !(10..70).contains(&second);
            if let Some(note) = standing.due(stores, start + Duration::from_secs(second)) {
                let taken = second != 15;
                told.push((second, matches!(note, AlertNote::Begun(_)), taken));
                if taken {
                    standing.heard(note);
                }
            }
        }
        assert_eq!(
            told,
            [(15, true, false), (45, true, true), (70, false, true)]
        );
    }
}

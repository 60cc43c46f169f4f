//! Polling: for places without a public address, updates are asked for rather than brought.
//!
//! Invariant: an update is confirmed to Telegram only by asking for the next one after it was stored; the offset is never kept, so a
//! process that ends anywhere is given the rest again.

use std::time::Duration;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::{answer::TelegramError, client::BotClient, governor::Pause, updates::Raw, webhook};
use crate::{
    clock,
    domain::event::{Command, Event, Notice},
    journal::{Accepted, DedupKey, Journal, StoreError},
};

/// How long Telegram may hold a question while there is nothing to tell (Bot API: `getUpdates`, long polling).
const WAIT: Duration = Duration::from_secs(25);
/// The first rest after a failure; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest rest after a failure: Telegram is found again within ten seconds.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// The rest after a 409: whoever else asks, or sets webhooks, is not to be fought with.
const CONFLICT_REST: Duration = Duration::from_secs(30);
/// Updates by what became of them; the webhook counts under the same name.
const UPDATES: &str = "sheetdesk_updates_total";

/// Asks for updates and stores them until `stop`.
pub async fn poll(journal: Journal, client: BotClient, bot: i64, stop: CancellationToken) {
    let mut polling = Polling {
        journal,
        client,
        bot,
        pause: FIRST_PAUSE,
        conflict: false,
    };
    let mut offset = None;
    while let Some(asked) = stop
        .run_until_cancelled(polling.client.updates(offset, WAIT, &webhook::kinds()))
        .await
    {
        let pause = match asked {
            Ok(updates) => {
                polling.is_well().await;
                let something = !updates.is_empty();
                match polling.store(updates).await {
                    Ok(next) => {
                        offset = next;
                        if next.is_some() || !something {
                            continue;
                        }
                        // Nothing of it bears an id, so nothing of it can be confirmed: it comes again.
                        FIRST_PAUSE
                    }
                    Err(error) => {
                        polling.failed(&error, "updates wait at Telegram until they can be stored")
                    }
                }
            }
            Err(TelegramError::Refused {
                code: 409,
                description,
                ..
            }) => polling.conflicts(&description).await,
            Err(error) => polling.refused(&error),
        };
        if stop
            .run_until_cancelled(tokio::time::sleep(pause))
            .await
            .is_none()
        {
            break;
        }
    }
}

struct Polling {
    journal: Journal,
    client: BotClient,
    bot: i64,
    /// The rest after the next failure.
    pause: Duration,
    /// Telegram has answered 409, and the operator knows.
    conflict: bool,
}

impl Polling {
    /// Stores updates; answers from which on to ask next. After an empty answer there is no telling: ids begin anew after a quiet week.
    async fn store(&self, updates: Vec<Raw>) -> Result<Option<i64>, StoreError> {
        let mut next = None;
        for update in updates {
            let key = DedupKey {
                bot: self.bot,
                update: update.key(),
            };
            let id = update.id;
            let result = match self.journal.accept(key, Bytes::from(update.text)).await? {
                Accepted::Stored(_) => "stored",
                Accepted::Duplicate => "duplicate",
            };
            metrics::counter!(UPDATES, "result" => result).increment(1);
            next = next.max(id.map(|id| id.saturating_add(1)));
        }
        Ok(next)
    }

    async fn is_well(&mut self) {
        self.pause = FIRST_PAUSE;
        if std::mem::take(&mut self.conflict) {
            self.tell(Notice::UpdatesBack).await;
        }
    }

    /// Somebody else takes the updates: one alert, then retries without another.
    async fn conflicts(&mut self, description: &str) -> Duration {
        if !std::mem::replace(&mut self.conflict, true) {
            let webhook = description.contains("webhook");
            tracing::warn!(
                webhook,
                "polling: Telegram gives the updates to somebody else (409)"
            );
            self.tell(Notice::UpdatesTaken { webhook }).await;
        }
        CONFLICT_REST
    }

    fn refused(&mut self, error: &TelegramError) -> Duration {
        let now = clock::now();
        let asked = match error.pause(now) {
            Pause::Flood(until) => seconds_until(until, now),
            Pause::None | Pause::Away => Duration::ZERO,
        };
        self.failed(error, "polling: Telegram does not give updates")
            .max(asked)
    }

    fn failed(&mut self, error: &dyn std::error::Error, words: &str) -> Duration {
        if self.pause == FIRST_PAUSE {
            tracing::warn!(%error, "{words}");
        }
        let pause = self.pause;
        self.pause = (pause * 2).min(LONGEST_PAUSE);
        pause
    }

    async fn tell(&self, notice: Notice) {
        let event = Event::Admin(Command::Notify(notice));
        if let Err(error) = self.journal.apply(vec![event]).await {
            tracing::warn!(%error, "polling: the operator could not be told");
        }
    }
}

fn seconds_until(until: Timestamp, now: Timestamp) -> Duration {
    let left: SignedDuration = until.duration_since(now);
    Duration::try_from(left).unwrap_or_default()
}

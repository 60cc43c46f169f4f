//! The service as the HTTP routes see it.
//!
//! Invariant: a file passes through as it comes; neither its address at Telegram nor the token leaves this process.

use std::{io, sync::atomic::Ordering};

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;

use super::{Parts, words};
use crate::{
    clock,
    config::{Mode, Settings},
    domain::{
        files::{FileId, StoredFile},
        ids::Number,
        tab::Tab,
    },
    http::{
        Access, Backend, Nudge, OpenedFile, Readiness, Resolved, ServicePhase, SigningKey,
        Unavailable, WebhookAccess,
    },
    journal::{Accepted, DedupKey, StoreError},
    telegram::{self, answer::TelegramError},
};

/// Who is let in by what, by the settings.
pub(super) fn access(settings: &Settings, bot: i64) -> Access {
    let telegram = match &settings.telegram.mode {
        Mode::Webhook { secret } => Some(WebhookAccess {
            bot,
            secret: secret.clone(),
        }),
        Mode::Polling => None,
    };
    Access {
        telegram,
        sheets: SigningKey::new(settings.sheets.callback_secret.key().to_vec()),
        files: words::links(settings),
        wording: settings.texts.clone(),
        promotions: settings.promotions.legacy_secret.clone(),
    }
}

impl Backend for Parts {
    fn now(&self) -> Timestamp {
        clock::now()
    }

    async fn accept(&self, key: DedupKey, raw: Bytes) -> Result<Accepted, StoreError> {
        self.journal.accept(key, raw).await
    }

    fn id_of_broken(&self, raw: &[u8]) -> Option<i64> {
        telegram::updates::id_of_broken(raw)
    }

    fn nudge(&self, nudge: &Nudge) -> Resolved {
        match self
            .spreadsheets
            .tab_called(&nudge.spreadsheet_id, &nudge.tab)
        {
            Some(tab) => {
                self.console.noted.push();
                self.journal.signals().looks.hint(tab);
                Resolved::Known
            }
            None => Resolved::Unknown,
        }
    }

    fn nudge_promotions(&self) {
        self.journal.signals().looks.hint(Tab::Promotions);
    }

    async fn open_file(&self, file: FileId) -> Result<OpenedFile, Unavailable> {
        let stored = stored(self, file)?;
        let response = self.telegram.download(&stored.attachment.remote).await;
        let response = response.map_err(|error| why(&error))?;
        Ok(OpenedFile {
            attachment: stored.attachment,
            length: response.content_length(),
            // The error's own words hold the address, and with it the token.
            bytes: response
                .bytes_stream()
                .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
                .boxed(),
        })
    }

    fn row_address(&self, number: Number) -> String {
        self.spreadsheets.row_address(number)
    }

    fn readiness(&self) -> Readiness {
        let phase = if self.shutdown.stop_token().is_cancelled() {
            ServicePhase::Stopping
        } else if self.running.load(Ordering::Acquire) {
            ServicePhase::Running
        } else {
            ServicePhase::Starting
        };
        Readiness {
            phase,
            storing: self.journal.healthy(),
            telegram: self.console.telegram_health(),
            sheets: self.console.sheets_health(),
            silent_until: self.console.silent_until(),
            tabs_down: self.console.tabs_down(),
        }
    }
}

/// Gone is only what the journal was seen not to hold.
fn stored(parts: &Parts, id: FileId) -> Result<StoredFile, Unavailable> {
    let snapshot = parts.journal.snapshot();
    match snapshot.file(id) {
        Some(stored) => Ok(stored),
        None if snapshot.intact() => Err(Unavailable::Gone),
        None => Err(Unavailable::Later),
    }
}

fn why(error: &TelegramError) -> Unavailable {
    tracing::warn!(%error, "a file is not to be had");
    match error {
        TelegramError::Refused {
            code: 400 | 410, ..
        } if error.service_refusal().is_none() => Unavailable::Gone,
        TelegramError::Refused { .. }
        | TelegramError::NotSent(_)
        | TelegramError::Unmade(_)
        | TelegramError::Lost(_) => Unavailable::Later,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gone_is_what_telegram_has_no_more_and_all_else_is_for_later() {
        for (code, description, gone) in [
            (
                400,
                "Bad Request: wrong file_id or the file is temporarily unavailable",
                true,
            ),
            (410, "the file cannot be downloaded", true),
            (400, "Logged out", false),
            (401, "Unauthorized", false),
            (404, "Not Found", false),
            (429, "Too Many Requests: retry after 3", false),
        ] {
            let error = TelegramError::Refused {
                code,
                description: description.to_owned(),
                retry_after: None,
                moved_to: None,
            };
            assert_eq!(matches!(why(&error), Unavailable::Gone), gone, "{error}");
        }
        assert!(matches!(
            why(&TelegramError::Lost(String::new())),
            Unavailable::Later
        ));
    }
}

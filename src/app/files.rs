//! Files that partners sent, from Telegram to whoever has a link.
//!
//! Invariant: a file passes through as it comes; neither its address at Telegram nor the token leaves this process.

use std::{io, sync::Arc};

use futures_util::{StreamExt as _, TryStreamExt as _};

use super::Parts;
use crate::{
    domain::files::{FileId, StoredFile},
    http::{OpenFile, OpenedFile, Unavailable},
    telegram::answer::TelegramError,
};

/// How the files' route has a file brought.
pub(super) fn open_file(parts: &Arc<Parts>) -> OpenFile {
    let parts = Arc::clone(parts);
    Arc::new(move |id| {
        let parts = Arc::clone(&parts);
        Box::pin(async move {
            let stored = stored(&parts, id)?;
            let response = parts
                .telegram
                .download(&stored.attachment.remote)
                .await
                .map_err(|error| why(&error))?;
            Ok(OpenedFile {
                attachment: stored.attachment,
                length: response.content_length(),
                // The error's own words hold the address, and with it the token.
                bytes: response
                    .bytes_stream()
                    .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
                    .boxed(),
            })
        })
    })
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

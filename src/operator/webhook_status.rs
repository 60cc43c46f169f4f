//! What Telegram says of the way on which it should bring updates.
//!
//! Invariant: as long as there is no webhook, Telegram has not taken it, or cannot bring what waits, `status` says why.

use std::sync::{Mutex, PoisonError};

use crate::telegram::{answer::TelegramError, client::WebhookInfo};

/// It asks for patience.
const TOO_MANY_REQUESTS: u16 = 429;

/// What Telegram said of the way on which it should bring updates.
#[derive(Debug, Default)]
pub struct WebhookStatus {
    /// Why there is none.
    lacking: Mutex<Option<Lacking>>,
    /// Why it cannot bring what waits.
    undelivered: Mutex<Option<String>>,
}

/// Why there is no webhook of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lacking {
    /// There is none, and the settings name no address for one.
    Address,
    /// Telegram has refused it, in its words.
    Refused(String),
}

impl WebhookStatus {
    /// Why there is none, if there is none.
    pub(super) fn lacking(&self) -> Option<Lacking> {
        read(&self.lacking)
    }

    /// Whether there is none, and none comes by itself.
    #[must_use]
    pub fn is_lacking(&self) -> bool {
        self.lacking().is_some()
    }

    /// Why Telegram cannot bring what waits, in its words.
    pub(super) fn undelivered(&self) -> Option<String> {
        read(&self.undelivered)
    }

    /// Takes in whether Telegram has taken the webhook. That it does not serve the bot, or asks for patience, is said elsewhere.
    pub fn answered(&self, error: Option<&TelegramError>) {
        let refused = match error {
            Some(
                error @ TelegramError::Refused {
                    code, description, ..
                },
            ) if *code != TOO_MANY_REQUESTS && error.service_refusal().is_none() => {
                Some(Lacking::Refused(description.clone()))
            }
            Some(_) | None => None,
        };
        set(&self.lacking, refused);
    }

    /// Takes in which webhook there is, where the settings name no address for one.
    pub fn stands_without_address(&self, info: &WebhookInfo) {
        let nowhere = info.url.is_empty().then_some(Lacking::Address);
        set(&self.lacking, nowhere);
    }

    /// Records the state of the webhook.
    pub(super) fn record(&self, info: &WebhookInfo) {
        let trouble = info.last_error_message.clone();
        set(
            &self.undelivered,
            trouble.filter(|_| info.pending_update_count > 0),
        );
    }
}

fn read<T: Clone>(known: &Mutex<Option<T>>) -> Option<T> {
    known.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn set<T>(known: &Mutex<Option<T>>, new: Option<T>) {
    *known.lock().unwrap_or_else(PoisonError::into_inner) = new;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_the_webhook_itself_is_one_and_patience_or_a_wrong_token_is_none() {
        for (code, words, expected) in [
            (
                400,
                "Bad Request: bad webhook: IP address is reserved",
                true,
            ),
            (429, "Too Many Requests: retry after 5", false),
            (401, "Unauthorized", false),
        ] {
            let status = WebhookStatus::default();
            status.answered(Some(&TelegramError::Refused {
                code,
                description: words.to_owned(),
                retry_after: None,
                moved_to: None,
            }));
            assert_eq!(status.is_lacking(), expected, "{words}");
            status.answered(None);
            assert!(!status.is_lacking());
        }
    }
}

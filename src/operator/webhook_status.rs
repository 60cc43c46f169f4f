//! What Telegram says of the way on which it should bring updates.
//!
//! Invariant: as long as Telegram has not taken the webhook, or cannot bring what waits, `status` says why.

use std::sync::{Mutex, PoisonError};

use crate::telegram::{answer::TelegramError, client::WebhookInfo};

/// What Telegram said of the way on which it should bring updates.
#[derive(Debug, Default)]
pub struct WebhookStatus {
    /// Why it has refused the webhook.
    refused: Mutex<Option<String>>,
    /// Why it cannot bring what waits.
    undelivered: Mutex<Option<String>>,
}

impl WebhookStatus {
    /// What is wrong, in Telegram's words.
    pub(super) fn trouble(&self) -> Option<String> {
        let read = |words: &Mutex<Option<String>>| {
            words.lock().unwrap_or_else(PoisonError::into_inner).clone()
        };
        read(&self.refused).or_else(|| read(&self.undelivered))
    }

    /// Takes in whether Telegram has taken the webhook.
    pub fn answered(&self, error: Option<&TelegramError>) {
        let refused = match error {
            Some(TelegramError::Refused { description, .. }) => Some(description.clone()),
            _ => None,
        };
        set(&self.refused, refused);
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

fn set(words: &Mutex<Option<String>>, trouble: Option<String>) {
    *words.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
}

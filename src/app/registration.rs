//! Telling Telegram where updates go and which commands the bot knows; and what it says of that.
//!
//! Invariant: it is tried until Telegram has taken it, and as long as it has not, `status` says why.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio_util::sync::CancellationToken;

use super::{Parts, words};
use crate::{
    config::Mode,
    telegram::{answer::TelegramError, client::WebhookInfo, webhook},
};

/// The first pause before another try; it doubles.
const AGAIN: Duration = Duration::from_secs(2);
/// The longest pause: Telegram may be away for hours, and every try is one small call.
const AGAIN_AT_MOST: Duration = Duration::from_secs(120);

/// What Telegram said of the way on which it should bring updates.
#[derive(Debug, Default)]
pub(super) struct WebhookStatus {
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
    fn answered(&self, result: Result<webhook::WebhookChange, &TelegramError>) {
        let refused = match result {
            Err(TelegramError::Refused { description, .. }) => Some(description.clone()),
            Ok(_)
            | Err(TelegramError::NotSent(_) | TelegramError::Unmade(_) | TelegramError::Lost(_)) => {
                None
            }
        };
        set(&self.refused, refused);
    }

    /// Records the state of the webhook.
    pub(super) fn record(&self, info: &WebhookInfo) {
        let trouble = info
            .last_error_message
            .clone()
            .filter(|_| info.pending_update_count > 0);
        set(&self.undelivered, trouble);
    }
}

fn set(words: &Mutex<Option<String>>, trouble: Option<String>) {
    *words.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
}

/// Registers as often as it takes; afterwards there is nothing to do until the stop.
pub(super) async fn register(parts: Arc<Parts>, stop: CancellationToken) {
    let mut pause = AGAIN;
    while let Err(error) = register_once(&parts).await {
        tracing::warn!(%error, "Telegram does not take our registration yet");
        if stop
            .run_until_cancelled(tokio::time::sleep(pause))
            .await
            .is_none()
        {
            return;
        }
        pause = (pause * 2).min(AGAIN_AT_MOST);
    }
    stop.cancelled().await;
}

async fn register_once(parts: &Parts) -> Result<(), TelegramError> {
    let settings = &parts.settings.telegram;
    match (&settings.mode, &parts.settings.http.public_url) {
        (Mode::Webhook { secret }, Some(url)) if settings.register_webhook => {
            let result = webhook::register(&parts.telegram, url.as_str(), secret).await;
            parts.registration.answered(result.as_ref().copied());
            let outcome = result?;
            tracing::info!(?outcome, "the webhook is registered");
        }
        (Mode::Polling, _) => {}
        (Mode::Webhook { .. }, _) => return parts.telegram.me().await.map(|_| ()),
    }
    // Menus are a convenience: that Telegram refuses them says nothing of the updates.
    webhook::set_menus(&parts.telegram, &words::menus()).await
}

//! Telling Telegram where updates go and which commands the bot knows.
//!
//! Invariant: it is tried until Telegram has taken it.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{Parts, words};
use crate::{
    config::Mode,
    telegram::{answer::TelegramError, webhook},
};

/// The first pause before another try; it doubles.
const AGAIN: Duration = Duration::from_secs(2);
/// The longest pause: Telegram may be away for hours, and every try is one small call.
const AGAIN_AT_MOST: Duration = Duration::from_secs(120);

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
            parts.console.noted.webhook.answered(result.as_ref().err());
            let outcome = result?;
            tracing::info!(?outcome, "the webhook is registered");
        }
        (Mode::Polling, _) => {}
        (Mode::Webhook { .. }, _) => return parts.telegram.me().await.map(|_| ()),
    }
    // Menus are a convenience: that Telegram refuses them says nothing of the updates.
    webhook::set_menus(&parts.telegram, &words::menus(&parts.settings.texts)).await
}

//! Telling Telegram where updates go and which commands the bot knows.
//!
//! Invariant: it is tried until Telegram has taken it.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{Parts, words};
use crate::{
    config::Mode,
    operator::checkup,
    telegram::{answer::TelegramError, webhook},
};

/// The first pause before another try; it doubles.
const AGAIN: Duration = Duration::from_secs(2);
/// The longest pause: Telegram may be away for hours, and every try is one small call.
const AGAIN_AT_MOST: Duration = Duration::from_secs(120);

/// Registers as often as it takes; afterwards there is nothing to do until the stop.
pub(super) async fn register(parts: Arc<Parts>, stop: CancellationToken) {
    warn_of_no_address(&parts);
    let (mut pause, mut told) = (AGAIN, false);
    loop {
        let registered = register_once(&parts).await;
        if parts.console.noted.webhook.is_lacking() && !told {
            told = true;
            stop.run_until_cancelled(checkup::check(&parts.console))
                .await;
        }
        let Err(error) = registered else {
            break;
        };
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

/// At once, whether or not Telegram can be asked which webhook there is.
fn warn_of_no_address(parts: &Parts) {
    let settings = &parts.settings;
    if settings.http.public_url.is_none() && matches!(settings.telegram.mode, Mode::Webhook { .. })
    {
        tracing::warn!(
            "http.public_url is not set, so the service sets no webhook: Telegram brings updates only if somebody else has set one; name the address (SHEETDESK_HTTP__PUBLIC_URL=https://…), or ask for the updates (telegram.mode = \"polling\")"
        );
    }
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
        (Mode::Webhook { .. }, Some(_)) => return parts.telegram.me().await.map(|_| ()),
        (Mode::Webhook { .. }, None) => {
            let info = parts.telegram.webhook_info().await?;
            parts.console.noted.webhook.stands_without_address(&info);
            return Ok(());
        }
    }
    // Menus are a convenience: that Telegram refuses them says nothing of the updates.
    webhook::set_menus(&parts.telegram, &words::menus(&parts.settings.texts)).await
}

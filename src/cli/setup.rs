//! `setup webhook`: tells Telegram where to bring updates, or takes that back.
//!
//! Invariant: setting up again changes nothing.

use std::process::ExitCode;

use anyhow::{Context as _, anyhow};

use super::Failure;
use crate::{
    app::bot_menus,
    config::{Mode, Settings},
    telegram::{client::Client, webhook},
};

pub(super) async fn webhook(settings: &Settings, delete: bool) -> Result<ExitCode, Failure> {
    let client = Client::new(settings.telegram.api_url.as_str(), settings.telegram.token.secret().clone())?;
    if delete {
        client.delete_webhook().await.context("the webhook is still there")?;
        println!("The webhook is gone. Updates now wait at Telegram (for 24 hours) until somebody asks for them.");
        return Ok(ExitCode::SUCCESS);
    }
    let Mode::Webhook { secret } = &settings.telegram.mode else {
        return Err(anyhow!("telegram.mode is \"polling\": there is no webhook to set; for one, set it to \"webhook\"").into());
    };
    let Some(url) = &settings.http.public_url else {
        return Err(
            anyhow!("http.public_url is not set: Telegram has to know where to call. Set SHEETDESK_HTTP__PUBLIC_URL=https://…").into(),
        );
    };
    let outcome = webhook::register(&client, url.as_str(), secret, &bot_menus())
        .await
        .context("the webhook is not set")?;
    let words = match outcome {
        webhook::Registration::Changed => "is set",
        webhook::Registration::Unchanged => "was set already",
    };
    println!(
        "The webhook {address} {words}; the commands are in the bot's menu, in Russian and in English.",
        address = webhook::address(url.as_str())
    );
    Ok(ExitCode::SUCCESS)
}

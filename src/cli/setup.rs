//! `setup webhook` tells Telegram where to bring updates, or takes that back; `setup sheets` provisions the spreadsheets; `setup apps-script`
//! prints the script for the sheet.
//!
//! Invariant: setting up again changes nothing.

mod sheets;

use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::json;

#[cfg(feature = "demo")]
pub(super) use self::sheets::furnish;
pub(super) use self::sheets::sheets;
use super::Failure;
use crate::{
    app::words::menus,
    config::{BaseUrl, Mode, Settings},
    proxies::Proxies,
    telegram::{client::BotClient, webhook},
};

pub(super) async fn webhook(settings: &Settings, delete: bool) -> Result<ExitCode, Failure> {
    let client = BotClient::new(
        settings.telegram.api_url.as_str(),
        settings.telegram.token.secret().clone(),
        Proxies::new(settings.telegram.proxy.as_ref()),
    )?;
    if delete {
        let deleted = client.delete_webhook().await;
        deleted.context("the webhook is still there")?;
        println!(
            "The webhook is gone. Updates now wait at Telegram (for 24 hours) until somebody asks for them."
        );
        return Ok(ExitCode::SUCCESS);
    }
    let Mode::Webhook { secret } = &settings.telegram.mode else {
        return Err(anyhow!("telegram.mode is \"polling\": there is no webhook to set; for one, set it to \"webhook\"").into());
    };
    let url = public_url(settings, "Telegram")?;
    let outcome = webhook::register(&client, url.as_str(), secret)
        .await
        .context("the webhook is not set")?;
    webhook::set_menus(&client, &menus(&settings.texts))
        .await
        .context("the webhook is set, but the commands are not in the bot's menu")?;
    let words = match outcome {
        webhook::WebhookChange::Changed => "is set",
        webhook::WebhookChange::Unchanged => "was set already",
    };
    println!(
        "The webhook {address} {words}; the commands are in the bot's menu, in Russian and in English.",
        address = webhook::address(url.as_str())
    );
    Ok(ExitCode::SUCCESS)
}

/// The script as it stands in `deploy/apps-script`.
const SCRIPT: &str = include_str!("../../deploy/apps-script/Code.gs");

/// Prints the script, and at its end a function that keeps address, secret and tabs in the script properties when it is installed.
pub(super) fn apps_script(settings: &Settings) -> Result<ExitCode, Failure> {
    let url = public_url(settings, "the spreadsheet's script")?;
    let sheets = &settings.sheets;
    let mut tabs = vec![sheets.partners.tab.as_str(), sheets.appeals.tab.as_str()];
    let promotions = sheets.promotions.iter();
    tabs.extend(promotions.map(|promotions| promotions.tab.as_str()));
    tabs.dedup();
    let properties = json!({
        "SHEETDESK_URL": url.as_str(),
        "SHEETDESK_SECRET": format!("whsec_{}", BASE64_STANDARD.encode(sheets.callback_secret.key())),
        "SHEETDESK_TABS": tabs.join("\n"),
    });
    println!("{SCRIPT}");
    println!("/**");
    println!(
        " * Здесь секрет: не пересылайте этот текст. После первого запуска sheetdeskInstall эту функцию можно удалить."
    );
    println!(
        " * This holds a secret: do not pass it on. After the first run of sheetdeskInstall this function may be deleted."
    );
    println!(" */");
    println!(
        "function sheetdeskSettings() {{\n  return {};\n}}",
        serde_json::to_string_pretty(&properties)?
    );
    Ok(ExitCode::SUCCESS)
}

fn public_url<'a>(settings: &'a Settings, who: &str) -> Result<&'a BaseUrl, Failure> {
    settings.http.public_url.as_ref().ok_or_else(|| {
        anyhow!("http.public_url is not set: {who} has to know where to call. Set SHEETDESK_HTTP__PUBLIC_URL=https://…").into()
    })
}

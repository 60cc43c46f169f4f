//! `setup webhook` tells Telegram where to bring updates, or takes that back; `setup sheets` provisions the spreadsheets; `setup apps-script`
//! prints the script for the sheet.
//!
//! Invariant: setting up again changes nothing.

mod sheets;

use std::process::ExitCode;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::json;

#[cfg(feature = "demo")]
pub(super) use self::sheets::furnish;
pub(super) use self::sheets::sheets;
use super::{
    Failure,
    words::{Words, faults},
};
use crate::{
    app::words::menus,
    config::{BaseUrl, Mode, Settings},
    domain::wording::WebhookNote,
    proxies::Proxies,
    telegram::{client::BotClient, webhook},
};

pub(super) async fn webhook(settings: &Settings, delete: bool) -> Result<ExitCode, Failure> {
    let words = &Words::of(settings.language);
    let client = BotClient::new(
        settings.telegram.api_url.as_str(),
        settings.telegram.token.secret().clone(),
        Proxies::new(settings.telegram.proxy.as_ref()),
    );
    let client = client.map_err(|error| words.failure(&faults::build(&error)))?;
    if delete {
        let deleted = client.delete_webhook().await;
        deleted
            .map_err(|error| words.failure(WebhookNote::StillThere(&faults::telegram(&error))))?;
        println!("{}", words.tell(WebhookNote::Gone));
        return Ok(ExitCode::SUCCESS);
    }
    let Mode::Webhook { secret } = &settings.telegram.mode else {
        return Err(words.failure(WebhookNote::Polling));
    };
    let url = public_url(words, settings, WebhookNote::NoAddress)?;
    let outcome = webhook::register(&client, url.as_str(), secret).await;
    let outcome =
        outcome.map_err(|error| words.failure(WebhookNote::NotSet(&faults::telegram(&error))))?;
    let menus = webhook::set_menus(&client, &menus(&settings.texts)).await;
    menus.map_err(|error| words.failure(WebhookNote::NoMenu(&faults::telegram(&error))))?;
    let address = &webhook::address(url.as_str());
    let done = match outcome {
        webhook::WebhookChange::Changed => WebhookNote::Set(address),
        webhook::WebhookChange::Unchanged => WebhookNote::WasSet(address),
    };
    println!("{}", words.tell(done));
    Ok(ExitCode::SUCCESS)
}

/// The script as it stands in `deploy/apps-script`.
const SCRIPT: &str = include_str!("../../deploy/apps-script/Code.gs");

/// Prints the script, and at its end a function that keeps address, secret and tabs in the script properties when it is installed.
pub(super) fn apps_script(settings: &Settings) -> Result<ExitCode, Failure> {
    let words = &Words::of(settings.language);
    let url = public_url(words, settings, WebhookNote::NoAddressForScript)?;
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
    println!(" * {}", words.tell(WebhookNote::ScriptSecret));
    println!(" */");
    println!(
        "function sheetdeskSettings() {{\n  return {};\n}}",
        serde_json::to_string_pretty(&properties)?
    );
    Ok(ExitCode::SUCCESS)
}

fn public_url<'a>(
    words: &Words,
    settings: &'a Settings,
    lacking: WebhookNote<'_>,
) -> Result<&'a BaseUrl, Failure> {
    let url = settings.http.public_url.as_ref();
    url.ok_or_else(|| words.failure(lacking))
}

//! The ways out to Telegram and to Google, each by itself: which of them serves.
//!
//! Invariant: every way of the settings is tried, and the straight one beside them; where there is but one way, nothing is said of it.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use super::{Finding, fine, note, wrong};
use crate::{
    cli::words::faults,
    config::Settings,
    domain::wording::{CheckLabel, CheckNote, Saying, SystemNote, cause},
    proxies::{Path, Proxies},
    sheets::{client::Timeouts, wire::SheetsError},
    telegram::{answer::TelegramError, client::BotClient},
};

/// How long one way may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// What a trial of all ways has come to.
pub(super) struct Tried {
    /// The first proxy that serves, in the order of the settings.
    pub(super) serving: Option<Proxies>,
    /// Only through a proxy: straight nobody is reached.
    pub(super) needs_proxy: bool,
    pub(super) findings: Vec<Finding>,
}

/// Tries the ways to Telegram.
pub(super) async fn to_telegram(settings: &Settings) -> Tried {
    let telegram = &settings.telegram;
    let paths = Proxies::each(telegram.proxy.as_ref(), telegram.api_url.as_str());
    let outcome = async |path: &Path| {
        let token = telegram.token.secret().clone();
        let client = BotClient::new(telegram.api_url.as_str(), token, path.proxies.clone());
        let client = client.map_err(|error| faults::build(&error))?;
        match timeout(PATIENCE, client.probe()).await {
            Err(_) => Err(Saying::of(SystemNote::TimedOut)),
            // A refusal is an answer.
            Ok(Ok(()) | Err(TelegramError::Refused { .. })) => Ok(()),
            Ok(Err(
                TelegramError::NotSent(words)
                | TelegramError::Unmade(words)
                | TelegramError::Lost(words),
            )) => Err(cause(words)),
        }
    };
    tried(CheckLabel::TelegramPath, paths, outcome).await
}

/// Tries the ways to Google.
pub(super) async fn to_google(settings: &Settings) -> Tried {
    let sheets = &settings.sheets;
    let paths = Proxies::each(sheets.proxy.as_ref(), sheets.api_url.as_str());
    let outcome = async |path: &Path| {
        let client =
            super::sheets_client_through(settings, Timeouts::default(), path.proxies.clone());
        let client = client.await?;
        let asked = client.structure(&sheets.partners.spreadsheet);
        match timeout(PATIENCE, asked).await {
            Err(_) => Err(Saying::of(SystemNote::TimedOut)),
            Ok(Err(SheetsError::Unavailable(words) | SheetsError::Unknown(words))) => {
                Err(cause(words))
            }
            Ok(_) => Ok(()),
        }
    };
    tried(CheckLabel::GooglePath, paths, outcome).await
}

async fn tried(
    about: CheckLabel,
    paths: Vec<Path>,
    outcome: impl AsyncFn(&Path) -> Result<(), Saying>,
) -> Tried {
    if paths.len() == 1 {
        return Tried {
            serving: None,
            needs_proxy: false,
            findings: Vec::new(),
        };
    }
    let outcomes = join_all(paths.iter().map(|path| outcome(path))).await;
    let each = || paths.iter().zip(&outcomes);
    let first = each().position(|(path, outcome)| outcome.is_ok() && path.proxy.is_some());
    let straight = each().any(|(path, outcome)| path.proxy.is_none() && outcome.is_ok());
    let told = |(index, (path, outcome)): (usize, (&Path, &Result<(), Saying>))| match (
        &path.proxy,
        outcome,
    ) {
        (None, Ok(())) if first.is_some() => fine(about, CheckNote::PathStraight),
        (None, Ok(())) => note(about, CheckNote::PathStraightOnly),
        (None, Err(error)) => fine(about, CheckNote::PathNotStraight(error)),
        (Some(proxy), Ok(())) if first == Some(index) => fine(about, CheckNote::PathServes(proxy)),
        (Some(proxy), Ok(())) => fine(about, CheckNote::PathSpare(proxy)),
        (Some(proxy), Err(error)) => {
            let words = CheckNote::PathFails { proxy, error };
            match first {
                Some(_) => note(about, words),
                None => wrong(about, words),
            }
        }
    };
    Tried {
        needs_proxy: !straight,
        serving: first.map(|index| paths[index].proxies.clone()),
        findings: each().enumerate().map(told).collect(),
    }
}

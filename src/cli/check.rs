//! `check`: tries everything that the service needs and says what is wrong and what to do.
//!
//! Invariant: it only reads; nothing at Telegram or Google is changed by it.

mod answers;
mod list;
mod live;
mod machine;
mod promotions;

use std::{io::IsTerminal as _, process::ExitCode};

use serde::Serialize;

use self::answers::Readable;
pub(super) use self::live::live_sheet;
use super::{Failure, Format};
use crate::{
    app::words,
    clock,
    config::{Mode, Settings},
    domain::ids::{ChatId, SpreadsheetId},
    domain::operator::OperatorRequest,
    logs,
    operator::{ConsoleReply, TelegramStatus, ask},
    sheets::{
        account_key::AccountKey,
        client::{SheetsClient, Timeouts},
        layout::{Layout, words::TabWords},
        look::plan::{find_tab, header_range, headers},
        quota::CALLS_PER_WINDOW,
        wire::{SheetsError, Structure},
    },
    telegram::{answer::TelegramError, client::BotClient, webhook},
};

/// One line of the report.
#[derive(Serialize)]
struct Finding {
    about: &'static str,
    verdict: Verdict,
    words: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Fine,
    Note,
    Wrong,
}

pub(super) async fn check(
    settings: Settings,
    offline: bool,
    format: Format,
) -> Result<ExitCode, Failure> {
    let mut findings = vec![fine("settings", "complete and readable")];
    if !offline {
        machine::local(&settings, &mut findings);
        findings.extend(journal(&settings).await);
        telegram(&settings, &mut findings).await;
        machine::around(&settings, &mut findings).await;
        sheets(&settings, &mut findings).await;
    }
    let colour = logs::is_coloured(std::io::stdout().is_terminal());
    match format {
        Format::Text => findings
            .iter()
            .for_each(|finding| println!("{}", line(finding, colour))),
        Format::Json => println!("{}", serde_json::to_string_pretty(&findings)?),
    }
    let failed = findings
        .iter()
        .any(|finding| finding.verdict == Verdict::Wrong);
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Whether the service that runs here can store; of a journal that nobody works with, the next start says how it is.
async fn journal(settings: &Settings) -> Option<Finding> {
    let Ok(ConsoleReply::Status(status)) = ask(&settings.data_dir, &OperatorRequest::Status).await
    else {
        return None;
    };
    let why = status
        .journal
        .trouble
        .unwrap_or_else(|| "it is being checked".to_owned());
    (!status.journal.storing).then(|| {
        wrong(
            "journal",
            format!("it cannot store, so nothing new is accepted: {why}"),
        )
    })
}

async fn telegram(settings: &Settings, findings: &mut Vec<Finding>) {
    let client = match BotClient::new(
        settings.telegram.api_url.as_str(),
        settings.telegram.token.secret().clone(),
    ) {
        Ok(client) => client,
        Err(error) => return findings.push(wrong("Telegram", error.to_string())),
    };
    match client.me().await {
        Ok(me) => findings.push(fine(
            "Telegram",
            format!(
                "the token is right, the bot is {}",
                me.username
                    .map_or_else(|| me.id.to_string(), |name| format!("@{name}"))
            ),
        )),
        Err(error) => {
            let barred = error
                .service_refusal()
                .map(|bar| format!("{error}: {}", bar.remedy()));
            let words = barred.unwrap_or_else(|| {
                format!(
                    "{error}. Is the token the one that @BotFather gave, and can this machine reach {}?",
                    settings.telegram.api_url.as_str()
                )
            });
            return findings.push(wrong("Telegram", words));
        }
    }
    if let Ok(ConsoleReply::Status(status)) =
        ask(&settings.data_dir, &OperatorRequest::Status).await
    {
        findings.extend(standing(&status.telegram));
    }
    findings.extend(admin_chat(settings, &client).await);
    match client.webhook_info().await {
        Ok(info) => findings.push(webhook_finding(settings, &info)),
        Err(error) => findings.push(wrong("webhook", error.to_string())),
    }
}

/// Whether the admin chat can be written to: the bot shows for a moment that it is typing there.
async fn admin_chat(settings: &Settings, client: &BotClient) -> Option<Finding> {
    let chat = settings.telegram.admin_chat?.number();
    let Err(error) = client.show_typing(ChatId(chat)).await else {
        return Some(fine("admin chat", format!("{chat} can be written to")));
    };
    let cure = match &error {
        TelegramError::Refused {
            moved_to: Some(to), ..
        } => {
            let words = format!(
                "{chat} became the supergroup {to}, which the service follows. Put the new number into telegram.admin_chat"
            );
            return Some(note("admin chat", words));
        }
        TelegramError::Refused { .. } => {
            "Is the number right, has somebody there pressed «Start», or, in a group, is the bot a member that may write?"
        }
        TelegramError::NotSent(_) | TelegramError::Unmade(_) | TelegramError::Lost(_) => {
            "Try again once Telegram answers"
        }
    };
    Some(wrong(
        "admin chat",
        format!("{chat} cannot be written to: {error}. {cure}"),
    ))
}

/// What Telegram does not let the running service do.
fn standing(telegram: &TelegramStatus) -> Vec<Finding> {
    let barred = telegram.barred.map(|bar| wrong("sending", bar.remedy()));
    let silent = telegram.silent_until.as_ref().map(|until| {
        let words = format!("Telegram wants silence until {until}, and nothing is sent before. To try at once: sheetdesk release silence");
        wrong("sending", words)
    });
    let webhook = telegram.webhook.as_ref().map(|words| {
        wrong(
            "webhook",
            format!("Telegram does not bring the updates: {words}"),
        )
    });
    [barred, silent, webhook].into_iter().flatten().collect()
}

fn webhook_finding(settings: &Settings, info: &crate::telegram::client::WebhookInfo) -> Finding {
    let waiting = info.pending_update_count;
    let trouble = info
        .last_error_message
        .as_ref()
        .map_or_else(String::new, |words| {
            format!("; Telegram's last try failed: {words}")
        });
    match (&settings.telegram.mode, &settings.http.public_url) {
        (Mode::Polling, _) if info.url.is_empty() => fine("updates", "we ask for them (polling)"),
        (Mode::Polling, _) => wrong(
            "updates",
            "telegram.mode is \"polling\", but a webhook is set, so Telegram gives us nothing. Take it away: sheetdesk setup webhook --delete",
        ),
        (Mode::Webhook { .. }, Some(url)) if info.url == webhook::address(url.as_str()) => {
            let words = format!("set, {waiting} updates wait{trouble}");
            if trouble.is_empty() {
                fine("webhook", words)
            } else {
                note("webhook", words)
            }
        }
        (Mode::Webhook { .. }, Some(_)) => note(
            "webhook",
            "not set yet; `serve` does it, or: sheetdesk setup webhook",
        ),
        (Mode::Webhook { .. }, None) if info.url.is_empty() => wrong(
            "webhook",
            "none is set, and http.public_url is empty: Telegram does not know where to call. Set SHEETDESK_HTTP__PUBLIC_URL=https://…",
        ),
        (Mode::Webhook { .. }, None) => note(
            "webhook",
            format!("set to another address by somebody else{trouble}"),
        ),
    }
}

/// The way to the spreadsheets that the settings describe.
pub(super) async fn sheets_client(
    settings: &Settings,
    timeouts: Timeouts,
) -> anyhow::Result<SheetsClient> {
    let key = AccountKey::read(settings.sheets.credentials.path())?;
    Ok(SheetsClient::new(settings.sheets.api_url.as_str(), key, timeouts, clock::now).await?)
}

async fn sheets(settings: &Settings, findings: &mut Vec<Finding>) {
    let sheets_client = match sheets_client(settings, Timeouts::default()).await {
        Ok(sheets_client) => sheets_client,
        Err(error) => return findings.push(wrong("Google", error.to_string())),
    };
    tabs(settings, &sheets_client, findings).await;
    findings.push(quota(settings, &sheets_client).await);
}

/// How many calls Google still grants: by the service where it runs, else by this command's own.
async fn quota(settings: &Settings, sheets_client: &SheetsClient) -> Finding {
    let Ok(ConsoleReply::Status(status)) = ask(&settings.data_dir, &OperatorRequest::Status).await
    else {
        let left = sheets_client.quota();
        let made = CALLS_PER_WINDOW.saturating_sub(left.reads);
        return fine(
            "quota",
            format!(
                "this check made {made} of the 60 reads that Google grants a minute; no service runs here yet"
            ),
        );
    };
    let (reads, writes) = (status.quota.reads, status.quota.writes);
    let words = format!(
        "the service has {reads} of {CALLS_PER_WINDOW} reads and {writes} of {CALLS_PER_WINDOW} writes left in this minute"
    );
    if reads == 0 || writes == 0 {
        note(
            "quota",
            format!(
                "{words}; if it is often so, look less often: schedule.appeals, schedule.partners"
            ),
        )
    } else {
        fine("quota", words)
    }
}

async fn tabs(settings: &Settings, sheets_client: &SheetsClient, findings: &mut Vec<Finding>) {
    let account = settings.sheets.credentials.client_email();
    let words = &settings.words;
    let partners = &settings.sheets.partners;
    let appeals = &settings.sheets.appeals;
    let readable = tab(
        sheets_client,
        "partners",
        partners.spreadsheet.0.as_str(),
        &words::partners(partners.tab.as_str(), &words.partners),
        account,
        findings,
    )
    .await;
    if let Some(readable) = readable {
        findings.extend(list::faults(sheets_client, &readable).await);
    }
    let readable = tab(
        sheets_client,
        "appeals",
        appeals.spreadsheet.0.as_str(),
        &words::appeals(appeals.tab.as_str(), &words.appeals),
        account,
        findings,
    )
    .await;
    if let Some(promotions) = &settings.sheets.promotions {
        let named = words::promotions(promotions.tab.as_str(), &words.promotions);
        let readable = tab(
            sheets_client,
            "promotions",
            promotions.spreadsheet.0.as_str(),
            &named,
            account,
            findings,
        )
        .await;
        if let Some(readable) = readable {
            findings.extend(promotions::waiting(settings, sheets_client, &readable).await);
        }
    }
    if let Some(readable) = readable {
        findings.extend(answers::waiting(settings, sheets_client, &readable).await);
    }
}

/// Whether a tab is there and can be understood.
async fn tab(
    sheets_client: &SheetsClient,
    about: &'static str,
    spreadsheet: &str,
    words: &TabWords,
    account: &str,
    findings: &mut Vec<Finding>,
) -> Option<Readable> {
    let read = read(sheets_client, spreadsheet, words, account).await;
    findings.push(match &read {
        Ok(readable) => fine(about, place(readable)),
        Err(error) => wrong(about, error.clone()),
    });
    read.ok()
}

async fn read(
    sheets_client: &SheetsClient,
    spreadsheet: &str,
    words: &TabWords,
    account: &str,
) -> Result<Readable, String> {
    let spreadsheet = SpreadsheetId(spreadsheet.to_owned());
    let failed = |error: SheetsError| denied(&error, account);
    let structure = sheets_client
        .structure(&spreadsheet)
        .await
        .map_err(failed)?;
    let info =
        find_tab(&structure.tabs, &words.title).ok_or_else(|| no_tab(&structure, &words.title))?;
    let first_row = header_range(&info.title);
    let ranges = sheets_client
        .read(&spreadsheet, &[first_row])
        .await
        .map_err(failed)?;
    let headings = ranges.first().map(headers).unwrap_or_default();
    Ok(Readable {
        layout: Layout::read(words, &headings).map_err(|error| error.to_string())?,
        info: info.clone(),
        words: words.clone(),
        spreadsheet,
    })
}

fn place(readable: &Readable) -> String {
    let ours = if readable.layout.to_add().is_empty() {
        "whether we may write shows at the first write"
    } else {
        "ours are added at the right end at the start"
    };
    format!("tab «{}», every column found; {ours}", readable.words.title)
}

pub(super) fn denied(error: &SheetsError, account: &str) -> String {
    match error {
        SheetsError::Denied(_) | SheetsError::NotFound => {
            format!(
                "{error}. Open the spreadsheet, press «Share» («Поделиться») and let {account} edit it"
            )
        }
        SheetsError::Throttled { .. }
        | SheetsError::Unavailable(_)
        | SheetsError::Refused { .. }
        | SheetsError::BadRange(_)
        | SheetsError::ApiOff { .. }
        | SheetsError::NotASpreadsheet
        | SheetsError::Unknown(_) => error.to_string(),
    }
}

fn no_tab(structure: &Structure, title: &str) -> String {
    let there: Vec<_> = structure
        .tabs
        .iter()
        .map(|tab| format!("«{}»", tab.title))
        .collect();
    format!(
        "there is no tab «{title}»; the spreadsheet has {}. Rename the tab, or name the right one in the settings",
        there.join(", ")
    )
}

fn line(finding: &Finding, colour: bool) -> String {
    let (mark, code) = match finding.verdict {
        Verdict::Fine => ("ok   ", "32"),
        Verdict::Note => ("note ", "33"),
        Verdict::Wrong => ("WRONG", "31"),
    };
    let mark = if colour {
        format!("\u{1b}[{code}m{mark}\u{1b}[0m")
    } else {
        mark.to_owned()
    };
    format!("{mark}  {:<10}  {}", finding.about, finding.words)
}

fn fine(about: &'static str, words: impl Into<String>) -> Finding {
    Finding {
        about,
        verdict: Verdict::Fine,
        words: words.into(),
    }
}

fn note(about: &'static str, words: impl Into<String>) -> Finding {
    Finding {
        about,
        verdict: Verdict::Note,
        words: words.into(),
    }
}

fn wrong(about: &'static str, words: impl Into<String>) -> Finding {
    Finding {
        about,
        verdict: Verdict::Wrong,
        words: words.into(),
    }
}

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
    config::{AdminChatId, Mode, Settings, StaffChatId, TabAddress},
    domain::{
        ids::{ChatId, SpreadsheetId},
        operator::OperatorRequest,
        wording::Wording,
    },
    logs,
    operator::{ConsoleReply, StatusReport, TelegramStatus, ask},
    proxies::Proxies,
    sheets::{
        account_key::AccountKey,
        client::{SheetsClient, Timeouts},
        provision::unserved_tables,
        quota::CALLS_PER_WINDOW,
        table::{
            layout::{Layout, words::TabWords},
            read_plan::{find_tab, header_range, headers},
        },
        wire::{SheetsError, Structure},
    },
    telegram::{
        answer::TelegramError,
        client::{BotClient, Me, WebhookInfo},
        webhook,
    },
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
    let lines = findings.iter().map(|finding| line(finding, colour));
    match format {
        Format::Text => lines.for_each(|line| println!("{line}")),
        Format::Json => println!("{}", serde_json::to_string_pretty(&findings)?),
    }
    let mut all = findings.iter();
    Ok(match all.any(|finding| finding.verdict == Verdict::Wrong) {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}

/// Whether the service that runs here can store; of a journal that nobody works with, the next start says how it is.
async fn journal(settings: &Settings) -> Option<Finding> {
    let journal = running(settings).await?.journal;
    let why = journal.trouble.as_deref().unwrap_or("it is being checked");
    let words = format!("it cannot store, so nothing new is accepted: {why}");
    (!journal.storing).then(|| wrong("journal", words))
}

/// What the service says that runs here, if one does.
async fn running(settings: &Settings) -> Option<Box<StatusReport>> {
    match ask(&settings.data_dir, &OperatorRequest::Status).await {
        Ok(ConsoleReply::Status(status)) => Some(status),
        Ok(_) | Err(_) => None,
    }
}

async fn telegram(settings: &Settings, findings: &mut Vec<Finding>) {
    let (url, token) = (&settings.telegram.api_url, &settings.telegram.token);
    let proxies = Proxies::new(settings.telegram.proxy.as_ref());
    let client = match BotClient::new(url.as_str(), token.secret().clone(), proxies) {
        Ok(client) => client,
        Err(error) => return findings.push(wrong("Telegram", error.to_string())),
    };
    match client.me().await {
        Ok(Me { id, username }) => {
            let name = username.map_or_else(|| id.to_string(), |name| format!("@{name}"));
            let words = format!("the token is right, the bot is {name}");
            findings.push(fine("Telegram", words));
        }
        Err(error) => {
            let words = match error.service_refusal() {
                Some(bar) => format!("{error}: {}", bar.remedy()),
                None => format!(
                    "{error}. Is the token the one that @BotFather gave, and can this machine reach {url}?"
                ),
            };
            return findings.push(wrong("Telegram", words));
        }
    }
    if let Some(status) = running(settings).await {
        findings.extend(standing(&status.telegram));
    }
    let admin = settings.telegram.admin_chat.map(AdminChatId::number);
    let staff = settings.staff.chat.map(StaffChatId::number);
    for (what, key, chat) in [
        ("admin chat", "telegram.admin_chat", admin),
        ("staff chat", "staff.chat", staff),
    ] {
        if let Some(chat) = chat {
            findings.push(writable(&client, (what, key), chat).await);
        }
    }
    match client.webhook_info().await {
        Ok(info) => findings.push(webhook_finding(settings, &info)),
        Err(error) => findings.push(wrong("webhook", error.to_string())),
    }
}

/// Whether a chat of the settings can be written to: the bot shows for a moment that it is typing there.
async fn writable(client: &BotClient, (what, key): (&'static str, &str), chat: i64) -> Finding {
    let Err(error) = client.show_typing(ChatId(chat)).await else {
        return fine(what, format!("{chat} can be written to"));
    };
    let cure = match &error {
        TelegramError::Refused {
            moved_to: Some(to), ..
        } => {
            let words = format!(
                "{chat} became the supergroup {to}, which the service follows. Put the new number into {key}"
            );
            return note(what, words);
        }
        TelegramError::Refused { .. } => {
            "Is the number right, has somebody there pressed «Start», or, in a group, is the bot a member that may write?"
        }
        TelegramError::NotSent(_) | TelegramError::Unmade(_) | TelegramError::Lost(_) => {
            "Try again once Telegram answers"
        }
    };
    let words = format!("{chat} cannot be written to: {error}. {cure}");
    wrong(what, words)
}

/// What Telegram does not let the running service do.
fn standing(telegram: &TelegramStatus) -> Vec<Finding> {
    let barred = telegram.barred.map(|bar| wrong("sending", bar.remedy()));
    let silent = telegram.silent_until.as_ref().map(|until| {
        let words = format!("Telegram wants silence until {until}, and nothing is sent before. To try at once: sheetdesk release silence");
        wrong("sending", words)
    });
    let webhook = telegram.webhook.as_ref().map(|words| {
        let words = format!("Telegram does not bring the updates: {words}");
        wrong("webhook", words)
    });
    [barred, silent, webhook].into_iter().flatten().collect()
}

fn webhook_finding(settings: &Settings, info: &WebhookInfo) -> Finding {
    let waiting = info.pending_update_count;
    let trouble = match &info.last_error_message {
        Some(words) => format!("; Telegram's last try failed: {words}"),
        None => String::new(),
    };
    match (&settings.telegram.mode, &settings.http.public_url) {
        (Mode::Polling, _) if info.url.is_empty() => fine("updates", "we ask for them (polling)"),
        (Mode::Polling, _) => wrong(
            "updates",
            "telegram.mode is \"polling\", but a webhook is set, so Telegram gives us nothing. Take it away: sheetdesk setup webhook --delete",
        ),
        (Mode::Webhook { .. }, Some(url)) if info.url == webhook::address(url.as_str()) => {
            let words = format!("set, {waiting} updates wait{trouble}");
            match trouble.is_empty() {
                true => fine("webhook", words),
                false => note("webhook", words),
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
    let (api, proxies) = (
        settings.sheets.api_url.as_str(),
        Proxies::new(settings.sheets.proxy.as_ref()),
    );
    Ok(SheetsClient::new(api, key, timeouts, proxies, clock::now).await?)
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
    let Some(status) = running(settings).await else {
        let made = CALLS_PER_WINDOW.saturating_sub(sheets_client.quota().reads);
        let words = format!(
            "this check made {made} of the 60 reads that Google grants a minute; no service runs here yet"
        );
        return fine("quota", words);
    };
    let (reads, writes) = (status.quota.reads, status.quota.writes);
    let words = format!(
        "the service has {reads} of {CALLS_PER_WINDOW} reads and {writes} of {CALLS_PER_WINDOW} writes left in this minute"
    );
    if reads > 0 && writes > 0 {
        return fine("quota", words);
    }
    let cure = "if it is often so, look less often: schedule.appeals, schedule.partners";
    note("quota", format!("{words}; {cure}"))
}

async fn tabs(settings: &Settings, sheets_client: &SheetsClient, findings: &mut Vec<Finding>) {
    let (sheets, known) = (&settings.sheets, &settings.words);
    let tab = async |about, address: &TabAddress, words: TabWords| {
        let account = sheets.credentials.client_email();
        let told = (account, &settings.texts);
        match read(sheets_client, &address.spreadsheet, words, told).await {
            Ok(readable) => {
                let tables = unserved_tables(&readable.info, &readable.layout);
                let mut found = vec![fine(about, place(&readable))];
                found.extend(tables.into_iter().map(|words| note(about, words)));
                (found, Some(readable))
            }
            Err(error) => (vec![wrong(about, error)], None),
        }
    };
    let words = words::partners(sheets.partners.tab.as_str(), &known.partners);
    let (found, partners) = tab("partners", &sheets.partners, words).await;
    findings.extend(found);
    if let Some(partners) = partners {
        findings.extend(list::faults(sheets_client, &partners).await);
    }
    let words = words::appeals(sheets.appeals.tab.as_str(), &known.appeals, &settings.texts);
    let (found, appeals) = tab("appeals", &sheets.appeals, words).await;
    findings.extend(found);
    if let Some(address) = &sheets.promotions {
        let words = words::promotions(address.tab.as_str(), &known.promotions);
        let (found, promotions) = tab("promotions", address, words).await;
        findings.extend(found);
        if let Some(promotions) = promotions {
            findings.extend(promotions::waiting(settings, sheets_client, &promotions).await);
        }
    }
    if let Some(appeals) = appeals {
        findings.extend(answers::waiting(settings, sheets_client, &appeals).await);
    }
}

/// Whether a tab is there and can be understood.
async fn read(
    sheets_client: &SheetsClient,
    spreadsheet: &SpreadsheetId,
    words: TabWords,
    (account, wording): (&str, &Wording),
) -> Result<Readable, String> {
    let failed = |error: SheetsError| denied(&error, account);
    let structure = sheets_client.structure(spreadsheet).await;
    let structure = structure.map_err(failed)?;
    let info =
        find_tab(&structure.tabs, &words.title).ok_or_else(|| no_tab(&structure, &words.title))?;
    let first_row = header_range(&info.title);
    let ranges = sheets_client.read(spreadsheet, &[first_row]).await;
    let headings = ranges.map_err(failed)?.first().map(headers);
    Ok(Readable {
        layout: Layout::read(&words, &headings.unwrap_or_default())
            .map_err(|error| error.words(wording))?,
        info: info.clone(),
        words,
        spreadsheet: spreadsheet.clone(),
    })
}

fn place(readable: &Readable) -> String {
    let ours = match readable.layout.to_add().is_empty() {
        true => "whether we may write shows at the first write",
        false => "ours are added at the right end at the start",
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
    let tabs = structure.tabs.iter();
    let there: Vec<_> = tabs.map(|tab| format!("«{}»", tab.title)).collect();
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
    let mark = match colour {
        true => format!("\u{1b}[{code}m{mark}\u{1b}[0m"),
        false => mark.to_owned(),
    };
    format!("{mark}  {:<10}  {}", finding.about, finding.words)
}

fn fine(about: &'static str, words: impl Into<String>) -> Finding {
    Verdict::Fine.of(about, words)
}

fn note(about: &'static str, words: impl Into<String>) -> Finding {
    Verdict::Note.of(about, words)
}

fn wrong(about: &'static str, words: impl Into<String>) -> Finding {
    Verdict::Wrong.of(about, words)
}

impl Verdict {
    fn of(self, about: &'static str, words: impl Into<String>) -> Finding {
        Finding {
            about,
            verdict: self,
            words: words.into(),
        }
    }
}

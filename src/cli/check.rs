//! `check`: tries everything that the service needs and says what is wrong and what to do.
//!
//! Invariant: nothing is left at Telegram or Google as it was not before, but for the message of `--send`; whatever it says ends with what comes next.

mod answers;
mod list;
mod live;
mod machine;
mod next;
mod paths;
mod promotions;
mod report;
mod telegram;
mod version;
mod writing;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use serde::Serialize;

use self::answers::Readable;
use super::{
    Failure, Format,
    words::{Words, faults},
};
use crate::{
    app::words,
    clock,
    config::{Settings, TabAddress},
    domain::{
        ids::SpreadsheetId,
        operator::OperatorRequest,
        wording::{CheckLabel, CheckNote, QuotedWords, Saying, Spoken, Wording},
    },
    operator::{ConsoleReply, StatusReport, ask},
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
};

/// One line of the report.
struct Finding {
    about: CheckLabel,
    verdict: Verdict,
    words: Saying,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Fine,
    Note,
    Wrong,
}

/// What is to be checked, and how it is to be told.
#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// Check the settings alone, without asking Telegram or Google
    #[arg(long)]
    offline: bool,
    /// Try on this spreadsheet, on a tab of its own, whether Google does what the service counts on
    #[arg(long, value_name = "SPREADSHEET", conflicts_with = "offline")]
    live_sheet: Option<String>,
    /// Write a line into the admin chat and the staff chat, rather than only show that the bot is typing there
    #[arg(long, conflicts_with_all = ["offline", "live_sheet"])]
    send: bool,
    /// Compare with the newest version, which this file names in its first word; nobody else is asked
    #[arg(long, value_name = "FILE", conflicts_with = "live_sheet")]
    version_file: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// `config` is the settings file, where it was named.
pub(super) async fn check(
    settings: Settings,
    asked: CheckArguments,
    config: Option<&Path>,
) -> Result<ExitCode, Failure> {
    if let Some(spreadsheet) = &asked.live_sheet {
        return live::live_sheet(&settings, spreadsheet).await;
    }
    let words = Words::of(settings.language);
    let mut findings = vec![fine(CheckLabel::Settings, CheckNote::Complete)];
    findings.extend(asked.version_file.as_deref().map(version::compare));
    let mut runs = false;
    if !asked.offline {
        runs = running(&settings).await.is_some();
        machine::local(&settings, &mut findings);
        if !runs {
            findings.extend(machine::ports(&settings).await);
        }
        findings.extend(journal(&settings).await);
        telegram::telegram(&settings, asked.send, &mut findings).await;
        machine::around(&settings, &mut findings).await;
        sheets(&settings, &mut findings).await;
    }
    match asked.format {
        Format::Text => {
            report::text(&words, &findings);
            println!(
                "\n{}",
                words.tell(&next::after(&findings, (asked.offline, config), runs))
            );
        }
        Format::Json => println!("{}", report::json(&words, &findings)?),
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
    let words = match journal.trouble.as_deref() {
        Some(why) => CheckNote::NotStoring(why),
        None => CheckNote::Unstoring,
    };
    (!journal.storing).then(|| wrong(CheckLabel::Journal, words))
}

/// What the service says that runs here, if one does.
async fn running(settings: &Settings) -> Option<Box<StatusReport>> {
    match ask(&settings.data_dir, &OperatorRequest::Status).await {
        Ok(ConsoleReply::Status(status)) => Some(status),
        Ok(_) | Err(_) => None,
    }
}

/// The way to the spreadsheets that the settings describe.
pub(super) async fn sheets_client(
    settings: &Settings,
    timeouts: Timeouts,
) -> Result<SheetsClient, Saying> {
    let proxies = Proxies::new(settings.sheets.proxy.as_ref());
    sheets_client_through(settings, timeouts, proxies).await
}

async fn sheets_client_through(
    settings: &Settings,
    timeouts: Timeouts,
    proxies: Proxies,
) -> Result<SheetsClient, Saying> {
    let key = AccountKey::read(settings.sheets.credentials.path());
    let key = key.map_err(|error| faults::key(&error))?;
    let api = settings.sheets.api_url.as_str();
    let client = SheetsClient::new(api, key, timeouts, proxies, clock::now);
    client.await.map_err(|error| faults::client(&error))
}

async fn sheets(settings: &Settings, findings: &mut Vec<Finding>) {
    let tried = paths::to_google(settings).await;
    findings.extend(tried.findings);
    let proxies = tried.serving;
    let proxies = proxies.unwrap_or_else(|| Proxies::new(settings.sheets.proxy.as_ref()));
    let client = sheets_client_through(settings, Timeouts::default(), proxies);
    let sheets_client = match client.await {
        Ok(sheets_client) => sheets_client,
        Err(words) => return findings.push(wrong(CheckLabel::Google, &words)),
    };
    tabs(settings, &sheets_client, findings).await;
    findings.push(quota(settings, &sheets_client).await);
}

/// How many calls Google still grants: by the service where it runs, else by this command's own.
async fn quota(settings: &Settings, sheets_client: &SheetsClient) -> Finding {
    let all = CALLS_PER_WINDOW;
    let Some(status) = running(settings).await else {
        let made = all.saturating_sub(sheets_client.quota().reads);
        return fine(CheckLabel::Quota, CheckNote::QuotaMade(made));
    };
    let (reads, writes) = (status.quota.reads, status.quota.writes);
    let left = CheckNote::QuotaLeft { reads, writes, all };
    if reads > 0 && writes > 0 {
        return fine(CheckLabel::Quota, left);
    }
    note(CheckLabel::Quota, CheckNote::QuotaSpent(&Saying::of(left)))
}

async fn tabs(settings: &Settings, sheets_client: &SheetsClient, findings: &mut Vec<Finding>) {
    let (sheets, known) = (&settings.sheets, &settings.words);
    let mut readable = BTreeSet::new();
    let tab = async |about, address: &TabAddress, words: TabWords| {
        let account = sheets.credentials.client_email();
        let told = (account, &settings.texts);
        match read(sheets_client, &address.spreadsheet, words, told).await {
            Ok(readable) => {
                let tables = unserved_tables(&readable.info, &readable.layout);
                let mut found = vec![fine(about, &place(&readable))];
                found.extend(tables.iter().map(|words| note(about, words)));
                (found, Some(readable))
            }
            Err(words) => (vec![wrong(about, &words)], None),
        }
    };
    let words = words::partners(sheets.partners.tab.as_str(), &known.partners);
    let (found, partners) = tab(CheckLabel::Partners, &sheets.partners, words).await;
    findings.extend(found);
    if let Some(partners) = partners {
        readable.insert(partners.spreadsheet.clone());
        findings.extend(list::faults(settings, sheets_client, &partners).await);
    }
    let words = words::appeals(sheets.appeals.tab.as_str(), &known.appeals, &settings.texts);
    let (found, appeals) = tab(CheckLabel::Appeals, &sheets.appeals, words).await;
    findings.extend(found);
    if let Some(address) = &sheets.promotions {
        let words = words::promotions(address.tab.as_str(), &known.promotions);
        let (found, promotions) = tab(CheckLabel::Promotions, address, words).await;
        findings.extend(found);
        if let Some(promotions) = promotions {
            readable.insert(promotions.spreadsheet.clone());
            findings.extend(promotions::waiting(settings, sheets_client, &promotions).await);
        }
    }
    if let Some(appeals) = appeals {
        readable.insert(appeals.spreadsheet.clone());
        findings.extend(answers::waiting(settings, sheets_client, &appeals).await);
    }
    findings.extend(writing::trials(settings, sheets_client, readable).await);
}

/// Whether a tab is there and can be understood.
async fn read(
    sheets_client: &SheetsClient,
    spreadsheet: &SpreadsheetId,
    words: TabWords,
    (account, wording): (&str, &Wording),
) -> Result<Readable, Saying> {
    let failed = |error: SheetsError| {
        let told = faults::sheets(&error, account);
        match error {
            SheetsError::Unavailable(_) => Saying::of(CheckNote::GoogleAway(&told)),
            _ => told,
        }
    };
    let structure = sheets_client.structure(spreadsheet).await;
    let structure = structure.map_err(failed)?;
    let info =
        find_tab(&structure.tabs, &words.title).ok_or_else(|| no_tab(&structure, &words.title))?;
    let first_row = header_range(&info.title);
    let ranges = sheets_client.read(spreadsheet, &[first_row]).await;
    let headings = ranges.map_err(failed)?.first().map(headers);
    Ok(Readable {
        layout: Layout::read(&words, &headings.unwrap_or_default())
            .map_err(|error| faults::layout(&error, wording))?,
        info: info.clone(),
        words,
        spreadsheet: spreadsheet.clone(),
    })
}

fn place(readable: &Readable) -> Saying {
    let title = readable.words.title.as_str();
    Saying::of(match readable.layout.to_add().is_empty() {
        true => CheckNote::TabRight(title),
        false => CheckNote::TabToComplete(title),
    })
}

fn no_tab(structure: &Structure, title: &str) -> Saying {
    let tabs = structure.tabs.iter();
    let there: Vec<String> = tabs.map(|tab| tab.title.clone()).collect();
    let there = QuotedWords(&there);
    Saying::of(CheckNote::NoTab { title, there })
}

fn fine<'a>(about: CheckLabel, words: impl Spoken<'a>) -> Finding {
    Verdict::Fine.of(about, words)
}

fn note<'a>(about: CheckLabel, words: impl Spoken<'a>) -> Finding {
    Verdict::Note.of(about, words)
}

fn wrong<'a>(about: CheckLabel, words: impl Spoken<'a>) -> Finding {
    Verdict::Wrong.of(about, words)
}

impl Verdict {
    fn of<'a>(self, about: CheckLabel, words: impl Spoken<'a>) -> Finding {
        Finding {
            about,
            verdict: self,
            words: Saying::of(words),
        }
    }
}

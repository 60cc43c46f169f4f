//! `check`: tries everything that the service needs and says what is wrong and what to do.
//!
//! Invariant: it only reads; nothing at Telegram or Google is changed by it.

mod answers;
mod list;
mod live;
mod machine;
mod promotions;
mod report;

use std::process::ExitCode;

use serde::Serialize;

use self::answers::Readable;
pub(super) use self::live::live_sheet;
use super::{
    Failure, Format,
    words::{Words, faults},
};
use crate::{
    app::words,
    clock,
    config::{AdminChatId, Mode, Settings, StaffChatId, TabAddress},
    domain::{
        ids::{ChatId, SpreadsheetId},
        operator::OperatorRequest,
        wording::{CheckLabel, CheckNote, QuotedWords, Saying, Spoken, Wording},
    },
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

pub(super) async fn check(
    settings: Settings,
    offline: bool,
    format: Format,
) -> Result<ExitCode, Failure> {
    let words = Words::of(settings.language);
    let mut findings = vec![fine(CheckLabel::Settings, CheckNote::Complete)];
    if !offline {
        machine::local(&settings, &mut findings);
        findings.extend(journal(&settings).await);
        telegram(&settings, &mut findings).await;
        machine::around(&settings, &mut findings).await;
        sheets(&settings, &mut findings).await;
    }
    match format {
        Format::Text => report::text(&words, &findings),
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

async fn telegram(settings: &Settings, findings: &mut Vec<Finding>) {
    let (url, token) = (&settings.telegram.api_url, &settings.telegram.token);
    let proxies = Proxies::new(settings.telegram.proxy.as_ref());
    let client = match BotClient::new(url.as_str(), token.secret().clone(), proxies) {
        Ok(client) => client,
        Err(error) => {
            return findings.push(wrong(CheckLabel::Telegram, &faults::build(&error)));
        }
    };
    match client.me().await {
        Ok(Me { id, username }) => {
            let name = username.map_or_else(|| id.to_string(), |name| format!("@{name}"));
            findings.push(fine(CheckLabel::Telegram, CheckNote::TokenRight(&name)));
        }
        Err(error) => {
            let bar = error.service_refusal();
            let error = &faults::telegram(&error);
            let finding = match bar.map(faults::barred) {
                Some(remedy) => {
                    let remedy = &Saying::of(remedy);
                    let words = CheckNote::BotBarred { error, remedy };
                    wrong(CheckLabel::Telegram, words)
                }
                None => {
                    let url = url.as_str();
                    let words = CheckNote::NoTelegram { error, url };
                    wrong(CheckLabel::Telegram, words)
                }
            };
            return findings.push(finding);
        }
    }
    if let Some(status) = running(settings).await {
        findings.extend(standing(&status.telegram));
    }
    let admin = settings.telegram.admin_chat.map(AdminChatId::number);
    let staff = settings.staff.chat.map(StaffChatId::number);
    for (what, key, chat) in [
        (CheckLabel::AdminChat, "telegram.admin_chat", admin),
        (CheckLabel::StaffChat, "staff.chat", staff),
    ] {
        if let Some(chat) = chat {
            findings.push(writable(&client, (what, key), chat).await);
        }
    }
    match client.webhook_info().await {
        Ok(info) => findings.push(webhook_finding(settings, &info)),
        Err(error) => findings.push(wrong(CheckLabel::Webhook, &faults::telegram(&error))),
    }
}

/// Whether a chat of the settings can be written to: the bot shows for a moment that it is typing there.
async fn writable(client: &BotClient, (what, key): (CheckLabel, &str), chat: i64) -> Finding {
    let Err(error) = client.show_typing(ChatId(chat)).await else {
        return fine(what, CheckNote::Writable(ChatId(chat)));
    };
    let (chat, told) = (&chat.to_string(), &faults::telegram(&error));
    match error {
        TelegramError::Refused {
            moved_to: Some(to), ..
        } => {
            let to = &to.to_string();
            note(what, CheckNote::ChatMoved { chat, to, key })
        }
        TelegramError::Refused { .. } => {
            let error = told;
            wrong(what, CheckNote::ChatRefused { chat, error })
        }
        TelegramError::NotSent(_) | TelegramError::Unmade(_) | TelegramError::Lost(_) => {
            let error = told;
            wrong(what, CheckNote::ChatUnanswered { chat, error })
        }
    }
}

/// What Telegram does not let the running service do.
fn standing(telegram: &TelegramStatus) -> Vec<Finding> {
    let barred = telegram.barred.map(faults::barred);
    let barred = barred.map(|remedy| wrong(CheckLabel::Sending, remedy));
    let silent = telegram.silent_until.as_deref().map(CheckNote::Silent);
    let silent = silent.map(|words| wrong(CheckLabel::Sending, words));
    let webhook = telegram.webhook.as_deref().map(CheckNote::NoUpdates);
    let webhook = webhook.map(|words| wrong(CheckLabel::Webhook, words));
    [barred, silent, webhook].into_iter().flatten().collect()
}

fn webhook_finding(settings: &Settings, info: &WebhookInfo) -> Finding {
    let waiting = info.pending_update_count;
    let failed = info.last_error_message.as_deref();
    let about = CheckLabel::Webhook;
    match (&settings.telegram.mode, &settings.http.public_url) {
        (Mode::Polling, _) if info.url.is_empty() => fine(CheckLabel::Updates, CheckNote::Polling),
        (Mode::Polling, _) => wrong(CheckLabel::Updates, CheckNote::PollingInVain),
        (Mode::Webhook { .. }, Some(url)) if info.url == webhook::address(url.as_str()) => {
            match failed {
                None => fine(about, CheckNote::WebhookSet(waiting)),
                Some(words) => note(about, CheckNote::WebhookFailing { waiting, words }),
            }
        }
        (Mode::Webhook { .. }, Some(_)) => note(about, CheckNote::WebhookToCome),
        (Mode::Webhook { .. }, None) if info.url.is_empty() => {
            wrong(about, CheckNote::WebhookNowhere)
        }
        (Mode::Webhook { .. }, None) => {
            let failed = failed.map(CheckNote::WebhookOfOthersFailing);
            note(about, failed.unwrap_or(CheckNote::WebhookOfOthers))
        }
    }
}

/// The way to the spreadsheets that the settings describe.
pub(super) async fn sheets_client(
    settings: &Settings,
    timeouts: Timeouts,
) -> Result<SheetsClient, Saying> {
    let key = AccountKey::read(settings.sheets.credentials.path());
    let key = key.map_err(|error| faults::key(&error))?;
    let (api, proxies) = (
        settings.sheets.api_url.as_str(),
        Proxies::new(settings.sheets.proxy.as_ref()),
    );
    let client = SheetsClient::new(api, key, timeouts, proxies, clock::now);
    client.await.map_err(|error| faults::client(&error))
}

async fn sheets(settings: &Settings, findings: &mut Vec<Finding>) {
    let sheets_client = match sheets_client(settings, Timeouts::default()).await {
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
) -> Result<Readable, Saying> {
    let failed = |error: SheetsError| faults::sheets(&error, account);
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

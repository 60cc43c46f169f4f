//! Each answer tried outside: the token with Telegram, the spreadsheets with Google, the chat with the bot.
//!
//! Invariant: an answer is refused only where somebody has refused it; where nobody is reached, it is tried later by `check`.

use std::{path::Path, time::Duration};

use tokio::time::timeout;

use super::{ADMIN_CHAT, KEY_FILE, TOKEN, answers::Answers, word};
use crate::{
    cli::{
        check,
        words::{Words, faults},
    },
    config::Settings,
    domain::{
        ids::{ChatId, SpreadsheetId},
        wording::{CheckNote, InitNote, QuotedWords, Saying},
    },
    proxies::{Proxies, ProxyList, ProxyUrl},
    secret::Secret,
    sheets::{client::Timeouts, wire::SheetsError},
    telegram::{
        answer::TelegramError,
        client::{BotClient, Me},
        refusal::ServiceRefusal,
    },
};

/// Where Telegram is, unless the environment says otherwise.
const TELEGRAM: &str = "https://api.telegram.org";
/// How long a person waits for a try.
const PATIENCE: Duration = Duration::from_secs(15);
/// The same for Google, which is asked for a token first.
const TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(5),
    token: Duration::from_secs(8),
    read: Duration::from_secs(10),
    write: Duration::from_secs(10),
};

/// What is known of the outside by now.
#[derive(Default)]
pub(super) struct AnswerTrial {
    /// Telegram was not reached.
    telegram_away: bool,
    /// Google was not reached.
    google_away: bool,
    /// The bot's name.
    bot: Option<String>,
    /// The partners' spreadsheet was read.
    partners: Option<SpreadsheetId>,
}

impl AnswerTrial {
    /// What there is to say of an answer, the last of `answers`; or why it cannot be the right one.
    pub(super) async fn of(&mut self, key: &str, answers: &Answers) -> Result<Vec<Saying>, Saying> {
        match key {
            TOKEN => self.token(answers).await,
            ADMIN_CHAT => self.chat(answers).await,
            KEY_FILE => Ok(email(answers).into_iter().collect()),
            key if key.ends_with(".spreadsheet") => self.spreadsheet(key, answers).await,
            _ => Ok(Vec::new()),
        }
    }

    pub(super) fn telegram_is_away(&self) -> bool {
        self.telegram_away
    }

    /// The number of the chat in which somebody writes the word that we say.
    pub(super) async fn hear_the_word(
        &self,
        words: &Words,
        answers: &Answers,
    ) -> Result<ChatId, Saying> {
        let bot = bot(answers).zip(self.bot.as_deref());
        let Some((client, name)) = bot.filter(|_| !self.telegram_away) else {
            return Err(Saying::of(InitNote::NoWord));
        };
        word::hear(words, &client, name).await
    }

    async fn token(&mut self, answers: &Answers) -> Result<Vec<Saying>, Saying> {
        let Some(client) = bot(answers) else {
            return Ok(Vec::new());
        };
        let asked = timeout(PATIENCE, client.me()).await;
        let late = || TelegramError::NotSent("no answer in time".to_owned());
        self.telegram_away = false;
        match asked.unwrap_or_else(|_| Err(late())) {
            Ok(Me { id, username }) => {
                let shown = username.as_ref().map(|name| format!("@{name}"));
                let shown = shown.unwrap_or_else(|| id.to_string());
                self.bot = username;
                Ok(vec![Saying::of(InitNote::Bot(&shown))])
            }
            Err(error) => match error.service_refusal() {
                Some(ServiceRefusal::Token | ServiceRefusal::Unknown) => {
                    Err(Saying::of(InitNote::UnknownToken))
                }
                Some(bar) => Ok(vec![Saying::of(faults::barred(bar))]),
                None => {
                    self.telegram_away = true;
                    let error = &faults::telegram(&error);
                    Ok(vec![Saying::of(InitNote::TelegramAway(error))])
                }
            },
        }
    }

    async fn chat(&self, answers: &Answers) -> Result<Vec<Saying>, Saying> {
        let chat = answers.of(ADMIN_CHAT).and_then(|chat| chat.parse().ok());
        let client = bot(answers).filter(|_| !self.telegram_away);
        let Some((client, chat)) = client.zip(chat) else {
            return Ok(Vec::new());
        };
        match timeout(PATIENCE, client.show_typing(ChatId(chat))).await {
            Ok(Ok(())) => Ok(vec![Saying::of(CheckNote::Writable(ChatId(chat)))]),
            Ok(Err(TelegramError::Refused {
                moved_to: Some(to), ..
            })) => Err(Saying::of(InitNote::ChatMoved(ChatId(to)))),
            Ok(Err(error @ TelegramError::Refused { .. })) => {
                let (chat, error) = (&chat.to_string(), &faults::telegram(&error));
                Err(Saying::of(CheckNote::ChatRefused { chat, error }))
            }
            Ok(Err(_)) | Err(_) => Ok(Vec::new()),
        }
    }

    async fn spreadsheet(&mut self, key: &str, answers: &Answers) -> Result<Vec<Saying>, Saying> {
        let Some(settings) = whole(answers).filter(|_| !self.google_away) else {
            return Ok(Vec::new());
        };
        let sheets = &settings.sheets;
        let address = match key {
            "sheets.partners.spreadsheet" => Some(&sheets.partners),
            "sheets.appeals.spreadsheet" => Some(&sheets.appeals),
            _ => sheets
                .promotions
                .as_ref()
                .filter(|_| answers.of(key).is_some()),
        };
        let address = address.filter(|it| self.partners.as_ref() != Some(&it.spreadsheet));
        let Some(address) = address else {
            return Ok(Vec::new());
        };
        let client = check::sheets_client(&settings, TIMEOUTS).await?;
        let account = sheets.credentials.client_email();
        let structure = match client.structure(&address.spreadsheet).await {
            Ok(structure) => structure,
            Err(
                error @ (SheetsError::Denied(_)
                | SheetsError::NotFound
                | SheetsError::ApiOff { .. }
                | SheetsError::NotASpreadsheet),
            ) => return Err(faults::sheets(&error, account)),
            Err(error) => {
                self.google_away = true;
                let error = &faults::sheets(&error, account);
                return Ok(vec![Saying::of(InitNote::GoogleAway(error))]);
            }
        };
        if key == "sheets.partners.spreadsheet" {
            self.partners = Some(address.spreadsheet.clone());
        }
        let titles: Vec<_> = structure.tabs.into_iter().map(|tab| tab.title).collect();
        Ok(vec![Saying::of(InitNote::Tabs(QuotedWords(&titles)))])
    }
}

/// The bot of the answers; none where the answers cannot make one.
fn bot(answers: &Answers) -> Option<BotClient> {
    let token = Secret::new(answers.of(TOKEN)?.to_owned());
    let proxies = answers.of(super::PROXY).map(|list| {
        let urls = list.split(',').map(str::trim);
        ProxyList(urls.filter_map(ProxyUrl::parse).collect())
    });
    let url = answers.of("telegram.api_url").unwrap_or(TELEGRAM);
    BotClient::new(url, token, Proxies::new(proxies.as_ref())).ok()
}

/// The answers as settings, with the partners' spreadsheet in the place of those that were not asked for yet.
fn whole(answers: &Answers) -> Option<Settings> {
    let mut answers = answers.clone();
    if answers.of("sheets.appeals.spreadsheet").is_none() {
        answers.take("sheets.appeals.spreadsheet", "");
    }
    let settings = Settings::load(None, answers.variables()).ok()?;
    Some(settings.0)
}

/// With whom the spreadsheets are to be shared.
fn email(answers: &Answers) -> Option<Saying> {
    let file = Path::new(answers.of(KEY_FILE)?);
    let key: serde_json::Value = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    let email = key.get("client_email")?.as_str()?;
    Some(Saying::of(InitNote::ShareWith(email)))
}

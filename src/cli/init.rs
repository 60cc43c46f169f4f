//! `init` asks what only its reader knows, tries each answer, makes the secrets itself, and writes settings that `check` can try.
//!
//! Invariant: no file is ever overwritten; what is written has passed the same checks as at a start. Whoever answers through a pipe is asked
//! nothing that is not among the questions.

mod answers;
mod trial;
mod word;

use std::{
    fs,
    io::{self, BufRead, IsTerminal as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    process::ExitCode,
};

use self::{answers::Answers, trial::AnswerTrial};
use super::{Failure, words::Words};
use crate::{
    config::INSTALLED_FILE,
    domain::wording::{InitNote, Spoken, cause},
};

/// How often one question is asked.
const TRIES: usize = 5;
/// Settings, without any secret.
const SETTINGS: &str = "sheetdesk.toml";
/// Secrets, for this user alone.
const SECRETS: &str = "sheetdesk.env";
/// Say that the bot shall hear the number of the admin chat itself.
const WAIT: [&str; 2] = ["слово", "word"];

/// One question.
struct Question {
    /// The setting.
    key: &'static str,
    asks: InitNote<'static>,
    /// Whether nothing is an answer, too.
    may_be_empty: bool,
}

const fn question(key: &'static str, asks: InitNote<'static>, may_be_empty: bool) -> Question {
    Question {
        key,
        asks,
        may_be_empty,
    }
}

const TOKEN: &str = "telegram.token";
const KEY_FILE: &str = "sheets.credentials";
const ADMIN_CHAT: &str = "telegram.admin_chat";
const PROXY: &str = "telegram.proxy";

const QUESTIONS: [Question; 7] = [
    question(TOKEN, InitNote::Token, false),
    question(KEY_FILE, InitNote::KeyFile, false),
    question("sheets.partners.spreadsheet", InitNote::Partners, false),
    question("sheets.appeals.spreadsheet", InitNote::Appeals, true),
    question("sheets.promotions.spreadsheet", InitNote::Promotions, true),
    question("http.public_url", InitNote::PublicUrl, true),
    question(ADMIN_CHAT, InitNote::AdminChat, true),
];

/// Who answers.
struct Reader<'w, I> {
    words: &'w Words,
    input: I,
    /// A person at a terminal, who can be asked more.
    is_person: bool,
}

/// Asks, tries each answer, and writes both files into the directory.
pub(super) async fn init(words: &Words, directory: &Path) -> Result<ExitCode, Failure> {
    let [settings, secrets] = [SETTINGS, SECRETS].map(|name| directory.join(name));
    for file in [&settings, &secrets] {
        if file.exists() {
            let file = file.display().to_string();
            return Err(words.failure(InitNote::Exists(&file)));
        }
    }
    let mut answers = Answers::new(words)?;
    let mut trial = AnswerTrial::default();
    let mut reader = Reader {
        words,
        input: io::stdin().lock(),
        is_person: io::stdin().is_terminal(),
    };
    for question in &QUESTIONS {
        reader.ask(question, &mut answers, &mut trial).await?;
    }
    answers.check(words, None).map_err(Failure::Told)?;
    write(words, &settings, 0o644, &answers.settings(words))?;
    write(words, &secrets, 0o600, &answers.secrets(words))?;
    end(words, &settings, &secrets);
    Ok(ExitCode::SUCCESS)
}

/// What was written, and what comes next.
fn end(words: &Words, settings: &Path, secrets: &Path) {
    let is_installed = settings == Path::new(INSTALLED_FILE);
    let (settings, secrets) = (
        settings.display().to_string(),
        secrets.display().to_string(),
    );
    let done = InitNote::Done {
        settings: &settings,
        secrets: &secrets,
    };
    println!("\n{}", words.tell(done));
    println!("{}", words.tell(InitNote::Next));
    if is_installed {
        println!("  sudo sheetdesk setup sheets");
        println!("  sudo sheetdesk check");
        return println!("  sudo systemctl enable --now sheetdesk");
    }
    for command in ["setup sheets", "check", "serve"] {
        println!("  sheetdesk {command} --config {settings}");
    }
}

impl<I: BufRead> Reader<'_, I> {
    /// Asks until an answer can be taken.
    async fn ask(
        &mut self,
        question: &Question,
        answers: &mut Answers,
        trial: &mut AnswerTrial,
    ) -> Result<(), Failure> {
        for _ in 0..TRIES {
            println!("{}:", self.words.tell(question.asks));
            let mut answer = self.line()?;
            if answer.is_empty() && !question.may_be_empty {
                self.say(InitNote::AnswerNeeded);
                continue;
            }
            if question.key == ADMIN_CHAT && WAIT.contains(&answer.to_lowercase().as_str()) {
                match trial.hear_the_word(self.words, answers).await {
                    Ok(chat) => answer = chat.to_string(),
                    Err(why) => {
                        self.say(&why);
                        continue;
                    }
                }
            }
            let mut tried = answers.clone();
            tried.take(question.key, &answer);
            if let Err(wrong) = tried.check(self.words, Some(question.key)) {
                println!("  {wrong}");
                continue;
            }
            if self.holds(question.key, &mut tried, trial).await? {
                *answers = tried;
                return Ok(());
            }
        }
        Err(self.words.failure(InitNote::NotUnderstood {
            key: question.key,
            tries: TRIES,
        }))
    }

    /// Whether an answer holds outside as well.
    async fn holds(
        &mut self,
        key: &str,
        tried: &mut Answers,
        trial: &mut AnswerTrial,
    ) -> Result<bool, Failure> {
        match trial.of(key, tried).await {
            Ok(said) => said.iter().for_each(|said| self.say(said)),
            // A chat may be opened to the bot later, and `check` tries it again.
            Err(why) if key == ADMIN_CHAT && !self.is_person => self.say(&why),
            Err(why) => {
                self.say(&why);
                return Ok(false);
            }
        }
        if key == TOKEN && trial.telegram_is_away() && self.is_person {
            self.ask_for_proxy(tried, trial).await?;
        }
        if key == KEY_FILE && self.is_person {
            println!("{}:", self.words.tell(InitNote::Shared));
            self.line()?;
        }
        Ok(true)
    }

    /// A proxy on the way to Telegram, where it does not go without one.
    async fn ask_for_proxy(
        &mut self,
        tried: &mut Answers,
        trial: &mut AnswerTrial,
    ) -> Result<(), Failure> {
        for _ in 0..TRIES {
            println!("{}:", self.words.tell(InitNote::Proxy));
            let answer = self.line()?;
            if answer.is_empty() {
                return Ok(());
            }
            let mut with = tried.clone();
            with.take(PROXY, &answer);
            if let Err(wrong) = with.check(self.words, Some(PROXY)) {
                println!("  {wrong}");
                continue;
            }
            match trial.of(TOKEN, &with).await {
                Ok(said) => said.iter().for_each(|said| self.say(said)),
                Err(why) => self.say(&why),
            }
            if !trial.telegram_is_away() {
                *tried = with;
                return Ok(());
            }
        }
        Ok(())
    }

    fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        let read = self.input.read_line(&mut line);
        let unread = |error| self.words.failure(InitNote::Unread(&cause(error)));
        if read.map_err(unread)? == 0 {
            return Err(self.words.failure(InitNote::Ended));
        }
        Ok(line.trim().to_owned())
    }

    fn say<'a>(&self, words: impl Spoken<'a>) {
        println!("  {}", self.words.tell(words));
    }
}

fn write(words: &Words, file: &Path, mode: u32, text: &str) -> Result<(), Failure> {
    let mut options = fs::OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(mode).open(file);
    let written = opened.and_then(|mut opened| opened.write_all(text.as_bytes()));
    written.map_err(|error| {
        words.failure(InitNote::Unmade {
            file: &file.display().to_string(),
            cause: &cause(error),
        })
    })
}

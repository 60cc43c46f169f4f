//! The one-time word by which the admin chat makes itself known: whoever answers writes it to the bot there, and its number is heard.
//!
//! Invariant: no update of anybody else's is confirmed, and a webhook that stands is left alone.

use std::time::Duration;

use rustls::crypto::ring;
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout_at};

use crate::{
    cli::words::{Words, faults},
    clock,
    domain::{
        ids::ChatId,
        wording::{InitNote, Saying},
    },
    telegram::{answer::TelegramError, client::BotClient, updates::Raw, webhook},
};

/// How long the word is waited for.
const PATIENCE: Duration = Duration::from_mins(5);
/// How long Telegram holds one question.
const HOLD: Duration = Duration::from_secs(10);
/// While updates of others wait, every question is answered at once.
const REST: Duration = Duration::from_secs(1);
/// As many updates as one answer holds (Bot API: `getUpdates`); what is behind them is not seen.
const MOST: usize = 100;

/// Says the word, and waits for it.
pub(super) async fn hear(words: &Words, client: &BotClient, bot: &str) -> Result<ChatId, Saying> {
    let failed = |error: &TelegramError| {
        let error = &faults::telegram(error);
        Saying::of(InitNote::WordUnheard(error))
    };
    let info = client
        .webhook_info()
        .await
        .map_err(|error| failed(&error))?;
    if !info.url.is_empty() {
        return Err(Saying::of(InitNote::WebhookInTheWay(bot)));
    }
    let word = word().ok_or_else(|| Saying::of(InitNote::NoRandom))?;
    let minutes = PATIENCE.as_secs() / 60;
    let (word, command) = (&format!("/{word}"), &format!("/{word}@{bot}"));
    println!(
        "  {}",
        words.tell(InitNote::Write {
            command,
            bot,
            minutes
        })
    );
    let deadline = clock::monotonic() + PATIENCE;
    let heard = timeout_at(deadline, listen(client, word)).await;
    let late = |_| Err(Saying::of(InitNote::WordLate));
    heard
        .map(|heard| heard.map_err(|error| failed(&error)))
        .unwrap_or_else(late)
}

async fn listen(client: &BotClient, word: &str) -> Result<ChatId, TelegramError> {
    loop {
        let began: Instant = clock::monotonic();
        let updates = client.updates(None, HOLD, &webhook::kinds()).await?;
        let place = updates
            .iter()
            .position(|update| says(update, word).is_some());
        if let Some(place) = place {
            let chat = says(&updates[place], word);
            // What only we were meant to read need not be read again, unless something of others' waits before it.
            if let (0, Some(id)) = (place, updates[place].id) {
                let next = Some(id.saturating_add(1));
                drop(
                    client
                        .updates(next, Duration::ZERO, &webhook::kinds())
                        .await,
                );
            }
            if let Some(chat) = chat {
                return Ok(chat);
            }
        }
        if updates.len() >= MOST {
            return Err(TelegramError::Unmade("too many updates wait".to_owned()));
        }
        if began.elapsed() < REST {
            sleep(REST).await;
        }
    }
}

/// The chat of a message that is the word, or begins with it.
fn says(update: &Raw, word: &str) -> Option<ChatId> {
    let update: Value = serde_json::from_str(&update.text).ok()?;
    let message = update.get("message")?;
    let text = message.get("text")?.as_str()?;
    let said = text.split_whitespace().next()?;
    let said = said.split_once('@').map_or(said, |(said, _)| said);
    let chat = message.get("chat")?.get("id")?.as_i64()?;
    (said == word).then_some(ChatId(chat))
}

/// Small letters and digits only: a bot that reads no talk in groups is given commands all the same (Bot API: privacy mode).
fn word() -> Option<String> {
    let mut random = [0_u8; 4];
    let provider = ring::default_provider();
    provider.secure_random.fill(&mut random).ok()?;
    let hex: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("here_{hex}"))
}

//! The secrets: what they must look like, and which are too weak to be used.
//!
//! Invariant: neither a type nor a refusal in here shows any part of a secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretSlice};

use super::error::{Wrong, wrong};
use crate::domain::wording::SettingsNote;
use crate::secret::Secret;

/// A bot's number: the part of its token before the colon, known to everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BotId(u64);

impl BotId {
    /// The number as the Bot API writes it.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }
}

/// A bot's token, as @BotFather hands it out.
#[derive(Debug)]
pub struct BotToken {
    bot: BotId,
    whole: Secret,
}

impl BotToken {
    /// Whose token it is.
    #[must_use]
    pub fn bot(&self) -> BotId {
        self.bot
    }

    /// The whole token, for the address of a request.
    #[must_use]
    pub fn secret(&self) -> &Secret {
        &self.whole
    }
}

/// The secret that signs the sheets' calls (Standard Webhooks: `whsec_` and base64 of 24 to 64 bytes).
#[derive(Debug)]
pub struct CallbackSecret(SecretSlice<u8>);

impl CallbackSecret {
    /// The key of the signature: the decoded bytes.
    #[must_use]
    pub fn key(&self) -> &[u8] {
        self.0.expose_secret()
    }
}

/// Fewer characters can be guessed by trying.
const SHORTEST: usize = 16;
/// The Bot API accepts no longer `secret_token`.
const LONGEST: usize = 256;
/// The bounds of the Standard Webhooks specification for a key, in bytes.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// A secret of fewer different characters was not made by chance.
const FEWEST_DIFFERENT: usize = 5;
/// What the specification puts before the base64.
const CALLBACK_PREFIX: &str = "whsec_";

/// Whole words, without case and punctuation, that people put where a secret should be.
const STOPGAPS: &[&str] = &[
    "secret",
    "secretkey",
    "mysecret",
    "webhooksecret",
    "supersecret",
    "password",
    "token",
    "test",
    "default",
    "none",
];
/// Parts of words that are only in examples.
const EXAMPLE_PARTS: &[&str] = &[
    "changeme",
    "replaceme",
    "example",
    "placeholder",
    "yoursecret",
    "yourtoken",
];
/// Published examples: of the Bot API's pages, and of the Standard Webhooks libraries.
const PUBLISHED: &[&str] = &[
    "ABC-DEF1234ghIkl-zyx57W2v1u123ew11",
    "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
];

/// A bot's token: its number, a colon, and letters.
pub(super) fn bot_token(text: &str) -> Result<BotToken, Wrong> {
    let fault = |problem| wrong(problem, SettingsNote::TokenCure);
    let split = text.split_once(':');
    let (digits, letters) = split.ok_or_else(|| fault(SettingsNote::TokenNoColon))?;
    refuse_examples(letters, SettingsNote::TokenCure)?;
    let is_number = digits.bytes().all(|b| b.is_ascii_digit());
    let number = digits.parse().ok().filter(|_| is_number);
    let bot = number.map(BotId);
    let bot = bot.ok_or_else(|| fault(SettingsNote::TokenNoNumber))?;
    if !letters.chars().all(is_word_character) {
        return Err(fault(SettingsNote::TokenLetters));
    }
    refuse_weak(letters, SettingsNote::TokenCure)?;
    Ok(BotToken {
        bot,
        whole: Secret::new(text.to_owned()),
    })
}

/// Telegram's `secret_token` (Bot API, `setWebhook`).
pub(super) fn webhook_secret(text: &str) -> Result<Secret, Wrong> {
    let (others, remedy) = (
        SettingsNote::WebhookLetters,
        SettingsNote::WebhookSecretCure,
    );
    secret_of(text, is_word_character, others, remedy)
}

/// The predecessor's header: anything that a header can carry.
pub(super) fn legacy_secret(text: &str) -> Result<Secret, Wrong> {
    let (others, remedy) = (SettingsNote::HeaderLetters, SettingsNote::LegacySecretCure);
    secret_of(text, |c| c.is_ascii_graphic(), others, remedy)
}

/// A secret of these characters alone; where it has others, that is wrong.
fn secret_of(
    text: &str,
    fits: fn(char) -> bool,
    others: SettingsNote<'_>,
    remedy: SettingsNote<'_>,
) -> Result<Secret, Wrong> {
    refuse_examples(text, remedy)?;
    if !text.chars().all(fits) {
        return Err(wrong(others, remedy));
    }
    refuse_weak(text, remedy)?;
    Ok(Secret::new(text.to_owned()))
}

/// The secret of the signed callbacks.
pub(super) fn callback_secret(text: &str) -> Result<CallbackSecret, Wrong> {
    let remedy = SettingsNote::CallbackSecretCure;
    let base64 = text.strip_prefix(CALLBACK_PREFIX).unwrap_or(text);
    refuse_examples(base64, remedy)?;
    if base64.len() == text.len() {
        return Err(wrong(SettingsNote::NoPrefix, remedy));
    }
    let key = STANDARD.decode(base64);
    let key = key.map_err(|_| wrong(SettingsNote::NoBase64, remedy))?;
    if !KEY_BYTES.contains(&key.len()) {
        let problem = SettingsNote::KeyBytes {
            bytes: key.len(),
            least: *KEY_BYTES.start(),
            most: *KEY_BYTES.end(),
        };
        return Err(wrong(problem, remedy));
    }
    refuse_weak(base64, remedy)?;
    Ok(CallbackSecret(key.into()))
}

fn is_word_character(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-')
}

/// Refuses what everybody can read in an example.
fn refuse_examples(text: &str, remedy: SettingsNote<'_>) -> Result<(), Wrong> {
    let plain = text.chars().filter(char::is_ascii_alphanumeric);
    let folded: String = plain.map(|c| c.to_ascii_lowercase()).collect();
    let known = STOPGAPS.contains(&folded.as_str())
        || EXAMPLE_PARTS.iter().any(|part| folded.contains(part))
        || PUBLISHED.iter().any(|example| text.contains(example));
    if known {
        return Err(wrong(SettingsNote::Example, remedy));
    }
    Ok(())
}

/// Refuses what can be guessed by trying.
fn refuse_weak(text: &str, remedy: SettingsNote<'_>) -> Result<(), Wrong> {
    let length = text.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        let problem = SettingsNote::Length {
            length,
            least: SHORTEST,
            most: LONGEST,
        };
        return Err(wrong(problem, remedy));
    }
    let different: std::collections::BTreeSet<char> = text.chars().collect();
    if different.len() < FEWEST_DIFFERENT {
        return Err(wrong(SettingsNote::Repeats, remedy));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "7654321:AAHqTz-4kWn0_xYb8LmPpRsUv";

    fn problem<T>(result: Result<T, Wrong>) -> String {
        result
            .err()
            .map_or_else(String::new, |fault| fault.english())
    }

    #[test]
    fn a_token_knows_its_bot() {
        let token = bot_token(TOKEN).expect("a good token");
        assert_eq!(token.bot().number(), 7_654_321);
        assert_eq!(token.secret().expose(), TOKEN);
        assert!(!format!("{token:?}").contains("AAHq"));
    }

    #[test]
    fn bad_tokens() {
        for (text, words) in [
            ("AAHqTz-4kWn0_xYb8LmPpRsUv", "no colon"),
            ("bot7654321:AAHqTz-4kWn0_xYb8LmPpRsUv", "not a number"),
            ("+7654321:AAHqTz-4kWn0_xYb8LmPpRsUv", "not a number"),
            (":AAHqTz-4kWn0_xYb8LmPpRsUv", "not a number"),
            ("7654321:AAHqTz 4kWn0 xYb8LmPpRsUv", "after the colon"),
            ("7654321:AAHqTz", "has 6 characters"),
            ("7654321:aaaaaaaaaaaaaaaaaaaaaaaaa", "easily guessed"),
            ("123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11", "an example"),
            ("123456:changeme", "an example"),
        ] {
            let problem = problem(bot_token(text));
            assert!(problem.contains(words), "{text}: {problem}");
        }
    }

    #[test]
    fn webhook_secrets() {
        assert!(webhook_secret("aB3_-0123456789x").is_ok());
        assert!(webhook_secret(&"a1b2c3d4".repeat(32)).is_ok());
        for (text, words) in [
            ("aB3_-0123456789".to_owned(), "has 15 characters"),
            ("a1b2c3d4".repeat(32) + "e", "has 257 characters"),
            ("aB3+/0123456789x".to_owned(), "does not take"),
            ("secret".to_owned(), "an example"),
            ("change_me".to_owned(), "an example"),
            ("your-secret-goes-here".to_owned(), "an example"),
            ("1212121212121212".to_owned(), "easily guessed"),
        ] {
            let problem = problem(webhook_secret(&text));
            assert!(problem.contains(words), "{text}: {problem}");
        }
    }

    #[test]
    fn callback_secrets() {
        let bytes: Vec<u8> = (0..32).collect();
        let good = format!("whsec_{}", STANDARD.encode(&bytes));
        let secret = callback_secret(&good).expect("a good secret");
        assert_eq!(secret.key(), bytes);
        assert!(!format!("{secret:?}").contains(&good[6..]));
        for (text, words) in [
            (STANDARD.encode(&bytes), "does not begin with whsec_"),
            (good.replace('=', ""), "not base64"),
            (
                format!("whsec_{}", STANDARD.encode(&bytes[..23])),
                "has 23 bytes",
            ),
            (
                format!("whsec_{}", STANDARD.encode([7, 5, 9].repeat(22))),
                "has 66 bytes",
            ),
            (
                format!("whsec_{}", STANDARD.encode([0; 24])),
                "easily guessed",
            ),
            (
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
                "an example",
            ),
            ("whsec_changeme".to_owned(), "an example"),
        ] {
            let problem = problem(callback_secret(&text));
            assert!(problem.contains(words), "{text}: {problem}");
        }
    }

    #[test]
    fn legacy_secrets() {
        assert!(legacy_secret("p&ssw0rd!of=2019").is_ok());
        for (text, words) in [
            ("тайна, тайна, тайна", "header"),
            ("two words and more", "header"),
            ("p&ssw0rd!of=201", "has 15 characters"),
            ("webhook_secret", "an example"),
        ] {
            let problem = problem(legacy_secret(text));
            assert!(problem.contains(words), "{text}: {problem}");
        }
    }
}

//! The answer to `getUpdates`, taken apart update by update.
//!
//! Invariant: an update that cannot be read costs itself alone: the others of the same answer come through, and so does its id, by which
//! it is confirmed and set aside.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    answer::{self, TelegramError},
    lossy_json::to_lossy_json,
};

/// One update, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// Its id, where it says one.
    pub id: Option<i64>,
    /// All of it.
    pub text: String,
}

/// Reads the answer to `getUpdates`.
///
/// # Errors
/// When it is a refusal, or none of Telegram's; also when it was cut on its way.
pub(super) fn read(status: u16, body: &[u8]) -> Result<Vec<Raw>, TelegramError> {
    let text = to_lossy_json(body);
    match answer::read::<Vec<Box<RawValue>>>(status, text.as_bytes()) {
        Ok(updates) => Ok(updates.iter().map(|update| Raw::of(update.get())).collect()),
        Err(lost @ TelegramError::Lost(_)) if status == 200 => {
            let parts = taken_apart(&text).ok_or(lost)?;
            Ok(parts.into_iter().map(Raw::of).collect())
        }
        Err(error) => Err(error),
    }
}

/// All that must be known of an update before it is stored.
#[derive(Deserialize)]
struct Envelope {
    update_id: i64,
}

impl Raw {
    fn of(text: &str) -> Self {
        let envelope = serde_json::from_str(text).map(|Envelope { update_id }| update_id);
        Self {
            id: envelope.ok().or_else(|| stated_id(text)),
            text: text.to_owned(),
        }
    }

    /// The id under which it is stored. One that says none gets one below zero, where Telegram has none, the same each time it comes.
    #[must_use]
    pub fn key(&self) -> i64 {
        self.id.unwrap_or_else(|| {
            let mut hasher = DefaultHasher::new();
            self.text.hash(&mut hasher);
            -1 - i64::try_from(hasher.finish() >> 1).unwrap_or_default()
        })
    }
}

/// The id of an update that is not JSON, as it came by the webhook; `None` if it states none, or was cut on its way and comes again.
#[must_use]
pub fn id_of_broken(raw: &[u8]) -> Option<i64> {
    let text = String::from_utf8_lossy(raw);
    stated_id(&text).filter(|_| text.trim_end().ends_with('}'))
}

/// The id of an update that is not JSON: Telegram writes it first.
fn stated_id(text: &str) -> Option<i64> {
    let rest = text
        .trim_start()
        .strip_prefix('{')?
        .trim_start()
        .strip_prefix("\"update_id\"")?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start();
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let whole = rest[end..].trim_start().starts_with([',', '}']);
    rest[..end].parse().ok().filter(|_| whole)
}

/// The elements of the list of updates in a response that is not JSON as a whole; `None` if it is no such response, or has no end.
fn taken_apart(text: &str) -> Option<Vec<&str>> {
    let rest = text.trim_start().strip_prefix('{')?;
    let (head, list) = rest.split_once("\"result\"")?;
    head.contains("true").then_some(())?;
    let list = list
        .trim_start()
        .strip_prefix(':')?
        .trim_start()
        .strip_prefix('[')?;
    let (mut depth, mut quoted, mut escaped, mut from) = (0_usize, false, false, 0);
    let mut parts = Vec::new();
    for (at, byte) in list.bytes().enumerate() {
        match byte {
            _ if std::mem::take(&mut escaped) => {}
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => depth += 1,
            b',' | b']' if depth == 0 => {
                parts.extend(Some(list[from..at].trim()).filter(|part| !part.is_empty()));
                from = at + 1;
                if byte == b']' {
                    return Some(parts);
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(body: &[u8]) -> Result<Vec<Option<i64>>, TelegramError> {
        read(200, body).map(|updates| updates.iter().map(|update| update.id).collect())
    }

    #[test]
    fn an_update_that_cannot_be_read_costs_itself_alone() {
        for (body, found) in [
            (&br#"{"ok":true,"result":[]}"#[..], vec![]),
            (
                br#"{"ok":true,"result":[{"update_id":7,"message":{}},{"update_id":8}]}"#,
                vec![Some(7), Some(8)],
            ),
            (
                b"{\"ok\":true,\"result\":[{\"update_id\":7,\"x\":\"\xff\\ud800\"},{\"update_id\":8}]}",
                vec![Some(7), Some(8)],
            ),
            (
                br#"{"ok":true,"result":[{"update_id":7,"x":01},{"update_id":8,"y":"],[}"}]}"#,
                vec![Some(7), Some(8)],
            ),
            (
                b"{\"ok\":true,\"result\":[{ \"update_id\" : 7,\"x\":\"\x01\"},\n{\"update_id\":8}]}",
                vec![Some(7), Some(8)],
            ),
            (
                br#"{"ok":true,"result":["?",{"update_id":"7"},{"update_id":8}]}"#,
                vec![None, None, Some(8)],
            ),
        ] {
            assert_eq!(ids(body), Ok(found), "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn an_update_that_is_not_json_is_known_by_the_id_that_it_states() {
        for (raw, id) in [
            (&br#"{"update_id":7,"x":01}"#[..], Some(7)),
            (b"{ \"update_id\" : 7 ,\"x\":\"\x01\xff\"}\n", Some(7)),
            (br#"{"update_id":7,"message":{"text":"#, None),
            (br#"{"update_id":7.5,"x":01}"#, None),
            (br#"{"update_id":"7","x":01}"#, None),
            (br#"{"x":01,"update_id":7}"#, None),
            (b"{", None),
            (b"", None),
        ] {
            assert_eq!(id_of_broken(raw), id, "{}", String::from_utf8_lossy(raw));
        }
    }

    #[test]
    fn an_answer_that_was_cut_is_lost_and_comes_again() {
        for body in [
            &br#"{"ok":true,"result":[{"update_id":7},{"upda"#[..],
            br#"{"ok":true}"#,
            b"",
            b"<html>true \"result\":[]</html>",
        ] {
            assert!(
                matches!(ids(body), Err(TelegramError::Lost(_))),
                "{}",
                String::from_utf8_lossy(body)
            );
        }
        let refused = read(
            409,
            br#"{"ok":false,"error_code":409,"description":"Conflict"}"#,
        );
        assert!(matches!(
            refused,
            Err(TelegramError::Refused { code: 409, .. })
        ));
    }

    #[test]
    fn what_says_no_id_is_known_again_by_what_it_says() {
        let key = |text| Raw::of(text).key();
        assert!(key("\"?\"") < 0);
        assert_eq!(key("\"?\""), key("\"?\""));
        assert_ne!(key("\"?\""), key("\"!\""));
        assert_eq!(key(r#"{"update_id":9}"#), 9);
    }
}

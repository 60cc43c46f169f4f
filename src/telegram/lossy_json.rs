//! What Telegram sends as text, made legible before it is parsed.
//!
//! Invariant: what is legible comes back byte for byte; of the rest only what stands for no character is replaced, by U+FFFD, and never
//! the words around it. Buttons of forwarded messages carry whatever bytes their bot has put there.

use std::borrow::Cow;

/// What is in place of what is no character, in JSON.
const NO_CHARACTER: &str = "\\ufffd";

/// The text of a JSON document.
pub(super) fn to_lossy_json(raw: &[u8]) -> Cow<'_, str> {
    match String::from_utf8_lossy(raw) {
        Cow::Borrowed(text) => without_lone_surrogates(text),
        Cow::Owned(text) => Cow::Owned(without_lone_surrogates(&text).into_owned()),
    }
}

/// Half of a surrogate pair, escaped, is no character (RFC 8259, 8.2), and makes the whole document unreadable.
fn without_lone_surrogates(text: &str) -> Cow<'_, str> {
    let mut mended = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = text[at..].find('\\') {
        let from = at + found;
        let (length, fine) = match escaped(&text[from..]) {
            Some(0xD800..=0xDBFF) => match escaped(&text[from + 6..]) {
                Some(0xDC00..=0xDFFF) => (12, true),
                _ => (6, false),
            },
            Some(0xDC00..=0xDFFF) => (6, false),
            Some(_) => (6, true),
            // A backslash and the byte that it escapes; a byte further there may be a character of several.
            None => (
                1 + text[from + 1..].chars().next().map_or(0, char::len_utf8),
                true,
            ),
        };
        at = from + length;
        if !fine {
            mended.push_str(&text[copied..from]);
            mended.push_str(NO_CHARACTER);
            copied = at;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    mended.push_str(&text[copied..]);
    Cow::Owned(mended)
}

/// The code unit that an escape at the beginning of the text stands for.
fn escaped(text: &str) -> Option<u16> {
    let figures = text.strip_prefix("\\u")?.get(..4)?;
    let all = figures.bytes().all(|byte| byte.is_ascii_hexdigit());
    all.then(|| u16::from_str_radix(figures, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_character_is_replaced_and_all_else_stays() {
        for (raw, text) in [
            (&br#"{"a":"b"}"#[..], r#"{"a":"b"}"#),
            (
                "{\"a\":\"\u{1F600} \\ud83d\\ude00 \\n\"}".as_bytes(),
                "{\"a\":\"\u{1F600} \\ud83d\\ude00 \\n\"}",
            ),
            (b"\"\xff\xfe words\"", "\"\u{FFFD}\u{FFFD} words\""),
            (br#""a\ud83d b""#, r#""a\ufffd b""#),
            (
                br#""a\uDE00\ud83d\ude00\ud83d""#,
                r#""a\ufffd\ud83d\ude00\ufffd""#,
            ),
            (br#""\ud83d\n""#, r#""\ufffd\n""#),
            // The backslash itself is escaped: what follows are letters.
            (br#""\\ud83d""#, r#""\\ud83d""#),
            (br#""\\\ud83d""#, r#""\\\ufffd""#),
            (b"\"\xff\\ud83d\"", "\"\u{FFFD}\\ufffd\""),
            ("\"\\я\\u12\"".as_bytes(), "\"\\я\\u12\""),
            (b"\\", "\\"),
        ] {
            assert_eq!(to_lossy_json(raw), text, "{raw:?}");
        }
    }

    #[test]
    fn what_was_mended_is_json() {
        let raw = b"{\"text\":\"\\ud83d\xc3\x28 \xd0\x94\xd0\xb0\"}";
        let value: serde_json::Value = serde_json::from_str(&to_lossy_json(raw)).unwrap();
        assert_eq!(value["text"], "\u{FFFD}\u{FFFD}( Да");
    }
}

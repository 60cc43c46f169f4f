//! Text from outside, made inert: escaped for Telegram's HTML, split where Telegram would refuse it; and words made comparable.
//!
//! Invariant: what a person typed can reach a message only through [`Html::escape`]; `markdown` sees to it for what it marks up.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The longest text of one message, in UTF-16 code units after entity parsing (Bot API: `sendMessage`).
pub const MESSAGE_LIMIT: usize = 4096;

/// How much of a digest tells texts apart, in bytes.
const FINGERPRINT: usize = 16;

/// What stands escaped in Telegram's HTML, and what it stands for.
const ESCAPES: [(&str, &str); 4] = [
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&amp;", "&"),
    ("&quot;", "\""),
];

/// A message's text in Telegram's HTML, every foreign character escaped.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Html(String);

impl Html {
    /// Escapes plain text (`<`, `>`, `&`), which is all that Telegram's HTML mode asks for.
    #[must_use]
    pub fn escape(text: &str) -> Self {
        Self(
            text.replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;"),
        )
    }

    /// HTML of our own making, whose foreign parts went through [`Html::escape`].
    pub(super) fn trusted(html: String) -> Self {
        Self(html)
    }

    /// Plain text that leads to an address of ours.
    #[must_use]
    pub fn link(address: &str, label: &str) -> Self {
        let address = Self::escape(address).0.replace('"', "&quot;");
        Self(format!(
            "<a href=\"{address}\">{}</a>",
            Self::escape(label).0
        ))
    }

    /// These one after another.
    #[must_use]
    pub fn join(parts: &[Self]) -> Self {
        Self(parts.iter().map(Self::as_str).collect())
    }

    /// This and, in a paragraph of its own, plain text.
    #[must_use]
    pub fn followed_by(&self, text: &str) -> Self {
        let paragraphs = [self.clone(), Self::escape(text)];
        let filled: Vec<_> = paragraphs
            .iter()
            .map(Self::as_str)
            .filter(|text| !text.is_empty())
            .collect();
        Self(filled.join("\n\n"))
    }

    /// The text alone, as a reader sees it: the tags taken away, the characters that stand escaped as themselves.
    #[must_use]
    pub fn plain(&self) -> String {
        let (mut plain, mut rest) = (String::with_capacity(self.0.len()), self.0.as_str());
        while let Some(at) = rest.find(['<', '&']) {
            plain.push_str(&rest[..at]);
            rest = &rest[at..];
            let (shown, length) = match (
                tag(rest),
                ESCAPES.iter().find(|(escape, _)| rest.starts_with(escape)),
            ) {
                (Some(length), _) => ("", length),
                (None, Some((escape, shown))) => (*shown, escape.len()),
                // The sign itself, which nobody has escaped.
                (None, None) => (&rest[..1], 1),
            };
            plain.push_str(shown);
            rest = &rest[length..];
        }
        plain.push_str(rest);
        plain
    }

    /// The text as it goes over the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How many bytes the tag has that the text begins with, if it does; what only resembles one (`<3`, `<имя>`) is text.
fn tag(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('<')?;
    let name = inside.strip_prefix('/').unwrap_or(inside);
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic());
    is_name.then(|| text.find('>')).flatten().map(|end| end + 1)
}

impl fmt::Debug for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Html({} bytes)", self.0.len())
    }
}

/// What a person typed, in a cell or a message: never printed by a log line.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(pub String);

impl Text {
    /// Whether there is nothing to see: nothing but white space and marks that leave no trace.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.chars().all(|c| c.is_whitespace() || is_invisible(c))
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.0.len())
    }
}

/// Splits plain text into pieces of at most `limit` UTF-16 code units, at a line break or a space where there is one
/// in the second half of a piece; no character is lost but the white space at which a piece ends.
#[must_use]
pub fn split(text: &str, limit: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = prefix_within(rest, limit);
        if end == rest.len() {
            pieces.push(rest);
            break;
        }
        let cut = natural_cut(&rest[..end]).unwrap_or(end);
        pieces.push(rest[..cut].trim_end());
        rest = rest[cut..].trim_start();
    }
    pieces
}

/// The first piece of a text, with dots where there is more of it.
#[must_use]
pub fn beginning(text: &str, limit: usize) -> String {
    match split(text, limit).as_slice() {
        [] => String::new(),
        [whole] => (*whole).to_owned(),
        [first, ..] => format!("{first}…"),
    }
}

/// A word that people typed as it is compared, whichever way they typed it: without marks that nobody sees, white space of any kind as
/// single spaces, none at the ends, lower case, ё as е, a Latin letter that looks like a Cyrillic one as that, no trailing colon.
/// It is for comparison with another folded word alone, never to be shown.
#[must_use]
pub fn fold(word: &str) -> String {
    // A Mac writes й and ё as a letter and a mark.
    let lower = visible(word)
        .to_lowercase()
        .replace("и\u{306}", "й")
        .replace("е\u{308}", "е");
    let alike: String = lower.chars().map(as_cyrillic).collect();
    let folded = alike.split_whitespace().collect::<Vec<_>>().join(" ");
    folded.trim_end_matches(':').trim_end().to_owned()
}

/// A folded word without what people put around one: full stops, exclamation marks, quotation marks, little pictures. A question mark
/// stays: who asks whether it is done does not say that it is.
#[must_use]
pub fn bare(word: &str) -> String {
    let around = |c: char| !c.is_alphanumeric() && c != '?';
    fold(word).trim_matches(around).to_owned()
}

/// The text without marks that nobody sees; they come along with what is copied from a messenger or a web page.
#[must_use]
pub fn visible(text: &str) -> String {
    text.chars().filter(|&c| !is_invisible(c)).collect()
}

/// The digits of a whole number that is not negative, as a sheet may show it: `20011`, `20,011`, `20 011`, `20.011`, `20011.0`, `20 011,00`.
#[must_use]
pub fn whole_number(shown: &str) -> Option<String> {
    let tight: String = visible(shown)
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let mut groups: Vec<&str> = tight.split(SEPARATORS).collect();
    // Zeros behind the separator are the fraction of a whole number, unless there are as many as in a group.
    if groups.len() > 1
        && groups
            .last()
            .is_some_and(|last| matches!(*last, "0" | "00"))
    {
        groups.pop();
    }
    let (first, others) = groups.split_first()?;
    let grouped = others.is_empty()
        || (first.len() <= GROUP && others.iter().all(|group| group.len() == GROUP));
    let digits = groups.concat();
    (grouped && !first.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then_some(digits)
}

/// What may stand between the groups of a long number, or before its fraction; spaces are taken away before.
const SEPARATORS: [char; 4] = [',', '.', '\'', '’'];
/// Digits of a group.
const GROUP: usize = 3;

/// Whether a character leaves no trace: format and control characters, fillers, variation selectors (Unicode: `Default_Ignorable_Code_Point`
/// and `Cf`), and the blank of Braille. White space is none of them.
fn is_invisible(c: char) -> bool {
    let ignorable = matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}');
    ignorable || (c.is_control() && !c.is_whitespace())
}

/// A Latin letter, in lower case, that looks in either case like a Cyrillic one, as that; ё as е.
fn as_cyrillic(c: char) -> char {
    match c {
        'a' => 'а',
        'b' => 'в',
        'c' => 'с',
        'e' | 'ё' => 'е',
        'h' => 'н',
        'k' => 'к',
        'm' => 'м',
        'o' => 'о',
        'p' => 'р',
        't' => 'т',
        'x' => 'х',
        'y' => 'у',
        other => other,
    }
}

/// A short stand-in for a text: equal for equal texts, and for no others that anybody will ever see.
#[must_use]
pub fn fingerprint(text: &str) -> String {
    let digest = Sha256::digest(text);
    BASE64_URL_SAFE_NO_PAD.encode(&digest[..FINGERPRINT])
}

/// The longest prefix, in bytes, that holds at most `limit` UTF-16 code units.
fn prefix_within(text: &str, limit: usize) -> usize {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        units += c.len_utf16();
        if units > limit {
            return at;
        }
    }
    text.len()
}

/// Where a reader would break: the last line break, else the last space, of the second half.
fn natural_cut(piece: &str) -> Option<usize> {
    let late = |at: &usize| *at > piece.len() / 2;
    piece
        .rfind('\n')
        .filter(late)
        .or_else(|| piece.rfind(' ').filter(late))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_of_people_is_inert() {
        assert_eq!(
            Html::escape("<b>1 & 2</b>").as_str(),
            "&lt;b&gt;1 &amp; 2&lt;/b&gt;"
        );
    }

    #[test]
    fn a_text_is_plain_without_its_tags() {
        for (html, plain) in [
            ("", ""),
            ("Скидка & 5 %", "Скидка & 5 %"),
            (
                "<b>Скидка</b> &lt;5 %&gt; &amp; &quot;ещё&quot;",
                "Скидка <5 %> & \"ещё\"",
            ),
            (
                "<a href=\"https://a.example/?a=1&amp;b=2\">прайс</a>!",
                "прайс!",
            ),
            ("<b>не <I>закрыт</b>", "не закрыт"),
            ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
            (
                "сердце <3, <имя> и 1 < 2 > 0",
                "сердце <3, <имя> и 1 < 2 > 0",
            ),
            ("оборван <b", "оборван <b"),
            ("&nbsp;&", "&nbsp;&"),
        ] {
            assert_eq!(Html(html.to_owned()).plain(), plain, "{html}");
        }
        let typed = "<b>1 & 2</b> \"&lt;\"";
        assert_eq!(
            Html::escape(typed).plain(),
            typed,
            "what was escaped comes back"
        );
    }

    #[test]
    fn pieces_fit_and_lose_nothing() {
        assert_eq!(split("один два три", 9), ["один два", "три"]);
        assert_eq!(split("абвгд", 2), ["аб", "вг", "д"]);
        assert_eq!(split("😀😀😀", 4), ["😀😀", "😀"]);
        assert_eq!(
            split("первая\nвторая строка", 14),
            ["первая\nвторая", "строка"]
        );
        assert!(split("  \n ", 4).is_empty());
    }

    #[test]
    fn a_bare_word_has_nothing_around_it_but_a_question() {
        for (typed, word) in [
            ("Решено.", "решено"),
            ("✅ Решено", "решено"),
            ("«Решено»!", "решено"),
            ("✔\u{fe0f}\u{a0}PEШEHO\u{200b} 👍🏽", "решено"),
            ("В работе…", "в работе"),
            ("Решено?", "решено?"),
            ("не решено", "не решено"),
            ("✅", ""),
        ] {
            assert_eq!(bare(typed), word, "{typed:?}");
        }
    }

    #[test]
    fn words_are_compared_without_what_cannot_be_seen() {
        for (typed, folded) in [
            ("\u{feff}Реше\u{ad}но\u{200b}", "решено"),
            ("\u{2068}Статус\u{2069}", "статус"),
            ("Pешенo", "решено"),
            ("HOBOE", "новое"),
            ("Свои\u{306} е\u{308}ж", "свой еж"),
            (" \u{a0}Партнёр\n", "партнер"),
            ("В\u{a0} \tработе", "в работе"),
            ("СТАТУС :", "статус"),
            ("Итог: решено", "итог: решено"),
            ("№", "№"),
            (" :: ", ""),
        ] {
            assert_eq!(fold(typed), folded, "{typed:?}");
        }
        assert_ne!(
            fold("вработе"),
            fold("в работе"),
            "the spaces themselves count"
        );
        assert_eq!(
            (fold("SENT"), fold("status")),
            (fold("sent"), fold("STATUS")),
            "Latin words are still words"
        );
    }

    #[test]
    fn what_nobody_sees_is_blank() {
        for (text, blank) in [
            ("", true),
            (" \n\u{a0}", true),
            ("\u{200b}\u{feff}\u{2060}", true),
            ("\u{2800}\u{3164}", true),
            ("\u{e0041}\u{fe0f}\0", true),
            ("\u{200b}.", false),
            ("❤\u{fe0f}", false),
        ] {
            assert_eq!(Text::from(text).is_blank(), blank, "{text:?}");
        }
    }

    #[test]
    fn whole_numbers_are_read_as_a_sheet_shows_them() {
        for (shown, digits) in [
            ("20011", Some("20011")),
            ("20,011", Some("20011")),
            ("20.011", Some("20011")),
            ("20\u{a0}011", Some("20011")),
            ("1\u{202f}041,00", Some("1041")),
            ("1,041.00", Some("1041")),
            ("20'011", Some("20011")),
            ("79,123,456,789", Some("79123456789")),
            ("41.0", Some("41")),
            ("\u{200b}0042", Some("0042")),
            ("100.000", Some("100000")),
            ("4,5", None),
            ("20,01", None),
            ("2001,100", None),
            (",100", None),
            ("-3", None),
            ("12а", None),
            ("", None),
            (".0", None),
        ] {
            assert_eq!(whole_number(shown).as_deref(), digits, "{shown:?}");
        }
    }

    #[test]
    fn people_s_text_is_not_printed() {
        assert_eq!(
            format!("{:?} {:?}", Text::from("секрет"), Html::escape("секрет")),
            "Text(12 bytes) Html(12 bytes)"
        );
    }
}

//! Text from outside, made inert: escaped for Telegram's HTML, split where Telegram would refuse it; and words made comparable.
//!
//! Invariant: what a person typed can reach a message only through [`Html::escape`]; `markdown` sees to it for what it marks up.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The longest text of one message, in UTF-16 code units after entity parsing (Bot API: `sendMessage`).
pub const MESSAGE_LIMIT: usize = 4096;

/// What stands escaped in Telegram's HTML, and what it stands for.
const ESCAPES: [(&str, &str); 4] = [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&quot;", "\"")];

/// A message's text in Telegram's HTML, every foreign character escaped.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Html(String);

impl Html {
    /// Escapes plain text (`<`, `>`, `&`), which is all that Telegram's HTML mode asks for.
    #[must_use]
    pub fn escape(text: &str) -> Self {
        Self(text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
    }

    /// HTML of our own making, whose foreign parts went through [`Html::escape`].
    pub(super) fn trusted(html: String) -> Self {
        Self(html)
    }

    /// This and, in a paragraph of its own, plain text.
    #[must_use]
    pub fn followed_by(&self, text: &str) -> Self {
        let paragraphs = [self.clone(), Self::escape(text)];
        let filled: Vec<_> = paragraphs.iter().map(Self::as_str).filter(|text| !text.is_empty()).collect();
        Self(filled.join("\n\n"))
    }

    /// The text alone, as a reader sees it: the tags taken away, the characters that stand escaped as themselves.
    #[must_use]
    pub fn plain(&self) -> String {
        let (mut plain, mut rest) = (String::with_capacity(self.0.len()), self.0.as_str());
        while let Some(at) = rest.find(['<', '&']) {
            plain.push_str(&rest[..at]);
            rest = &rest[at..];
            let (shown, length) = match (tag(rest), ESCAPES.iter().find(|(escape, _)| rest.starts_with(escape))) {
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
    /// Whether there is nothing but white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
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

/// A word of a sheet as it is compared, whichever way people typed it: white space of any kind as single spaces, none at the ends,
/// lower case, ё as е, no trailing colon.
#[must_use]
pub fn fold(word: &str) -> String {
    let lower = word.to_lowercase().replace('ё', "е");
    let folded = lower.split_whitespace().collect::<Vec<_>>().join(" ");
    folded.trim_end_matches(':').trim_end().to_owned()
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
    piece.rfind('\n').filter(late).or_else(|| piece.rfind(' ').filter(late))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_of_people_is_inert() {
        assert_eq!(Html::escape("<b>1 & 2</b>").as_str(), "&lt;b&gt;1 &amp; 2&lt;/b&gt;");
    }

    #[test]
    fn a_text_is_plain_without_its_tags() {
        for (html, plain) in [
            ("", ""),
            ("Скидка & 5 %", "Скидка & 5 %"),
            ("<b>Скидка</b> &lt;5 %&gt; &amp; &quot;ещё&quot;", "Скидка <5 %> & \"ещё\""),
            ("<a href=\"https://a.example/?a=1&amp;b=2\">прайс</a>!", "прайс!"),
            ("<b>не <I>закрыт</b>", "не закрыт"),
            ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
            ("сердце <3, <имя> и 1 < 2 > 0", "сердце <3, <имя> и 1 < 2 > 0"),
            ("оборван <b", "оборван <b"),
            ("&nbsp;&", "&nbsp;&"),
        ] {
            assert_eq!(Html(html.to_owned()).plain(), plain, "{html}");
        }
        let typed = "<b>1 & 2</b> \"&lt;\"";
        assert_eq!(Html::escape(typed).plain(), typed, "what was escaped comes back");
    }

    #[test]
    fn pieces_fit_and_lose_nothing() {
        assert_eq!(split("один два три", 9), ["один два", "три"]);
        assert_eq!(split("абвгд", 2), ["аб", "вг", "д"]);
        assert_eq!(split("😀😀😀", 4), ["😀😀", "😀"]);
        assert_eq!(split("первая\nвторая строка", 14), ["первая\nвторая", "строка"]);
        assert!(split("  \n ", 4).is_empty());
    }

    #[test]
    fn words_are_compared_without_white_space_case_yo_and_colon() {
        for (typed, folded) in [
            (" \u{a0}Партнёр\n", "партнер"),
            ("В\u{a0} \tработе", "в работе"),
            ("СТАТУС :", "статус"),
            ("Итог: решено", "итог: решено"),
            ("№", "№"),
            (" :: ", ""),
        ] {
            assert_eq!(fold(typed), folded, "{typed:?}");
        }
        assert_ne!(fold("вработе"), fold("в работе"), "the spaces themselves count");
    }

    #[test]
    fn people_s_text_is_not_printed() {
        assert_eq!(
            format!("{:?} {:?}", Text::from("секрет"), Html::escape("секрет")),
            "Text(12 bytes) Html(12 bytes)"
        );
    }
}

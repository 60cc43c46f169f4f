//! Text with the looks that the spreadsheet's own buttons gave it: bold, italic, links.
//!
//! Invariant: ranges lie on the text, at boundaries of characters, in order, and none overlaps another.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::text::Text;

/// How a part of a text looks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Style {
    /// Bold.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub bold: bool,
    /// Italic.
    #[serde(default, skip_serializing_if = "is_unset")]
    pub italic: bool,
    /// The address to which it leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Text>,
}

/// A part of a text that looks otherwise than plain, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StyledRange {
    /// Where.
    pub at: Range<usize>,
    /// How it looks.
    pub style: Style,
}

/// A text and its looks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Styled {
    text: String,
    ranges: Vec<StyledRange>,
}

impl Style {
    /// Whether it looks like any other text.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// Both looks; of two addresses the other one counts.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        Self {
            bold: self.bold || other.bold,
            italic: self.italic || other.italic,
            link: other.link.clone().or_else(|| self.link.clone()),
        }
    }
}

impl Styled {
    /// Ranges that do not lie on the text are left out.
    #[must_use]
    pub fn new(text: &str, ranges: &[StyledRange]) -> Self {
        let mut end = 0;
        let mut lies = |range: &&StyledRange| {
            let lies = range.at.start >= end && text.get(range.at.clone()).is_some();
            end = if lies { range.at.end } else { end };
            lies
        };
        Self {
            text: text.to_owned(),
            ranges: ranges.iter().filter(|range| lies(range)).cloned().collect(),
        }
    }

    /// The text alone.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The parts of it that look otherwise than plain.
    #[must_use]
    pub fn ranges(&self) -> &[StyledRange] {
        &self.ranges
    }

    /// What stands between two places, piece by piece, each of one look.
    pub fn pieces(&self, at: Range<usize>) -> impl Iterator<Item = (&str, &Style)> {
        const PLAIN: &Style = &Style {
            bold: false,
            italic: false,
            link: None,
        };
        let mut ranges = self.ranges.iter().peekable();
        let mut from = at.start;
        std::iter::from_fn(move || {
            while ranges.next_if(|range| range.at.end <= from).is_some() {}
            if from >= at.end {
                return None;
            }
            let (style, to) = match ranges.peek() {
                Some(range) if range.at.start <= from => (&range.style, range.at.end),
                Some(range) => (PLAIN, range.at.start),
                None => (PLAIN, at.end),
            };
            let to = to.min(at.end);
            let piece = &self.text[from..to];
            from = to;
            Some((piece, style))
        })
    }

    /// What stands between two places.
    #[must_use]
    pub fn slice(&self, at: Range<usize>) -> Self {
        let mut slice = Self::default();
        for (text, style) in self.pieces(at) {
            slice.push(text, style);
        }
        slice
    }

    /// Appends a text of one look.
    pub fn push(&mut self, text: &str, style: &Style) {
        let from = self.text.len();
        self.text.push_str(text);
        let goes_on = |last: &&mut StyledRange| last.at.end == from && last.style == *style;
        if let Some(last) = self.ranges.last_mut().filter(goes_on) {
            last.at.end = self.text.len();
        } else if !style.is_plain() && !text.is_empty() {
            self.ranges.push(StyledRange {
                at: from..self.text.len(),
                style: style.clone(),
            });
        }
    }

    /// Appends another text with its looks.
    pub fn append(&mut self, other: &Self) {
        for (text, style) in other.pieces(0..other.text.len()) {
            self.push(text, style);
        }
    }

    /// Without the white space around it.
    #[must_use]
    pub fn trimmed(&self) -> Self {
        let from = self.text.len() - self.text.trim_start().len();
        self.slice(from..from.max(self.text.trim_end().len()))
    }

    /// Its lines, without their ends.
    pub fn lines(&self) -> impl Iterator<Item = Self> {
        let mut at = 0;
        self.text.split_inclusive('\n').map(move |line| {
            let from = at;
            at += line.len();
            let end = line.trim_end_matches('\n').trim_end_matches('\r').len();
            self.slice(from..from + end)
        })
    }
}

impl From<&str> for Styled {
    fn from(text: &str) -> Self {
        Self::new(text, &[])
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_unset(set: &bool) -> bool {
    !set
}

#[cfg(test)]
pub(in crate::domain) mod tests {
    use super::*;

    pub(in crate::domain) fn bold(at: Range<usize>) -> StyledRange {
        let style = Style {
            bold: true,
            ..Style::default()
        };
        StyledRange { at, style }
    }

    /// Its words, those in bold between `<` and `>`.
    pub(in crate::domain) fn shown(styled: &Styled) -> String {
        let pieces = styled.pieces(0..styled.as_str().len());
        pieces
            .map(|(text, style)| {
                if style.bold {
                    format!("<{text}>")
                } else {
                    text.to_owned()
                }
            })
            .collect()
    }

    #[test]
    fn parts_keep_their_looks() {
        let styled = Styled::new(" раз\nдва три ", &[bold(1..12), bold(17..19)]);
        assert_eq!(shown(&styled), " <раз\nдв>а т<р>и ");
        assert_eq!(shown(&styled.trimmed()), "<раз\nдв>а т<р>и");
        let lines: Vec<String> = styled.lines().map(|line| shown(&line)).collect();
        assert_eq!(lines, [" <раз>", "<дв>а т<р>и "]);
        let mut whole = Styled::from("0");
        whole.append(&styled.trimmed());
        assert_eq!(shown(&whole), "0<раз\nдв>а т<р>и");
        assert_eq!(shown(&Styled::from(" ").trimmed()), "");
    }

    #[test]
    fn ranges_beside_the_text_are_left_out() {
        let ranges = [bold(1..2), bold(0..4), bold(2..6), bold(4..40)];
        assert_eq!(shown(&Styled::new("раз", &ranges)), "<ра>з");
    }
}

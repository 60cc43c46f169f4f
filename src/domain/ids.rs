//! Identities: a newtype for each, so that no two can be taken for one another.
//!
//! Invariant: an identity is deterministic. It comes from outside (Telegram, the sheet) or from the
//! sequence number of the record that caused it, never from chance.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::text::{fold, whole_number};

/// A private Telegram chat, which is also the Telegram user's id (Bot API: in private chats both are equal).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChatId(pub i64);

impl ChatId {
    /// Whether it is a group's (Bot API: groups, supergroups and channels have negative ids).
    #[must_use]
    pub fn is_group(self) -> bool {
        self.0 < 0
    }
}

/// A message of ours or of a partner within its chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MessageId(pub i64);

/// A pressed button that waits for its acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackId(pub String);

/// The place of a record in the journal's inbox; grows by one, is never used twice.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Seq(pub u64);

/// An appeal: the sequence number of the event that opened it, and its turn among those that this event opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "WrittenAppealId", into = "WrittenAppealId")]
pub struct AppealId {
    /// The event.
    pub seq: Seq,
    /// Its turn, from 0.
    pub n: u16,
}

/// An appeal's identity in a record: `12`, or `[12,1]` for a further one of the same event. Earlier versions wrote the first form alone.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum WrittenAppealId {
    First(Seq),
    Further(Seq, u16),
}

/// What people call an appeal by: the bare number in the column `№`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Number(pub u32);

/// Counts the answers of one appeal; the same text typed again is a new revision.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Revision(pub u32);

/// A promotion, by the key in its row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PromotionKey(pub String);

/// A Google spreadsheet, by the id in its address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SpreadsheetId(pub String);

/// The developer-metadata id that makes one batch of writes land at most once (a positive int32).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BatchToken(pub i32);

/// A partner's code as the staff list spells it: trimmed, upper case, a float's `.0` cut off. Journals hold it, so what a cell was folded
/// into once it is folded into for ever; what people type is looked up by [`CodeForm`] where it is no code of the list to the letter.
///
/// The sheet's own spelling stays in [`super::partner::Partner::written_code`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PartnerCode(String);

/// A code as people compare codes: its letters and digits alone, in one case, look-alike letters as one, no zeros before a number.
/// It finds codes of the list and is stored nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct CodeForm(String);

/// A code in the button for it, which has less room than a code may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeMark(pub u64);

/// The longest text that can be a partner code.
const CODE_LIMIT: usize = 20;

impl PartnerCode {
    /// Folds a cell into a code; `None` where the text cannot be one (empty, longer than 20 characters, several words without a digit, or a
    /// sheet error such as `#ERROR!`).
    #[must_use]
    pub fn fold(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = match text.strip_suffix(".0") {
            Some(whole) if whole.bytes().all(|byte| byte.is_ascii_digit()) => whole,
            _ => text,
        };
        let fits = !text.is_empty() && text.chars().count() <= CODE_LIMIT;
        let one_word = !text.contains(char::is_whitespace);
        let plain =
            !text.starts_with('#') && !text.starts_with('/') && !text.chars().any(char::is_control);
        (fits && plain && (one_word || has_digit(text))).then(|| Self(text.to_uppercase()))
    }

    /// The folded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CodeMark {
    /// The mark of a code.
    #[must_use]
    pub fn of(code: &PartnerCode) -> Self {
        // FNV-1a: one person's few codes have marks of their own.
        let mark = code
            .0
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |mark: u64, byte| {
                (mark ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        Self(mark)
    }
}

impl CodeForm {
    /// The form of a code; `None` where a text has none, or is too long for one.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let plain = || fold(text).chars().filter(|c| c.is_alphanumeric()).collect();
        let plain: String = whole_number(text).unwrap_or_else(plain);
        let is_number = plain.bytes().all(|byte| byte.is_ascii_digit());
        let form = if is_number {
            plain.trim_start_matches('0')
        } else {
            &plain
        };
        (1..=CODE_LIMIT)
            .contains(&form.chars().count())
            .then(|| Self(form.to_owned()))
    }
}

/// Whether an unknown word should be taken for a mistyped code rather than for a message.
#[must_use]
pub fn has_digit(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
}

impl fmt::Debug for CodeForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeForm(…)")
    }
}

impl fmt::Debug for PartnerCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartnerCode(…)")
    }
}

/// A row that the journal wants written, or that a read speaks of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowKey {
    /// A row of the staff list.
    Partner(PartnerCode),
    /// A row of the appeals tab.
    Appeal(AppealId),
    /// A row of the promotions tab.
    Promotion(PromotionKey),
}

/// One message to one recipient: made from what caused it, so that repeating the cause never sends twice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutboxId {
    /// The n-th message that an event called for.
    Reply(Seq, u16),
    /// A part of an answer: (appeal, answer revision, part).
    Answer(AppealId, Revision, u8),
    /// A promotion to one partner.
    Promotion(PromotionKey, ChatId),
    /// The picture that goes before a promotion whose words are too long to be beneath it.
    Cover(PromotionKey, ChatId),
    /// A promotion as partners will see it, to the admin chat, for the n-th time.
    Preview(PromotionKey, u32),
    /// The n-th message of an appeal's thread in the staff chat.
    Thread(AppealId, u32),
    /// The n-th message that an event called for in the staff chat, of several appeals or of none.
    Staff(Seq, u16),
}

impl PromotionKey {
    /// The key that the n-th promotion of the tab is given. Its letters follow from the number, so that a number that a spreadsheet has
    /// counted up by itself is no key.
    #[must_use]
    pub fn numbered(number: u32) -> Self {
        const LETTERS: [char; 16] = [
            'б', 'в', 'г', 'д', 'ж', 'к', 'л', 'м', 'н', 'п', 'р', 'с', 'т', 'ф', 'х', 'ц',
        ];
        // Fibonacci hashing: neighbours get letters far apart.
        let hash = number.wrapping_mul(0x9E37_79B1);
        let letter = |shift: u32| LETTERS[(hash >> shift & 15) as usize];
        Self(format!("{number}-{}{}", letter(28), letter(24)))
    }

    /// Reads a key cell; `None` if it holds anything but a key of ours.
    #[must_use]
    pub fn read(cell: &str) -> Option<Self> {
        let key = Self(cell.trim().to_lowercase());
        key.number()
            .is_some_and(|number| Self::numbered(number) == key)
            .then_some(key)
    }

    /// Its number.
    #[must_use]
    pub fn number(&self) -> Option<u32> {
        self.0.split_once('-')?.0.parse().ok()
    }
}

impl AppealId {
    /// The first appeal that the event at this place opened.
    #[must_use]
    pub const fn first(seq: Seq) -> Self {
        Self { seq, n: 0 }
    }
}

impl From<WrittenAppealId> for AppealId {
    fn from(written: WrittenAppealId) -> Self {
        match written {
            WrittenAppealId::First(seq) => Self::first(seq),
            WrittenAppealId::Further(seq, n) => Self { seq, n },
        }
    }
}

impl From<AppealId> for WrittenAppealId {
    fn from(id: AppealId) -> Self {
        match id {
            AppealId { seq, n: 0 } => Self::First(seq),
            AppealId { seq, n } => Self::Further(seq, n),
        }
    }
}

impl OutboxId {
    /// A short name, by which an operator can speak of the message.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Reply(seq, nth) => format!("r{seq}.{nth}"),
            Self::Answer(appeal, revision, part) => format!("a{appeal}.{}.{part}", revision.0),
            Self::Promotion(key, chat) => format!("p{}.{chat}", key.0),
            Self::Cover(key, chat) => format!("c{}.{chat}", key.0),
            Self::Preview(key, nth) => format!("v{}.{nth}", key.0),
            Self::Thread(appeal, nth) => format!("t{appeal}.{nth}"),
            Self::Staff(seq, nth) => format!("s{seq}.{nth}"),
        }
    }
}

impl fmt::Display for ChatId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for AppealId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self { seq, n: 0 } => seq.fmt(f),
            Self { seq, n } => write!(f, "{seq}-{n}"),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for SpreadsheetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Number {
    type Err = NotANumber;

    /// Reads the cell `№`, as a sheet may show it.
    fn from_str(text: &str) -> Result<Self, NotANumber> {
        positive(text).map(Self).ok_or(NotANumber)
    }
}

/// The cell `№` holds something that is not a positive whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a positive whole number")]
pub struct NotANumber;

impl FromStr for ChatId {
    type Err = NotANumber;

    /// Reads a cell with a Telegram ID: a positive whole number, as a sheet may show it.
    fn from_str(text: &str) -> Result<Self, NotANumber> {
        positive(text).map(Self).ok_or(NotANumber)
    }
}

/// A positive whole number, whichever way a sheet shows it (`41.0`, `700,100,200`).
fn positive<N: FromStr + From<u8> + PartialOrd>(shown: &str) -> Option<N> {
    whole_number(shown)?
        .parse()
        .ok()
        .filter(|number| *number > N::from(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_folded_or_refused() {
        for (text, folded) in [
            (" п-1042 ", Some("П-1042")),
            ("1043.0", Some("1043")),
            ("A1", Some("A1")),
            ("#ERROR!", None),
            ("", None),
            ("/start", None),
            ("два слова", None),
            ("п 114", Some("П 114")),
            ("20,011", Some("20,011")),
            ("123456789012345678901", None),
        ] {
            assert_eq!(
                PartnerCode::fold(text).as_ref().map(PartnerCode::as_str),
                folded,
                "{text}"
            );
        }
    }

    #[test]
    fn an_appeal_s_identity_is_written_as_ever_and_a_further_one_of_an_event_beside_it() {
        let further = AppealId { seq: Seq(12), n: 1 };
        for (id, json, name) in [
            (AppealId::first(Seq(12)), "12", "a12.2.0"),
            (further, "[12,1]", "a12-1.2.0"),
        ] {
            assert_eq!(serde_json::to_string(&id).unwrap(), json);
            assert_eq!(serde_json::from_str::<AppealId>(json).unwrap(), id);
            assert_eq!(OutboxId::Answer(id, Revision(2), 0).name(), name);
        }
        assert!(AppealId::first(Seq(12)) < further && further < AppealId::first(Seq(13)));
    }

    #[test]
    fn codes_that_people_take_for_one_have_one_form() {
        for (one, other) in [
            ("А-104", "A-104"),
            ("п–1042", "П-1042"),
            ("П 114", "п114"),
            ("0042", "42"),
            ("20,011", "20011"),
            ("20\u{a0}011", "20011"),
            ("1043.0", "№ 1043"),
            ("\u{200b}П-1\u{feff}", "П-1"),
            ("П\u{ad}-1.", "П-1"),
            ("\u{2068}10005\u{2069}", "«10005»"),
        ] {
            assert!(
                CodeForm::of(one).is_some() && CodeForm::of(one) == CodeForm::of(other),
                "{one} and {other}"
            );
        }
        for (one, other) in [("П-1", "П-11"), ("0042А", "42А"), ("А-104", "Б-104")] {
            assert_ne!(CodeForm::of(one), CodeForm::of(other), "{one} and {other}");
        }
        for text in ["", "–", "000", "слишком длинная строка для кода"]
        {
            assert_eq!(CodeForm::of(text), None, "{text}");
        }
    }

    #[test]
    fn a_promotion_s_key_is_read_back_and_its_neighbours_are_none() {
        assert_eq!(PromotionKey::numbered(1).0, "1-пх");
        for number in [1, 2, 17, 400, u32::MAX] {
            let key = PromotionKey::numbered(number);
            assert_eq!(
                PromotionKey::read(&format!(" {} ", key.0.to_uppercase())),
                Some(key.clone())
            );
            let counted_up = key.0.replace(
                &format!("{number}-"),
                &format!("{}-", u64::from(number) + 1),
            );
            assert_eq!(PromotionKey::read(&counted_up), None, "{counted_up}");
        }
        for cell in ["", "1", "-", "1-", "акция", "1-пхх"] {
            assert_eq!(PromotionKey::read(cell), None, "{cell}");
        }
    }

    #[test]
    fn numbers_as_floats_are_read() {
        assert_eq!("41.0".parse(), Ok(Number(41)));
        assert_eq!("1,041".parse(), Ok(Number(1041)));
        assert_eq!("0".parse::<Number>(), Err(NotANumber));
        assert_eq!(" 700100200 ".parse(), Ok(ChatId(700_100_200)));
        assert_eq!("700,100,200".parse(), Ok(ChatId(700_100_200)));
        assert_eq!("иванов".parse::<ChatId>(), Err(NotANumber));
    }
}

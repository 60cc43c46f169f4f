//! Keys of the tables, as bytes whose order is the order in which they are read.
//!
//! Invariant: these layouts are part of the file's format; they never change for an existing table.

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    DedupKey,
    error::{Result, TableError},
};
use crate::domain::{
    effect::Lane,
    ids::{AppealId, BatchToken, ChatId, MessageId, Number, PromotionKey, Seq, SpreadsheetId},
};

/// A place among messages: the record that called for it, and its turn among that record's effects.
pub(super) type Order = (Seq, u16);

/// What separates a text from what follows it in a key; no spreadsheet id holds it.
const END_OF_TEXT: u8 = 0;

/// What marks a further appeal of an event: the index of a line that no dialogue reaches.
const FURTHER: [u8; 4] = u32::MAX.to_be_bytes();

pub(super) fn seq(seq: Seq) -> [u8; 8] {
    seq.0.to_be_bytes()
}

/// Reads a sequence number back from a key's first eight bytes, or from a value.
pub(super) fn to_seq(bytes: &[u8]) -> Result<Seq> {
    let first: Option<[u8; 8]> = bytes.get(..8).and_then(|first| first.try_into().ok());
    first
        .map(|first| Seq(u64::from_be_bytes(first)))
        .ok_or_else(|| TableError::Record("a key is too short".to_owned()))
}

pub(super) fn number(number: Number) -> [u8; 4] {
    number.0.to_be_bytes()
}

pub(super) fn chat(chat: ChatId) -> [u8; 8] {
    signed(chat.0)
}

/// The first appeal of an event has the event's bytes alone; a further one has its turn behind a mark that sorts after all lines of the
/// first, so that no range of one appeal holds anything of another.
pub(super) fn appeal(id: AppealId) -> Vec<u8> {
    match id {
        AppealId { seq: event, n: 0 } => seq(event).to_vec(),
        AppealId { seq: event, n } => [&seq(event)[..], &FURTHER, &n.to_be_bytes()].concat(),
    }
}

/// Reads the appeal back from an [`appeal`] key, or from a value.
pub(super) fn to_appeal(key: &[u8]) -> Result<AppealId> {
    let seq = to_seq(key)?;
    let rest = key.get(size_of::<u64>()..).unwrap_or_default();
    match (rest, rest.strip_prefix(&FURTHER)) {
        ([], _) => Ok(AppealId::first(seq)),
        (_, Some(&[high, low])) => Ok(AppealId {
            seq,
            n: u16::from_be_bytes([high, low]),
        }),
        _ => Err(TableError::Record("an appeal's key is too long".to_owned())),
    }
}

pub(super) fn appeal_of(chat: ChatId, id: AppealId) -> Vec<u8> {
    [&signed(chat.0)[..], &appeal(id)].concat()
}

/// The range of [`appeal_of`] keys of one chat.
pub(super) fn appeals_of(chat: ChatId) -> (Vec<u8>, Vec<u8>) {
    let last = AppealId {
        seq: Seq(u64::MAX),
        n: u16::MAX,
    };
    (
        appeal_of(chat, AppealId::first(Seq(0))),
        appeal_of(chat, last),
    )
}

/// Reads the appeal back from the end of an [`appeal_of`] key.
pub(super) fn to_appeal_of(key: &[u8]) -> Result<AppealId> {
    to_appeal(key.get(size_of::<u64>()..).unwrap_or_default())
}

/// The range of [`line`] keys of one appeal.
pub(super) fn lines_of(appeal: AppealId) -> (Vec<u8>, Vec<u8>) {
    (line(appeal, 0), line(appeal, u32::MAX))
}

pub(super) fn line(of: AppealId, index: u32) -> Vec<u8> {
    [&appeal(of)[..], &index.to_be_bytes()].concat()
}

pub(super) fn announced(key: &PromotionKey, chat: ChatId) -> Vec<u8> {
    [key.0.as_bytes(), &[END_OF_TEXT], &signed(chat.0)].concat()
}

/// The range of [`announced`] keys of one promotion.
pub(super) fn announced_all(key: &PromotionKey) -> (Vec<u8>, Vec<u8>) {
    (
        announced(key, ChatId(i64::MIN)),
        announced(key, ChatId(i64::MAX)),
    )
}

pub(super) fn post(chat: ChatId, message: MessageId) -> Vec<u8> {
    [signed(chat.0), signed(message.0)].concat()
}

/// The range of [`post`] keys of one chat.
pub(super) fn posts_of(chat: ChatId) -> (Vec<u8>, Vec<u8>) {
    (
        post(chat, MessageId(i64::MIN)),
        post(chat, MessageId(i64::MAX)),
    )
}

/// The range of [`post`] keys of all groups, whose ids are below zero.
pub(super) fn posts_of_groups() -> ([u8; 8], [u8; 8]) {
    (signed(i64::MIN), signed(0))
}

pub(super) fn dedup(key: &DedupKey) -> Vec<u8> {
    [signed(key.bot), signed(key.update)].concat()
}

/// Lanes in the order in which they go, then messages in the order in which they were decided. The staff's came later than the others: its mark
/// sorts behind every record of the talk, and before announcements.
pub(super) fn waiting(lane: Lane, (record, nth): Order) -> Vec<u8> {
    let lane: &[u8] = match lane {
        Lane::Talk => &[0],
        Lane::Staff => &[0, u8::MAX],
        Lane::Announcement => &[1],
    };
    [lane, &seq(record)[..], &nth.to_be_bytes()].concat()
}

/// A moment followed by what it is about: sorted by time, several at one moment are kept apart.
pub(super) fn at(moment: Timestamp, what: &[u8]) -> Vec<u8> {
    [&instant(moment)[..], what].concat()
}

/// Reads the moment back from an [`at`] key.
pub(super) fn to_moment(key: &[u8]) -> Result<Timestamp> {
    let first = key.first_chunk::<8>().copied();
    let micros = first.map(|first| (u64::from_be_bytes(first) ^ (1 << 63)).cast_signed());
    micros
        .and_then(|micros| Timestamp::from_microsecond(micros).ok())
        .ok_or_else(|| TableError::Record("a moment is out of range".to_owned()))
}

/// The end of a range of [`at`] keys: everything before this moment.
pub(super) fn before(moment: Timestamp) -> [u8; 8] {
    instant(moment)
}

/// A removable token, sorted by spreadsheet, then age.
pub(super) fn token(spreadsheet: &SpreadsheetId, at: Timestamp, token: BatchToken) -> Vec<u8> {
    [
        &tokens_of(spreadsheet)[..],
        &instant(at),
        &token.0.to_be_bytes(),
    ]
    .concat()
}

pub(super) fn tokens_of(spreadsheet: &SpreadsheetId) -> Vec<u8> {
    [spreadsheet.0.as_bytes(), &[END_OF_TEXT]].concat()
}

pub(super) fn tokens_before(spreadsheet: &SpreadsheetId, before: Timestamp) -> Vec<u8> {
    [&tokens_of(spreadsheet)[..], &instant(before)].concat()
}

/// Reads the token back from the end of a [`token`] key.
pub(super) fn to_token(key: &[u8]) -> Result<BatchToken> {
    let last: Option<[u8; 4]> = key.last_chunk::<4>().copied();
    last.map(|last| BatchToken(i32::from_be_bytes(last)))
        .ok_or_else(|| TableError::Record("a fence's key is too short".to_owned()))
}

pub(super) fn misplaced(spreadsheet: &SpreadsheetId) -> &[u8] {
    spreadsheet.0.as_bytes()
}

pub(super) fn intent(token: BatchToken) -> [u8; 4] {
    token.0.to_be_bytes()
}

/// An identity that is looked up, never ranged over: its JSON, which is the same for equal values.
pub(super) fn of<T: Serialize>(identity: &T) -> Result<Vec<u8>> {
    serde_json::to_vec(identity).map_err(|error| TableError::Record(error.to_string()))
}

pub(super) fn back<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| TableError::Record(error.to_string()))
}

fn instant(moment: Timestamp) -> [u8; 8] {
    signed(moment.as_microsecond())
}

/// Big-endian with the sign bit turned over, so that negative numbers sort before positive ones.
fn signed(number: i64) -> [u8; 8] {
    (number.cast_unsigned() ^ (1 << 63)).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_sort_as_the_values_do() {
        assert!(signed(-5) < signed(-4) && signed(-1) < signed(0) && signed(0) < signed(i64::MAX));
        assert!(waiting(Lane::Talk, (Seq(300), 0)) < waiting(Lane::Announcement, (Seq(1), 0)));
        assert!(waiting(Lane::Talk, (Seq(1 << 48), 0)) < waiting(Lane::Staff, (Seq(1), 0)));
        assert!(waiting(Lane::Staff, (Seq(300), 0)) < waiting(Lane::Announcement, (Seq(1), 0)));
        assert!(waiting(Lane::Talk, (Seq(2), 255)) < waiting(Lane::Talk, (Seq(2), 256)));
        assert!(line(AppealId::first(Seq(1)), u32::MAX) < line(AppealId::first(Seq(2)), 0));
    }

    #[test]
    fn appeals_of_one_event_keep_apart_in_order() {
        let ids = [(1, 0), (1, 1), (1, 300), (2, 0)].map(|(seq, n)| AppealId { seq: Seq(seq), n });
        assert_eq!(appeal(ids[0]), seq(Seq(1)), "as it was ever written");
        let chat = ChatId(7);
        for (index, &id) in ids.iter().enumerate() {
            assert_eq!(to_appeal(&appeal(id)), Ok(id));
            assert_eq!(to_appeal_of(&appeal_of(chat, id)), Ok(id));
            let (first, last) = appeals_of(chat);
            assert!((first..=last).contains(&appeal_of(chat, id)));
            for &later in &ids[index + 1..] {
                assert!(
                    appeal(id) < appeal(later) && lines_of(id).1 < lines_of(later).0,
                    "{id} {later}"
                );
            }
        }
        assert!(to_appeal(&[0; 9]).is_err());
    }

    #[test]
    fn a_fence_comes_back_from_its_key() {
        let sheet = SpreadsheetId("лист".to_owned());
        let key = token(&sheet, Timestamp::UNIX_EPOCH, BatchToken(77));
        assert_eq!(to_token(&key), Ok(BatchToken(77)));
        assert!(key.starts_with(&tokens_of(&sheet)));
        assert_eq!(
            to_token(b"ab"),
            Err(TableError::Record("a fence's key is too short".to_owned()))
        );
    }
}

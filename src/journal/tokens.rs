//! Batches of writes under way (intents), and the tokens that they leave in the spreadsheet.
//!
//! Invariant: a token is given once, and is remembered until somebody says that it was removed.

use std::ops::Bound;

use super::{
    Intent, Touched,
    error::Result,
    keys,
    records::AllMisplaced,
    store::{Kv, TableId, Tables, WriteTables},
};
use crate::domain::{
    event::Misplaced,
    ids::{BatchToken, SpreadsheetId},
};
use jiff::Timestamp;

/// The counter of tokens, in [`TableId::Meta`].
const LAST_TOKEN: &[u8] = b"last_fence";

/// Commits what is about to be written under the next token. The first is the Unix time in seconds: a journal begun anew on a used
/// workbook must not meet the tokens that the one before has left there. After `i32::MAX` it begins at 1 again.
pub(super) fn intend(
    tables: &mut WriteTables<'_>,
    spreadsheet: &SpreadsheetId,
    touched: &[Touched],
    now: Timestamp,
) -> Result<Intent> {
    let last = last(tables)?.map_or_else(|| first(now), |last| last.0);
    let token = BatchToken(last.checked_add(1).unwrap_or(1));
    let intent = Intent {
        spreadsheet: spreadsheet.clone(),
        token,
        touched: touched.to_vec(),
        at: now,
    };
    tables.put(TableId::Meta, LAST_TOKEN, &token.0.to_be_bytes())?;
    tables.write(TableId::Intents, &keys::intent(token), &intent)?;
    Ok(intent)
}

/// The token that was given last, if any was.
pub(super) fn last<K: Kv>(tables: &Tables<K>) -> Result<Option<BatchToken>> {
    let last = tables.bytes(TableId::Meta, LAST_TOKEN)?;
    let last = last.and_then(|last| last.try_into().ok());
    Ok(last.map(|last| BatchToken(i32::from_be_bytes(last))))
}

/// A later journal has given this one: ours go on above it.
pub(super) fn go_on_above(tables: &mut WriteTables<'_>, token: BatchToken) -> Result<()> {
    if last(tables)?.is_none_or(|last| last < token) {
        tables.put(TableId::Meta, LAST_TOKEN, &token.0.to_be_bytes())?;
    }
    Ok(())
}

fn first(now: Timestamp) -> i32 {
    i32::try_from(now.as_second()).unwrap_or(0).max(0)
}

/// An intent whose answer never reached the one who asked: nothing was written, so there is nothing to remove either.
pub(super) fn drop_intent(tables: &mut WriteTables<'_>, token: BatchToken) -> Result<()> {
    tables
        .remove(TableId::Intents, &keys::intent(token))
        .map(drop)
}

/// The batch is over; its token stays in the spreadsheet for a while.
pub(super) fn finish(
    tables: &mut WriteTables<'_>,
    spreadsheet: &SpreadsheetId,
    token: BatchToken,
) -> Result<()> {
    let key = keys::intent(token);
    if let Some(intent) = tables.read::<Intent>(TableId::Intents, &key)?
        && intent.spreadsheet == *spreadsheet
    {
        tables.remove(TableId::Intents, &key)?;
        let key = keys::token(spreadsheet, intent.at, token);
        tables.put(TableId::Tokens, &key, &[])?;
    }
    Ok(())
}

/// What stands where it should not in a spreadsheet.
pub(super) fn misplaced<K: Kv>(
    tables: &Tables<K>,
    spreadsheet: &SpreadsheetId,
) -> Result<Vec<Misplaced>> {
    let key = keys::misplaced(spreadsheet);
    let all = tables.read::<AllMisplaced>(TableId::Misplaced, key)?;
    Ok(all.unwrap_or_default().0)
}

/// Replaces what was remembered under a [`keys::misplaced`] key to stand where it should not.
pub(super) fn remember_misplaced(
    tables: &mut WriteTables<'_>,
    key: &[u8],
    all: Vec<Misplaced>,
) -> Result<()> {
    if all.is_empty() {
        return tables.remove(TableId::Misplaced, key).map(drop);
    }
    tables.write(TableId::Misplaced, key, &AllMisplaced(all))
}

/// Forgets tokens that are removed from their spreadsheet.
pub(super) fn forget(
    tables: &mut WriteTables<'_>,
    spreadsheet: &SpreadsheetId,
    ids: &[BatchToken],
) -> Result<()> {
    let prefix = keys::tokens_of(spreadsheet);
    let end = [&prefix[..], &[u8::MAX; size_of::<i64>() + 1]].concat();
    for (key, _) in tables.pairs(TableId::Tokens, &prefix, Bound::Excluded(&end), usize::MAX)? {
        if ids.contains(&keys::to_token(&key)?) {
            tables.remove(TableId::Tokens, &key)?;
        }
    }
    Ok(())
}

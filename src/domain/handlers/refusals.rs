//! Rows that Google refuses: they stay due, the operator hears of it once, and once more when the last of them is written.
//!
//! Invariant: what was refused is never taken for written, and nothing but its row waits for it.

use std::collections::BTreeSet;

use crate::domain::{
    context::DecisionContext,
    ids::RowKey,
    refusal::WriteRefusal,
    tab::RefusedRow,
    wording::{BroadcastNote, Note},
};

/// So many rows of a tab are named; a whole tab that is protected has thousands.
const NAMED: usize = 100;

/// Google has refused a row. Of many with the same reason the first is told.
pub(super) fn refused(ctx: &mut DecisionContext<'_>, key: &RowKey, words: &str) {
    let mut tab = ctx.tab(key.tab());
    let rows = &mut tab.reads_mut().refused;
    let mut known = rows.iter();
    let is_known = known.any(|row| row.key == *key && row.words == words);
    if is_known {
        return;
    }
    let told = rows.iter().any(|row| row.words == words);
    rows.retain(|row| row.key != *key);
    if !told && rows.len() >= NAMED {
        make_room(rows);
    }
    if rows.len() < NAMED {
        rows.push(RefusedRow {
            key: key.clone(),
            words: words.to_owned(),
        });
    }
    ctx.put_tab(tab);
    if !told {
        tell(ctx, key, words);
    }
}

/// Lets a row go whose reason another row names too: each reason has to be named, or it would be told anew whenever a row is refused for it.
fn make_room(refused: &mut Vec<RefusedRow>) {
    let mut seen = BTreeSet::new();
    let mut rows = refused.iter();
    let named_before = rows.position(|row| !seen.insert(row.words.clone()));
    refused.remove(named_before.unwrap_or(0));
}

/// A row stands as it should, or is not wanted any more.
pub(super) fn over(ctx: &mut DecisionContext<'_>, key: &RowKey) {
    let mut tab = ctx.tab(key.tab());
    let rows = &mut tab.reads_mut().refused;
    let before = rows.len();
    rows.retain(|row| row.key != *key);
    if rows.len() == before {
        return;
    }
    let healed = rows.is_empty();
    ctx.put_tab(tab);
    if healed {
        ctx.report(Note::AdminRefusedOver(key.tab()));
    }
}

fn tell(ctx: &mut DecisionContext<'_>, key: &RowKey, words: &str) {
    let refusal = Note::Refusal(WriteRefusal::of(words));
    let why = ctx.rules.wording.note(refusal);
    match key {
        RowKey::Partner(code) => ctx.report(Note::AdminPartnerRefused(code, &why)),
        RowKey::Promotion(key) => ctx.report(Note::Broadcast(BroadcastNote::RowRefused(key, &why))),
        RowKey::Appeal(id) => {
            if let Some(number) = ctx.appeal(*id).and_then(|appeal| appeal.number) {
                ctx.report(Note::AdminRowRefused(number, &why));
            }
        }
    }
}

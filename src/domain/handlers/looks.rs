//! The end of a read: what waited for it goes on.
//!
//! Invariant: `sighted` is set here and nowhere else, after every row of the first read has been decided.

use std::collections::BTreeSet;

use crate::domain::{
    context::DecisionContext, event::Looked, ids::Number, tab::Tab, wording::Note,
};

use super::{adopt, appeals, promotions, registration, staff};

/// How many numbers one message to the operator names.
const NAMED: usize = 20;

pub(in crate::domain) fn looked(ctx: &mut DecisionContext<'_>, looked: &Looked) {
    let first = ctx.is_unseen(looked.tab);
    let mut state = ctx.tab(looked.tab);
    let reads = state.reads_mut();
    reads.sighted = reads.sighted.or(Some(ctx.now));
    reads.looked = Some(looked.began);
    ctx.put_tab(state);
    match looked.tab {
        Tab::Partners => {
            staff::looked(ctx);
            registration::waiting::after_look(ctx);
            if first {
                promotions::partners_known(ctx);
            }
        }
        Tab::Appeals => appeals_seen(ctx, looked),
        Tab::Promotions => promotions::looked(ctx),
    }
}

/// The counter goes on above what is there, and the operator hears of the rows that are stopped.
fn appeals_seen(ctx: &mut DecisionContext<'_>, looked: &Looked) {
    let mut tab = ctx.appeals_tab();
    tab.sheet = looked.sheet.or(tab.sheet);
    if let Some(highest) = looked
        .highest
        .filter(|&highest| adopt::is_plausible(ctx, highest))
    {
        tab.next_number = tab.next_number.max(Number(highest.0.saturating_add(1)));
    }
    tab.standing.get_or_insert_default();
    let stopped = std::mem::take(&mut tab.stopped);
    ctx.put_tab(tab);
    for (trouble, numbers) in stopped {
        if !numbers.is_empty() {
            let words = ctx.rules.wording.note(Note::Stopped(trouble));
            ctx.report(Note::AdminRowsStopped(&listed(&numbers), &words));
        }
    }
    appeals::give_numbers(ctx);
}

/// The first numbers, and how many more there are.
fn listed(numbers: &BTreeSet<Number>) -> String {
    let named: Vec<_> = numbers
        .iter()
        .take(NAMED)
        .map(ToString::to_string)
        .collect();
    let more = numbers.len().saturating_sub(NAMED);
    if more == 0 {
        named.join(", ")
    } else {
        format!("{} (+{more})", named.join(", "))
    }
}

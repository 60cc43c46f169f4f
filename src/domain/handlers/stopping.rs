//! Appeals whose rows are left alone until they can be understood again.
//!
//! Invariant: the operator is told of all rows of a read at once, when it has ended.

use crate::domain::{appeal::Appeal, context::DecisionContext, ids::Number, partner::RowTrouble};

/// Leaves a row alone. The operator hears of it when the read has ended, together with all others; of closed appeals not at all.
pub(super) fn stop(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, trouble: RowTrouble) {
    if !appeal.row.stop(trouble) || appeal.status.is_closed() {
        return;
    }
    if let Some(number) = appeal.number {
        tell_later(ctx, number, trouble);
    }
}

/// Has the operator told of a row when the read has ended.
pub(super) fn tell_later(ctx: &mut DecisionContext<'_>, number: Number, trouble: RowTrouble) {
    let mut tab = ctx.appeals_tab();
    tab.stopped.entry(trouble).or_default().insert(number);
    ctx.put_tab(tab);
}

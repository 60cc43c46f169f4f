//! The read-back of a batch: which rows are confirmed, which moved, and what was hit in their place.
//!
//! Invariant: a row is confirmed only where its own key stands in the place that was written.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    memory::{SyncMemory, mended},
    read_back::{AtPlace, cell, found, headers_stand, holds_formula, landed, telegram, witness},
    shared_cells::FailedMatch,
    tab_memory::Blocks,
    write_plan::{PlannedRow, Sent, TabAfter},
};
use crate::{
    domain::{
        event::{RowMark, RowResult, TelegramCell, WrittenRow, WrongCell, WrongRow},
        ids::ChatId,
        row::Column,
        tab::Tab,
    },
    sheets::{table::snapshot::TabSnapshot, wire::ReadBack},
};

impl SyncMemory {
    /// Draws the conclusions of a batch that has landed.
    pub(super) fn settle(&mut self, sent: Sent, answer: &ReadBack, now: Timestamp) {
        let Sent { plan, token, head } = sent;
        self.plain_writes += plan.plain;
        let (mut results, mut left) = (plan.finished, plan.left);
        let archived = self.has_archived(plan.archive.as_ref(), answer);
        let mut misplaced = false;
        for row in plan.rows {
            let Some(after) = plan.tabs_after.get(&row.tab) else {
                continue;
            };
            let mut result = self.result(&row, after, head, answer);
            if matches!(result, Some(RowResult::Confirmed { parts, .. }) if parts > 0) && !archived
            {
                result = Some(RowResult::Contested);
            }
            misplaced |= result == Some(RowResult::Moved);
            if self.remains(&row, result.as_ref(), now) {
                left.insert(row.tab);
            }
            let told = !row.quiet || result != Some(RowResult::Idle);
            if let (Some((key, dirtied)), Some(result)) = (row.report.filter(|_| told), result) {
                results.push(WrittenRow {
                    key,
                    dirtied,
                    result,
                });
            }
        }
        for row in &results {
            self.forget_refusal(&row.key);
        }
        for (tab, after) in plan.tabs_after {
            self.after(tab, after, answer);
        }
        let progress = left.is_empty()
            || results
                .iter()
                .any(|row| matches!(row.result, RowResult::Confirmed { .. } | RowResult::Idle));
        self.dirty.extend(left);
        if misplaced {
            self.pace.repairs(now);
        } else {
            self.pace.is_in_place();
            self.pace.remains(progress, now);
        }
        self.report_written(Some(token), results);
    }

    /// What follows at once from how a row went; whether it is for another pass.
    fn remains(&mut self, row: &PlannedRow, result: Option<&RowResult>, now: Timestamp) -> bool {
        if row.empties() {
            // Such a row has no key that could be read back: the next snapshot tells whether it is empty.
            self.due.insert(row.tab);
        }
        match result {
            Some(RowResult::Confirmed { .. }) => {
                let tab_memory = self.tab_memory(row.tab);
                let snapshot = tab_memory.and_then(|tab_memory| tab_memory.snapshot.as_mut());
                if let (Some(mark), Some(snapshot)) = (&row.mark, snapshot) {
                    snapshot.remember(mark);
                }
                false
            }
            Some(RowResult::Idle) => false,
            Some(
                RowResult::Contested | RowResult::Moved | RowResult::Absent | RowResult::Refused(_),
            )
            | None => {
                // The domain should learn at once what a person has written instead.
                if !self.pace.is_futile() {
                    self.due.insert(row.tab);
                    self.pace.next_read = self.pace.next_read.min(now);
                }
                true
            }
        }
    }

    /// Whether what was moved to the archive stands in its columns.
    fn has_archived(&mut self, archive: Option<&TabAfter>, answer: &ReadBack) -> bool {
        let Some(archive) = archive else { return true };
        let stands = archive.prepared || headers_stand(archive, answer);
        if archive.prepared {
            self.forget_structure();
        }
        let tab_memory = self.tab_memory(Tab::Appeals).filter(|_| stands);
        if let Some(tab_memory) =
            tab_memory.filter(|tab_memory| tab_memory.would_end(Blocks::Archive))
        {
            tab_memory.trouble = None;
            self.report(mended(Tab::Appeals));
        }
        stands
    }

    /// What became of a row; `None` if only a fresh snapshot can tell.
    fn result(
        &mut self,
        row: &PlannedRow,
        after: &TabAfter,
        head: usize,
        answer: &ReadBack,
    ) -> Option<RowResult> {
        let Some(at) = row.row else {
            let tail = after.end..after.end + after.appended;
            let mut tail = tail.filter(|_| headers_stand(after, answer));
            let landed =
                tail.find(|&at| matches!(found(row, after, at, answer), AtPlace::Itself))?;
            if let (Some(places), Some(RowMark::Appeal(number))) = (&mut self.places, &row.mark) {
                Arc::make_mut(places).appended(*number, landed);
            }
            return Some(row.result.clone());
        };
        let itself = match found(row, after, at, answer) {
            AtPlace::Itself => headers_stand(after, answer),
            // A sort that left our columns out has put another key beside this very promotion: what was changed was meant.
            AtPlace::Another(mark, _)
                if row.tab == Tab::Promotions
                    && row.witness == Some(witness(row.tab, after, at, answer).into()) =>
            {
                self.unreported.overwritten.push(mark);
                false
            }
            AtPlace::Another(mark, chat) => {
                self.hit(row, (&mark, chat), head, answer);
                false
            }
            AtPlace::Misnumbered(chat) => {
                self.misnumbered(row, chat, head, answer);
                false
            }
            AtPlace::Nothing => false,
        };
        if !itself {
            let telegram = telegram(row.tab, after, at, answer);
            self.repairs
                .empty(WrongRow::of(row.tab, at, telegram, &row.wrote));
            return Some(RowResult::Moved);
        }
        if !row.empties() {
            self.repairs.done(&row.repair);
        }
        let (contested, kept) = self.shared_cells(row, (after, at), head, answer);
        if contested {
            return Some(RowResult::Contested);
        }
        let asked = row.looked_into().any(|column| column == Column::Answer);
        let formula = asked
            .then(|| holds_formula(after, at, Column::Answer, answer))
            .flatten();
        if let (Some(mark), Some(false)) = (&row.mark, formula) {
            self.failed_matches.remove(&(mark.clone(), Column::Answer));
        }
        Some(with_findings(row.result.clone(), &kept, formula))
    }

    /// What became of the cells that people write too: whether one of them is theirs now, and which we have left as they are.
    fn shared_cells(
        &mut self,
        row: &PlannedRow,
        (after, at): (&TabAfter, u32),
        head: usize,
        answer: &ReadBack,
    ) -> (bool, Vec<Column>) {
        let (mut contested, mut kept) = (row.contested, Vec::new());
        for write in &row.shared {
            let Some(mark) = row.mark.clone() else {
                continue;
            };
            let place = (mark, write.column);
            let unchanged = write
                .expect
                .as_ref()
                .filter(|_| !landed(write, head, answer));
            let Some(expect) = unchanged else {
                self.failed_matches.remove(&place);
                continue;
            };
            let formula = holds_formula(after, at, write.column, answer) == Some(true);
            contested |= !formula;
            kept.push(write.column);
            let column = after.layout.position(write.column);
            if column.map(|column| cell(answer, after.sheet, at, column)) == Some(expect) {
                let text = expect.clone();
                self.failed_matches
                    .insert(place, FailedMatch { text, formula });
            } else {
                // A person has written something else meanwhile.
                self.failed_matches.remove(&place);
            }
        }
        (contested, kept)
    }

    /// Another row stood where this one was meant: what is ours there is projected anew, what is theirs is put back.
    fn hit(
        &mut self,
        row: &PlannedRow,
        victim: (&RowMark, Option<ChatId>),
        head: usize,
        answer: &ReadBack,
    ) {
        self.unreported.overwritten.push(victim.0.clone());
        for write in row
            .shared
            .iter()
            .filter(|write| landed(write, head, answer))
        {
            let was = match (&write.expect, self.snapshot_of(row.tab)) {
                (Some(expect), _) => Some(expect.clone()),
                // Beside it stands the Telegram ID that we have written.
                (None, Some(snapshot)) if write.column == Column::Telegram => {
                    shown(snapshot, (victim.0, None), write.column)
                }
                // A row that no snapshot has shown has no answer of ours to lose, and ours must not stay there: it would go to its partner.
                (None, Some(snapshot)) => shown(snapshot, victim, write.column)
                    .or_else(|| (write.column == Column::Answer).then(String::new)),
                (None, None) => None,
            };
            if let Some(was) = was.filter(|was| *was != write.left) {
                let victim = (victim.0.clone(), victim.1);
                let cell = WrongCell::shared(victim, write.column, was, write.left.clone());
                self.repairs.put_back(cell);
            }
        }
    }

    /// Our number stands in the row of somebody else: it is taken away again, and the row's own put back,
    /// if the last snapshot leaves no doubt which that was.
    fn misnumbered(&mut self, row: &PlannedRow, chat: ChatId, head: usize, answer: &ReadBack) {
        let snapshot = self.snapshot_of(row.tab);
        let (Some(snapshot), Some(RowMark::Appeal(number)), true) =
            (snapshot, &row.mark, row.numbers)
        else {
            return;
        };
        let mut known = snapshot
            .rows
            .iter()
            .filter(|row| row.telegram == TelegramCell::Id(chat))
            .map(|row| row.key.clone());
        let (first, others) = (known.next(), known.collect::<Vec<_>>());
        let was = match first {
            Some(key) if others.iter().all(|other| *other == key) => key,
            Some(_) | None => return,
        };
        match was {
            Some(RowMark::Appeal(was)) => {
                self.repairs
                    .put_back(WrongCell::number(*number, chat, Some(was)));
                self.hit(row, (&RowMark::Appeal(was), Some(chat)), head, answer);
            }
            Some(RowMark::Partner(_) | RowMark::Promotion(_)) | None => {
                self.repairs
                    .put_back(WrongCell::number(*number, chat, None));
            }
        }
    }

    /// A tab after its batch: our columns stand, trouble with writing is over; moved headers are read anew.
    fn after(&mut self, tab: Tab, after: TabAfter, answer: &ReadBack) {
        if after.insertion.is_some() {
            self.rows_inserted(after.sheet, after.end, after.appended);
        }
        if after.prepared {
            self.forget_structure();
        }
        let stands = headers_stand(&after, answer);
        let Some(tab_memory) = self.tab_memory(tab) else {
            return;
        };
        tab_memory.layout = stands.then_some(after.layout);
        tab_memory.refusals.landed();
        if tab_memory.would_end(Blocks::Writes) {
            tab_memory.trouble = None;
            self.report(mended(tab));
        }
    }
}

/// What is confirmed, less the cells that were left as they are, and whether the answer is a formula.
fn with_findings(result: RowResult, kept: &[Column], holds: Option<bool>) -> RowResult {
    match result {
        RowResult::Confirmed {
            status,
            cleared,
            filled,
            lines,
            parts,
            formula,
        } => RowResult::Confirmed {
            status: status.filter(|_| !kept.contains(&Column::Status)),
            cleared: cleared
                .filter(|_| !kept.contains(&Column::Answer) && !kept.contains(&Column::Action)),
            filled,
            lines,
            parts,
            formula: holds.or(formula),
        },
        RowResult::Idle
        | RowResult::Contested
        | RowResult::Moved
        | RowResult::Absent
        | RowResult::Refused(_) => result,
    }
}

fn shown(
    snapshot: &TabSnapshot,
    (mark, chat): (&RowMark, Option<ChatId>),
    column: Column,
) -> Option<String> {
    let row = snapshot.index().row_of(mark, chat)?;
    snapshot.text(row, column).map(str::to_owned)
}

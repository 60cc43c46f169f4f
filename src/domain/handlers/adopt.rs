//! Rows that the journal does not know: from before our time, made by hand, or numbered by a journal that was lost.
//!
//! Invariant: a row is adopted as it stands: its history is journalled, its status is no news, an answer in it is held.

use crate::domain::{
    appeal::{Appeal, Author, Delivery, Status},
    archive,
    context::DecisionContext,
    effect::Entity,
    event::{AnswerCell, AppealCells, TelegramCell, UnnumberedCells},
    ids::{ChatId, Number, PartnerCode, RowKey},
    partner::RowTrouble,
    project::shown_history,
    tab::Tab,
    text::Text,
    view::View,
};

use super::{appeals, listing, stopping, trades};

/// How many of a chat's appeals are searched for a row that is known already.
const KNOWN_ALREADY: usize = 100;

/// A `№` further above the next than this was never given by us: it would leave a gap that nobody could explain.
const LONGEST_GAP: u32 = 1_000_000;

/// A row as it stands.
struct Found<'a> {
    chat: ChatId,
    partner: Option<&'a PartnerCode>,
    status: Option<&'a Status>,
    answer: &'a AnswerCell,
    updated: &'a Text,
    history: &'a Text,
}

/// A row with a telegram_id and without `№`.
pub(super) fn unnumbered(ctx: &mut DecisionContext<'_, impl View>, cells: &UnnumberedCells) {
    let known = ctx.view.appeals_of(cells.chat, KNOWN_ALREADY);
    let waiting = known
        .iter()
        .filter(|appeal| appeal.adopted.as_ref() == Some(&cells.history))
        .count();
    if waiting >= cells.alike {
        return;
    }
    if let Some(mut appeal) = known
        .into_iter()
        .find(|appeal| has_lost_its_number(ctx, appeal, &cells.history))
    {
        appeal.stopped = None;
        appeal.placed = true;
        trades::is_found(ctx, &mut appeal);
        remember_answer(&mut appeal, &cells.answer);
        appeal.adopted = Some(cells.history.clone());
        ctx.dirty(RowKey::Appeal(appeal.id));
        return ctx.put(Entity::Appeal(appeal));
    }
    let mut appeal = adopted(
        ctx,
        &Found {
            chat: cells.chat,
            partner: cells.partner.as_ref(),
            status: cells.status.as_ref(),
            answer: &cells.answer,
            updated: &cells.updated,
            history: &cells.history,
        },
    );
    appeal.adopted = Some(cells.history.clone());
    appeal.number = Some(appeals::next_number(
        ctx,
        cells.highest.filter(|&highest| is_plausible(ctx, highest)),
    ));
    ctx.dirty(RowKey::Appeal(appeal.id));
    ctx.put(Entity::Appeal(appeal));
}

/// Rows that bear a `№` which the journal does not know: it is kept, and the counter goes on above it.
pub(super) fn numbered(
    ctx: &mut DecisionContext<'_, impl View>,
    number: Number,
    found: &[AppealCells],
) {
    let [cells] = found else {
        return stopping::tell_later(ctx, number, RowTrouble::Doubled);
    };
    if cells.chat == TelegramCell::Unreadable {
        return stopping::tell_later(ctx, number, RowTrouble::Unreadable);
    }
    let chat = match cells.chat {
        TelegramCell::Id(chat) | TelegramCell::Doubled(chat) if is_plausible(ctx, number) => chat,
        TelegramCell::Id(_)
        | TelegramCell::Doubled(_)
        | TelegramCell::Empty
        | TelegramCell::Unreadable => {
            return stopping::tell_later(ctx, number, RowTrouble::Unknown);
        }
    };
    // Without its history the synchroniser looks once more.
    let Some(history) = &cells.history else {
        return;
    };
    let mut appeal = adopted(
        ctx,
        &Found {
            chat,
            partner: cells.partner.as_ref(),
            status: cells.status.as_ref(),
            answer: &cells.answer,
            updated: &cells.updated,
            history,
        },
    );
    appeal.number = Some(number);
    appeal.shelf = archive::told(ctx.rules, number, history);
    appeal.seen.delivery.clone_from(&cells.delivery);
    let mut tab = ctx.tab(Tab::Appeals);
    tab.next_number = tab.next_number.max(Number(number.0.saturating_add(1)));
    ctx.put(Entity::Tab(tab));
    if matches!(appeal.delivery, Delivery::Held | Delivery::Unready(_)) {
        ctx.dirty(RowKey::Appeal(appeal.id));
    } else {
        appeal.delivery = Delivery::Adopted;
    }
    ctx.put(Entity::Appeal(appeal));
}

/// Whether a `№` may be one that we gave.
pub(super) fn is_plausible(ctx: &DecisionContext<'_, impl View>, number: Number) -> bool {
    number.0.saturating_sub(ctx.tab(Tab::Appeals).next_number.0) <= LONGEST_GAP
}

/// Somebody has emptied the `№` of a row that we know: its history tells which it is.
fn has_lost_its_number(
    ctx: &DecisionContext<'_, impl View>,
    appeal: &Appeal,
    history: &Text,
) -> bool {
    let gone = match appeal.stopped {
        Some(RowTrouble::Missing | RowTrouble::Mismatched) => true,
        None => !appeal.placed,
        Some(
            RowTrouble::Doubled | RowTrouble::Moved | RowTrouble::Unknown | RowTrouble::Unreadable,
        ) => false,
    };
    // What was written last, or what was about to be, where nobody has confirmed it.
    let written = if appeal.placed {
        appeal.lines_written
    } else {
        appeal.lines
    };
    let shows = |lines| {
        lines > 0 && shown_history(ctx.rules, ctx.view, appeal, lines).as_str() == history.as_str()
    };
    gone && appeal.number.is_some() && (shows(written) || (appeal.stale && shows(appeal.lines)))
}

/// An answer that we know is in the row still: it is not typed anew.
fn remember_answer(appeal: &mut Appeal, cell: &AnswerCell) {
    if let (AnswerCell::Text(text), Some(answer)) = (cell, &appeal.answer)
        && answer.text == *text
    {
        appeal.seen.answer = Some(text.clone());
    }
}

fn adopted(ctx: &mut DecisionContext<'_, impl View>, found: &Found<'_>) -> Appeal {
    if let Some(code) = found
        .partner
        .filter(|_| ctx.tab(Tab::Appeals).sighted.is_none())
    {
        listing::confirm(ctx, found.chat, code);
    }
    let mut appeal = appeals::blank(ctx, found.chat);
    appeal.partner = found.partner.cloned();
    appeal.status = found.status.cloned().unwrap_or(Status::New);
    appeal.seen.status = found.status.cloned();
    appeal.seen.updated.clone_from(found.updated);
    appeal.placed = true;
    if let AnswerCell::Text(text) = found.answer {
        appeal.seen.answer = Some(text.clone());
        appeal.delivery = Delivery::Held;
    } else if let AnswerCell::Unready(shown) = found.answer {
        appeal.delivery = Delivery::Unready(shown.clone());
        appeal.holds = true;
    }
    if !found.history.is_blank() {
        appeals::add_line(
            ctx,
            &mut appeal,
            Author::Adopted,
            ctx.now,
            found.history.clone(),
        );
    }
    appeal.lines_written = appeal.lines;
    appeal
}

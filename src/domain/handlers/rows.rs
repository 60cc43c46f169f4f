//! What a look found in a row.
//!
//! Invariant: a row event states what stands there; deciding it twice changes nothing the second time.

use crate::domain::{
    appeal::{Appeal, Author, Delivery, Seen, Status},
    effect::Entity,
    event::{AnswerCell, AppealCells, PartnerCells, RowEvent, RowMark, TelegramCell, UnnumberedCells},
    ids::{Number, RowKey},
    partner::{Binding, Partner, RowTrouble},
    phone::Phone,
    session::{Locale, Session},
    tab::Tab,
    turn::Turn,
    view::View,
    wording::{Note, Say},
};

use super::{answers, appeals};

/// How many of a chat's appeals are searched for a row that was adopted before.
const ADOPTED_BEFORE: usize = 100;

pub(in crate::domain) fn row(turn: &mut Turn<'_, impl View>, event: &RowEvent) {
    match event {
        RowEvent::Partner(cells) => partner(turn, cells),
        RowEvent::Appeal(cells) => appeal(turn, cells),
        RowEvent::Unnumbered(cells) => adopt(turn, cells),
        RowEvent::Missing(mark) => stop_marked(turn, mark, RowTrouble::Missing),
        RowEvent::Doubled(mark) => stop_marked(turn, mark, RowTrouble::Doubled),
    }
}

fn partner(turn: &mut Turn<'_, impl View>, cells: &PartnerCells) {
    let known = turn.partner(&cells.code);
    let binding = known.as_ref().and_then(|partner| partner.binding.clone());
    let was_missing = known.as_ref().is_some_and(|partner| partner.stopped == Some(RowTrouble::Missing));
    let mut partner = Partner {
        code: cells.code.clone(),
        written_code: cells.written_code.clone(),
        name: cells.name.clone(),
        phone: Phone::parse(cells.phone.as_str()),
        written_phone: cells.phone.clone(),
        binding,
        stopped: None,
    };
    // Only the first sight trusts what stands there; later the binding is ours, and a sheet cannot make one.
    if partner.binding.is_none() && turn.tab(Tab::Partners).sighted.is_none() {
        partner.binding = trusted_binding(turn, cells);
    }
    if was_missing && partner.binding.is_some() {
        turn.dirty(RowKey::Partner(partner.code.clone()));
    }
    turn.put(Entity::Partner(partner));
}

/// A row that says authorized with an account of its own, for an account that nobody else has.
fn trusted_binding(turn: &mut Turn<'_, impl View>, cells: &PartnerCells) -> Option<Binding> {
    let TelegramCell::Id(chat) = cells.telegram else { return None };
    let mut session = turn.session(chat).unwrap_or_else(|| Session::new(chat, Locale::default()));
    if !cells.authorized || session.partner.is_some() {
        return None;
    }
    session.partner = Some(cells.code.clone());
    turn.put(Entity::Session(session));
    Some(Binding {
        chat,
        since: cells.since.clone(),
        at: turn.now,
    })
}

fn appeal(turn: &mut Turn<'_, impl View>, cells: &AppealCells) {
    let Some(mut appeal) = turn.numbered(cells.number) else {
        return tell_later(turn, cells.number, RowTrouble::Unknown);
    };
    if cells.chat != TelegramCell::Id(appeal.chat) && cells.chat != TelegramCell::Doubled(appeal.chat) {
        return stop_marked(turn, &RowMark::Appeal(cells.number), RowTrouble::Mismatched);
    }
    appeal.placed = true;
    resume(turn, &mut appeal, cells);
    match &cells.answer {
        AnswerCell::Blank => {
            if appeal.seen.answer.is_some() {
                answers::emptied(turn, &mut appeal);
            }
        }
        AnswerCell::Text(text) => {
            if appeal.seen.answer.as_ref() != Some(text) {
                answers::typed(turn, &mut appeal, text.clone());
            }
        }
    }
    if cells.status != appeal.seen.status {
        status_changed(turn, &mut appeal, cells.status.clone());
    }
    turn.put(Entity::Appeal(appeal));
}

/// A row that can be found again goes on; one whose rows moved waits until a person has emptied its `Доставка`.
fn resume(turn: &mut Turn<'_, impl View>, appeal: &mut Appeal, cells: &AppealCells) {
    let goes_on = match appeal.stopped {
        None => false,
        Some(RowTrouble::Doubled | RowTrouble::Mismatched | RowTrouble::Missing | RowTrouble::Unknown) => true,
        Some(RowTrouble::Moved) => cells.delivery.is_blank() && !appeal.seen.delivery.is_blank(),
    };
    appeal.seen.delivery.clone_from(&cells.delivery);
    if goes_on {
        appeal.stopped = None;
        turn.dirty(RowKey::Appeal(appeal.id));
    }
}

/// A person has changed the status.
fn status_changed(turn: &mut Turn<'_, impl View>, appeal: &mut Appeal, status: Option<Status>) {
    appeal.seen.status.clone_from(&status);
    let Some(status) = status else { return };
    let closes = status.is_closed() && !appeal.status.is_closed();
    if closes && has_unread_lines(turn, appeal) {
        // The partner wrote before anybody could know of the closing: the appeal goes on, and the row will say so.
        appeal.status = Status::New;
        return turn.dirty(RowKey::Appeal(appeal.id));
    }
    appeal.status = status;
    appeal.stamp = Some(turn.now);
    turn.dirty(RowKey::Appeal(appeal.id));
    if closes {
        // An answer typed with the closing goes first, even where it would still rest.
        answers::hurry(turn, appeal);
        let session = turn.session(appeal.chat).filter(|session| !session.blocked);
        if let (Some(number), Some(session)) = (appeal.number, session) {
            turn.say(&session, Say::Closed(number));
        }
    }
}

/// A row from before our time: its history is journalled, its status taken as it is, an answer in it held.
fn adopt(turn: &mut Turn<'_, impl View>, cells: &UnnumberedCells) {
    let before = turn.view.appeals_of(cells.chat, ADOPTED_BEFORE);
    if before.iter().any(|appeal| appeal.adopted.as_ref() == Some(&cells.history)) {
        return;
    }
    let mut appeal = appeals::blank(turn, cells.chat);
    appeal.partner.clone_from(&cells.partner);
    appeal.status = cells.status.clone().unwrap_or(Status::New);
    appeal.seen.status.clone_from(&cells.status);
    appeal.placed = true;
    appeal.adopted = Some(cells.history.clone());
    if let AnswerCell::Text(text) = &cells.answer {
        appeal.seen.answer = Some(text.clone());
        appeal.delivery = Delivery::Held;
    }
    if !cells.history.is_blank() {
        appeals::add_line(turn, &mut appeal, Author::Adopted, turn.now, cells.history.clone());
    }
    appeal.lines_written = appeal.lines;
    appeal.number = Some(appeals::next_number(turn, cells.highest));
    turn.dirty(RowKey::Appeal(appeal.id));
    turn.put(Entity::Appeal(appeal));
}

/// What a look found wrong with a key.
fn stop_marked(turn: &mut Turn<'_, impl View>, mark: &RowMark, trouble: RowTrouble) {
    match mark {
        RowMark::Partner(code) => {
            if let Some(mut partner) = turn.partner(code)
                && partner.stopped != Some(trouble)
            {
                partner.stopped = Some(trouble);
                turn.put(Entity::Partner(partner));
                if trouble == RowTrouble::Doubled {
                    turn.report(Note::AdminPartnerDoubled(code));
                }
            }
        }
        RowMark::Appeal(number) => {
            if let Some(mut appeal) = turn.numbered(*number) {
                match trouble {
                    RowTrouble::Missing => gone(turn, &mut appeal),
                    RowTrouble::Doubled | RowTrouble::Mismatched | RowTrouble::Moved | RowTrouble::Unknown => {
                        stop(turn, &mut appeal, trouble)
                    }
                }
                turn.put(Entity::Appeal(appeal));
            }
        }
    }
}

/// Leaves a row alone. The operator hears of it when the look has ended, together with all others; of closed appeals not at all.
pub(super) fn stop(turn: &mut Turn<'_, impl View>, appeal: &mut Appeal, trouble: RowTrouble) {
    if appeal.stopped.replace(trouble) == Some(trouble) || appeal.status.is_closed() {
        return;
    }
    if let Some(number) = appeal.number {
        tell_later(turn, number, trouble);
    }
}

/// The operator hears of all rows of a look at once, when it has ended.
fn tell_later(turn: &mut Turn<'_, impl View>, number: Number, trouble: RowTrouble) {
    let mut tab = turn.tab(Tab::Appeals);
    tab.stopped.entry(trouble).or_default().insert(number);
    turn.put(Entity::Tab(tab));
}

/// The row is not there any more. What the partner wrote and nobody has read yet goes into a new one.
pub(super) fn gone(turn: &mut Turn<'_, impl View>, appeal: &mut Appeal) {
    if has_unread_lines(turn, appeal) {
        appeal.placed = false;
        appeal.stale = true;
        appeal.seen = Seen::default();
        turn.dirty(RowKey::Appeal(appeal.id));
    } else {
        stop(turn, appeal, RowTrouble::Missing);
    }
}

/// Whether the partner wrote something that does not stand in the row yet.
fn has_unread_lines(turn: &Turn<'_, impl View>, appeal: &Appeal) -> bool {
    let unwritten = usize::try_from(appeal.lines.saturating_sub(appeal.lines_written)).unwrap_or(usize::MAX);
    turn.view
        .lines(appeal.id, unwritten)
        .iter()
        .any(|line| line.author == Author::Partner)
}

//! What a partner writes: it joins the open appeal, or opens one.
//!
//! Invariant: one row per open appeal; a number is given only once the tab has been seen.

use jiff::Timestamp;

use crate::domain::{
    appeal::{Appeal, Author, Delivery, Line, Seen, Shelf, Status},
    effect::Entity,
    ids::{AppealId, ChatId, Number, Revision, RowKey},
    session::Session,
    tab::Tab,
    text::Text,
    turn::Turn,
    view::View,
    wording::Say,
};

/// Adds a partner's messages to the open appeal or opens one, and says which.
pub(super) fn receive(turn: &mut Turn<'_, impl View>, session: &Session, messages: &[(Timestamp, Text)]) {
    let open = turn.open_appeal(session.chat);
    let fresh = open.is_none();
    let mut appeal = open.unwrap_or_else(|| self::open(turn, session));
    for (at, text) in messages {
        add_line(turn, &mut appeal, Author::Partner, *at, text.clone());
    }
    appeal.stamp = Some(turn.now);
    turn.dirty(RowKey::Appeal(appeal.id));
    let number = appeal.number;
    turn.put(Entity::Appeal(appeal));
    turn.say(session, if fresh { Say::Receipt(number) } else { Say::Added(number) });
}

/// Puts a line on top of the dialogue.
pub(super) fn add_line(turn: &mut Turn<'_, impl View>, appeal: &mut Appeal, author: Author, at: Timestamp, text: Text) {
    let index = appeal.lines;
    appeal.lines += 1;
    turn.put(Entity::Line(Line {
        appeal: appeal.id,
        index,
        author,
        at,
        text,
    }));
}

/// An appeal as it begins, for a row of our own or an adopted one.
pub(super) fn blank(turn: &Turn<'_, impl View>, chat: ChatId) -> Appeal {
    Appeal {
        id: AppealId(turn.seq),
        number: None,
        chat,
        partner: None,
        status: Status::New,
        stamp: None,
        seen: Seen::default(),
        answer: None,
        revision: Revision::default(),
        lines: 0,
        lines_written: 0,
        shown_from: 0,
        shelf: Shelf::default(),
        stale: false,
        placed: false,
        delivery: Delivery::Empty,
        stopped: None,
        adopted: None,
        traded: None,
        unseen: false,
        formula: false,
    }
}

/// Takes back a number that stands in the sheet already; another follows when the look has ended.
pub(super) fn take_number(turn: &mut Turn<'_, impl View>, appeal: &mut Appeal) {
    appeal.number = None;
    let mut tab = turn.tab(Tab::Appeals);
    tab.unnumbered.insert(appeal.id);
    turn.put(Entity::Tab(tab));
}

/// The appeals tab has been seen: appeals without a number get theirs, and their partners hear of it.
pub(super) fn give_numbers(turn: &mut Turn<'_, impl View>) {
    let waiting = std::mem::take(&mut turn.tab(Tab::Appeals).unnumbered);
    for mut appeal in waiting.into_iter().filter_map(|id| turn.appeal(id)).collect::<Vec<_>>() {
        let number = next_number(turn, None);
        appeal.number = Some(number);
        let chat = appeal.chat;
        turn.dirty(RowKey::Appeal(appeal.id));
        turn.put(Entity::Appeal(appeal));
        if let Some(session) = turn.session(chat) {
            turn.say(&session, Say::NumberFollows(number));
        }
    }
    let mut tab = turn.tab(Tab::Appeals);
    tab.unnumbered.clear();
    turn.put(Entity::Tab(tab));
}

/// Gives a number, above all that were given and all that are known to stand in the tab.
pub(super) fn next_number(turn: &mut Turn<'_, impl View>, highest: Option<Number>) -> Number {
    let mut tab = turn.tab(Tab::Appeals);
    let above = highest.map_or(Number(1), |highest| Number(highest.0.saturating_add(1)));
    let number = tab.next_number.max(above);
    tab.next_number = Number(number.0.saturating_add(1));
    turn.put(Entity::Tab(tab));
    number
}

fn open(turn: &mut Turn<'_, impl View>, session: &Session) -> Appeal {
    let mut appeal = blank(turn, session.chat);
    appeal.partner.clone_from(&session.partner);
    let mut tab = turn.tab(Tab::Appeals);
    if tab.sighted.is_some() {
        appeal.number = Some(next_number(turn, None));
    } else {
        tab.unnumbered.insert(appeal.id);
        turn.put(Entity::Tab(tab));
    }
    appeal
}

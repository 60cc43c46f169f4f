//! A person is forgotten, by the operator's word.
//!
//! Invariant: what remains is what the staff list itself says, for as long as it says it; and the numbers of the appeals, so that
//! their rows are left alone instead of being taken for new ones.

use crate::domain::{
    effect::{Effect, Entity, Erasure},
    event::ErasedPerson,
    ids::{ChatId, RowKey},
    tab::Tab,
    turn::Turn,
    view::View,
};

use super::{broadcasts, refusals, staff};

pub(super) fn erase(turn: &mut Turn<'_, impl View>, person: &ErasedPerson) {
    let mut listed = false;
    if let Some(mut partner) = person.code.as_ref().and_then(|code| turn.partner(code)) {
        listed = partner.missing_since.is_none();
        staff::trust(turn, &mut partner);
        if partner.binding.take().is_some() {
            let mut tab = turn.tab(Tab::Partners);
            tab.bound = tab.bound.saturating_sub(1);
            turn.put(Entity::Tab(tab));
        }
        if listed {
            // The row is to show nobody's account any more.
            partner.emptied = true;
            turn.dirty(RowKey::Partner(partner.code.clone()));
            turn.put(Entity::Partner(partner));
        }
    }
    for tab in [Tab::Partners, Tab::Appeals] {
        for row in turn.tab(tab).refused {
            if is_of(turn, &row.key, person, listed) {
                refusals::over(turn, &row.key);
            }
        }
    }
    if let Some(chat) = person.chat {
        broadcasts::part_with(turn, chat);
        unnote(turn, chat);
    }
    if let Some(code) = &person.code {
        let mut list = turn.tab(Tab::Partners);
        let before = list.faults.len();
        list.faults.retain(|fault| !fault.speaks_of(code));
        if list.faults.len() != before {
            turn.put(Entity::Tab(list));
        }
    }
    turn.then(Effect::Erase(Erasure {
        chat: person.chat,
        code: person.code.clone(),
        listed,
    }));
}

/// Whether a row that Google has refused is the person's, and nobody wants it written any more: a line that is still listed is to be emptied.
fn is_of(turn: &Turn<'_, impl View>, key: &RowKey, person: &ErasedPerson, listed: bool) -> bool {
    match key {
        RowKey::Partner(code) => {
            let left = |chat| {
                turn.partner(code)
                    .is_some_and(|partner| partner.is_left_of(chat))
            };
            (person.code.as_ref() == Some(code) && !listed) || person.chat.is_some_and(left)
        }
        RowKey::Appeal(id) => {
            person.chat.is_some() && turn.appeal(*id).map(|appeal| appeal.chat) == person.chat
        }
        RowKey::Promotion(_) => false,
    }
}

/// What the tabs have noted of the account until the next look.
fn unnote(turn: &mut Turn<'_, impl View>, chat: ChatId) {
    for tab in [Tab::Partners, Tab::Appeals] {
        let mut state = turn.tab(tab);
        let before = state.clone();
        state.parked.remove(&chat);
        state
            .strangers
            .retain(|_, stranger| *stranger != Some(chat));
        if state != before {
            turn.put(Entity::Tab(state));
        }
    }
}

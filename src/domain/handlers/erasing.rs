//! A person is forgotten, by the operator's word.
//!
//! Invariant: what remains is what the staff list itself says, for as long as it says it; and the numbers of the appeals, so that
//! their rows are left alone instead of being taken for new ones.

use crate::domain::{
    effect::{Effect, Entity, Erasure},
    event::ErasedPerson,
    ids::RowKey,
    tab::Tab,
    turn::Turn,
    view::View,
};

pub(super) fn erase(turn: &mut Turn<'_, impl View>, person: &ErasedPerson) {
    let mut listed = false;
    if let Some(mut partner) = person.code.as_ref().and_then(|code| turn.partner(code)) {
        listed = partner.missing_since.is_none();
        if partner.binding.take().is_some() {
            let mut tab = turn.tab(Tab::Partners);
            tab.bound = tab.bound.saturating_sub(1);
            turn.put(Entity::Tab(tab));
        }
        if listed {
            // The row is to show nobody's account any more.
            partner.emptied = true;
            (partner.doubted_since, partner.astray) = (None, None);
            turn.dirty(RowKey::Partner(partner.code.clone()));
            turn.put(Entity::Partner(partner));
        }
    }
    turn.then(Effect::Erase(Erasure {
        chat: person.chat,
        code: person.code.clone(),
        listed,
    }));
}

//! The end of a look: what waited for it goes on.
//!
//! Invariant: `sighted` is set here and nowhere else, after every row of the first look has been decided.

use crate::domain::{
    effect::Entity,
    event::Looked,
    ids::Number,
    tab::{Tab, TabState},
    turn::Turn,
    view::View,
};

use super::{appeals, registration};

pub(in crate::domain) fn looked(turn: &mut Turn<'_, impl View>, looked: &Looked) {
    let mut tab: TabState = turn.tab(looked.tab);
    tab.sighted = tab.sighted.or(Some(turn.now));
    tab.looked = Some(looked.began);
    if let Some(highest) = looked.highest {
        tab.next_number = tab.next_number.max(Number(highest.0.saturating_add(1)));
    }
    turn.put(Entity::Tab(tab));
    match looked.tab {
        Tab::Partners => registration::after_look(turn, looked.began),
        Tab::Appeals => appeals::give_numbers(turn),
        Tab::Promotions => {}
    }
}

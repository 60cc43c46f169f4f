//! A person is forgotten, by the operator's word.
//!
//! Invariant: what remains is what the staff list itself says, for as long as it says it; and the numbers of the appeals, so that
//! their rows are left alone instead of being taken for new ones.

use crate::domain::{
    context::DecisionContext,
    effect::{Effect, Entity, Erasure},
    event::ErasedPerson,
    ids::{ChatId, RowKey},
    tab::Tab,
    view::View,
};

use super::{broadcasts, refusals, staff};

pub(super) fn erase(ctx: &mut DecisionContext<'_, impl View>, person: &ErasedPerson) {
    let mut listed = false;
    if let Some(mut partner) = person.code.as_ref().and_then(|code| ctx.partner(code)) {
        listed = partner.missing_since.is_none();
        staff::trust(ctx, &mut partner);
        if partner.binding.take().is_some() {
            let mut tab = ctx.partners_tab();
            tab.bound = tab.bound.saturating_sub(1);
            ctx.put_tab(tab);
        }
        if listed {
            // The row is to show nobody's account any more.
            partner.emptied = true;
            ctx.dirty(RowKey::Partner(partner.code.clone()));
            ctx.put(Entity::Partner(partner));
        }
    }
    for tab in [Tab::Partners, Tab::Appeals] {
        for row in ctx.tab(tab).reads().refused.clone() {
            if is_of(ctx, &row.key, person, listed) {
                refusals::over(ctx, &row.key);
            }
        }
    }
    if let Some(chat) = person.chat {
        broadcasts::part_with(ctx, chat);
        unnote(ctx, chat);
    }
    if let Some(code) = &person.code {
        let mut list = ctx.partners_tab();
        let before = list.faults.len();
        list.faults.retain(|fault| !fault.speaks_of(code));
        if list.faults.len() != before {
            ctx.put_tab(list);
        }
    }
    ctx.then(Effect::Erase(Erasure {
        chat: person.chat,
        code: person.code.clone(),
        listed,
    }));
}

/// Whether a row that Google has refused is the person's, and nobody wants it written any more: a line that is still listed is to be emptied.
fn is_of(
    ctx: &DecisionContext<'_, impl View>,
    key: &RowKey,
    person: &ErasedPerson,
    listed: bool,
) -> bool {
    match key {
        RowKey::Partner(code) => {
            let left = |chat| {
                ctx.partner(code)
                    .is_some_and(|partner| partner.is_left_of(chat))
            };
            (person.code.as_ref() == Some(code) && !listed) || person.chat.is_some_and(left)
        }
        RowKey::Appeal(id) => {
            person.chat.is_some() && ctx.appeal(*id).map(|appeal| appeal.chat) == person.chat
        }
        RowKey::Promotion(_) => false,
    }
}

/// What is noted of the account until the next read.
fn unnote(ctx: &mut DecisionContext<'_, impl View>, chat: ChatId) {
    let mut list = ctx.partners_tab();
    if list.parked.remove(&chat) {
        ctx.put_tab(list);
    }
}

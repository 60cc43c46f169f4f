//! A person is forgotten, by the operator's word.
//!
//! Invariant: what remains is what the staff list itself says, for as long as it says it; and the numbers of the appeals, so that
//! their rows are left alone instead of being taken for new ones.

use crate::domain::{
    context::DecisionContext,
    effect::{Effect, Entity, Erasure},
    event::ErasedPerson,
    ids::{ChatId, PartnerCode, RowKey},
    listing::ListFault,
    tab::Tab,
};

use super::{broadcasts, refusals, staff};

pub(super) fn erase(ctx: &mut DecisionContext<'_>, person: &ErasedPerson) {
    let codes: Vec<(PartnerCode, bool)> = person
        .codes()
        .map(|code| (code.clone(), unbind(ctx, code)))
        .collect();
    for tab in [Tab::Partners, Tab::Appeals] {
        for row in ctx.tab(tab).reads().refused.clone() {
            if is_of(ctx, &row.key, person.chat, &codes) {
                refusals::over(ctx, &row.key);
            }
        }
    }
    if let Some(chat) = person.chat {
        broadcasts::part_with(ctx, chat);
        unnote(ctx, chat);
    }
    let mut list = ctx.partners_tab();
    let before = list.faults.len();
    let of_person = |fault: &ListFault| person.codes().any(|code| fault.speaks_of(code));
    list.faults.retain(|fault| !of_person(fault));
    if list.faults.len() != before {
        ctx.put_tab(list);
    }
    let mut codes = codes.into_iter();
    let first = codes.next().filter(|_| person.code.is_some());
    let (code, listed) = first.map_or((None, false), |(code, listed)| (Some(code), listed));
    ctx.then(Effect::Erase(Erasure {
        chat: person.chat,
        code,
        listed,
        others: codes.collect(),
    }));
}

/// Nobody's account belongs to the code any more; whether the list still holds it.
fn unbind(ctx: &mut DecisionContext<'_>, code: &PartnerCode) -> bool {
    let Some(mut partner) = ctx.partner(code) else {
        return false;
    };
    let listed = partner.missing_since.is_none();
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
    listed
}

/// Whether a row that Google has refused is the person's, and nobody wants it written any more: a line that is still listed is to be emptied.
fn is_of(
    ctx: &DecisionContext<'_>,
    key: &RowKey,
    chat: Option<ChatId>,
    codes: &[(PartnerCode, bool)],
) -> bool {
    match key {
        RowKey::Partner(code) => {
            let left = |chat| {
                ctx.partner(code)
                    .is_some_and(|partner| partner.is_left_of(chat))
            };
            codes.contains(&(code.clone(), false)) || chat.is_some_and(left)
        }
        RowKey::Appeal(id) => chat.is_some() && ctx.appeal(*id).map(|appeal| appeal.chat) == chat,
        RowKey::Promotion(_) => false,
    }
}

/// What is noted of the account until the next read.
fn unnote(ctx: &mut DecisionContext<'_>, chat: ChatId) {
    let mut list = ctx.partners_tab();
    if list.parked.remove(&chat) {
        ctx.put_tab(list);
    }
}

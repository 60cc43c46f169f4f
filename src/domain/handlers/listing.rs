//! Rows of the staff list that cannot be taken as they stand, and what the operator hears of them; under which of several codes a person writes.
//!
//! Invariant: each fault is told once while it lasts; one person in several rows is none.

use std::collections::BTreeMap;

use crate::domain::{
    context::DecisionContext,
    effect::Entity,
    ids::{ChatId, PartnerCode},
    listing::ListFault,
    partner::Partner,
    wording::Note,
};

/// How many faults one message to the operator names.
const NAMED: usize = 20;
/// How many of an account's newest appeals are asked for its code.
const ASKED: usize = 100;

/// The faults of the list, all of them, as they are now. That one person stands in several rows, all of them his, is none.
pub(super) fn found(ctx: &mut DecisionContext<'_>, faults: &[ListFault]) {
    let mut tab = ctx.partners_tab();
    if tab.reads.sighted.is_none() {
        let doubled = faults.iter().filter_map(|fault| match fault {
            ListFault::TelegramDoubled(rows) => Some(rows),
            _ => None,
        });
        doubled.for_each(|rows| choose(ctx, rows.iter().map(|(_, code)| code)));
    }
    let is_one = |fault: &&ListFault| !is_one_person(ctx, fault);
    let faults: Vec<ListFault> = faults.iter().filter(is_one).cloned().collect();
    let before = std::mem::replace(&mut tab.faults, faults.clone());
    ctx.put_tab(tab);
    let mut known: BTreeMap<ListFault, usize> = BTreeMap::new();
    for fault in &before {
        *known.entry(fault.placeless()).or_default() += 1;
    }
    let is_new = |fault: &&ListFault| match known.get_mut(&fault.placeless()) {
        Some(left @ 1..) => {
            *left -= 1;
            false
        }
        Some(0) | None => true,
    };
    let new: Vec<&ListFault> = faults.iter().filter(is_new).collect();
    if !new.is_empty() {
        let named = new.iter().take(NAMED);
        let mut lines: Vec<String> = named.map(|fault| words(ctx, fault)).collect();
        lines.extend((new.len() > NAMED).then(|| format!("(+{})", new.len() - NAMED)));
        ctx.report(Note::AdminListFaults(&lines.join("\n")));
    } else if faults.is_empty() && !before.is_empty() {
        ctx.report(Note::AdminListMended);
    }
}

/// An appeal that is in the sheet names the code beside the account: of several codes it is the one under which he writes.
pub(super) fn confirm(ctx: &mut DecisionContext<'_>, chat: ChatId, code: &PartnerCode) {
    let Some(mut session) = ctx.session(chat) else {
        return;
    };
    let current = session.partner.as_ref();
    let confirmed = current.is_some_and(|current| is_confirmed(ctx, chat, current));
    if session.others.contains(code) && !confirmed {
        session.write_under(code.clone());
        ctx.put(Entity::Session(session));
    }
}

/// Of several rows of one account that is the code under which he writes whose phone he has shared, or which his appeals bear; else the uppermost.
fn choose<'a>(ctx: &mut DecisionContext<'_>, codes: impl Iterator<Item = &'a PartnerCode>) {
    let bound = codes.filter_map(|code| ctx.partner(code));
    let bound: Vec<(Partner, ChatId)> = bound
        .filter_map(|partner| {
            let chat = partner.binding.as_ref()?.chat;
            Some((partner, chat))
        })
        .collect();
    let Some(&(_, chat)) = bound.first() else {
        return;
    };
    let Some(mut session) = ctx.session(chat) else {
        return;
    };
    let phone = session.registration.phone.as_ref();
    let shared =
        |(partner, _): &&(Partner, ChatId)| phone.is_some_and(|phone| partner.has_phone(phone));
    let confirmed = |(partner, _): &&(Partner, ChatId)| is_confirmed(ctx, chat, &partner.code);
    let chosen = bound.iter().find(shared);
    let chosen = chosen.or_else(|| bound.iter().find(confirmed));
    if let Some((partner, _)) = chosen
        .or(bound.first())
        .filter(|(it, _)| session.has(&it.code))
    {
        session.write_under(partner.code.clone());
        ctx.put(Entity::Session(session));
    }
}

/// Whether all rows that show one account are its person's.
fn is_one_person(ctx: &DecisionContext<'_>, fault: &ListFault) -> bool {
    let ListFault::TelegramDoubled(rows) = fault else {
        return false;
    };
    let owner = |code| Some(ctx.partner(code)?.binding?.chat);
    let owners: Vec<Option<ChatId>> = rows.iter().map(|(_, code)| owner(code)).collect();
    owners
        .iter()
        .all(|owner| owner.is_some() && *owner == owners[0])
}

/// Whether an appeal of this account bears the code.
fn is_confirmed(ctx: &DecisionContext<'_>, chat: ChatId, code: &PartnerCode) -> bool {
    let known = ctx.view.appeals_of(chat, ASKED);
    let mut known = known.iter();
    known.any(|appeal| appeal.partner.as_ref() == Some(code))
}

/// A fault in words; of rows with one account it says by which we go.
fn words(ctx: &DecisionContext<'_>, fault: &ListFault) -> String {
    let bound = fault.bound(|code| {
        ctx.partner(code)
            .is_some_and(|partner| partner.binding.is_some())
    });
    ctx.rules.wording.note(Note::ListFault(fault, bound))
}

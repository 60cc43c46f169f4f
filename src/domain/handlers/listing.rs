//! Rows of the staff list that cannot be taken as they stand: who is adopted all the same, and what the operator hears.
//!
//! Invariant: at first sight an account that is beside several codes is bound to one of them; each fault is told once while it lasts.

use std::collections::BTreeMap;

use crate::domain::{
    context::DecisionContext,
    effect::Entity,
    ids::{ChatId, PartnerCode},
    listing::ListFault,
    partner::{Binding, Partner},
    session::Locale,
    view::View,
    wording::Note,
};

use super::staff;

/// How many faults one message to the operator names.
const NAMED: usize = 20;
/// How many of an account's newest appeals are asked for its code.
const ASKED: usize = 100;

/// The faults of the list, all of them, as they are now.
pub(super) fn found(ctx: &mut DecisionContext<'_, impl View>, faults: &[ListFault]) {
    let mut tab = ctx.partners_tab();
    let first_sight = tab.reads.sighted.is_none();
    let before = std::mem::replace(&mut tab.faults, faults.to_vec());
    ctx.put_tab(tab);
    for fault in faults.iter().filter(|_| first_sight) {
        match fault {
            ListFault::TelegramDoubled(rows) => adopt(ctx, rows.iter().map(|(_, code)| code)),
            ListFault::CodeDoubled(_, code) => adopt(ctx, [code].into_iter()),
            ListFault::Code(..)
            | ListFault::NoCode(_)
            | ListFault::Phone(..)
            | ListFault::Telegram(..) => {}
        }
    }
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

/// An appeal that is in the sheet names the code beside the account: of several rows that show this account, it is the partner's.
pub(super) fn confirm(ctx: &mut DecisionContext<'_, impl View>, chat: ChatId, code: &PartnerCode) {
    let Some(mut session) = ctx.session(chat) else {
        return;
    };
    let Some(mut current) = session.partner.as_ref().and_then(|code| ctx.partner(code)) else {
        return;
    };
    let Some(mut meant) = ctx.partner(code).filter(|meant| meant.code != current.code) else {
        return;
    };
    if claim(&current, chat).is_none() || is_confirmed(ctx, chat, &current) {
        return;
    }
    let Some(binding) = claim(&meant, chat).cloned() else {
        return;
    };
    current.binding = None;
    meant.binding = Some(binding);
    session.partner = Some(meant.code.clone());
    for entity in [
        Entity::Partner(current),
        Entity::Partner(meant),
        Entity::Session(session),
    ] {
        ctx.put(entity);
    }
}

/// Of several rows with one account that is the partner's whose phone the person has shared, or whose code his appeals bear; else the uppermost.
fn adopt<'a>(
    ctx: &mut DecisionContext<'_, impl View>,
    codes: impl Iterator<Item = &'a PartnerCode>,
) {
    let claims: Vec<Partner> = codes.filter_map(|code| ctx.partner(code)).collect();
    let claiming = claims.iter().filter(|partner| partner.claims.is_some());
    let claims: Vec<&Partner> = claiming.collect();
    let first = claims.first().and_then(|partner| partner.claims.as_ref());
    let Some(chat) = first.map(|claim| claim.chat) else {
        return;
    };
    let mut session = ctx.session_or_new(chat, Locale::default());
    if session.partner.is_some() {
        return;
    }
    let phone = session.registration.phone.as_ref();
    let shared = claims
        .iter()
        .find(|partner| phone.is_some_and(|phone| partner.has_phone(phone)));
    let confirmed = || {
        claims
            .iter()
            .find(|partner| is_confirmed(ctx, chat, partner))
    };
    let Some(chosen) = shared.or_else(confirmed).or(claims.first()) else {
        return;
    };
    let mut partner = (*chosen).clone();
    let Some(binding) = partner.claims.clone() else {
        return;
    };
    session.partner = Some(partner.code.clone());
    ctx.put(Entity::Session(session));
    staff::bind(ctx, &mut partner, binding);
    ctx.put(Entity::Partner(partner));
}

/// The binding that a row claims while another does too.
fn claim(partner: &Partner, chat: ChatId) -> Option<&Binding> {
    partner.claims.as_ref().filter(|claim| claim.chat == chat)
}

/// Whether an appeal of this account bears the code.
fn is_confirmed(ctx: &DecisionContext<'_, impl View>, chat: ChatId, partner: &Partner) -> bool {
    let known = ctx.view.appeals_of(chat, ASKED);
    let mut known = known.iter();
    known.any(|appeal| appeal.partner.as_ref() == Some(&partner.code))
}

/// A fault in words; of rows with one account it says by which we go.
fn words(ctx: &DecisionContext<'_, impl View>, fault: &ListFault) -> String {
    let bound = fault.bound(|code| {
        ctx.partner(code)
            .is_some_and(|partner| partner.binding.is_some())
    });
    ctx.rules.wording.note(Note::ListFault(fault, bound))
}

//! A code that the staff list spells anew: a letter put right, a number shown with separators or without.
//!
//! Invariant: access stays with the person who had it, and only where the account is beside the new spelling and name or phone are his.

use crate::domain::{
    context::DecisionContext,
    effect::Entity,
    event::{PartnerCells, TelegramCell},
    ids::CodeForm,
    partner::Partner,
    phone::Phone,
    text::fold,
};

/// Gives a row whose code has no account the account of the same code in its old spelling, whose partner is returned.
pub(super) fn take_over(
    ctx: &mut DecisionContext<'_>,
    partner: &mut Partner,
    cells: &PartnerCells,
) -> Option<Partner> {
    let TelegramCell::Id(chat) = cells.telegram else {
        return None;
    };
    let mut session = ctx.session(chat)?;
    let mut known = session.codes().filter_map(|code| ctx.partner(code));
    let mut before = known.find(|before| is_same_person(before, cells))?;
    drop(known);
    partner.binding = Some(before.binding.take_if(|binding| binding.chat == chat)?);
    (partner.emptied, partner.denied) = (false, before.denied);
    if session.partner.as_ref() == Some(&before.code) {
        session.partner = Some(partner.code.clone());
    } else {
        session.others.remove(&before.code);
        session.others.insert(partner.code.clone());
    }
    ctx.put(Entity::Session(session));
    Some(before)
}

fn is_same_person(before: &Partner, cells: &PartnerCells) -> bool {
    let form = CodeForm::of(cells.code.as_str());
    let same_code = form.is_some() && form == CodeForm::of(before.code.as_str());
    let same_name =
        !cells.name.is_blank() && fold(cells.name.as_str()) == fold(before.name.as_str());
    let same_phone = || {
        let phones = Phone::every(cells.phone.as_str());
        phones.iter().any(|phone| before.has_phone(phone))
    };
    same_code && (same_name || same_phone())
}

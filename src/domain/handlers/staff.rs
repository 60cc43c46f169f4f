//! The staff list: who is in it, whose account is beside which code, and who has lost access.
//!
//! Invariant: nobody's access depends on a write of ours: a cell that we have not filled yet, or could not, is no doubt. A sheet never binds
//! after first sight. It ends a binding only by the word "not authorized" beside the intact pair, or by a
//! doubt that lasts: the code, or our account, stands nowhere in two looks at least ten minutes apart. Where more than a fifth of the
//! bound partners are in doubt, the list itself is (a script rewrites it): then nobody loses access, and the operator is told.

use jiff::SignedDuration;

use crate::domain::{
    context::DecisionContext,
    effect::{Effect, Entity, Keyboard, Wake},
    event::{PartnerCells, TelegramCell},
    ids::{ChatId, PartnerCode, RowKey, Seq},
    partner::{Binding, Partner, RowTrouble},
    session::Locale,
    spans::has_lasted,
    tab::Tab,
    unready,
    wording::{Note, Say},
};

use super::respelled;

/// A doubt that lasts this long is no moment's emptiness.
pub(super) const DOUBT: SignedDuration = SignedDuration::from_mins(10);
/// The looks of a quiet night are five minutes apart: until the one after [`DOUBT`] has ended.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);
/// One of so many may be lost; if more are, the list is in doubt.
const SHARE: u32 = 5;
/// A single person in doubt never puts the list in doubt, however short it is.
const AT_LEAST: u32 = 2;

/// What a read found in the row of a code.
pub(super) fn row(ctx: &mut DecisionContext<'_>, cells: &PartnerCells) {
    let known = ctx.partner(&cells.code);
    let stopped = known.as_ref().and_then(|partner| partner.stopped);
    let was_missing = stopped == Some(RowTrouble::Missing);
    let mut partner = known.unwrap_or_else(|| Partner::new(cells.code.clone()));
    if partner.binding.is_none()
        && let Some(mut before) = respelled::take_over(ctx, &mut partner, cells)
    {
        trust(ctx, &mut before);
        ctx.put(Entity::Partner(before));
    }
    partner.written_code.clone_from(&cells.written_code);
    // A formula that has failed for a moment says nothing of the partner.
    if let Some(name) = unready::own(&cells.name) {
        partner.name.clone_from(name);
    }
    if let Some(phone) = unready::own(&cells.phone) {
        partner.written_phone.clone_from(phone);
    }
    partner.stopped = None;
    partner.missing_since = None;
    // Only the first sight trusts what is there; later the binding is ours, and a sheet cannot make one.
    if partner.binding.is_none() && ctx.is_unseen(Tab::Partners) {
        bind_trusted(ctx, &mut partner, cells);
    }
    let before = Before {
        missing: was_missing,
        shown: partner.shown,
        denied: std::mem::replace(&mut partner.denied, cells.refused),
    };
    note_shown(ctx, &mut partner, cells.telegram);
    match partner.binding.as_ref().map(|binding| binding.chat) {
        Some(chat) => bound(ctx, &mut partner, chat, cells, &before),
        None => partner.emptied &= partner.shown.is_some(),
    }
    ctx.put(Entity::Partner(partner));
}

/// A write of the row has landed: it shows what the journal wanted then.
pub(super) fn written(ctx: &mut DecisionContext<'_>, code: &PartnerCode, dirtied: Seq) {
    let Some(mut partner) = ctx.partner(code) else {
        return;
    };
    let binding = partner.binding.as_ref();
    let written = binding.filter(|binding| binding.seq <= dirtied);
    let Some(chat) = written.map(|binding| binding.chat) else {
        return;
    };
    if partner.shown != Some(chat) || partner.denied {
        partner.denied = false;
        note_shown(ctx, &mut partner, TelegramCell::Id(chat));
        ctx.put(Entity::Partner(partner));
    }
}

/// A read found something wrong with the row of a code.
pub(super) fn stop(ctx: &mut DecisionContext<'_>, code: &PartnerCode, trouble: RowTrouble) {
    let Some(mut partner) = ctx
        .partner(code)
        .filter(|partner| partner.stopped != Some(trouble))
    else {
        return;
    };
    partner.stopped = Some(trouble);
    match trouble {
        RowTrouble::Missing => {
            partner.missing_since = partner.missing_since.or(Some(ctx.now));
            if partner.binding.is_some() {
                doubt(ctx, &mut partner);
            }
        }
        RowTrouble::Doubled => {
            trust(ctx, &mut partner);
        }
        RowTrouble::Mismatched
        | RowTrouble::Moved
        | RowTrouble::Unknown
        | RowTrouble::Unreadable => {}
    }
    ctx.put(Entity::Partner(partner));
}

/// The list as a whole, at the end of a read.
pub(super) fn looked(ctx: &mut DecisionContext<'_>) {
    let mut tab = ctx.partners_tab();
    let held = tab.doubted >= AT_LEAST && tab.doubted * SHARE > tab.bound;
    if held == tab.held {
        return;
    }
    tab.held = held;
    let (lost, all) = (tab.doubted, tab.bound);
    ctx.put_tab(tab);
    ctx.report(if held {
        Note::AdminStaffHeld(lost, all)
    } else {
        Note::AdminStaffMended
    });
}

/// A doubt has lasted for a while.
pub(in crate::domain) fn waited(ctx: &mut DecisionContext<'_>, code: &PartnerCode) {
    let Some(mut partner) = ctx.partner(code) else {
        return;
    };
    let (Some(since), Some(binding)) = (partner.doubted_since, partner.binding.clone()) else {
        return;
    };
    if since > ctx.now {
        // The clock was set back: access is nothing to guess about, so the doubt begins anew.
        partner.doubted_since = Some(ctx.now);
        ctx.put(Entity::Partner(partner));
        return come_back(ctx, code, DOUBT);
    }
    let tab = ctx.partners_tab();
    let has_passed = |looked: jiff::Timestamp| looked.duration_since(since) >= DOUBT;
    let confirmed = tab.reads.looked.is_some_and(has_passed);
    if ctx.now.duration_since(since) < DOUBT || !confirmed {
        return come_back(ctx, code, AGAIN);
    }
    let stands = partner.stopped.is_none();
    if stands && (tab.held || partner.astray.is_some()) {
        // A script has moved or emptied what only we write: it is put back beside its code.
        put_back(ctx, &mut partner, binding.chat);
    } else if tab.held {
        return come_back(ctx, code, DOUBT);
    } else {
        revoke(ctx, &mut partner);
    }
    ctx.put(Entity::Partner(partner));
}

/// Whether a partner whose code has just vanished from the list may come back in a moment.
pub(super) fn may_return(ctx: &DecisionContext<'_>, partner: &Partner) -> bool {
    let since = partner.missing_since;
    since.is_some_and(|since| !has_lasted(since, ctx.now, DOUBT))
}

/// Binds an account to a code, in the journal; the row follows.
pub(super) fn bind(ctx: &mut DecisionContext<'_>, partner: &mut Partner, binding: Binding) {
    if partner.binding.replace(binding).is_none() {
        let mut tab = ctx.partners_tab();
        tab.bound = tab.bound.saturating_add(1);
        ctx.put_tab(tab);
    }
    partner.emptied = false;
    // Whatever is in the row was written for an earlier one, until a read or a write of this one says otherwise.
    note_shown(ctx, partner, TelegramCell::Empty);
}

/// A row that says authorized with an account; of somebody who stands in several, each.
fn bind_trusted(ctx: &mut DecisionContext<'_>, partner: &mut Partner, cells: &PartnerCells) {
    let Some(chat) = cells.telegram.chat().filter(|_| cells.authorized) else {
        return;
    };
    let mut session = ctx.session_or_new(chat, Locale::default());
    match session.partner {
        Some(_) => drop(session.others.insert(cells.code.clone())),
        None => session.partner = Some(cells.code.clone()),
    }
    ctx.put(Entity::Session(session));
    let binding = Binding {
        chat,
        since: cells.since.clone(),
        at: ctx.now,
        seq: ctx.seq,
    };
    bind(ctx, partner, binding);
}

/// Takes down whose account the row shows, and tells the owner of that account where it has gone.
fn note_shown(ctx: &mut DecisionContext<'_>, partner: &mut Partner, telegram: TelegramCell) {
    let owner = partner.binding.as_ref().map(|binding| binding.chat);
    let shown = match telegram {
        TelegramCell::Id(chat) => Some(chat),
        // It is in another row of his as well.
        TelegramCell::Doubled(chat) => Some(chat).filter(|_| owner == Some(chat)),
        TelegramCell::Empty | TelegramCell::Unreadable => None,
    };
    let before = std::mem::replace(&mut partner.shown, shown);
    if before == shown {
        return;
    }
    for (chat, is_here) in [(before, false), (shown, true)] {
        let owner = chat.and_then(|chat| ctx.session(chat));
        let Some(owner) = owner.filter(|owner| !owner.has(&partner.code)) else {
            continue;
        };
        for code in owner.codes() {
            let Some(mut owner) = ctx.partner(code) else {
                continue;
            };
            if is_here {
                owner.astray = Some(partner.code.clone());
            } else if owner.astray.as_ref() == Some(&partner.code) {
                owner.astray = None;
            }
            ctx.put(Entity::Partner(owner));
        }
    }
}

/// What the read before showed in a row.
struct Before {
    /// Its code stood nowhere.
    missing: bool,
    /// This account was in it.
    shown: Option<ChatId>,
    /// It said that the partner is not authorized.
    denied: bool,
}

/// The row of a code that is bound.
fn bound(
    ctx: &mut DecisionContext<'_>,
    partner: &mut Partner,
    chat: ChatId,
    cells: &PartnerCells,
    before: &Before,
) {
    // Once it has been there, only somebody else's hand takes it away.
    let filled = before.shown == Some(chat) || partner.doubted_since.is_some();
    match cells.telegram {
        TelegramCell::Id(shown) | TelegramCell::Doubled(shown) if shown == chat => {
            trust(ctx, partner);
            if cells.refused && !before.denied {
                revoke(ctx, partner);
            }
        }
        // How a number is shown says nothing of who may come in.
        TelegramCell::Unreadable => ctx.dirty(RowKey::Partner(partner.code.clone())),
        TelegramCell::Empty | TelegramCell::Id(_) | TelegramCell::Doubled(_)
            if before.missing || !filled =>
        {
            // The list was written anew, without what only we write; or it is we who have not written it.
            trust(ctx, partner);
            ctx.dirty(RowKey::Partner(partner.code.clone()));
        }
        TelegramCell::Empty | TelegramCell::Id(_) | TelegramCell::Doubled(_) => doubt(ctx, partner),
    }
}

/// From now on it counts how long the doubt lasts.
fn doubt(ctx: &mut DecisionContext<'_>, partner: &mut Partner) {
    if partner.doubted_since.is_some() {
        return;
    }
    partner.doubted_since = Some(ctx.now);
    count_doubt(ctx, true);
    come_back(ctx, &partner.code, DOUBT);
}

/// The row is as it should be.
pub(super) fn trust(ctx: &mut DecisionContext<'_>, partner: &mut Partner) {
    partner.astray = None;
    if partner.doubted_since.take().is_some() {
        count_doubt(ctx, false);
    }
}

fn count_doubt(ctx: &mut DecisionContext<'_>, begins: bool) {
    let mut tab = ctx.partners_tab();
    tab.doubted = if begins {
        tab.doubted.saturating_add(1)
    } else {
        tab.doubted.saturating_sub(1)
    };
    ctx.put_tab(tab);
}

fn come_back(ctx: &mut DecisionContext<'_>, code: &PartnerCode, after: SignedDuration) {
    let (at, wake) = (ctx.now + after, Wake::Partner(code.clone()));
    ctx.then(Effect::Then { at, wake });
}

/// What only we write goes back beside its code, and out of the row where it stands instead.
fn put_back(ctx: &mut DecisionContext<'_>, partner: &mut Partner, chat: ChatId) {
    let elsewhere = partner.astray.take().and_then(|code| ctx.partner(&code));
    if let Some(mut other) =
        elsewhere.filter(|other| other.binding.is_none() && other.shown == Some(chat))
    {
        other.emptied = true;
        ctx.dirty(RowKey::Partner(other.code.clone()));
        ctx.put(Entity::Partner(other));
    }
    trust(ctx, partner);
    ctx.dirty(RowKey::Partner(partner.code.clone()));
}

/// The partner loses access, and hears of it.
fn revoke(ctx: &mut DecisionContext<'_>, partner: &mut Partner) {
    trust(ctx, partner);
    let Some(binding) = partner.binding.take() else {
        return;
    };
    let mut tab = ctx.partners_tab();
    tab.bound = tab.bound.saturating_sub(1);
    ctx.put_tab(tab);
    partner.emptied = true;
    ctx.dirty(RowKey::Partner(partner.code.clone()));
    if let Some(mut session) = ctx.session(binding.chat) {
        session.lose(&partner.code);
        ctx.put(Entity::Session(session.clone()));
        if session.blocked {
            // He hears of it when he is told something anyway.
        } else if session.partner.is_some() {
            let code = partner.written_code.as_str();
            ctx.say(&session, Say::CodeRevoked(code));
        } else {
            ctx.say_with(&session, Say::Revoked, Keyboard::Remove);
        }
    }
    ctx.report(Note::AdminRevoked(&partner.code));
}

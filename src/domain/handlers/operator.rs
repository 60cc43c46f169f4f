//! What the operator asks for, and what he is told.
//!
//! Invariant: an answer held at first sight is sent only by the operator's word, or when its author changes it.

use std::collections::BTreeSet;

use crate::domain::{
    alerts::{Told, Trouble},
    context::DecisionContext,
    digest,
    effect::{Button, Effect, Entity, Keyboard},
    event::{Command, Notice},
    ids::{ChatId, OutboxId},
    message::Content,
    operator::OperatorRequest,
    wording::{AlertNote, Note},
};

use super::{admin_chat, answers, delivery, erasing, restoring, staff_chat};

/// What the admin chat says: whether it was meant for us.
pub(super) fn heard(ctx: &mut DecisionContext<'_>, content: &Content) -> bool {
    let text = content.text();
    let ask = text.and_then(|text| OperatorRequest::parse(text.as_str()));
    let meant = ask.is_some();
    ask.into_iter()
        .for_each(|ask| ctx.then(Effect::Answer(ask)));
    meant
}

/// The button beneath an alert; elsewhere than in the admin chat it is nobody's.
pub(super) fn check_again(ctx: &mut DecisionContext<'_>, chat: ChatId) {
    if ctx.admin_chat() == Some(chat) {
        ctx.then(Effect::Answer(OperatorRequest::Check));
    }
}

/// What a check has found: beginnings and ends are told, each once.
fn checked(ctx: &mut DecisionContext<'_>, found: &BTreeSet<Trouble>) {
    let mut alerts = ctx.alerts();
    let before = alerts.clone();
    let mut tells = alerts.check(found, ctx.now);
    if !found.contains(&Trouble::AdminChatState) {
        alerts.admin_chat.refused = None;
    }
    let shut = alerts.staff.place.refused.is_some();
    let staff_is_back = shut && !found.contains(&Trouble::StaffChat);
    if staff_is_back {
        alerts.staff.place.refused = None;
    }
    // While nothing can be sent nothing can be told; the end tells for how long it was.
    tells.retain(|told| {
        !matches!(
            told,
            Told::Begun(Trouble::Telegram | Trouble::Bot | Trouble::AdminChatState)
        )
    });
    if let Some(chat) = ctx.admin_chat() {
        let say = |note| ctx.rules.wording.note(Note::Alert(note));
        let again = say(AlertNote::CheckAgain);
        let is_begun = |told: &&Told| matches!(told, Told::Begun(_));
        let (begun, over): (Vec<_>, Vec<_>) = tells.iter().partition(is_begun);
        let words = |told: &[&Told]| {
            let lines: Vec<String> = told
                .iter()
                .map(|told| match told {
                    Told::Begun(trouble) => say(AlertNote::Begun(*trouble)),
                    Told::Over(trouble, lasted) => say(AlertNote::Over(*trouble, *lasted)),
                })
                .collect();
            lines.join("\n\n")
        };
        let (begun, over) = (words(&begun), words(&over));
        if !over.is_empty() {
            ctx.reply(chat, &over, Keyboard::Keep);
        }
        if !begun.is_empty() {
            ctx.reply(
                chat,
                &begun,
                Keyboard::Inline(vec![(again, Button::CheckAgain)]),
            );
        }
    }
    if alerts != before {
        ctx.put(Entity::Alerts(alerts));
    }
    if staff_is_back {
        staff_chat::room::is_back(ctx);
    }
}

pub(in crate::domain) fn command(ctx: &mut DecisionContext<'_>, command: &Command) {
    match command {
        Command::ReleaseAnswers => {
            for appeal in ctx.view.held() {
                answers::send_again(ctx, appeal);
            }
        }
        Command::EndSilence => delivery::end_silence(ctx),
        Command::Notify(notice) => notify(ctx, notice),
        Command::ShutOut(chat, why) => {
            admin_chat::reached(ctx, *chat, Some(why));
            staff_chat::room::shut_out(ctx, *chat, why);
        }
        Command::Checked(found) => checked(ctx, found),
        Command::Tell(words) => {
            if let Some(chat) = ctx.admin_chat() {
                ctx.reply(chat, words, Keyboard::Keep);
            }
        }
        Command::Requeue(seqs) => seqs.iter().for_each(|it| ctx.then(Effect::Requeue(*it))),
        Command::Discard(seqs) => seqs.iter().for_each(|it| ctx.then(Effect::Discard(*it))),
        Command::Resend(messages) => messages.iter().for_each(|id| resend(ctx, id)),
        Command::Erase(person) => erasing::erase(ctx, person),
        Command::Restored => restoring::from_copy(ctx),
        Command::Forget(ids) => {
            let ids = ids.iter().cloned();
            ids.for_each(|id| ctx.then(Effect::Forget(id)));
        }
    }
}

fn notify(ctx: &mut DecisionContext<'_>, notice: &Notice) {
    match notice {
        Notice::TabUnusable { words, .. } => ctx.report(Note::AdminTabUnusable(words)),
        Notice::TabMended(tab) => ctx.report(Note::AdminTabMended(*tab)),
        Notice::UpdatesTaken { webhook } => {
            ctx.report(Note::AdminUpdatesTaken { webhook: *webhook })
        }
        Notice::UpdatesBack => ctx.report(Note::AdminUpdatesBack),
        Notice::Heartbeat(beat) => ctx.report_silently(Note::Alert(AlertNote::Heartbeat {
            hours: beat.hours,
            messages: beat.messages,
            answers: beat.answers,
            waiting: beat.waiting,
        })),
        Notice::Digest(digest) => {
            if let Some(chat) = ctx.admin_chat() {
                let words = digest::words(ctx.rules, digest);
                ctx.reply(chat, &words, Keyboard::Keep);
            }
        }
    }
}

/// An answer that still is in its cell goes out as a whole, less the parts that arrived; anything else as it was.
fn resend(ctx: &mut DecisionContext<'_>, id: &OutboxId) {
    let standing = match id {
        OutboxId::Answer(appeal, ..) => ctx
            .appeal(*appeal)
            .filter(|appeal| appeal.row.seen().answer.is_some()),
        OutboxId::Reply(..)
        | OutboxId::Promotion(..)
        | OutboxId::Cover(..)
        | OutboxId::Preview(..)
        | OutboxId::Thread(..)
        | OutboxId::Staff(..) => None,
    };
    match standing {
        Some(appeal) => {
            answers::send_again(ctx, appeal.id);
            ctx.then(Effect::Forget(id.clone()));
        }
        None => ctx.then(Effect::Resend(id.clone())),
    }
}

//! Messages that were refused for good: to whom each was to go, what it was of, and why it was refused.
//!
//! Invariant: a list is bounded and says how many it leaves out; what is dropped is counted no longer, and is never sent again.

use crate::{
    domain::{
        appeal::{Delivery, RejectReason},
        broadcast::AnnouncementState,
        effect::{OutboxEntry, Send},
        event::Command,
        ids::OutboxId,
        operator::Selection,
    },
    journal::Snapshot,
};

use super::{
    Console,
    reply::{ConsoleReply, RefusedDelivery},
};

/// How many a list names.
const NAMED: usize = 200;
/// How many are looked through for one that is named.
const SOUGHT: usize = 100_000;
/// How many are dropped at a time.
const AT_ONCE: usize = 1_000;

/// Names them.
pub(super) fn list(console: &Console) -> Result<ConsoleReply, String> {
    console.read(|snapshot| {
        let all = snapshot.figures().outbox_failed;
        let messages = snapshot.failed(NAMED).into_iter();
        let messages: Vec<_> = messages
            .map(|entry| described(console, snapshot, &entry))
            .collect();
        let named = u64::try_from(messages.len()).unwrap_or(u64::MAX);
        let more = all.saturating_sub(named);
        ConsoleReply::Refused { messages, more }
    })
}

/// Counts them no longer.
pub(super) async fn drop_those(
    console: &Console,
    which: &Selection,
) -> Result<ConsoleReply, String> {
    let listed = console.read(|snapshot| snapshot.failed(SOUGHT))?;
    let ids = listed.into_iter().map(|entry| entry.send.id);
    let meant: Vec<OutboxId> = ids.filter(|id| which.means(&id.name())).collect();
    for some in meant.chunks(AT_ONCE) {
        console.carry_out(Command::Forget(some.to_vec())).await?;
    }
    let count = u64::try_from(meant.len()).unwrap_or(u64::MAX);
    Ok(ConsoleReply::Done(count))
}

fn described(console: &Console, snapshot: &Snapshot, entry: &OutboxEntry) -> RefusedDelivery {
    let (view, send) = (snapshot.view(), &entry.send);
    let session = view.session(send.to);
    let partner = session.and_then(|session| view.partner(&session.partner?));
    let appeal = send.about.and_then(|appeal| view.appeal(appeal));
    RefusedDelivery {
        name: send.id.name(),
        at: console.rules.date_time(entry.born),
        to: partner.map_or_else(
            || send.to.to_string(),
            |partner| partner.written_code.as_str().to_owned(),
        ),
        number: appeal.and_then(|appeal| Some(appeal.number?.0)),
        promotion: promotion(&send.id),
        why: why(snapshot, send).map(|why| console.shut(&why)),
    }
}

fn promotion(id: &OutboxId) -> Option<String> {
    match id {
        OutboxId::Promotion(key, _) | OutboxId::Cover(key, _) | OutboxId::Preview(key, _) => {
            Some(key.0.clone())
        }
        OutboxId::Reply(..) | OutboxId::Answer(..) | OutboxId::Thread(..) | OutboxId::Staff(..) => {
            None
        }
    }
}

/// Why it was refused, where that is kept.
fn why(snapshot: &Snapshot, send: &Send) -> Option<RejectReason> {
    let view = snapshot.view();
    match &send.id {
        OutboxId::Answer(appeal, revision, _) => {
            let delivery = view.appeal(*appeal)?.delivery;
            match delivery.state {
                Delivery::Failed(why) if delivery.revision == *revision => Some(why),
                _ => None,
            }
        }
        OutboxId::Promotion(key, chat) | OutboxId::Cover(key, chat) => {
            match view.announced(key, *chat)?.fate {
                AnnouncementState::Failed(why) => Some(why),
                _ => None,
            }
        }
        OutboxId::Reply(..)
        | OutboxId::Preview(..)
        | OutboxId::Thread(..)
        | OutboxId::Staff(..) => None,
    }
}

//! What is stored of one person, named for the operator before it is erased.
//!
//! Invariant: the person is found by the code or the Telegram ID as it is in the sheet; nothing is changed by naming.

use std::time::Duration;

use tokio::time::timeout;

use crate::{
    domain::{
        event::{Command, ErasedPerson},
        ids::{ChatId, PartnerCode},
        wording::FailureNote,
    },
    journal::Snapshot,
};

use super::{
    Console,
    reply::{ConsoleReply, Person},
};

/// How many appeals are named at most; a person has some dozens.
const MOST: usize = 10_000;
/// A synchroniser stops in little over a second, with a write in hand; the one who asks waits for ten.
const STILL_WITHIN: Duration = Duration::from_secs(8);

/// Names what is stored.
pub(super) fn name(console: &Console, who: &str) -> Result<ConsoleReply, String> {
    let found = console.read(|snapshot| find(snapshot, who))?;
    let (person, _) = found.ok_or_else(|| console.fails(FailureNote::Nobody(who)))?;
    Ok(ConsoleReply::Person(Box::new(person)))
}

/// Erases it, and names what was erased.
pub(super) async fn erase(console: &Console, who: &str) -> Result<ConsoleReply, String> {
    // What a synchroniser has in hand may speak of the person: its read is thrown away, and it begins anew with what the journal holds then.
    let erase = console.work_gate.while_closed(async {
        let found = console.read(|snapshot| find(snapshot, who))?;
        let (person, erased) = found.ok_or_else(|| console.fails(FailureNote::Nobody(who)))?;
        console.carry_out(Command::Erase(erased)).await?;
        Ok(ConsoleReply::Person(Box::new(person)))
    });
    let busy = |_| Err(console.fails(FailureNote::SheetsBusy));
    timeout(STILL_WITHIN, erase).await.unwrap_or_else(busy)
}

fn find(snapshot: &Snapshot, who: &str) -> Option<(Person, ErasedPerson)> {
    let view = snapshot.view();
    let by_code = PartnerCode::fold(who).and_then(|code| view.partner(&code));
    let by_chat = who.trim().parse().ok().map(ChatId);
    let known =
        |chat: &ChatId| view.session(*chat).is_some() || !view.appeals_of(*chat, 1).is_empty();
    let (partner, chat) = match (by_code, by_chat.filter(known)) {
        (Some(partner), _) => {
            let chat = partner.binding.as_ref().map(|binding| binding.chat);
            (Some(partner), chat)
        }
        (None, Some(chat)) => {
            let code = view.session(chat).and_then(|session| session.partner);
            (code.and_then(|code| view.partner(&code)), Some(chat))
        }
        (None, None) => return None,
    };
    let appeals = chat.map_or_else(Vec::new, |chat| view.appeals_of(chat, MOST));
    let numbers = |archived: bool| {
        let meant = appeals
            .iter()
            .filter(|appeal| !archived || appeal.dialogue.shelf.parts > 0);
        let mut numbers: Vec<u32> = meant.filter_map(|appeal| Some(appeal.number?.0)).collect();
        numbers.sort_unstable();
        numbers
    };
    let person = Person {
        code: partner
            .as_ref()
            .map(|partner| partner.written_code.as_str().to_owned()),
        listed: partner
            .as_ref()
            .is_some_and(|partner| partner.missing_since.is_none()),
        telegram_id: chat.map(|chat| chat.0),
        appeals: numbers(false),
        archived: numbers(true),
    };
    let code = partner.map(|partner| partner.code);
    let session = chat.and_then(|chat| view.session(chat));
    let all = session.iter().flat_map(|session| session.codes().cloned());
    let others = all.filter(|one| Some(one) != code.as_ref()).collect();
    Some((person, ErasedPerson { chat, code, others }))
}

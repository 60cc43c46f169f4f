//! Tries at the start whether the chats of the settings can be written to, before there is anything to tell them.
//!
//! Invariant: each is tried until Telegram says yes or no; what it says is kept, and told where it can be.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{Console, checkup};
use crate::{
    clock,
    domain::{
        appeal::RejectReason,
        event::{Command, Event, Outcome, Update},
        ids::ChatId,
    },
    telegram::answer,
};

/// The first pause before another try; it doubles.
const AGAIN: Duration = Duration::from_secs(5);
/// The longest pause: Telegram may be away for hours.
const AGAIN_AT_MOST: Duration = Duration::from_secs(120);

/// Tries both chats, then waits for the stop.
pub async fn run(console: Arc<Console>, stop: CancellationToken) {
    let tried = stop.run_until_cancelled(try_both(&console)).await;
    if tried == Some(true) {
        stop.run_until_cancelled(checkup::check(&console)).await;
    }
    stop.cancelled().await;
}

/// Whether one of them takes nothing.
async fn try_both(console: &Console) -> bool {
    let known = console.journal.snapshot().alerts();
    let admin = console.rules.admin_chat;
    let staff = console.rules.staff.as_ref().map(|staff| staff.chat);
    let chats = [
        (admin.map(|chat| known.admin_chat.of(chat)), "admin"),
        (staff.map(|chat| known.staff.place.of(chat)), "staff"),
    ];
    let mut shut = false;
    for (chat, name) in chats {
        if let Some(chat) = chat {
            shut |= takes_nothing(console, chat, name).await;
        }
    }
    shut
}

async fn takes_nothing(console: &Console, chat: ChatId, name: &str) -> bool {
    let mut pause = AGAIN;
    loop {
        let Err(error) = console.telegram.show_typing(chat).await else {
            return false;
        };
        let event = match answer::outcome(Err(&error), clock::now()) {
            Outcome::Rejected(RejectReason::Moved(to)) => {
                Event::Update(Update::Moved { from: chat, to })
            }
            Outcome::Rejected(why) => Event::Admin(Command::ShutOut(chat, why)),
            _ => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(AGAIN_AT_MOST);
                continue;
            }
        };
        tracing::warn!(chat = name, %error, "this chat of the settings cannot be written to as it is");
        // A check that began before would take the chat for one that is open again.
        let _alone = console.noted.checks.lock().await;
        if let Err(error) = console.journal.apply(vec![event]).await {
            tracing::warn!(%error, "what became of a chat is not kept");
        }
        return true;
    }
}

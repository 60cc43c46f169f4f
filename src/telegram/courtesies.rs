//! What is done at Telegram beside the messages: pressed buttons are acknowledged, messages that stand in the sheet get a reaction.
//!
//! Invariant: each is tried once, and a lost one does no harm; so they never crowd out a message.

use std::time::Duration;

use tokio::{sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::client::Client;
use crate::{health::Health, journal::Courtesy};

/// Calls under way at a time: enough to keep up, few enough not to crowd out messages.
const AT_ONCE: usize = 8;

/// How long a call may take; a button's waiting mark goes away by itself soon after.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// Does what comes until `stop`.
pub async fn run(courtesies: &mut mpsc::Receiver<Courtesy>, client: Client, stop: CancellationToken) {
    let mut calls = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = calls.join_next() => {}
            Some(courtesy) = courtesies.recv(), if calls.len() < AT_ONCE => {
                let client = client.clone();
                calls.spawn(async move {
                    let call = async {
                        match &courtesy {
                            Courtesy::Button(callback) => client.answer_callback_query(callback).await,
                            // While Telegram asks for patience, its patience is for messages.
                            Courtesy::Reaction(..) if *client.health().borrow() == Health::Throttled => Ok(()),
                            Courtesy::Reaction(chat, message) => client.set_message_reaction(*chat, *message).await,
                        }
                    };
                    // Telegram refuses what it has forgotten, and there is nobody to tell.
                    let _ = tokio::time::timeout(CALL_TIMEOUT, call).await;
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        domain::ids::{CallbackId, ChatId, MessageId},
        telegram::fake::{Fake, ok, refused},
    };

    #[tokio::test]
    async fn each_is_done_even_after_one_that_telegram_has_forgotten() {
        let fake = Fake::start(|call| {
            if call.body["callback_query_id"] == "old" {
                refused(
                    400,
                    "Bad Request: query is too old and response timeout expired or query ID is invalid",
                )
            } else {
                ok(&true.into())
            }
        })
        .await;
        let (courtesy, mut courtesies) = mpsc::channel(4);
        let stop = CancellationToken::new();
        let (client, stopped) = (fake.client(), stop.clone());
        let running = tokio::spawn(async move { run(&mut courtesies, client, stopped).await });
        courtesy.send(Courtesy::Button(CallbackId("old".to_owned()))).await.unwrap();
        courtesy.send(Courtesy::Button(CallbackId("new".to_owned()))).await.unwrap();
        courtesy.send(Courtesy::Reaction(ChatId(42), MessageId(7))).await.unwrap();
        fake.until(|calls| calls.len() == 3).await;
        let reaction = fake.calls().into_iter().find(|call| call.method == "setMessageReaction").unwrap();
        assert_eq!(
            reaction.body,
            json!({"chat_id": 42, "message_id": 7, "reaction": [{"type": "emoji", "emoji": "👍"}]})
        );
        stop.cancel();
        running.await.unwrap();
    }
}

//! Best-effort calls to Telegram: pressed buttons are acknowledged, messages that are in the sheet get a reaction.
//!
//! Invariant: each is tried once, so that none crowds out a message. A reaction that could not be set comes back as an event, since
//! it may be the only sign that a partner's message has come in.

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use tokio::{sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::client::BotClient;
use crate::{
    domain::{
        event::Event,
        ids::{ChatId, MessageId},
    },
    health::Health,
    journal::{BestEffort, Journal},
};

/// Calls under way at a time: enough to keep up, few enough not to crowd out messages.
const CONCURRENT_CALLS: usize = 8;

/// How long a call may take; a button's waiting mark goes away by itself soon after.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// Called when a reaction could not be set.
pub type ReactionFailed = Arc<dyn Fn(ChatId, MessageId) -> BoxFuture<'static, ()> + Send + Sync>;

/// Records the failed reaction in the journal, which decides what follows.
#[must_use]
pub fn record_in(journal: Journal) -> ReactionFailed {
    Arc::new(move |chat, message| {
        let journal = journal.clone();
        Box::pin(async move {
            if let Err(error) = journal.apply(vec![Event::Unshown(chat, message)]).await {
                tracing::warn!(%error, "a partner does not see that his message has come in");
            }
        })
    })
}

/// Performs calls until `stop`.
pub async fn run(
    requests: &mut mpsc::Receiver<BestEffort>,
    client: BotClient,
    on_failure: ReactionFailed,
    stop: CancellationToken,
) {
    let mut calls = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = calls.join_next() => {}
            Some(request) = requests.recv(), if calls.len() < CONCURRENT_CALLS => {
                calls.spawn(perform(request, client.clone(), Arc::clone(&on_failure)));
            }
        }
    }
}

async fn perform(request: BestEffort, client: BotClient, on_failure: ReactionFailed) {
    match request {
        BestEffort::Button(callback) => {
            // Telegram refuses what it has forgotten, and there is nobody to tell.
            let _ =
                tokio::time::timeout(CALL_TIMEOUT, client.answer_callback_query(&callback)).await;
        }
        BestEffort::Reaction(chat, message) => {
            // While Telegram throttles us, what it still takes is for messages.
            let throttled = *client.health().borrow() == Health::Throttled;
            let set = !throttled
                && tokio::time::timeout(CALL_TIMEOUT, client.set_message_reaction(chat, message))
                    .await
                    .is_ok_and(|answered| answered.is_ok());
            if !set {
                on_failure(chat, message).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        domain::ids::CallbackId,
        telegram::fake::{Fake, ok, refused},
    };

    #[tokio::test]
    async fn each_is_done_even_after_one_that_telegram_has_forgotten_and_a_reaction_that_fails_is_told()
     {
        let fake = Fake::start(|call| {
            if call.body["callback_query_id"] == "old" {
                refused(
                    400,
                    "Bad Request: query is too old and response timeout expired or query ID is invalid",
                )
            } else if call.body["message_id"] == 8 {
                refused(400, "Bad Request: REACTION_INVALID")
            } else {
                ok(&true.into())
            }
        })
        .await;
        let (request, mut requests) = mpsc::channel(4);
        let stop = CancellationToken::new();
        let (client, stopped) = (fake.client(), stop.clone());
        let (told, mut on_failure) = mpsc::unbounded_channel();
        let tell: ReactionFailed = Arc::new(move |chat, message| {
            told.send((chat, message)).unwrap();
            Box::pin(async {})
        });
        let running = tokio::spawn(async move { run(&mut requests, client, tell, stopped).await });
        request
            .send(BestEffort::Button(CallbackId("old".to_owned())))
            .await
            .unwrap();
        request
            .send(BestEffort::Button(CallbackId("new".to_owned())))
            .await
            .unwrap();
        request
            .send(BestEffort::Reaction(ChatId(42), MessageId(7)))
            .await
            .unwrap();
        request
            .send(BestEffort::Reaction(ChatId(42), MessageId(8)))
            .await
            .unwrap();
        assert_eq!(on_failure.recv().await, Some((ChatId(42), MessageId(8))));
        fake.until(|calls| calls.len() == 4).await;
        let reaction = fake
            .calls()
            .into_iter()
            .find(|call| call.body["message_id"] == 7)
            .unwrap();
        assert_eq!(
            reaction.body,
            json!({"chat_id": 42, "message_id": 7, "reaction": [{"type": "emoji", "emoji": "👍"}]})
        );
        stop.cancel();
        running.await.unwrap();
    }
}

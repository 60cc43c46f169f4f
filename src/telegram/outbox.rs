//! The delivery loop: waiting messages out, outcomes back into the journal.
//!
//! Invariant: nothing is sent before its claim is committed, and an outcome in hand is offered to the journal until it is stored.

use std::{collections::HashMap, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::{
    accepted::SentMessage,
    answer::{self, TelegramError},
    client::BotClient,
    governor::{Candidate, Governor, Pause, ResponseInfo, SendPermit, Unsettled},
    prefetch::{FetchFailed, Prefetcher},
    transfer::{self, SendError},
};
use crate::{
    clock,
    domain::{
        appeal::RejectReason,
        effect::{OutboxEntry, OutboxState, Send},
        event::{Event, Outcome, RetryAfter},
        ids::OutboxId,
    },
    fetch::Fetcher,
    journal::{Journal, Snapshot, StoreError},
};

/// How many messages are sent, or have an outcome that is not stored yet, at a time: what Telegram takes in a second.
const MAX_IN_HAND: usize = 30;

/// The longest rest: hints may be lost and clocks set, so the outbox is read anew at least this often.
const RECHECK: Duration = Duration::from_secs(30);

/// The shortest rest: the timer's own precision.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

/// The rest after a claim that was not stored, or not granted in full.
const CLAIM_PAUSE: SignedDuration = SignedDuration::from_millis(500);

/// The first rest before an outcome is offered again; it doubles.
const STORE_PAUSE: Duration = Duration::from_millis(100);

/// The longest rest before an outcome is offered again: a full disk is noticed soon after it has room.
const STORE_PAUSE_LIMIT: Duration = Duration::from_secs(5);

/// Sends what waits in the outbox until `stop`, then stores the outcomes of what is in hand and returns. At most
/// `rate_per_second` messages a second go out, any number with 0; see [`Governor`].
///
/// The caller bounds the wait after `stop`: what it cuts off is unknown, and the journal says so at its next start.
pub async fn deliver(
    journal: Journal,
    client: BotClient,
    fetcher: Fetcher,
    rate_per_second: u32,
    stop: CancellationToken,
) {
    let reading = journal.read(Snapshot::silent_until);
    let Some(silent_until) = stop.run_until_cancelled(reading).await else {
        return;
    };
    let delivery = Delivery {
        governor: Governor::new(rate_per_second, MAX_IN_HAND, clock::now())
            .silent_until(silent_until)
            .probing_first(),
        silence: Silence(silent_until),
        journal,
        client,
        prefetcher: Prefetcher::new(fetcher),
        sends: JoinSet::new(),
        sending: HashMap::new(),
        stores: JoinSet::new(),
        storing: HashMap::new(),
        probes: JoinSet::new(),
        claims_fail: false,
    };
    delivery.run(&stop).await;
}

struct Delivery {
    journal: Journal,
    client: BotClient,
    prefetcher: Prefetcher,
    governor: Governor,
    silence: Silence,
    sends: JoinSet<Answered>,
    /// What each task of `sends` sends; kept here, so that not even a panic loses a slot.
    sending: HashMap<Id, (OutboxId, SendPermit)>,
    stores: JoinSet<()>,
    storing: HashMap<Id, Unsettled>,
    /// The questions whether Telegram is there, while they are asked.
    probes: JoinSet<bool>,
    /// The last claim could not be stored.
    claims_fail: bool,
}

/// The silence of which the journal knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Silence(Option<Timestamp>);

/// How a call ended, and how long it took by the clock.
struct Answered {
    result: Result<SentMessage, SendError>,
    took: SignedDuration,
}

impl Delivery {
    async fn run(mut self, stop: &CancellationToken) {
        let journal = self.journal.clone();
        loop {
            // Listening begins before the outbox is read, so that what comes in between is not missed.
            let hint = journal.signals().outbox.notified();
            tokio::pin!(hint);
            hint.as_mut().enable();
            let stopping = stop.is_cancelled();
            if stopping && self.sends.is_empty() && self.stores.is_empty() {
                return;
            }
            let wake = match stopping {
                true => None,
                false => self.send_what_may_go().await,
            };
            tokio::select! {
                () = stop.cancelled(), if !stopping => {}
                Some(ended) = self.sends.join_next_with_id() => self.answered(ended),
                Some(ended) = self.stores.join_next_with_id() => self.stored(ended),
                Some(fetched) = self.prefetcher.next_fetched(clock::now), if !stopping => self.fetched(fetched),
                Some(ended) = self.probes.join_next() => self.probed(ended),
                () = hint => {}
                () = tokio::time::sleep(pause_until(wake, clock::now())) => {}
            }
            // Whatever ended together leads to one claim, not to one each.
            while let Some(ended) = self.sends.try_join_next_with_id() {
                self.answered(ended);
            }
            while let Some(ended) = self.stores.try_join_next_with_id() {
                self.stored(ended);
            }
        }
    }

    /// Claims and sends what the governor permits; returns when to ask again.
    async fn send_what_may_go(&mut self) -> Option<Timestamp> {
        let choice = {
            let (snapshot, now) = (self.journal.snapshot(), clock::now());
            let entry = |id: &OutboxId| snapshot.view().outbox(id);
            let silent_until = snapshot.silent_until();
            if self.silence.is_ended(silent_until, snapshot.intact(), now) {
                self.governor.end_silence(now);
            }
            self.prefetcher.begin_pass(entry, now);
            let waiting = snapshot.waiting().filter_map(|waiting| {
                let candidate = Candidate::of(&waiting)?;
                let first = waiting.send.after.as_deref().and_then(entry);
                let follows =
                    first.is_some_and(|first| !matches!(first.state, OutboxState::Ended(_)));
                // What is not due yet keeps its place; the governor knows when to ask again.
                let ready = candidate.due > now
                    || (!follows && self.prefetcher.is_ready(&waiting.send, now));
                ready.then_some(candidate)
            });
            self.governor.choose(waiting, now)
        };
        if choice.probe {
            let client = self.client.clone();
            self.probes.spawn(async move {
                let refused = client.probe().await.err();
                refused.is_none_or(|error| error.pause(clock::now()) != Pause::Away)
            });
        }
        if choice.go.is_empty() {
            return choice.wake;
        }
        let ids = choice.go.iter().map(|(id, _)| id.clone()).collect();
        let mut permits: HashMap<OutboxId, SendPermit> = choice.go.into_iter().collect();
        let claimed = self.claim(ids).await;
        for OutboxEntry { send, .. } in claimed {
            if let Some(permit) = permits.remove(&send.id) {
                self.send(send, permit);
            }
        }
        if permits.is_empty() {
            return choice.wake;
        }
        for permit in permits.into_values() {
            self.governor.returned(permit);
        }
        let again = clock::now() + CLAIM_PAUSE;
        Some(choice.wake.map_or(again, |wake| wake.min(again)))
    }

    /// Claims; where the claim cannot be stored, nothing is claimed, and the log says so once.
    async fn claim(&mut self, ids: Vec<OutboxId>) -> Vec<OutboxEntry> {
        match self.journal.claim(ids).await {
            Ok(entries) => {
                self.claims_fail = false;
                entries
            }
            Err(error) => {
                if !std::mem::replace(&mut self.claims_fail, true) {
                    tracing::warn!(%error, "outbox: nothing is sent until claims can be stored");
                }
                Vec::new()
            }
        }
    }

    fn send(&mut self, send: Send, permit: SendPermit) {
        let id = send.id.clone();
        let (client, found) = (self.client.clone(), self.prefetcher.found(&send));
        let task = self.sends.spawn(async move {
            let began = clock::now();
            let result = transfer::send(&client, &send, found).await;
            let took = clock::now().duration_since(began);
            metrics::histogram!("sheetdesk_send_seconds").record(took.as_secs_f64());
            Answered { result, took }
        });
        self.sending.insert(task.id(), (id, permit));
    }

    fn answered(&mut self, ended: Result<(Id, Answered), JoinError>) {
        let (task, answered) = match ended {
            Ok((task, answered)) => (task, Some(answered)),
            Err(error) => (error.id(), None),
        };
        let Some((id, permit)) = self.sending.remove(&task) else {
            return;
        };
        let now = clock::now();
        let (outcome, answer) = match answered {
            Some(answered) => classify(&answered, now),
            // The task panicked: how far it had come, nobody knows.
            None => (Outcome::Unknown, ResponseInfo::default()),
        };
        count(&id, &outcome);
        let unsettled = self.governor.answered(permit, answer, now);
        let task = self.stores.spawn(store(self.journal.clone(), id, outcome));
        self.storing.insert(task.id(), unsettled);
    }

    /// What cannot be had fails without having been sent.
    fn fetched(&mut self, fetched: Result<(), FetchFailed>) {
        if let Err(FetchFailed { id, why }) = fetched {
            let outcome = Outcome::Rejected(RejectReason::File(why));
            count(&id, &outcome);
            self.stores.spawn(store(self.journal.clone(), id, outcome));
        }
    }

    fn probed(&mut self, ended: Result<bool, JoinError>) {
        // A panic tells nothing of Telegram; the next probe comes in its turn.
        let answered = ended.unwrap_or(false);
        if answered {
            // Telegram is there: how the others end tells nothing more.
            self.probes = JoinSet::new();
        }
        self.governor.probed(answered, clock::now());
    }

    fn stored(&mut self, ended: Result<(Id, ()), JoinError>) {
        let task = ended.map_or_else(|error| error.id(), |(task, ())| task);
        if let Some(unsettled) = self.storing.remove(&task) {
            self.governor.settled(unsettled);
        }
    }
}

impl Silence {
    /// Takes in what the journal says; answers whether the operator has ended a silence before its time. One that is still to last was
    /// moved, by another 429 or a clock that was set back; what could not be read says nothing.
    fn is_ended(&mut self, until: Option<Timestamp>, intact: bool, now: Timestamp) -> bool {
        if !intact {
            return false;
        }
        let over = |until: Option<Timestamp>| until.is_none_or(|until| until <= now);
        let before = std::mem::replace(&mut self.0, until);
        over(until) && !over(before)
    }
}

fn count(id: &OutboxId, outcome: &Outcome) {
    let lane = match id {
        OutboxId::Reply(..) | OutboxId::Answer(..) | OutboxId::Preview(..) => "talk",
        OutboxId::Promotion(..) | OutboxId::Cover(..) => "announcement",
        OutboxId::Thread(..) | OutboxId::Staff(..) => "staff",
    };
    let ended = match outcome {
        Outcome::Delivered(_) | Outcome::Uploaded(..) => "delivered",
        Outcome::Rejected(_) => "rejected",
        Outcome::Retry(RetryAfter::At(_)) => "throttled",
        Outcome::Retry(RetryAfter::Schedule) => "retry",
        Outcome::Unknown => "unknown",
    };
    metrics::counter!("sheetdesk_sends_total", "lane" => lane, "outcome" => ended).increment(1);
}

/// What an ended call means for its message and for the pace.
fn classify(answered: &Answered, now: Timestamp) -> (Outcome, ResponseInfo) {
    let Answered { result, took } = answered;
    let result = match result {
        Ok(sent) => Ok(sent),
        Err(SendError::Call(error)) => Err(error),
        // Telegram was not called, so this tells nothing of it.
        Err(SendError::File(why)) => {
            let outcome = Outcome::Rejected(RejectReason::File(why.clone()));
            return (outcome, ResponseInfo::default());
        }
    };
    let heard = matches!(result, Ok(_) | Err(TelegramError::Refused { .. }));
    let round_trip = heard.then_some(*took);
    let pause = result.err().map_or(Pause::None, |error| error.pause(now));
    let outcome = answer::outcome(result, now);
    (outcome, ResponseInfo { round_trip, pause })
}

/// Offers an outcome to the journal until it is stored, or the journal is closed: then the message is unknown at the next start.
async fn store(journal: Journal, id: OutboxId, outcome: Outcome) {
    let mut pause = STORE_PAUSE;
    loop {
        let event = Event::Sent(id.clone(), outcome.clone());
        match journal.apply(vec![event]).await {
            Ok(()) => break,
            Err(error @ StoreError::Closed) => {
                tracing::error!(%error, "outbox: an outcome is lost");
                break;
            }
            Err(error @ (StoreError::Disk(_) | StoreError::Busy)) => {
                if pause == STORE_PAUSE {
                    tracing::warn!(%error, "outbox: an outcome waits until it can be stored");
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(STORE_PAUSE_LIMIT);
            }
        }
    }
}

fn pause_until(wake: Option<Timestamp>, now: Timestamp) -> Duration {
    let pause = wake.map_or(RECHECK, |wake| {
        Duration::try_from(wake.duration_since(now)).unwrap_or_default()
    });
    pause.clamp(SHORTEST_PAUSE, RECHECK)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        appeal::Unfetched,
        event::RetryAfter,
        ids::MessageId,
        media::{Media, MediaKind},
    };

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn classified(result: Result<SentMessage, TelegramError>) -> (Outcome, ResponseInfo) {
        let took = SignedDuration::from_millis(70);
        let result = result.map_err(SendError::Call);
        classify(&Answered { result, took }, NOW)
    }

    #[test]
    fn only_an_answer_of_telegram_s_measures_the_way() {
        let round_trip = Some(SignedDuration::from_millis(70));
        let second = NOW + SignedDuration::from_secs(1);
        let photo = Media {
            kind: MediaKind::Photo,
            file: "AgAC".to_owned(),
        };
        let sent = |media| SentMessage {
            media,
            ..SentMessage::of(MessageId(4))
        };
        let flood = TelegramError::Refused {
            code: 429,
            description: String::new(),
            retry_after: Some(1),
            moved_to: None,
        };
        for (result, outcome, round_trip, pause) in [
            (
                Ok(sent(None)),
                Outcome::Delivered(MessageId(4)),
                round_trip,
                Pause::None,
            ),
            (
                Ok(sent(Some(photo.clone()))),
                Outcome::Uploaded(MessageId(4), photo),
                round_trip,
                Pause::None,
            ),
            (
                Err(flood),
                Outcome::Retry(RetryAfter::At(second)),
                round_trip,
                Pause::Flood(second),
            ),
            (
                Err(TelegramError::Lost(String::new())),
                Outcome::Unknown,
                None,
                Pause::Away,
            ),
            (
                Err(TelegramError::NotSent(String::new())),
                Outcome::Retry(RetryAfter::Schedule),
                None,
                Pause::Away,
            ),
        ] {
            assert_eq!(
                classified(result),
                (outcome, ResponseInfo { round_trip, pause })
            );
        }
    }

    #[test]
    fn a_file_that_cannot_be_had_tells_nothing_of_telegram() {
        let answered = Answered {
            result: Err(SendError::File(Unfetched::TooLarge)),
            took: SignedDuration::from_secs(3),
        };
        let outcome = Outcome::Rejected(RejectReason::File(Unfetched::TooLarge));
        assert_eq!(classify(&answered, NOW), (outcome, ResponseInfo::default()));
    }

    #[test]
    fn only_the_operator_ends_a_silence_before_its_time() {
        let at = |seconds: i64| Some(NOW + SignedDuration::from_secs(seconds));
        for (why, known, said, intact, ended) in [
            ("the operator's word", at(35), at(0), true, true),
            ("the same as before", at(35), at(35), true, false),
            (
                "an earlier moment that is still to come",
                at(35),
                at(34),
                true,
                false,
            ),
            ("a clock that was set back", at(3600), at(600), true, false),
            ("a journal that cannot be read", at(35), None, false, false),
            ("a silence that is over anyway", at(-1), at(-2), true, false),
            ("the first silence", None, at(35), true, false),
        ] {
            let mut silence = Silence(known);
            assert_eq!(silence.is_ended(said, intact, NOW), ended, "{why}");
            assert_eq!(silence, Silence(if intact { said } else { known }), "{why}");
        }
    }

    #[test]
    fn a_rest_is_neither_a_busy_loop_nor_endless() {
        let after = |milliseconds| Some(NOW + SignedDuration::from_millis(milliseconds));
        for (wake, pause) in [
            (None, RECHECK),
            (after(3_600_000), RECHECK),
            (after(250), Duration::from_millis(250)),
            (after(0), SHORTEST_PAUSE),
            (after(-5000), SHORTEST_PAUSE),
        ] {
            assert_eq!(pause_until(wake, NOW), pause, "{wake:?}");
        }
    }
}

//! The governor against a Telegram that counts.
//!
//! Invariant: time is virtual here, in milliseconds, so that an hour of sending is checked in a moment.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::domain::ids::Seq;

/// A message and what will become of it.
#[derive(Debug, Clone)]
struct Script {
    chat: i64,
    lane: Lane,
    born: i64,
    /// How long Telegram takes from its receipt to our reading of the answer; one for each try.
    answers: Vec<i64>,
    /// How much longer than the shortest the way there takes.
    delay: i64,
    /// How long the outcome takes to be stored.
    storing: i64,
    /// How long each try that fails must wait; then it is delivered.
    retries: Vec<i64>,
}

/// A Telegram, and a journal that knows what waits.
struct World {
    governor: Governor,
    scripts: Vec<Script>,
    /// The shortest way there.
    way: i64,
    now: i64,
    waiting: BTreeMap<(Lane, usize), i64>,
    sending: BTreeMap<usize, (SendPermit, i64)>,
    answers: BTreeSet<(i64, usize)>,
    unsettled: BTreeMap<usize, Unsettled>,
    settlings: BTreeSet<(i64, usize)>,
    tries: Vec<usize>,
    /// When each try reached Telegram, and for which message.
    arrivals: Vec<(i64, usize)>,
    delivered: Vec<usize>,
    most_in_hand: usize,
}

fn at(millisecond: i64) -> Timestamp {
    Timestamp::from_millisecond(millisecond).unwrap()
}

fn id(index: usize) -> OutboxId {
    OutboxId::Reply(Seq(u64::try_from(index).unwrap()), 0)
}

fn index(id: &OutboxId) -> usize {
    match id {
        OutboxId::Reply(seq, _) => usize::try_from(seq.0).unwrap(),
        OutboxId::Answer(..)
        | OutboxId::Promotion(..)
        | OutboxId::Cover(..)
        | OutboxId::Preview(..)
        | OutboxId::Thread(..)
        | OutboxId::Staff(..) => unreachable!("only replies here"),
    }
}

fn candidate(index: usize, chat: i64, lane: Lane, due: i64) -> Candidate {
    Candidate {
        id: id(index),
        chat: ChatId(chat),
        lane,
        due: at(due),
        lost: false,
    }
}

impl World {
    fn new(rate: u32, max_in_hand: usize, way: i64, scripts: Vec<Script>) -> Self {
        Self {
            governor: Governor::new(rate, max_in_hand, at(0)),
            waiting: scripts
                .iter()
                .enumerate()
                .map(|(i, s)| ((s.lane, i), s.born))
                .collect(),
            tries: vec![0; scripts.len()],
            scripts,
            way,
            now: 0,
            sending: BTreeMap::new(),
            answers: BTreeSet::new(),
            unsettled: BTreeMap::new(),
            settlings: BTreeSet::new(),
            arrivals: Vec::new(),
            delivered: Vec::new(),
            most_in_hand: 0,
        }
    }

    /// Sends everything; panics where nothing can happen any more although something waits.
    fn run(mut self) -> Self {
        while self.delivered.len() < self.scripts.len() {
            let wake = self.send();
            self.most_in_hand = self
                .most_in_hand
                .max(self.sending.len() + self.unsettled.len());
            let answer = self.answers.first().map(|(at, _)| *at);
            let settling = self.settlings.first().map(|(at, _)| *at);
            let next = [wake, answer, settling].into_iter().flatten().min();
            let next = next.expect("nothing will ever happen again, and messages wait");
            assert!(
                next > self.now
                    || answer.is_some_and(|at| at <= self.now)
                    || settling.is_some_and(|at| at <= self.now)
            );
            self.now = self.now.max(next);
            self.answer();
            self.settle();
        }
        self
    }

    fn send(&mut self) -> Option<i64> {
        let scripts = &self.scripts;
        let waiting = self
            .waiting
            .iter()
            .map(|(&(lane, i), &due)| candidate(i, scripts[i].chat, lane, due));
        let Choice { go, wake, .. } = self.governor.choose(waiting, at(self.now));
        for (id, permit) in go {
            let i = index(&id);
            let script = &self.scripts[i];
            self.waiting.remove(&(script.lane, i)).unwrap();
            let arrival = self.now + self.way + script.delay;
            self.arrivals.push((arrival, i));
            self.answers.insert((
                arrival + script.answers[self.tries[i] % script.answers.len()],
                i,
            ));
            self.sending.insert(i, (permit, self.now));
            self.tries[i] += 1;
        }
        wake.map(Timestamp::as_millisecond)
    }

    fn answer(&mut self) {
        while let Some((_, i)) = self
            .answers
            .first()
            .copied()
            .filter(|(at, _)| *at <= self.now)
        {
            self.answers.pop_first();
            let (permit, sent) = self.sending.remove(&i).unwrap();
            let answer = ResponseInfo {
                round_trip: Some(SignedDuration::from_millis(self.now - sent)),
                pause: Pause::None,
            };
            self.unsettled
                .insert(i, self.governor.answered(permit, answer, at(self.now)));
            self.settlings
                .insert((self.now + self.scripts[i].storing, i));
        }
    }

    fn settle(&mut self) {
        while let Some((_, i)) = self
            .settlings
            .first()
            .copied()
            .filter(|(at, _)| *at <= self.now)
        {
            self.settlings.pop_first();
            self.governor.settled(self.unsettled.remove(&i).unwrap());
            match self.scripts[i].retries.get(self.tries[i] - 1) {
                Some(wait) => {
                    self.waiting
                        .insert((self.scripts[i].lane, i), self.now + wait);
                }
                None => self.delivered.push(i),
            }
        }
    }

    /// The smallest time in which Telegram saw one message more than `rate`, among those that `which` selects.
    fn tightest(&self, rate: usize, which: impl Fn(usize) -> bool) -> Option<i64> {
        let mut seen: Vec<i64> = self
            .arrivals
            .iter()
            .filter(|(_, i)| which(*i))
            .map(|(at, _)| *at)
            .collect();
        seen.sort_unstable();
        seen.windows(rate + 1)
            .map(|window| window[rate] - window[0])
            .min()
    }
}

fn script(waver: i64) -> impl Strategy<Value = Script> {
    let lane = prop_oneof![Just(Lane::Talk), Just(Lane::Announcement)];
    let answers = prop::collection::vec(prop_oneof![0..60_i64, 0..3000_i64], 1..3);
    let retries = prop_oneof![4 => Just(vec![]), 1 => prop::collection::vec(0..5000_i64, 1..3)];
    (
        0..12_i64,
        lane,
        0..4000_i64,
        answers,
        0..=waver,
        0..20_i64,
        retries,
    )
        .prop_map(
            |(chat, lane, born, answers, delay, storing, retries)| Script {
                chat,
                lane,
                born,
                answers,
                delay,
                storing,
                retries,
            },
        )
}

fn world(waver: i64) -> impl Strategy<Value = World> {
    let scripts = prop::collection::vec(script(waver), 1..80);
    (1..8_u32, 1..12_usize, 0..400_i64, scripts).prop_map(|(rate, max_in_hand, way, scripts)| {
        World::new(rate, max_in_hand, way, scripts).run()
    })
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:?} way {} arrivals {:?}",
            self.governor, self.way, self.arrivals
        )
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Answers take any time; everything arrives in the end ([`World::run`] would panic), and never too fast.
    #[test]
    fn telegram_never_counts_more_than_the_rate_in_any_second(world in world(0)) {
        let rate = world.governor.pace.rate.unwrap();
        prop_assert!(world.tightest(rate, |_| true).is_none_or(|time| time >= 1000));
        prop_assert!(world.most_in_hand <= world.governor.max_in_hand);
        for chat in 0..12 {
            prop_assert!(world.tightest(1, |i| world.scripts[i].chat == chat).is_none_or(|time| time >= 1000));
        }
    }

    /// The way there takes up to 300 ms more for some: the second may be short by as much.
    #[test]
    fn a_wavering_way_costs_no_more_than_its_wavering(world in world(300)) {
        let rate = world.governor.pace.rate.unwrap();
        prop_assert!(world.tightest(rate, |_| true).is_none_or(|time| time >= 700));
    }

    /// Retries do not change the order of what one person reads.
    #[test]
    fn talk_keeps_its_order_in_each_chat(world in world(100)) {
        for chat in 0..12 {
            let talk = |i: &&usize| world.scripts[**i].chat == chat && world.scripts[**i].lane == Lane::Talk;
            let order: Vec<usize> = world.delivered.iter().filter(talk).copied().collect();
            prop_assert!(order.is_sorted(), "{order:?}");
        }
    }
}

/// Being careful must not mean being slow.
#[test]
fn a_broadcast_goes_out_at_the_full_rate() {
    let script = |chat| Script {
        chat,
        lane: Lane::Announcement,
        born: 0,
        answers: vec![60],
        delay: 0,
        storing: 1,
        retries: vec![],
    };
    let world = World::new(30, 30, 40, (0..301).map(script).collect()).run();
    let times = || world.arrivals.iter().map(|(at, _)| *at);
    let took = times().max().unwrap() - times().min().unwrap();
    assert!(
        (10_000..10_300).contains(&took),
        "301 messages at 30 a second took {took} ms"
    );
}

/// A governor past its first, silent second, which has had one answer, after 50 ms, at 1050.
fn awake(rate: u32, max_in_hand: usize) -> Governor {
    let mut governor = Governor::new(rate, max_in_hand, at(0));
    let mut choice = governor.choose([candidate(999, 999, Lane::Talk, 0)], at(1000));
    let (_, permit) = choice.go.pop().unwrap();
    let answer = ResponseInfo {
        round_trip: Some(SignedDuration::from_millis(50)),
        pause: Pause::None,
    };
    let unsettled = governor.answered(permit, answer, at(1050));
    governor.settled(unsettled);
    governor
}

fn chosen(choice: &Choice) -> Vec<usize> {
    choice.go.iter().map(|(id, _)| index(id)).collect()
}

#[test]
fn a_slot_is_free_a_second_after_its_answer_less_the_round_trip() {
    let mut governor = awake(1, 30);
    let choice = governor.choose([candidate(1, 1, Lane::Talk, 0)], at(1060));
    assert_eq!(
        (chosen(&choice), choice.wake),
        (vec![], Some(at(2008))),
        "and a margin"
    );
    assert_eq!(
        chosen(&governor.choose([candidate(1, 1, Lane::Talk, 0)], at(2008))),
        [1]
    );
}

#[test]
fn a_chat_that_waits_for_its_retry_blocks_only_itself_and_only_its_talk() {
    let mut governor = awake(30, 30);
    let waiting = [
        candidate(0, 1, Lane::Talk, 9000),
        candidate(1, 1, Lane::Talk, 0),
        candidate(2, 2, Lane::Talk, 0),
        candidate(3, 2, Lane::Talk, 0),
        candidate(4, 1, Lane::Announcement, 0),
    ];
    let choice = governor.choose(waiting, at(1100));
    assert_eq!((chosen(&choice), choice.wake), (vec![2, 4], Some(at(9000))));
}

#[test]
fn what_is_not_needed_is_not_read() {
    let mut governor = awake(3, 30);
    let mut read = 0;
    let waiting =
        (0..1000).map(|i| candidate(i, 1 + i64::try_from(i).unwrap(), Lane::Announcement, 0));
    let choice = governor.choose(waiting.inspect(|_| read += 1), at(1100));
    assert_eq!((chosen(&choice), read), (vec![0, 1], 2));
}

#[test]
fn a_retry_is_not_overtaken_while_its_outcome_is_being_stored() {
    let mut governor = awake(0, 30);
    let (_, permit) = governor
        .choose([candidate(0, 1, Lane::Talk, 0)], at(1100))
        .go
        .pop()
        .unwrap();
    let unsettled = governor.answered(permit, ResponseInfo::default(), at(1200));
    let next = [candidate(1, 1, Lane::Talk, 0)];
    assert_eq!(chosen(&governor.choose(next.clone(), at(5000))), [0; 0]);
    governor.settled(unsettled);
    assert_eq!(chosen(&governor.choose(next, at(5000))), [1]);
}

#[test]
fn a_silence_holds_for_all_and_ends_with_a_single_message() {
    let mut governor = awake(30, 30);
    let waiting = |from: usize| {
        (from..from + 9).map(|i| candidate(i, 1 + i64::try_from(i).unwrap(), Lane::Talk, 0))
    };
    let mut first = governor.choose(waiting(0), at(1100)).go;
    assert_eq!(first.len(), 9);
    let flood = ResponseInfo {
        round_trip: None,
        pause: Pause::Flood(at(36_000)),
    };
    let (_, permit) = first.pop().unwrap();
    let unsettled = governor.answered(permit, flood, at(1200));
    governor.settled(unsettled);
    // The others were sent before the silence: that they arrived proves nothing about its end.
    for (_, permit) in first {
        let unsettled = governor.answered(permit, ResponseInfo::default(), at(1300));
        governor.settled(unsettled);
    }
    let silent = governor.choose(waiting(20), at(35_999));
    assert_eq!((chosen(&silent), silent.wake), (vec![], Some(at(36_000))));
    let mut probe = governor.choose(waiting(20), at(36_000)).go;
    assert_eq!(probe.len(), 1);
    assert_eq!(chosen(&governor.choose(waiting(40), at(36_500))), [0; 0]);
    // What was not answered by Telegram proves nothing either.
    let unsettled = governor.answered(probe.pop().unwrap().1, ResponseInfo::default(), at(36_600));
    governor.settled(unsettled);
    let mut probe = governor.choose(waiting(40), at(36_600)).go;
    assert_eq!(probe.len(), 1);
    let heard = ResponseInfo {
        round_trip: Some(SignedDuration::from_millis(100)),
        pause: Pause::None,
    };
    let unsettled = governor.answered(probe.pop().unwrap().1, heard, at(36_700));
    governor.settled(unsettled);
    assert_eq!(governor.choose(waiting(60), at(36_700)).go.len(), 9);
}

#[test]
fn a_restart_begins_with_a_silent_second_unless_nothing_is_limited() {
    let one = [candidate(0, 1, Lane::Talk, 0)];
    let early = Governor::new(30, 30, at(0)).choose(one.clone(), at(10));
    assert_eq!((chosen(&early), early.wake), (vec![], Some(at(1000))));
    assert_eq!(chosen(&Governor::new(0, 30, at(0)).choose(one, at(0))), [0]);
}

#[test]
fn a_slot_that_was_not_used_rests_neither_itself_nor_its_chat() {
    let mut governor = awake(2, 30);
    let one = [candidate(0, 1, Lane::Talk, 0)];
    let (_, permit) = governor.choose(one.clone(), at(1100)).go.pop().unwrap();
    governor.returned(permit);
    assert_eq!(chosen(&governor.choose(one, at(1100))), [0]);
}

#[test]
fn a_clock_that_is_set_back_does_not_lengthen_a_rest() {
    let hour = 3_600_000;
    let mut governor = awake(1, 30);
    let one = [candidate(0, 999, Lane::Talk, -hour)];
    let choice = governor.choose(one.clone(), at(1060 - hour));
    assert_eq!(
        (chosen(&choice), choice.wake),
        (vec![], Some(at(2018 - hour)))
    );
    assert_eq!(chosen(&governor.choose(one, at(2018 - hour))), [0]);
}

fn lost(index: usize, chat: i64) -> Candidate {
    Candidate {
        lost: true,
        ..candidate(index, chat, Lane::Talk, 0)
    }
}

const AWAY: ResponseInfo = ResponseInfo {
    round_trip: None,
    pause: Pause::Away,
};

const HEARD: ResponseInfo = ResponseInfo {
    round_trip: Some(SignedDuration::from_millis(50)),
    pause: Pause::None,
};

/// Sends one message and has it answered at the same moment.
fn one(governor: &mut Governor, candidate: Candidate, answer: ResponseInfo, now: Timestamp) {
    let (_, permit) = governor
        .choose([candidate], now)
        .go
        .pop()
        .expect("it may go");
    let unsettled = governor.answered(permit, answer, now);
    governor.settled(unsettled);
}

#[test]
fn while_telegram_is_away_only_probes_go_out_and_at_least_every_five_seconds() {
    let mut governor = awake(0, 30);
    one(
        &mut governor,
        candidate(0, 1, Lane::Talk, 0),
        AWAY,
        at(2000),
    );
    let waiting = || (1..9).map(|i| candidate(i, 10 + i64::try_from(i).unwrap(), Lane::Talk, 0));
    let mut probes = Vec::new();
    let mut now = 2000;
    while now < 32_000 {
        let choice = governor.choose(waiting(), at(now));
        assert_eq!(chosen(&choice), [0; 0], "no message is a probe");
        if choice.probe {
            probes.push(now);
            assert!(!governor.choose(waiting(), at(now)).probe, "one at a time");
            governor.probed(false, at(now));
        }
        now = governor
            .choose(waiting(), at(now))
            .wake
            .unwrap()
            .as_millisecond();
    }
    assert_eq!(
        probes,
        [3000, 4000, 6000, 10_000, 15_000, 20_000, 25_000, 30_000]
    );
    assert!(governor.choose(waiting(), at(35_000)).probe);
    governor.probed(true, at(35_000));
    assert_eq!(
        chosen(&governor.choose(waiting(), at(35_000))),
        [1],
        "then one message, until it has arrived"
    );
}

#[test]
fn a_slow_telegram_is_asked_again_beside_and_one_answer_is_enough() {
    let mut governor = Governor::new(0, 30, at(0)).probing_first();
    let waiting = || [candidate(0, 1, Lane::Talk, 0)];
    for begun in [0, 10_000, 20_000] {
        let choice = governor.choose(waiting(), at(begun));
        assert!(choice.probe && choice.go.is_empty());
        assert_eq!(
            choice.wake,
            Some(at(begun + 10_000)),
            "an answer that does not come is not waited for alone"
        );
        assert!(!governor.choose(waiting(), at(begun + 9_000)).probe);
    }
    governor.probed(false, at(29_200));
    let choice = governor.choose(waiting(), at(29_500));
    assert_eq!(
        (choice.probe, choice.wake),
        (false, Some(at(30_000))),
        "the others may still be answered"
    );
    governor.probed(true, at(29_600));
    assert_eq!(chosen(&governor.choose(waiting(), at(29_600))), [0]);

    let mut alone = Governor::new(0, 30, at(0)).probing_first();
    assert!(alone.choose(waiting(), at(0)).probe);
    alone.probed(false, at(9_700));
    let wake = alone.choose(waiting(), at(9_700)).wake;
    assert_eq!(
        wake,
        Some(at(10_000)),
        "a probe at least every ten seconds, its own time included"
    );
}

#[test]
fn the_first_message_after_an_outage_is_none_whose_last_try_it_is() {
    let mut governor = awake(0, 30);
    one(
        &mut governor,
        candidate(0, 1, Lane::Talk, 0),
        AWAY,
        at(2000),
    );
    assert!(governor.choose([], at(3000)).probe);
    governor.probed(true, at(3000));
    let waiting = || {
        [
            lost(0, 1),
            candidate(1, 1, Lane::Talk, 0),
            candidate(2, 2, Lane::Talk, 0),
        ]
    };
    one(&mut governor, waiting()[2].clone(), AWAY, at(3000));
    // A further loss in spite of an answered probe: the next message waits longer.
    assert!(!governor.choose(waiting(), at(4999)).probe);
    assert!(governor.choose(waiting(), at(5000)).probe);
    governor.probed(true, at(5000));
    let choice = governor.choose(waiting(), at(5000));
    assert_eq!(
        chosen(&choice),
        [2],
        "message 1 comes after message 0 in its chat"
    );
    let unsettled = governor.answered(choice.go.into_iter().next().unwrap().1, HEARD, at(5100));
    governor.settled(unsettled);
    assert_eq!(chosen(&governor.choose(waiting(), at(5100))), [0, 2]);
    let mut alone = awake(0, 30);
    one(&mut alone, candidate(0, 1, Lane::Talk, 0), AWAY, at(2000));
    assert!(alone.choose([], at(3000)).probe);
    alone.probed(true, at(3000));
    assert_eq!(
        chosen(&alone.choose([lost(0, 1)], at(3000))),
        [0],
        "where nothing else waits, it is the one"
    );
}

#[test]
fn a_chat_with_very_much_to_get_hides_nobody_from_the_first_look_after_an_outage() {
    let mut governor = Governor::new(0, 30, at(0));
    let notices = (0..2000).map(|i| candidate(i, -5, Lane::Talk, 86_400_000));
    let choice = governor.choose(notices.chain([candidate(2000, 7, Lane::Talk, 0)]), at(0));
    assert_eq!(chosen(&choice), [2000]);

    let mut governor = Governor::new(0, 30, at(0));
    let mut read = 0;
    let many =
        (0..2000).map(|i| candidate(i, 1 + i64::try_from(i).unwrap(), Lane::Talk, 86_400_000));
    let choice = governor.choose(many.inspect(|_| read += 1), at(0));
    assert_eq!(
        (chosen(&choice), read),
        (vec![], 500),
        "of different chats no more are looked at"
    );
}

#[test]
fn what_was_sent_before_an_outage_does_not_shut_the_gate_again() {
    let mut governor = awake(0, 30);
    let waiting = [
        candidate(0, 1, Lane::Talk, 0),
        candidate(1, 2, Lane::Talk, 0),
    ];
    let mut permits = governor
        .choose(waiting, at(2000))
        .go
        .into_iter()
        .map(|(_, permit)| permit);
    let unsettled = governor.answered(permits.next().unwrap(), AWAY, at(2000));
    governor.settled(unsettled);
    assert!(governor.choose([], at(3000)).probe);
    governor.probed(true, at(3000));
    let unsettled = governor.answered(permits.next().unwrap(), AWAY, at(3100));
    governor.settled(unsettled);
    assert_eq!(
        chosen(&governor.choose([candidate(2, 3, Lane::Talk, 0)], at(3100))),
        [2]
    );
}

#[test]
fn a_start_begins_with_a_probe() {
    let mut governor = Governor::new(0, 30, at(0)).probing_first();
    let choice = governor.choose([candidate(0, 1, Lane::Talk, 0)], at(0));
    assert!(choice.probe && choice.go.is_empty());
    governor.probed(true, at(50));
    assert_eq!(
        chosen(&governor.choose([candidate(0, 1, Lane::Talk, 0)], at(50))),
        [0]
    );
}

#[test]
fn a_group_gets_twenty_messages_a_minute_and_holds_nobody_else_back() {
    let mut governor = awake(30, 30);
    let mut sent = Vec::new();
    let mut now = 1100;
    while sent.len() < 45 {
        let choice = governor.choose([candidate(0, -5, Lane::Talk, 0)], at(now));
        match choice.go.into_iter().next() {
            Some((_, permit)) => {
                sent.push(now);
                let unsettled = governor.answered(permit, HEARD, at(now + 50));
                governor.settled(unsettled);
                now += 50;
            }
            None => now = choice.wake.unwrap().as_millisecond(),
        }
    }
    assert!(
        sent.windows(21)
            .all(|window| window[20] - window[0] >= 60_000),
        "{sent:?}"
    );
    assert!(
        sent[40] - sent[0] < 125_000,
        "as fast as that allows: {sent:?}"
    );
    let both = [
        candidate(1, -5, Lane::Talk, 0),
        candidate(2, 7, Lane::Talk, 0),
    ];
    let mut full = awake(30, 30);
    for i in 0..20 {
        one(
            &mut full,
            candidate(0, -5, Lane::Talk, 0),
            HEARD,
            at(2000 + 1100 * i),
        );
    }
    assert_eq!(chosen(&full.choose(both, at(25_000))), [2]);
}

#[test]
fn a_429_of_a_group_silences_nobody_else_and_the_operator_can_end_one_of_all() {
    let flood = ResponseInfo {
        round_trip: Some(SignedDuration::from_millis(50)),
        pause: Pause::Flood(at(86_400_000)),
    };
    let put_off = candidate(0, -5, Lane::Talk, 86_400_000);
    let waiting = [
        put_off,
        candidate(1, -5, Lane::Talk, 0),
        candidate(2, 7, Lane::Talk, 0),
    ];
    let mut governor = awake(30, 30);
    one(
        &mut governor,
        candidate(0, -5, Lane::Talk, 0),
        flood,
        at(2000),
    );
    assert_eq!(chosen(&governor.choose(waiting.clone(), at(5000))), [2]);
    let mut governor = awake(30, 30);
    one(
        &mut governor,
        candidate(0, 7, Lane::Talk, 0),
        flood,
        at(3000),
    );
    assert_eq!(chosen(&governor.choose(waiting.clone(), at(9000))), [0; 0]);
    governor.end_silence(at(9000));
    assert_eq!(chosen(&governor.choose(waiting, at(9000))), [2]);
}

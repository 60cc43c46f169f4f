//! Announcements: whom they reach, in what order, and what interrupts them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::time;
use proptest::prelude::*;
use sheetdesk::domain::{
    appeal::Why,
    broadcast::{Broadcast, BroadcastState, Fate, Quiet},
    effect::OutboxState,
    event::{Announcement, Command, Event, Outcome, RetryAfter, Wake},
    ids::{ChatId, MessageId, OutboxId, PromotionKey},
    text::Html,
    view::View,
};

use crate::table::Table;

fn key() -> PromotionKey {
    PromotionKey("А-1".into())
}

fn announce(table: &mut Table) -> Vec<String> {
    let announcement = Announcement {
        key: key(),
        words: Html::escape("Скидка"),
        button: Some(("Подробнее".into(), "https://a.example".into())),
    };
    table.event(&Event::Admin(Command::Announce(announcement)))
}

/// Partners 1, 2 … are registered.
fn with_partners(count: i64) -> Table {
    let mut table = Table::sighted();
    table.rules.admin_chat = None;
    (1..=count).for_each(|n| register(&mut table, n));
    table
}

fn register(table: &mut Table, n: i64) {
    let phone = format!("7912{n:07}");
    table.lists(&format!("К-{n}"), "Имя", &phone);
    table.text(ChatId(n), &format!("К-{n}"));
    table.contact(ChatId(n), &phone, true);
    let replies: Vec<_> = table.state.waiting(table.now).into_iter().map(|entry| entry.send.id).collect();
    for id in replies.into_iter().filter(|id| matches!(id, OutboxId::Reply(..))) {
        table.sent(&id, Outcome::Delivered(MessageId(1)));
    }
}

fn waiting(table: &Table) -> Vec<ChatId> {
    let ids = table.state.waiting(table.now).into_iter().map(|entry| entry.send.id);
    ids.filter_map(|id| if let OutboxId::Promotion(_, chat) = id { Some(chat) } else { None })
        .collect()
}

fn ended(table: &mut Table, chat: ChatId, outcome: Outcome) -> Vec<String> {
    let id = OutboxId::Promotion(key(), chat);
    table.state.claim(&id);
    table.sent(&id, outcome)
}

fn broadcast(table: &Table) -> Broadcast {
    table.state.broadcast(&key()).expect("it was announced")
}

fn fate(table: &Table, chat: i64) -> Option<Fate> {
    table.state.announced(&key(), ChatId(chat)).map(|announced| announced.fate)
}

#[test]
fn every_partner_gets_it_once_with_its_button() {
    let mut table = with_partners(3);
    let told = announce(&mut table);
    assert_eq!(told[0], "1: Скидка [Подробнее: https://a.example]");
    assert_eq!(announce(&mut table), [""; 0], "an announced key is announced no more");
    for n in 1..=3 {
        ended(&mut table, ChatId(n), Outcome::Delivered(MessageId(n)));
    }
    assert_eq!(broadcast(&table).state, BroadcastState::Over);
    assert_eq!(broadcast(&table).counts.sent, 3);
    assert_eq!(waiting(&table), [] as [ChatId; 0]);
}

#[test]
fn messages_are_made_as_they_are_sent() {
    let mut table = with_partners(350);
    announce(&mut table);
    assert_eq!(waiting(&table).len(), 100, "no more than a chunk waits");
    for n in 1..=350 {
        ended(&mut table, ChatId(n), Outcome::Delivered(MessageId(n)));
        assert!(waiting(&table).len() <= 200);
    }
    assert_eq!(broadcast(&table).state, BroadcastState::Over);
    assert_eq!((broadcast(&table).counts.sent, broadcast(&table).counts.made), (350, 350));
}

#[test]
fn who_blocked_the_bot_asked_for_silence_or_came_later_gets_none() {
    let mut table = with_partners(4);
    table.blocked(ChatId(1), true);
    assert!(table.text(ChatId(2), "/stop")[0].contains("об акциях больше не пишем"));
    announce(&mut table);
    table.later(1);
    register(&mut table, 5);
    assert_eq!(waiting(&table), [ChatId(3), ChatId(4)]);
    table.text(ChatId(3), "/stop");
    assert_eq!(waiting(&table), [ChatId(4)], "what was not sent yet is taken back");
    let gone = Outcome::Rejected(Why::Deactivated);
    ended(&mut table, ChatId(4), gone);
    let counts = broadcast(&table).counts;
    assert_eq!(
        (broadcast(&table).state, counts.skipped, counts.failed),
        (BroadcastState::Over, 3, 1)
    );
    assert!(
        table.state.session(ChatId(4)).is_some_and(|session| session.blocked),
        "the next one passes him over"
    );
    assert!(table.text(ChatId(2), "/resume")[0].contains("Снова будем рассказывать"));
}

#[test]
fn a_lost_response_is_unknown_and_sent_again_only_by_the_settings() {
    let mut table = with_partners(1);
    announce(&mut table);
    ended(&mut table, ChatId(1), Outcome::Unknown);
    assert_eq!((fate(&table, 1), broadcast(&table).counts.unknown), (Some(Fate::Unknown), 1));
    let mut table = with_partners(1);
    table.rules.resend_announcements = true;
    announce(&mut table);
    assert_eq!(ended(&mut table, ChatId(1), Outcome::Unknown), ["again in 5 s, lost 1"]);
}

#[test]
fn a_pause_takes_back_what_waits_and_going_on_forgets_and_doubles_nobody() {
    let mut table = with_partners(3);
    announce(&mut table);
    ended(&mut table, ChatId(2), Outcome::Delivered(MessageId(1)));
    table.event(&Event::Admin(Command::PauseBroadcast(key())));
    assert_eq!(waiting(&table), [] as [ChatId; 0]);
    table.event(&Event::Admin(Command::ResumeBroadcast(key())));
    assert_eq!(waiting(&table), [ChatId(1), ChatId(3)]);
    table.event(&Event::Admin(Command::CancelBroadcast(key())));
    table.event(&Event::Admin(Command::ResumeBroadcast(key())));
    assert_eq!((waiting(&table).len(), broadcast(&table).state), (0, BroadcastState::Cancelled));
}

#[test]
fn nobody_is_written_to_in_quiet_hours() {
    let mut table = with_partners(2);
    // It is 11:00 in Moscow.
    table.rules.quiet = Some(Quiet {
        from: time(10, 0, 0, 0),
        until: time(12, 30, 0, 0),
    });
    assert_eq!(announce(&mut table), ["wake in 5400 s"]);
    table.later(5400);
    table.event(&Event::Due(Wake::Promotion(key())));
    assert_eq!(waiting(&table).len(), 2);
}

#[test]
fn quiet_hours_may_pass_midnight() {
    let rules = Table::empty().rules;
    let night = Quiet {
        from: time(21, 0, 0, 0),
        until: time(9, 0, 0, 0),
    };
    for (now, ends) in [
        ("2026-03-02T17:59:59Z", None),
        ("2026-03-02T18:00:00Z", Some("2026-03-03T06:00:00Z")),
        ("2026-03-03T05:59:59Z", Some("2026-03-03T06:00:00Z")),
        ("2026-03-03T06:00:00Z", None),
    ] {
        let ends = ends.map(|moment| moment.parse().expect("a moment"));
        assert_eq!(night.ends(&rules, now.parse().expect("a moment")), ends, "{now}");
    }
}

/// Something that happens while an announcement is under way.
#[derive(Debug, Clone)]
enum Act {
    /// The n-th message that waits is sent, with this outcome.
    Send(usize, u8),
    Pause,
    Resume,
    Stop(i64),
    Block(i64),
    Return(i64),
    Register,
    AnnounceAgain,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => (0..9_usize, 0..8_u8).prop_map(|(n, outcome)| Act::Send(n, outcome)),
        1 => Just(Act::Pause),
        2 => Just(Act::Resume),
        1 => (1..8_i64).prop_map(Act::Stop),
        1 => (1..8_i64).prop_map(Act::Block),
        1 => (1..8_i64).prop_map(Act::Return),
        1 => Just(Act::Register),
        1 => Just(Act::AnnounceAgain),
    ]
}

/// What has reached whom, how often, and with whom the outcome was lost.
#[derive(Default)]
struct World {
    reached: BTreeMap<ChatId, u32>,
    unknown: BTreeSet<ChatId>,
    registered: i64,
}

fn perform(table: &mut Table, world: &mut World, act: &Act) {
    match act {
        Act::Send(n, outcome) => {
            let Some(&chat) = waiting(table).get(*n) else { return };
            let outcome = match outcome {
                0 => Outcome::Rejected(Why::Blocked),
                1 => Outcome::Retry(RetryAfter::Schedule),
                2 => {
                    world.unknown.insert(chat);
                    Outcome::Unknown
                }
                _ => {
                    *world.reached.entry(chat).or_default() += 1;
                    Outcome::Delivered(MessageId(1))
                }
            };
            ended(table, chat, outcome);
        }
        Act::Pause => drop(table.event(&Event::Admin(Command::PauseBroadcast(key())))),
        Act::Resume => drop(table.event(&Event::Admin(Command::ResumeBroadcast(key())))),
        Act::Stop(n) => drop(table.text(ChatId(*n), "/stop")),
        Act::Block(n) => drop(table.blocked(ChatId(*n), true)),
        Act::Return(n) => drop(table.blocked(ChatId(*n), false)),
        Act::Register => {
            world.registered += 1;
            register(table, world.registered);
        }
        Act::AnnounceAgain => drop(announce(table)),
    }
    table.later(1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever happens in between: nobody gets it twice, and nobody is forgotten who was there when it began.
    #[test]
    fn nobody_is_written_to_twice_and_nobody_is_forgotten(acts in prop::collection::vec(act(), 0..60)) {
        let mut table = with_partners(7);
        let mut world = World { registered: 7, ..World::default() };
        announce(&mut table);
        table.later(1);
        acts.iter().for_each(|act| perform(&mut table, &mut world, act));
        table.event(&Event::Admin(Command::ResumeBroadcast(key())));
        for _ in 0..200 {
            table.later(400);
            let Some(&chat) = waiting(&table).first() else { break };
            *world.reached.entry(chat).or_default() += 1;
            ended(&mut table, chat, Outcome::Delivered(MessageId(1)));
        }
        prop_assert_eq!(broadcast(&table).state, BroadcastState::Over);
        for chat in (1..=7).map(ChatId) {
            let reached = world.reached.get(&chat).copied().unwrap_or_default();
            prop_assert!(reached <= 1, "{} got it {} times", chat, reached);
            prop_assert!(reached == 0 || !world.unknown.contains(&chat), "{} may have got it twice", chat);
            let session = table.state.session(chat).expect("registered");
            let excused = session.blocked || session.silent || world.unknown.contains(&chat) || matches!(fate(&table, chat.0), Some(Fate::Failed(_)));
            let left = acts.iter().any(|act| matches!(act, Act::Stop(n) | Act::Block(n) if *n == chat.0));
            prop_assert!(reached == 1 || excused || left, "{} was forgotten: {:?}", chat, fate(&table, chat.0));
        }
        prop_assert!(world.reached.keys().all(|chat| chat.0 <= 7), "who came later gets none");
        let open = table.state.waiting(table.now).into_iter().filter(|entry| matches!(entry.state, OutboxState::Sending));
        prop_assert_eq!(open.count(), 0);
    }
}

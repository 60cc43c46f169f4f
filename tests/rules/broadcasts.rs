//! Announcements: whom they reach, in what order, and what interrupts them.

use jiff::civil::time;
use sheetdesk::domain::{
    appeal::RejectReason,
    broadcast::{AnnouncementState, Broadcast, BroadcastState, QuietWindow},
    effect::Wake,
    event::{Event, Outcome},
    ids::{ChatId, MessageId, OutboxId, PromotionKey},
    tab::Tab,
    text::Text,
    view::View,
};

use crate::{
    pinboard::Pinboard,
    table::{ADMIN, Table},
};

/// A tab with one promotion that may be announced at once.
fn board() -> Pinboard {
    Pinboard::of(&["Скидка|Только сегодня|01.03.2026|31.03.2026||https://a.example"])
}

/// Its key.
fn key() -> PromotionKey {
    PromotionKey::numbered(1)
}

fn announce(table: &mut Table) -> Vec<String> {
    act(table, "Опубликовать")
}

/// What follows from an action in its row.
fn act(table: &mut Table, action: &str) -> Vec<String> {
    let mut board = board();
    if table.state.promotion(&key()).is_some() {
        board.rows[0].cells.key = Text(key().0);
    }
    board.look(table);
    board.rows[0].cells.action = action.into();
    let mut told = board.look(table);
    told.retain(|line| line.contains(':') || line.starts_with("wake in 5"));
    told
}

/// Partners 1, 2 … are registered.
pub(crate) fn with_partners(count: i64) -> Table {
    let mut table = Table::sighted();
    table.rules.admin_chat = None;
    table.looked(Tab::Promotions);
    (1..=count).for_each(|n| register(&mut table, n));
    table
}

pub(crate) fn register(table: &mut Table, n: i64) {
    let phone = format!("7912{n:07}");
    table.lists(&format!("К-{n}"), "Имя", &phone);
    table.text(ChatId(n), &format!("К-{n}"));
    table.contact(ChatId(n), &phone, true);
    let replies: Vec<_> = table
        .state
        .waiting(table.now)
        .into_iter()
        .map(|entry| entry.send.id)
        .collect();
    for id in replies
        .into_iter()
        .filter(|id| matches!(id, OutboxId::Reply(..)))
    {
        table.sent(&id, Outcome::Delivered(MessageId(1)));
    }
}

fn waiting(table: &Table) -> Vec<ChatId> {
    let ids = table
        .state
        .waiting(table.now)
        .into_iter()
        .map(|entry| entry.send.id);
    ids.filter_map(|id| {
        if let OutboxId::Promotion(_, chat) = id {
            Some(chat)
        } else {
            None
        }
    })
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

fn fate(table: &Table, chat: i64) -> Option<AnnouncementState> {
    table
        .state
        .announced(&key(), ChatId(chat))
        .map(|announced| announced.fate)
}

#[test]
fn every_partner_gets_it_once_with_its_button() {
    let mut table = with_partners(3);
    let told = announce(&mut table);
    assert_eq!(
        told[0],
        "1: <b>Скидка</b> / Только сегодня / 1 марта 2026 – 31 марта 2026 [Подробнее: https://a.example]"
    );
    assert_eq!(
        announce(&mut table),
        [""; 0],
        "an announced key is announced no more"
    );
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
    assert_eq!(
        (broadcast(&table).counts.sent, broadcast(&table).counts.made),
        (350, 350)
    );
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
    assert_eq!(
        waiting(&table),
        [ChatId(4)],
        "what was not sent yet is taken back"
    );
    let gone = Outcome::Rejected(RejectReason::Deactivated);
    ended(&mut table, ChatId(4), gone);
    let counts = broadcast(&table).counts;
    assert_eq!(
        (broadcast(&table).state, counts.skipped, counts.failed),
        (BroadcastState::Over, 3, 1)
    );
    assert!(
        table
            .state
            .session(ChatId(4))
            .is_some_and(|session| session.blocked),
        "the next one passes him over"
    );
    assert!(table.text(ChatId(2), "/resume")[0].contains("Снова будем рассказывать"));
}

#[test]
fn a_lost_response_is_unknown_and_sent_again_only_by_the_settings() {
    let mut table = with_partners(1);
    announce(&mut table);
    ended(&mut table, ChatId(1), Outcome::Unknown);
    assert_eq!(
        (fate(&table, 1), broadcast(&table).counts.unknown),
        (Some(AnnouncementState::Unknown), 1)
    );
    let mut table = with_partners(1);
    table.rules.resend_announcements = true;
    announce(&mut table);
    assert_eq!(
        ended(&mut table, ChatId(1), Outcome::Unknown),
        ["again in 5 s, lost 1"]
    );
}

#[test]
fn a_pause_takes_back_what_waits_and_going_on_forgets_and_doubles_nobody() {
    let mut table = with_partners(3);
    announce(&mut table);
    ended(&mut table, ChatId(2), Outcome::Delivered(MessageId(1)));
    act(&mut table, "Пауза");
    assert_eq!(waiting(&table), [] as [ChatId; 0]);
    act(&mut table, "Продолжить");
    assert_eq!(waiting(&table), [ChatId(1), ChatId(3)]);
    act(&mut table, "Отменить");
    act(&mut table, "Продолжить");
    assert_eq!(
        (waiting(&table).len(), broadcast(&table).state),
        (0, BroadcastState::Cancelled)
    );
}

#[test]
fn nobody_is_written_to_in_quiet_hours() {
    let mut table = with_partners(2);
    // It is 11:00 in Moscow.
    table.rules.quiet = Some(QuietWindow {
        from: time(10, 0, 0, 0),
        until: time(12, 30, 0, 0),
    });
    assert_eq!(announce(&mut table), ["wake in 5400 s"; 1]);
    table.later(5400);
    table.event(&Event::Due(Wake::Promotion(key())));
    assert_eq!(waiting(&table).len(), 2);
}

#[test]
fn quiet_hours_may_pass_midnight() {
    let rules = Table::empty().rules;
    let night = QuietWindow {
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
        assert_eq!(
            night.ends(&rules.time_zone, now.parse().expect("a moment")),
            ends,
            "{now}"
        );
    }
}

#[test]
fn what_no_chat_would_take_halts_at_the_first_and_goes_on_after_the_mend_to_whoever_has_nothing() {
    let mut table = with_partners(4);
    table.rules.admin_chat = Some(ADMIN);
    announce(&mut table);
    ended(&mut table, ChatId(1), Outcome::Delivered(MessageId(1)));
    ended(
        &mut table,
        ChatId(2),
        Outcome::Rejected(RejectReason::Blocked),
    );
    assert_eq!(
        broadcast(&table).state,
        BroadcastState::Running,
        "that is one partner's matter"
    );
    table.state.claim(&OutboxId::Promotion(key(), ChatId(4)));
    let button = RejectReason::Content("Bad Request: BUTTON_URL_INVALID".to_owned());
    let told = ended(&mut table, ChatId(3), Outcome::Rejected(button.clone()));
    assert_eq!(
        told.iter()
            .filter(|line| line.contains("отправить её не удаётся"))
            .count(),
        1,
        "{told:?}"
    );
    let told = ended(&mut table, ChatId(4), Outcome::Rejected(button));
    assert!(
        !told.iter().any(|line| line.contains("отправить")),
        "the operator hears of it once: {told:?}"
    );
    assert_eq!(
        (broadcast(&table).state, waiting(&table)),
        (BroadcastState::Halted, vec![])
    );
    assert_eq!(
        [3, 4].map(|n| fate(&table, n)),
        [
            Some(AnnouncementState::Withdrawn),
            Some(AnnouncementState::Withdrawn)
        ]
    );
    announce(&mut table);
    assert_eq!(waiting(&table), [ChatId(3), ChatId(4)]);
    for n in [3, 4] {
        ended(&mut table, ChatId(n), Outcome::Delivered(MessageId(n)));
    }
    let counts = broadcast(&table).counts;
    assert_eq!(
        (broadcast(&table).state, counts.sent, counts.failed),
        (BroadcastState::Over, 3, 1)
    );
}

#[test]
fn a_refusal_of_which_nobody_knows_the_cause_halts_only_while_nobody_has_got_it() {
    let odd = || {
        Outcome::Rejected(RejectReason::Refused(
            "Bad Request: SOMETHING_NEW".to_owned(),
        ))
    };
    let mut table = with_partners(2);
    announce(&mut table);
    ended(&mut table, ChatId(1), odd());
    assert_eq!(broadcast(&table).state, BroadcastState::Halted);
    let mut table = with_partners(2);
    announce(&mut table);
    ended(&mut table, ChatId(1), Outcome::Delivered(MessageId(1)));
    ended(&mut table, ChatId(2), odd());
    assert_eq!(
        (broadcast(&table).state, broadcast(&table).counts.failed),
        (BroadcastState::Over, 1)
    );
}

#[test]
fn a_row_that_was_halted_midway_says_how_far_it_is_and_what_to_do() {
    let mut table = with_partners(2);
    let mut board = board();
    board.cycle(&mut table);
    board.acts(&mut table, 0, "Опубликовать");
    ended(&mut table, ChatId(1), Outcome::Delivered(MessageId(1)));
    let button = RejectReason::Content("Bad Request: BUTTON_URL_INVALID".to_owned());
    ended(&mut table, ChatId(2), Outcome::Rejected(button));
    board.write(&mut table);
    assert_eq!(
        board.says(0),
        "Активна: 1 из 2, остановлена: Telegram не принял ссылку для кнопки (Bad Request: BUTTON_URL_INVALID). \
         Исправьте «Ссылку» и выберите «Опубликовать»"
    );
}

//! What the operator asks and hears.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use sheetdesk::domain::{
    alerts::Trouble,
    appeal::{RejectReason, Status},
    digest,
    effect::Button,
    event::{Command, Event, Notice, Outcome, Update},
    ids::{CallbackId, ChatId, MessageId, Number, OutboxId, Seq},
    message::{Content, Context},
    session::Locale,
    tally,
    view::View as _,
};

use crate::table::{ADMIN, ANNA, Table};

fn admin(table: &mut Table, command: Command) -> Vec<String> {
    table.event(&Event::Admin(command))
}

#[test]
fn commands_of_the_admin_chat_are_questions_and_those_of_others_are_not() {
    let mut table = Table::registered();
    assert_eq!(table.text(ADMIN, "/status"), ["asked Status"]);
    assert_eq!(
        table.text(ADMIN, "/quarantine drop 12"),
        ["asked Quarantine(Drop(Named(\"12\")))"]
    );
    assert!(table.text(ANNA, "/status")[0].starts_with("7001: Напишите сюда вопрос"));
    table.message(ADMIN, Content::Text("просто слова".into()));
    assert_eq!(
        admin(&mut table, Command::Tell("Всё в порядке.".into())),
        ["1: Всё в порядке."]
    );
}

#[test]
fn the_operator_s_button_and_commands_count_in_the_admin_chat_alone() {
    let group = ChatId(-100);
    let press = |chat, button| {
        Event::Update(Update::Pressed {
            chat,
            callback: CallbackId("c".into()),
            message: Some(MessageId(1)),
            button: Some(button),
            by: None,
            locale: Locale::Ru,
        })
    };
    let acknowledged = ["button answered"];
    let mut table = Table::registered();
    for stranger in [ANNA, group] {
        assert_eq!(
            table.event(&press(stranger, Button::CheckAgain)),
            acknowledged,
            "{stranger}"
        );
    }
    assert_eq!(
        table.event(&press(group, Button::SendKept)),
        acknowledged,
        "a group has no messages of its own"
    );
    assert_eq!(
        table.event(&press(ADMIN, Button::CheckAgain)),
        ["button answered", "asked Check"]
    );
    table.rules.admin_chat = Some(group);
    assert_eq!(
        table.event(&press(group, Button::CheckAgain)),
        ["button answered", "asked Check"]
    );
    assert_eq!(table.event(&press(ADMIN, Button::CheckAgain)), acknowledged);
}

#[test]
fn a_command_that_was_forwarded_is_none() {
    let mut table = Table::registered();
    for command in ["/release", "/quarantine drop all", "/check"] {
        let forwarded = Context {
            forwarded: Some("Борис".into()),
            ..Context::default()
        };
        let told = table.message_in(ADMIN, Content::Text(command.into()), forwarded);
        assert!(
            told.iter().all(|told| !told.starts_with("asked")),
            "{command}: {told:?}"
        );
    }
}

#[test]
fn wishes_about_what_was_set_aside_are_passed_on() {
    let mut table = Table::registered();
    let some = vec![Seq(3), Seq(4)];
    assert_eq!(
        admin(&mut table, Command::Requeue(some.clone())),
        ["decide 3 anew", "decide 4 anew"]
    );
    assert_eq!(
        admin(&mut table, Command::Discard(some)),
        ["discard 3", "discard 4"]
    );
    let reply = OutboxId::Reply(Seq(5), 0);
    assert_eq!(
        admin(&mut table, Command::Resend(vec![reply.clone()])),
        ["resend r5.0"]
    );
    assert_eq!(
        admin(&mut table, Command::Forget(vec![reply])),
        ["forget r5.0"]
    );
}

#[test]
fn an_unknown_answer_that_stands_in_its_cell_goes_out_again_as_a_new_one() {
    let mut table = Table::with_appeal();
    table.rules.resend_unknown = false;
    table.row(1, Status::New, "Готово");
    table.sent(&table.answer_id(1, 1, 0), Outcome::Unknown);
    let id = table.answer_id(1, 1, 0);
    let told = admin(&mut table, Command::Resend(vec![id]));
    assert!(
        told[0].ends_with("Ответ на обращение № 1 / Готово"),
        "{told:?}"
    );
    assert_eq!(told.last().map(String::as_str), Some("forget a6.1.0"));
}

#[test]
fn the_digest_counts_who_waits_and_what_did_not_arrive() {
    let mut table = Table::registered();
    let digest =
        |table: &Table| digest::count(&table.state, table.state.appeals().into_iter(), table.now);
    let say = |table: &mut Table| {
        let digest = digest(table);
        admin(table, Command::Notify(Notice::Digest(digest)))
    };
    assert_eq!(say(&mut table), ["1: Доброе утро! Никто не ждёт ответа."]);
    table.text(ANNA, "Раз");
    table.placed(1);
    table.now -= SignedDuration::from_hours(50);
    assert_eq!(
        say(&mut table),
        ["1: Доброе утро! Ответа ждёт 1 обращение: № 1, 0 ч."]
    );
    table.now += SignedDuration::from_hours(100);
    assert_eq!(
        say(&mut table),
        ["1: Доброе утро! Ответа ждёт 1 обращение: № 1, 2 дн 2 ч."]
    );
    table.row(1, Status::New, "Готово");
    let gone = Outcome::Rejected(RejectReason::ChatNotFound);
    table.sent(&table.answer_id(1, 1, 0), gone);
    assert_eq!(digest(&table).failed, (vec![Number(1)], 1));
    assert!(say(&mut table)[0].ends_with("Не дошёл 1 ответ: № 1. Причина – в столбце «Доставка»."));
    table.row(1, Status::New, "Ещё раз");
    table.sent(&table.answer_id(1, 2, 0), Outcome::Delivered(MessageId(9)));
    assert_eq!(say(&mut table), ["1: Доброе утро! Никто не ждёт ответа."]);
}

#[test]
fn messages_and_answers_are_counted_by_day_and_over_24_hours() {
    const HOUR: i64 = 3_600;
    let mut table = Table::with_appeal();
    table.row(1, Status::New, "Готово");
    table.sent(&table.answer_id(1, 1, 0), Outcome::Delivered(MessageId(50)));
    let carried = |table: &Table| {
        let last = tally::last_24_hours(&table.state, table.state.appeals().into_iter(), table.now);
        let days = tally::days(
            &table.rules,
            &table.state,
            table.state.appeals().into_iter(),
            std::iter::empty(),
            table.now,
        );
        let counts = |day: tally::DayTally| (day.messages, day.answers);
        (
            counts(last),
            days.into_values()
                .rev()
                .take(2)
                .map(counts)
                .collect::<Vec<_>>(),
        )
    };
    assert_eq!(carried(&table), ((1, 1), vec![(1, 1), (0, 0)]));
    table.later(23 * HOUR);
    table.text(ANNA, "И ещё вопрос");
    assert_eq!(
        carried(&table),
        ((2, 1), vec![(1, 0), (1, 1)]),
        "another day, but not 24 hours"
    );
    table.later(2 * HOUR);
    assert_eq!(carried(&table), ((1, 0), vec![(1, 0), (1, 1)]));
    table.later(8 * 24 * HOUR);
    assert_eq!(carried(&table), ((0, 0), vec![(0, 0), (0, 0)]));
}

/// The first message that waits for a chat.
fn first_for(table: &Table, chat: ChatId) -> OutboxId {
    let mut waiting = table.state.waiting(table.now).into_iter();
    waiting
        .find(|entry| entry.send.to == chat)
        .expect("one waits")
        .send
        .id
}

#[test]
fn an_admin_group_that_became_a_supergroup_is_followed_and_remembered() {
    let (old, new) = (ChatId(-5), ChatId(-1005));
    let mut table = Table::registered();
    table.rules.admin_chat = Some(old);
    admin(&mut table, Command::Tell("Раз".into()));
    let id = first_for(&table, old);
    table.state.claim(&id);
    let told = table.sent(&id, Outcome::Rejected(RejectReason::Moved(new)));
    assert_eq!(
        told.iter()
            .filter(|line| line.starts_with("-1005: "))
            .collect::<Vec<_>>(),
        [
            "-1005: Этот чат стал супергруппой, его новый номер -1005. Пишем уже сюда; впишите номер в настройки: \
             SHEETDESK_TELEGRAM__ADMIN_CHAT=-1005",
            "-1005: Раз"
        ]
    );
    assert_eq!(
        table.state.outbox(&id).expect("it waits again").send.to,
        new
    );
    assert_eq!(
        admin(&mut table, Command::Tell("Два".into())),
        ["-1005: Два"]
    );
    table.rules.admin_chat = Some(ChatId(-7));
    assert_eq!(
        admin(&mut table, Command::Tell("Три".into())),
        ["-7: Три"],
        "the settings name another by now"
    );
    table.rules.admin_chat = Some(new);
    assert_eq!(
        admin(&mut table, Command::Tell("Четыре".into())),
        ["-1005: Четыре"]
    );
    let mut table = Table::registered();
    table.rules.admin_chat = Some(old);
    table.event(&Event::Update(Update::Moved { from: old, to: new }));
    table.event(&Event::Update(Update::Moved {
        from: old,
        to: ChatId(-1009),
    }));
    assert_eq!(
        admin(&mut table, Command::Tell("Раз".into())),
        ["-1005: Раз"]
    );
}

#[test]
fn an_admin_chat_that_takes_nothing_is_known_until_it_does() {
    let mut table = Table::registered();
    admin(&mut table, Command::Tell("Раз".into()));
    let gone = RejectReason::Recipient("Forbidden: bot was kicked from the group chat".into());
    let id = first_for(&table, ADMIN);
    table.state.claim(&id);
    table.sent(&id, Outcome::Rejected(gone.clone()));
    assert_eq!(table.state.alerts().admin_chat.refused, Some(gone.clone()));
    let found = BTreeSet::from([Trouble::AdminChatState]);
    assert_eq!(
        admin(&mut table, Command::Checked(found)),
        [""; 0],
        "there is nowhere to tell it"
    );
    assert_eq!(table.state.alerts().admin_chat.refused, Some(gone.clone()));
    assert_eq!(
        admin(&mut table, Command::Checked(BTreeSet::new())),
        ["1: ✅ В чат администратора снова можно писать. Длилось 1 минуту."]
    );
    assert_eq!(table.state.alerts().admin_chat.refused, None);
    let id = first_for(&table, ADMIN);
    table.state.claim(&id);
    table.sent(&id, Outcome::Rejected(gone));
    admin(&mut table, Command::Tell("Два".into()));
    let id = first_for(&table, ADMIN);
    table.state.claim(&id);
    table.sent(&id, Outcome::Delivered(MessageId(8)));
    assert_eq!(
        table.state.alerts().admin_chat.refused,
        None,
        "what was delivered shows it as well"
    );
}

//! Topics in the specialists' chat: when an appeal is given one, what stands in it, and what becomes of it where none is to be had.

use jiff::SignedDuration;
use sheetdesk::domain::{
    appeal::{RejectReason, Status},
    effect::{Button, Wake},
    event::{Command, Event, Outcome, Update},
    ids::{ChatId, MessageId, OutboxId},
    message::FileKind,
    session::Locale,
    tab::Tab,
    thread::{StaffThread, ThreadTopic},
    view::View,
};

use crate::{
    lines::file,
    staff_chat::{STAFF, crowd, kicked, message, pass, refuses, shown, shown_in, staffed, takes},
    staff_desk::{ivanova, pressed},
    table::{ANNA, Table},
};

/// Anna is registered, and appeals have topics in the specialists' chat.
fn with_topics() -> Table {
    let mut table = staffed();
    table.rules.staff.as_mut().expect("it is set").topics = true;
    table
}

/// Anna's appeal № 1 stands in topic 700, as message 501.
fn in_topic() -> Table {
    let mut table = with_topics();
    table.text(ANNA, "Не приходит отчёт");
    takes(&mut table, 0, 700);
    takes(&mut table, 1, 501);
    table.placed(1);
    table
}

fn no_rights() -> RejectReason {
    RejectReason::Topics("Bad Request: not enough rights to create a topic".into())
}

fn closed_to_us() -> RejectReason {
    RejectReason::Topics("Bad Request: TOPIC_CLOSED".into())
}

/// Whether the operator would hear that there are no topics.
fn in_trouble(table: &Table) -> bool {
    table.state.alerts().staff.topics_refused().is_some()
}

#[test]
fn a_new_appeal_is_given_a_topic_and_all_of_it_stands_there() {
    let mut table = with_topics();
    let told = shown(&table.text(ANNA, "Не приходит отчёт"));
    assert_eq!(told, ["№ 1 · Анна · Не приходит отчёт [topic]"]);
    let told = shown(&table.text(ANNA, "Два"));
    assert_eq!(told, [""; 0], "the topic is on its way");
    let told = shown(&takes(&mut table, 0, 700));
    let head = "№ 1 · Анна · П-1 / Не приходит отчёт / Два [Беру | Решено] [in topic 700]";
    assert_eq!(told, [head]);
    takes(&mut table, 1, 501);
    let post = |message| table.state.post(STAFF, MessageId(message));
    assert!(post(501).is_some());
    assert_eq!(
        post(700),
        None,
        "what is written plainly there answers nothing"
    );
    table.message(ANNA, file(FileKind::Photo, None, 1000, ""));
    let photo = table.last_message().0;
    let told = shown(&pass(&mut table, 4));
    let copy = format!(" [copy of 7001/{photo}] [replies to 501] [in topic 700]");
    assert_eq!(told, [copy]);
    takes(&mut table, 2, 502);
    table.placed(1);
    table.row(1, Status::New, "Отправили заново");
    let answer = table.answer_id(1, 1, 0);
    table.sent(&answer, Outcome::Delivered(MessageId(900)));
    assert_eq!(
        shown(&pass(&mut table, 4)),
        ["Ответили из таблицы: Отправили заново [replies to 501] [in topic 700]"]
    );
}

#[test]
fn the_name_of_a_topic_is_never_too_long() {
    let mut table = with_topics();
    table.text(ANNA, &"слово 🙂 ".repeat(60));
    let entry = table.state.outbox(&message(&table, 0)).expect("it waits");
    let name = entry.send.text.plain();
    assert!(name.starts_with("№ 1 · Анна · слово 🙂 слово"), "{name}");
    assert!(name.encode_utf16().count() <= 128, "{name}");
    let (mut table, chats) = crowd(1);
    table.rules.staff.as_mut().expect("it is set").topics = true;
    let name = "Константин Константинович ".repeat(8);
    let cell = sheetdesk::domain::event::TelegramCell::Id(chats[0]);
    table.lists_bound("К-8000", &name, "8 (912) 345-8000", cell);
    table.text(chats[0], "Всё лежит");
    let entry = table.state.outbox(&message(&table, 0)).expect("it waits");
    let name = entry.send.text.plain();
    assert!(
        name.encode_utf16().count() <= 128 && name.ends_with('…'),
        "{name}"
    );
}

#[test]
fn a_topic_is_closed_with_its_appeal_once_all_is_said_and_opened_with_it() {
    let mut table = in_topic();
    table.row(1, Status::Resolved, "");
    assert_eq!(
        shown(&pass(&mut table, 4)),
        [
            "Обращение закрыли. [replies to 501] [in topic 700]",
            "№ 1 · Анна · П-1 / Не приходит отчёт / ✅ Решено [edits 501]",
            " [closes topic 700]"
        ]
    );
    for nth in 2..5 {
        takes(&mut table, nth, 501 + i64::from(nth));
    }
    assert_eq!(shown(&pass(&mut table, 60)), [""; 0]);
    table.placed(1);
    table.row(1, Status::InWork, "");
    assert_eq!(
        shown(&pass(&mut table, 4)),
        [
            " [reopens topic 700]",
            "№ 1 · Анна · П-1 / Не приходит отчёт [Беру | Решено] [edits 501]"
        ]
    );
}

#[test]
fn whoever_solves_an_appeal_in_the_chat_closes_its_topic() {
    let mut table = in_topic();
    let id = table.appeal(1).id;
    let told = pressed(&mut table, STAFF, &ivanova(), Button::Solve(id));
    assert_eq!(
        shown(&told),
        [
            "Решено: Иванова [replies to 501] [in topic 700]",
            "№ 1 · Анна · П-1 / Не приходит отчёт / ✅ Решено [edits 501]",
            " [closes topic 700]"
        ]
    );
}

#[test]
fn where_there_are_no_topics_appeals_stand_in_the_chat_itself() {
    let (mut table, chats) = crowd(4);
    table.rules.staff.as_mut().expect("it is set").topics = true;
    table.text(chats[0], "Раз");
    assert!(!in_trouble(&table));
    let told = refuses(&mut table, 0, no_rights());
    assert_eq!(shown(&told), ["№ 1 · Пётр · К-8000 / Раз [Беру | Решено]"]);
    assert!(in_trouble(&table), "the operator hears of it");
    takes(&mut table, 1, 501);
    let told = shown(&table.text(chats[1], "Два"));
    assert_eq!(told, ["№ 2 · Пётр · К-8001 / Два [Беру | Решено]"]);
    pass(&mut table, 600);
    let told = shown(&table.text(chats[2], "Три"));
    assert_eq!(told, ["№ 3 · Пётр · Три [topic]"], "it is tried again");
    let third = OutboxId::Thread(table.appeal(3).id, 0);
    table.state.claim(&third);
    table.sent(&third, Outcome::Rejected(no_rights()));
    let promoted = Update::Group {
        chat: STAFF,
        said: None,
        locale: Locale::Ru,
    };
    table.event(&Event::Update(promoted));
    let told = shown(&table.text(chats[3], "Четыре"));
    assert_eq!(told, ["№ 4 · Пётр · Четыре [topic]"]);
    let fourth = OutboxId::Thread(table.appeal(4).id, 0);
    table.state.claim(&fourth);
    table.sent(&fourth, Outcome::Delivered(MessageId(700)));
    assert!(!in_trouble(&table));
    table.text(chats[0], "И ещё");
    let told = shown(&pass(&mut table, 60));
    assert_eq!(
        told,
        ["И ещё [replies to 501]"],
        "what stands in the chat goes on there"
    );
}

#[test]
fn a_topic_that_was_deleted_is_made_anew_with_what_it_did_not_take() {
    let mut table = in_topic();
    table.message(ANNA, file(FileKind::Photo, None, 1000, ""));
    let photo = table.last_message().0;
    table.text(ANNA, "Два");
    pass(&mut table, 4);
    let told = shown(&refuses(&mut table, 2, RejectReason::TopicGone));
    assert_eq!(told, ["№ 1 · Анна · Два [topic]"]);
    assert!(!in_trouble(&table), "somebody has meant it");
    let told = shown(&refuses(&mut table, 3, RejectReason::TopicGone));
    assert_eq!(told, [""; 0]);
    let told = shown(&takes(&mut table, 4, 800));
    assert_eq!(
        told,
        ["№ 1 · Анна · П-1 / Два [Беру | Решено] [in topic 800]"]
    );
    takes(&mut table, 5, 801);
    let copy = format!(" [copy of 7001/{photo}] [replies to 801] [in topic 800]");
    assert_eq!(shown(&pass(&mut table, 60)), [copy]);
    takes(&mut table, 6, 802);
    assert_eq!(shown(&pass(&mut table, 600)), [""; 0]);
}

#[test]
fn a_file_alone_that_a_deleted_topic_did_not_take_is_shown_in_the_next() {
    let mut table = in_topic();
    table.text(ANNA, "Два");
    table.message(ANNA, file(FileKind::Photo, None, 1000, ""));
    let photo = table.last_message().0;
    pass(&mut table, 4);
    takes(&mut table, 2, 502);
    let told = shown(&refuses(&mut table, 3, RejectReason::TopicGone));
    assert_eq!(told, ["№ 1 · Анна [topic]"]);
    let told = shown(&takes(&mut table, 4, 800));
    assert_eq!(
        told,
        ["№ 1 · Анна · П-1 / Прислали без слов, показываем ниже. [Беру | Решено] [in topic 800]"]
    );
    takes(&mut table, 5, 801);
    let copy = format!(" [copy of 7001/{photo}] [replies to 801] [in topic 800]");
    assert_eq!(shown(&pass(&mut table, 60)), [copy]);
}

#[test]
fn a_reminder_that_a_deleted_topic_did_not_take_is_not_lost() {
    let mut table = with_topics();
    table.rules.answer_within = Some(SignedDuration::from_mins(30));
    table.text(ANNA, "Не приходит отчёт");
    takes(&mut table, 0, 700);
    takes(&mut table, 1, 501);
    table.placed(1);
    table.later(1801);
    let overdue = Event::Due(Wake::Overdue(table.appeal(1).id));
    let told = shown(&table.event(&overdue));
    let reminder = "⏰ Партнёр ждёт ответа с 2026-03-02 11:00.";
    assert_eq!(
        told,
        [format!("{reminder} [replies to 501] [in topic 700]")]
    );
    refuses(&mut table, 2, RejectReason::TopicGone);
    let told = shown(&takes(&mut table, 3, 800));
    assert_eq!(
        told,
        [format!(
            "№ 1 · Анна · П-1 / {reminder} [Беру | Решено] [in topic 800]"
        )]
    );
    let told = shown(&refuses(&mut table, 4, RejectReason::TopicGone));
    assert_eq!(
        told,
        [format!("№ 1 · Анна · П-1 / {reminder} [Беру | Решено]")]
    );
}

#[test]
fn a_topic_that_takes_nothing_is_left_and_none_is_asked_for_in_its_place() {
    for (why, trouble) in [(closed_to_us(), true), (RejectReason::TopicGone, false)] {
        let mut table = with_topics();
        table.text(ANNA, "Раз");
        takes(&mut table, 0, 700);
        let told = shown(&refuses(&mut table, 1, why));
        assert_eq!(told, ["№ 1 · Анна · П-1 / Раз [Беру | Решено]"]);
        assert_eq!(in_trouble(&table), trouble);
    }
    let mut table = in_topic();
    table.text(ANNA, "Два");
    pass(&mut table, 4);
    let told = shown(&refuses(&mut table, 2, closed_to_us()));
    assert_eq!(told, ["№ 1 · Анна · П-1 / Два [Беру | Решено]"]);
    takes(&mut table, 3, 503);
    table.placed(1);
    table.row(1, Status::Resolved, "");
    let told = shown(&pass(&mut table, 60));
    assert_eq!(told[0], "Обращение закрыли. [replies to 503]");
    assert_eq!(told.len(), 2, "a topic that was left is let be: {told:?}");
}

#[test]
fn a_topic_that_cannot_be_closed_is_tried_once() {
    for why in [no_rights(), RejectReason::TopicGone] {
        let mut table = in_topic();
        table.row(1, Status::Resolved, "");
        pass(&mut table, 4);
        takes(&mut table, 2, 503);
        takes(&mut table, 3, 501);
        let told = shown(&refuses(&mut table, 4, why));
        assert_eq!(told, [""; 0]);
        assert_eq!(shown(&pass(&mut table, 3600)), [""; 0]);
    }
}

#[test]
fn of_a_topic_whose_response_is_lost_one_more_is_made_and_no_third() {
    let mut table = with_topics();
    table.text(ANNA, "Раз");
    let id = message(&table, 0);
    table.state.claim(&id);
    let told = table.sent(&id, Outcome::Unknown);
    assert_eq!(told[0], "again in 5 s, lost 1");
    table.state.claim(&id);
    let told = shown(&table.sent(&id, Outcome::Unknown));
    assert_eq!(told, ["№ 1 · Анна · П-1 / Раз [Беру | Решено]"]);
}

#[test]
fn a_right_that_the_bot_lacks_for_topics_shuts_no_chat() {
    for words in [
        "Bad Request: CHAT_ADMIN_REQUIRED",
        "Forbidden: the bot can't do this",
    ] {
        let why = RejectReason::Recipient(words.into());
        let mut table = with_topics();
        table.text(ANNA, "Раз");
        let told = shown(&refuses(&mut table, 0, why.clone()));
        assert_eq!(told, ["№ 1 · Анна · П-1 / Раз [Беру | Решено]"], "{words}");
        assert!(in_trouble(&table));
        assert_eq!(table.state.alerts().staff.place.refused, None);
        let mut table = in_topic();
        table.row(1, Status::Resolved, "");
        pass(&mut table, 4);
        takes(&mut table, 2, 503);
        takes(&mut table, 3, 501);
        refuses(&mut table, 4, why);
        assert_eq!(table.state.alerts().staff.place.refused, None, "{words}");
        assert_eq!(shown(&pass(&mut table, 3600)), [""; 0]);
    }
}

#[test]
fn a_chat_that_takes_nothing_gives_its_topics_later() {
    let mut table = with_topics();
    table.text(ANNA, "Раз");
    let told = shown(&refuses(&mut table, 0, kicked()));
    assert_eq!(told, [""; 0]);
    assert!(!in_trouble(&table), "it is the chat that is shut");
    let added = Update::Group {
        chat: STAFF,
        said: None,
        locale: Locale::Ru,
    };
    table.event(&Event::Update(added));
    let told = shown(&pass(&mut table, 0));
    assert_eq!(told, ["№ 1 · Анна · Раз [topic]"]);
    takes(&mut table, 1, 700);
    takes(&mut table, 2, 501);
    table.placed(1);
    table.row(1, Status::Resolved, "");
    pass(&mut table, 4);
    for nth in 3..6 {
        refuses(&mut table, nth, kicked());
    }
    let back = Update::Group {
        chat: STAFF,
        said: None,
        locale: Locale::Ru,
    };
    table.event(&Event::Update(back));
    let told = shown(&pass(&mut table, 0));
    assert_eq!(
        told[0],
        "Обращение закрыли. [replies to 501] [in topic 700]"
    );
    assert_eq!(told[told.len() - 1], " [closes topic 700]");
}

#[test]
fn in_the_supergroup_that_a_group_has_become_topics_are_asked_for_at_once() {
    let mut table = with_topics();
    table.text(ANNA, "Раз");
    let none = RejectReason::Topics("Bad Request: the chat is not a forum".into());
    refuses(&mut table, 0, none);
    takes(&mut table, 1, 501);
    assert!(in_trouble(&table));
    let moved = Update::Moved {
        from: STAFF,
        to: ChatId(-100_077),
    };
    table.event(&Event::Update(moved));
    table.text(ANNA, "Два");
    let told = pass(&mut table, 4);
    assert_eq!(
        shown_in(ChatId(-100_077), &told),
        ["№ 1 · Анна · Два [topic]"]
    );
    takes(&mut table, 2, 7);
    assert!(!in_trouble(&table));
}

#[test]
fn a_restored_journal_asks_for_no_topic_again_before_there_is_something_new() {
    let mut table = with_topics();
    table.text(ANNA, "Раз");
    table.event(&Event::Admin(Command::Restored));
    assert_eq!(shown(&pass(&mut table, 3600)), [""; 0]);
    table.looked(Tab::Partners);
    table.looked(Tab::Appeals);
    let told = shown(&table.text(ANNA, "Два"));
    assert_eq!(told, ["№ 1 · Анна · Два [topic]"]);
}

#[test]
fn a_thread_of_an_earlier_version_goes_on_in_the_chat_itself() {
    let stored = r#"{"chat":-77,"head":501,"opening":"Раз","standing":"","made":3,
        "under_way":{"nth":2,"shown":1,"files":[],"closed":false},
        "shown":1,"files":[],"closed":false,"recent":[]}"#;
    let thread: StaffThread = serde_json::from_str(stored).expect("it is read");
    assert_eq!(thread.topic, ThreadTopic::Undecided);
    let mut table = with_topics();
    table.rules.staff.as_mut().expect("it is set").topics = false;
    table.text(ANNA, "Раз");
    takes(&mut table, 0, 501);
    table.rules.staff.as_mut().expect("it is set").topics = true;
    table.text(ANNA, "Два");
    let told = shown(&pass(&mut table, 4));
    assert_eq!(told, ["Два [replies to 501]"]);
}

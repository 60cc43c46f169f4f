//! What a partner changes after the staff chat has shown it.

use sheetdesk::domain::{
    appeal::{RejectReason, Status},
    effect::Button,
    event::{Event, Outcome, Update},
    ids::{CallbackId, MessageId, OutboxId},
    message::{Colleague, FileKind},
    session::Locale,
};

use crate::{
    lines::{file, text},
    staff_chat::{STAFF, pass, shown, staffed, takes, with_thread},
    table::{ANNA, Table},
};

/// Telegram does not change the n-th message of the thread of appeal № 1.
fn refuses(table: &mut Table, nth: u32, why: RejectReason) -> Vec<String> {
    let id = OutboxId::Thread(table.appeal(1).id, nth);
    table.state.claim(&id);
    table.sent(&id, Outcome::Rejected(why))
}

#[test]
fn the_first_message_says_what_the_partner_has_made_of_it() {
    let mut table = with_thread();
    let message = table.last_message();
    let told = table.edited(ANNA, message, text("Не приходит отчёт за май"));
    assert_eq!(shown(&told), [""; 0], "he may go on");
    let words =
        "№ 1 · Анна · П-1 / Не приходит отчёт за май / (изменено в 11:00, было: Не приходит отчёт)";
    assert_eq!(
        shown(&pass(&mut table, 4)),
        [format!("{words} [Беру | Решено] [edits 501]")]
    );
    takes(&mut table, 1, 501);
    assert_eq!(shown(&pass(&mut table, 60)), [""; 0], "once");
    table.placed(1);
    table.row(1, Status::Resolved, "");
    let told = shown(&pass(&mut table, 4));
    assert_eq!(told[1], format!("{words} / ✅ Решено [edits 501]"));
}

#[test]
fn what_came_together_is_changed_together_and_each_message_in_its_turn() {
    let mut table = with_thread();
    let first = table.last_message();
    table.text(ANNA, "Два");
    let second = table.last_message();
    table.text(ANNA, "Три");
    let third = table.last_message();
    pass(&mut table, 4);
    table.edited(ANNA, third, text("Три!"));
    takes(&mut table, 1, 502);
    table.edited(ANNA, second, text("Два!"));
    table.edited(ANNA, first, text("Не приходит счёт"));
    let told = shown(&pass(&mut table, 4));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("Не приходит счёт"), "{told:?}");
    takes(&mut table, 2, 501);
    let told = shown(&pass(&mut table, 60));
    let words = "Два! / (изменено в 11:00, было: Два) / Три! / (изменено в 11:00, было: Три)";
    assert_eq!(told, [format!("{words} [edits 502]")]);
}

#[test]
fn a_changed_file_is_shown_again_and_a_word_says_why() {
    let mut table = staffed();
    table.message(ANNA, file(FileKind::Photo, None, 1000, "вот"));
    let photo = table.last_message();
    takes(&mut table, 0, 501);
    pass(&mut table, 4);
    takes(&mut table, 1, 502);
    for caption in ["вот он", "вот он, отчёт"] {
        table.edited(ANNA, photo, file(FileKind::Photo, None, 1000, caption));
    }
    assert_eq!(
        shown(&pass(&mut table, 4)),
        [
            "Партнёр исправил файл или подпись к нему: [replies to 501]".to_owned(),
            format!(" [copy of 7001/{}] [replies to 501]", photo.0)
        ]
    );
}

#[test]
fn where_no_message_can_be_changed_words_tell_of_it() {
    let changed = |table: &mut Table, words: &str| {
        let message = table.last_message();
        table.edited(ANNA, message, text(words));
        shown(&pass(table, 64))
    };
    let reply = "Партнёр исправил: Раз / (изменено в 11:00, было: Не приходит отчёт)";
    let mut table = with_thread();
    changed(&mut table, "Раз");
    let gone = RejectReason::Refused("Bad Request: message to edit not found".into());
    refuses(&mut table, 1, gone);
    let told = shown(&pass(&mut table, 4));
    assert_eq!(told, [format!("{reply} [replies to 501]")]);
    takes(&mut table, 2, 502);
    let told = changed(&mut table, "Два");
    assert!(told[0].starts_with("Партнёр исправил: Два"), "{told:?}");

    let mut table = with_thread();
    let long = "ы".repeat(3_450);
    let told = changed(&mut table, &long);
    assert!(told[0].ends_with("[edits 501]"), "it has room");
    takes(&mut table, 1, 501);
    let told = changed(&mut table, "Раз");
    assert!(told[0].starts_with("Партнёр исправил: Раз"), "{told:?}");
    assert!(told[0].ends_with("[replies to 501]"), "it has none");
}

#[test]
fn a_storm_of_changes_is_a_few_messages_a_minute() {
    let mut table = with_thread();
    let message = table.last_message();
    let (mut nth, mut told) = (1, 0);
    for n in 0..30 {
        table.edited(ANNA, message, text(&format!("Раз {n}")));
        for line in shown(&pass(&mut table, 4)) {
            assert!(line.ends_with("[edits 501]"), "{line}");
            takes(&mut table, nth, 501);
            (nth, told) = (nth + 1, told + 1);
        }
    }
    assert_eq!(told, 5, "two minutes, and the first message");
    let line = shown(&pass(&mut table, 60)).remove(0);
    assert!(
        line.contains(" / Раз 29 / "),
        "the last word counts: {line}"
    );
}

#[test]
fn a_chat_that_takes_nothing_is_told_of_it_when_it_does() {
    let mut table = with_thread();
    let message = table.last_message();
    table.edited(ANNA, message, text("Раз"));
    pass(&mut table, 4);
    let kicked = "Forbidden: bot was kicked from the group chat";
    refuses(&mut table, 1, RejectReason::Recipient(kicked.into()));
    let told = shown(&pass(&mut table, 600));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains(" / Раз / ") && told[0].ends_with("[edits 501]"));
}

#[test]
fn nobody_closes_what_he_could_not_read() {
    let mut table = with_thread();
    let message = table.last_message();
    table.edited(ANNA, message, text("Уже пришёл, но пустой"));
    let solve = Update::Pressed {
        chat: STAFF,
        callback: CallbackId("c".into()),
        message: Some(MessageId(501)),
        button: Some(Button::Solve(table.appeal(1).id)),
        by: Some(Colleague {
            account: ANNA,
            name: "Иванова".into(),
        }),
        locale: Locale::Ru,
    };
    let told = table.event(&Event::Update(solve));
    let told = shown(&told);
    assert!(told[0].starts_with("Пока не закрываем"), "{told:?}");
    assert_eq!(table.appeal(1).status, Status::New);
}

#[test]
fn what_is_shown_only_later_is_shown_as_it_is_by_then() {
    let mut table = staffed();
    table.text(ANNA, "Не приходит отчёт");
    let first = table.last_message();
    table.edited(ANNA, first, text("Не приходит счёт"));
    table.text(ANNA, "Два");
    table.edited(ANNA, table.last_message(), text("Три"));
    takes(&mut table, 0, 501);
    let told = shown(&pass(&mut table, 4));
    assert_eq!(
        told,
        ["Три / (изменено в 11:00, было: Два) [replies to 501]"]
    );
    takes(&mut table, 1, 502);
    let told = shown(&pass(&mut table, 4));
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("Не приходит счёт") && told[0].ends_with("[edits 501]"));
}

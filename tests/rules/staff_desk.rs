//! What specialists do in their chat: they take an appeal, solve it, answer it, change what they said and take it back.

use jiff::SignedDuration;
use sheetdesk::domain::{
    appeal::{RejectReason, Status},
    effect::Button,
    event::{Command, Event, Outcome, RowEvent, Update},
    ids::{CallbackId, ChatId, MessageId, OutboxId, RowKey},
    message::{Colleague, Content, Context, FileKind, Message, Reply},
    row::SharedCell,
    session::Locale,
    template::Template,
    text::Text,
};

use crate::{
    lines::{file, newest, text},
    staff_chat::{STAFF, pass, shown, takes, with_thread},
    table::{ANNA, Table},
};

/// The head of the thread of appeal № 1.
const HEAD: i64 = 501;

pub(crate) fn ivanova() -> Colleague {
    Colleague {
        account: ChatId(901),
        name: "Ira".into(),
    }
}

fn petrov() -> Colleague {
    Colleague {
        account: ChatId(902),
        name: "Пётр Петров".into(),
    }
}

pub(crate) fn pressed(
    table: &mut Table,
    chat: ChatId,
    by: &Colleague,
    button: Button,
) -> Vec<String> {
    table.event(&Event::Update(Update::Pressed {
        chat,
        callback: CallbackId("c".into()),
        message: Some(MessageId(HEAD)),
        button: Some(button),
        by: Some(by.clone()),
        locale: Locale::Ru,
    }))
}

fn written(table: &Table, (id, to): (i64, i64), content: Content) -> Message {
    Message {
        chat: STAFF,
        message: MessageId(id),
        at: table.now,
        locale: Locale::Ru,
        content,
        context: Context {
            reply: Some(Reply {
                message: Some(MessageId(to)),
                quote: Text::default(),
            }),
            ..Context::default()
        },
    }
}

/// Ivanova replies in the chat.
fn replies(table: &mut Table, id: i64, content: Content) -> Vec<String> {
    let message = written(table, (id, HEAD), content);
    said(table, message, false)
}

fn edits(table: &mut Table, id: i64, content: Content) -> Vec<String> {
    let message = written(table, (id, HEAD), content);
    said(table, message, true)
}

fn said(table: &mut Table, message: Message, changed: bool) -> Vec<String> {
    table.event(&Event::Update(Update::Replied {
        message,
        by: ivanova(),
        changed,
    }))
}

/// What the partner is told.
fn heard(words: &[String]) -> Vec<String> {
    let words = words.iter();
    words
        .filter_map(|line| line.strip_prefix("7001: ").map(str::to_owned))
        .collect()
}

/// An appeal in the chat, and answers rest for fifteen seconds.
fn with_grace() -> Table {
    let mut table = with_thread();
    table.rules.grace = SignedDuration::from_secs(15);
    table
}

/// Telegram takes a part of an answer.
fn arrives(table: &mut Table, revision: u32, part: u8, message: i64) -> Vec<String> {
    let id = table.answer_id(1, revision, part);
    table.state.claim(&id);
    table.sent(&id, Outcome::Delivered(MessageId(message)))
}

fn status(table: &Table) -> Status {
    table.appeal(1).status
}

#[test]
fn whoever_takes_an_appeal_is_named_in_its_row_and_it_is_in_work() {
    let mut table = with_thread();
    let id = table.appeal(1).id;
    let told = pressed(&mut table, STAFF, &ivanova(), Button::Take(id));
    assert_eq!(
        shown(&told),
        ["№ 1 · Анна · П-1 / Не приходит отчёт / 🟡 В работе: Иванова [Беру | Решено] [edits 501]"]
    );
    assert_eq!(status(&table), Status::InWork);
    let assigned = |table: &Table| {
        let row = table.project(&RowKey::Appeal(id)).expect("a row");
        let names = row.shared.into_iter().filter_map(|cell| match cell {
            SharedCell::Assign { expect, set } => Some((expect.map(|it| it.0), set.0)),
            _ => None,
        });
        names.collect::<Vec<_>>()
    };
    assert_eq!(assigned(&table), [(None, "Иванова".to_owned())]);
    table.placed(1);
    assert_eq!(assigned(&table), []);
    pressed(&mut table, STAFF, &petrov(), Button::Take(id));
    let before = Some("Иванова".to_owned());
    assert_eq!(assigned(&table), [(before, "Пётр Петров".to_owned())]);
    assert_eq!(
        shown(&pressed(&mut table, STAFF, &petrov(), Button::Take(id))),
        [""; 0],
        "pressed twice"
    );
}

#[test]
fn only_the_staff_chat_s_buttons_and_replies_count() {
    let mut table = with_thread();
    let id = table.appeal(1).id;
    for chat in [ChatId(-5), ANNA] {
        let told = pressed(&mut table, chat, &ivanova(), Button::Take(id));
        assert_eq!(told[0], "button answered");
        pressed(&mut table, chat, &ivanova(), Button::Solve(id));
    }
    assert_eq!(status(&table), Status::New);
    let elsewhere = Message {
        chat: ChatId(-5),
        ..written(&table, (601, HEAD), text("Ответ"))
    };
    let told = said(&mut table, elsewhere, false);
    assert_eq!(heard(&told), [""; 0]);
    assert!(told[0].starts_with("-5: Здравствуйте! Я отвечаю только в личном чате"));
}

#[test]
fn an_appeal_is_solved_in_the_chat_unless_the_partner_has_written_meanwhile() {
    let mut table = with_thread();
    let id = table.appeal(1).id;
    table.text(ANNA, "И ещё");
    let told = pressed(&mut table, STAFF, &ivanova(), Button::Solve(id));
    assert_eq!(status(&table), Status::New);
    assert!(shown(&told)[0].starts_with("Пока не закрываем"), "{told:?}");
    pass(&mut table, 4);
    takes(&mut table, 2, 502);
    let told = pressed(&mut table, STAFF, &ivanova(), Button::Solve(id));
    assert_eq!(status(&table), Status::Resolved);
    assert_eq!(
        shown(&told),
        [
            "Решено: Иванова [replies to 501]",
            "№ 1 · Анна · П-1 / Не приходит отчёт / ✅ Решено [edits 501]"
        ]
    );
    assert!(
        heard(&told)
            .iter()
            .any(|line| line.starts_with("Обращение № 1 решено"))
    );
    assert_eq!(shown(&pass(&mut table, 60)), [""; 0], "it is told once");
}

#[test]
fn a_reply_is_an_answer_with_its_grace_and_its_author() {
    let mut table = with_grace();
    let told = replies(&mut table, 601, text("Отправили"));
    assert_eq!(heard(&told), [""; 0]);
    assert_eq!(
        shown(&told),
        [
            "Отправим в 11:00:15. До этого сообщение можно изменить или отозвать. [Отозвать] [replies to 601]"
        ]
    );
    assert!(table.delivery(1).starts_with("ждёт до 11:00:15"));
    takes(&mut table, 1, 701);
    assert_eq!(
        heard(&pass(&mut table, 15)),
        ["Ответ на обращение № 1 / Отправили"]
    );
    let told = arrives(&mut table, 1, 0, 900);
    assert_eq!(
        shown(&told),
        ["Доставлено в 11:00. Измените сообщение – изменится и у партнёра. [Отозвать] [edits 701]"]
    );
    assert_eq!(table.delivery(1), "доставлено 11:00");
    assert_eq!(status(&table), Status::InWork);
    assert_eq!(newest(&table), "Отправили");
    let line = sheetdesk::domain::project::shown_history(
        &table.rules,
        &table.state,
        &table.appeal(1),
        table.appeal(1).dialogue.lines,
    );
    assert!(line.contains("Специалист (Иванова): Отправили"), "{line}");
    let told = shown(&pass(&mut table, 60));
    assert!(
        told.iter()
            .all(|line| !line.contains("Ответили из таблицы")),
        "{told:?}"
    );
}

#[test]
fn photos_files_and_voices_go_along() {
    let mut table = with_thread();
    let told = replies(&mut table, 601, file(FileKind::Photo, None, 1000, "Схема"));
    assert_eq!(
        heard(&told),
        ["Ответ на обращение № 1 / Схема", " [file of -77/601]"]
    );
    arrives(&mut table, 1, 0, 900);
    arrives(&mut table, 1, 1, 901);
    let told = replies(&mut table, 602, file(FileKind::Voice, None, 1000, ""));
    assert_eq!(heard(&told), ["Ответ на обращение № 1 [file of -77/602]"]);
    arrives(&mut table, 2, 0, 902);
    assert!(
        newest(&table).starts_with("Голосовое сообщение"),
        "{}",
        newest(&table)
    );
}

#[test]
fn an_album_is_one_answer() {
    let mut table = with_grace();
    for id in [601, 602, 603] {
        let caption = if id == 602 { "Вот они" } else { "" };
        let mut message = written(&table, (id, HEAD), file(FileKind::Photo, None, 10, caption));
        message.context.album = Some("а".into());
        said(&mut table, message, false);
    }
    assert_eq!(
        heard(&pass(&mut table, 15)),
        [
            "Ответ на обращение № 1 / Вот они",
            " [file of -77/601]",
            " [file of -77/602]",
            " [file of -77/603]"
        ]
    );
}

#[test]
fn answers_of_the_chat_go_out_one_after_another() {
    let mut table = with_grace();
    replies(&mut table, 601, text("Раз"));
    table.later(5);
    replies(&mut table, 602, text("Два"));
    assert_eq!(
        heard(&pass(&mut table, 10)),
        ["Ответ на обращение № 1 / Раз"]
    );
    table.later(5);
    let told = arrives(&mut table, 1, 0, 900);
    assert_eq!(
        heard(&told),
        ["Ответ на обращение № 1 / Два"],
        "it has rested long enough"
    );
}

#[test]
fn a_text_that_rests_in_the_cell_is_held_when_another_answers_in_the_chat() {
    let mut table = with_grace();
    table.row(1, Status::New, "Из таблицы");
    let told = replies(&mut table, 601, text("Из чата"));
    assert_eq!(
        shown(&told)[0],
        "В таблице стоит другой ответ, он не отправлен: Из таблицы [replies to 501]"
    );
    assert!(
        table
            .delivery(1)
            .ends_with("ответили в чате, а этот текст не отправлен: измените его – отправим"),
        "{}",
        table.delivery(1)
    );
    assert_eq!(
        heard(&pass(&mut table, 60)),
        ["Ответ на обращение № 1 / Из чата"]
    );
    assert_eq!(heard(&arrives(&mut table, 2, 0, 900)), [""; 0]);
    assert_eq!(
        heard(&pass(&mut table, 3600)),
        [""; 0],
        "nothing is sent by itself"
    );
    assert_eq!(
        table.delivery(1),
        "доставлено 11:01; ответили в чате, а этот текст не отправлен: измените его – отправим"
    );
    table.row(1, Status::InWork, "Из таблицы, иначе");
    assert_eq!(
        heard(&pass(&mut table, 15)),
        ["Ответ на обращение № 1 / Из таблицы, иначе"]
    );
}

#[test]
fn a_text_typed_while_the_chat_answers_is_held_and_what_is_with_telegram_comes_first() {
    let mut table = with_grace();
    replies(&mut table, 601, text("Из чата"));
    let told = table.row(1, Status::New, "Из таблицы");
    assert!(
        shown(&told)[0].starts_with("В таблице стоит другой ответ"),
        "{told:?}"
    );
    assert_eq!(
        heard(&pass(&mut table, 15)),
        ["Ответ на обращение № 1 / Из чата"]
    );
    assert_eq!(heard(&arrives(&mut table, 1, 0, 900)), [""; 0]);
    table.row(1, Status::InWork, "");
    table.row(1, Status::InWork, "Потом");
    assert_eq!(
        heard(&pass(&mut table, 15)),
        ["Ответ на обращение № 1 / Потом"]
    );
    let id = table.answer_id(1, 2, 0);
    table.state.claim(&id);
    let told = replies(&mut table, 602, text("И ещё"));
    assert_eq!(heard(&told), [""; 0], "it waits for the one before");
    table.sent(&id, Outcome::Delivered(MessageId(901)));
    assert_eq!(
        heard(&pass(&mut table, 15)),
        ["Ответ на обращение № 1 / И ещё"]
    );
}

#[test]
fn an_edited_reply_edits_the_partner_s_message() {
    let mut table = with_grace();
    replies(&mut table, 601, text("Отправли"));
    takes(&mut table, 1, 701);
    table.later(5);
    edits(&mut table, 601, text("Отправили"));
    assert_eq!(heard(&pass(&mut table, 14)), [""; 0], "it rests anew");
    assert_eq!(
        heard(&pass(&mut table, 1)),
        ["Ответ на обращение № 1 / Отправили"]
    );
    arrives(&mut table, 2, 0, 900);
    let told = edits(&mut table, 601, text("Отправили снова"));
    assert_eq!(
        shown(&told),
        ["Исправим у партнёра в 11:00:35. [Отозвать] [edits 701]"]
    );
    assert_eq!(
        heard(&pass(&mut table, 15)),
        ["Ответ на обращение № 1 / Отправили снова [edits 900]"]
    );
    let told = arrives(&mut table, 3, 0, 900);
    assert_eq!(
        shown(&told),
        ["Исправлено у партнёра в 11:00. [Отозвать] [edits 701]"]
    );
    assert!(newest(&table).starts_with("Отправили снова\n(изменено в 11:00, было: Отправили)"));
    assert_eq!(table.delivery(1), "доставлено: исправлено в 11:00");
}

#[test]
fn an_earlier_reply_can_be_edited_too() {
    let mut table = with_thread();
    replies(&mut table, 601, text("Раз"));
    arrives(&mut table, 1, 0, 900);
    replies(&mut table, 602, text("Два"));
    arrives(&mut table, 2, 0, 901);
    let told = edits(&mut table, 601, text("Раз!"));
    assert_eq!(heard(&told), ["Ответ на обращение № 1 / Раз! [edits 900]"]);
    arrives(&mut table, 3, 0, 900);
    let told = edits(&mut table, 602, text("Два!"));
    assert_eq!(heard(&told), ["Ответ на обращение № 1 / Два! [edits 901]"]);
}

#[test]
fn a_reply_is_taken_back_by_its_button() {
    let mut table = with_grace();
    let id = table.appeal(1).id;
    let back = |message| Button::Withdraw(id, MessageId(message));
    replies(&mut table, 601, text("Ой"));
    takes(&mut table, 1, 701);
    let told = pressed(&mut table, STAFF, &ivanova(), back(601));
    assert_eq!(shown(&told), ["Отозвано в 11:00. [edits 701]"]);
    assert_eq!(heard(&pass(&mut table, 60)), [""; 0], "it never goes out");
    assert_eq!(table.delivery(1), "");
    table.rules.grace = SignedDuration::ZERO;
    replies(&mut table, 602, text("Ой-ой"));
    arrives(&mut table, 2, 0, 900);
    let told = pressed(&mut table, STAFF, &ivanova(), back(602));
    assert_eq!(heard(&told), [" [deletes 900]"]);
    let told = arrives(&mut table, 3, 0, 900);
    assert!(
        shown(&told).is_empty() || shown(&told)[0].starts_with("Отозвано"),
        "{told:?}"
    );
    assert_eq!(table.delivery(1), "отозвано в 11:01");
    assert!(
        newest(&table).contains("(отозвано в 11:01)"),
        "{}",
        newest(&table)
    );
}

#[test]
fn what_does_not_arrive_is_said_beneath_it_and_waits_for_a_partner_who_blocked_the_bot() {
    let mut table = with_thread();
    replies(&mut table, 601, text("Раз"));
    let id = table.answer_id(1, 1, 0);
    table.state.claim(&id);
    let told = table.sent(&id, Outcome::Rejected(RejectReason::Blocked));
    assert_eq!(
        shown(&told),
        ["заблокировал бота, отправим, когда вернётся [Отозвать] [replies to 601]"]
    );
    table.later(60);
    let told = table.blocked(ANNA, false);
    assert_eq!(heard(&told), ["Ответ на обращение № 1 / Раз"]);
    arrives(&mut table, 2, 0, 900);
    replies(&mut table, 602, text("Два"));
    let id = table.answer_id(1, 3, 0);
    table.state.claim(&id);
    let told = table.sent(
        &id,
        Outcome::Rejected(RejectReason::Refused("Bad Request: X".into())),
    );
    assert_eq!(
        shown(&told),
        ["не доставлено: Telegram отказал (Bad Request: X) [replies to 602]"]
    );
    let told = edits(&mut table, 602, text("Два, иначе"));
    assert_eq!(
        heard(&told),
        ["Ответ на обращение № 1 / Два, иначе"],
        "a mended text goes out"
    );
}

#[test]
fn talk_among_colleagues_and_what_cannot_be_passed_on_is_not_sent() {
    let mut table = with_thread();
    let told = replies(&mut table, 601, text("// кто возьмёт?"));
    assert_eq!(told, [""; 0]);
    let told = replies(&mut table, 602, Content::Other("dice".into()));
    assert_eq!(heard(&told), [""; 0]);
    assert!(
        shown(&told)[0].starts_with("Такое сообщение партнёру не передать"),
        "{told:?}"
    );
}

#[test]
fn a_reply_to_a_message_whose_response_was_lost_finds_its_appeal_by_the_number() {
    for quote in [
        "№ 1 · Анна · П-1\n\nНе приходит отчёт",
        "No. 1 · Анна · П-1\n\nНе приходит отчёт",
    ] {
        let mut table = with_thread();
        let mut message = written(&table, (601, 9_999), text("Нашлось"));
        message.context.reply = Some(Reply {
            message: Some(MessageId(9_999)),
            quote: quote.into(),
        });
        let told = said(&mut table, message, false);
        assert_eq!(heard(&told), ["Ответ на обращение № 1 / Нашлось"]);
    }
    let mut table = with_thread();
    let mut message = written(&table, (602, 9_998), text("Мимо"));
    message.context.reply = Some(Reply {
        message: Some(MessageId(9_998)),
        quote: "Коллеги, обед".into(),
    });
    assert_eq!(said(&mut table, message, false), [""; 0]);
}

#[test]
fn a_restored_journal_sends_nothing_of_what_the_chat_wanted() {
    let mut table = with_grace();
    replies(&mut table, 601, text("Раз"));
    replies(&mut table, 602, text("Два"));
    table.event(&Event::Admin(Command::Restored));
    assert_eq!(heard(&pass(&mut table, 3600)), [""; 0]);
    let told = table.row(1, Status::New, "");
    assert_eq!(
        shown(&told),
        [602].map(|reply| format!("Не отправлено: журнал восстановлен из копии, ответ мог уйти раньше. Если партнёр его не получил, напишите ещё раз. [replies to {reply}]"))
    );
    let waiting = table.state.waiting(table.now);
    let answers = waiting
        .iter()
        .filter(|it| matches!(it.send.id, OutboxId::Answer(..)));
    assert_eq!(answers.count(), 0);
}

#[test]
fn a_held_text_goes_out_by_the_word_in_the_status_column_and_the_row_says_so() {
    let mut table = with_grace();
    table.row(1, Status::New, "Из таблицы");
    replies(&mut table, 601, text("Из чата"));
    pass(&mut table, 15);
    arrives(&mut table, 2, 0, 900);
    table.row(1, Status::Other("Отправить снова".into()), "Из таблицы");
    assert_eq!(
        heard(&pass(&mut table, 15)),
        ["Ответ на обращение № 1 / Из таблицы"]
    );
    arrives(&mut table, 3, 0, 901);
    assert_eq!(table.delivery(1), "доставлено 11:00");
}

#[test]
fn an_answer_of_which_nobody_knows_is_sent_again_by_the_operator_and_stands_in_the_dialogue() {
    let mut table = with_thread();
    table.rules.resend_unknown = false;
    replies(&mut table, 601, text("Раз"));
    let id = table.answer_id(1, 1, 0);
    table.state.claim(&id);
    let told = table.sent(&id, Outcome::Unknown);
    assert!(shown(&told)[0].starts_with("неизвестно"), "{told:?}");
    table.event(&Event::Admin(Command::Resend(vec![id])));
    arrives(&mut table, 1, 0, 900);
    assert_eq!(newest(&table), "Раз");
    assert_eq!(table.delivery(1), "доставлено 11:00");
}

#[test]
fn a_note_among_the_words_of_a_reply_goes_into_the_dialogue_and_to_nobody() {
    let mut table = with_thread();
    let told = replies(&mut table, 602, text("Выслали\n// скан у Иры"));
    assert_eq!(heard(&told), ["Ответ на обращение № 1 / Выслали"]);
    assert_eq!(told[0], "line 1: скан у Иры");
    arrives(&mut table, 1, 0, 50);
    let told = edits(&mut table, 602, text("Выслали вчера\n// скан у Иры"));
    assert_eq!(
        heard(&told),
        ["Ответ на обращение № 1 / Выслали вчера [edits 50]"]
    );
}

#[test]
fn a_template_is_called_in_the_chat_as_in_the_cell() {
    let mut table = with_thread();
    let address = Template::of("адрес", "{имя}, мы на Невском, 1").expect("a template");
    table.event(&Event::Row(RowEvent::Templates(Some(vec![address]))));
    let told = replies(&mut table, 601, text("/адерс"));
    assert_eq!(heard(&told), [""; 0]);
    let said = shown(&told);
    assert!(
        said[0].contains("Не отправлено: шаблона «/адерс» нет, похожий – «/адрес»"),
        "{said:?}"
    );
    let told = edits(&mut table, 601, text("/адрес\nЖдём\n// скан у Иры"));
    assert_eq!(
        heard(&told),
        ["Ответ на обращение № 1 / Анна, мы на Невском, 1 / Ждём"]
    );
    arrives(&mut table, 1, 0, 9);
    let line = newest(&table);
    assert!(line.contains("Анна, мы на Невском, 1"), "{line}");
    let told = edits(&mut table, 601, text("/адрес\nЖдём вас"));
    assert_eq!(
        heard(&told),
        ["Ответ на обращение № 1 / Анна, мы на Невском, 1 / Ждём вас [edits 9]"]
    );
}

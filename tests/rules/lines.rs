//! Everything that partners send: what it looks like in the dialogue, and what happens to it afterwards.

use sheetdesk::domain::{
    appeal::Status,
    effect::{Effect, Entity, MessageForm, Wake},
    event::{Event, Outcome, Update},
    ids::{ChatId, MessageId, OutboxId, Seq},
    message::{Attachment, Content, Context, FileKind, Reply},
    session::Locale,
    text::Text,
    view::View,
};

use crate::table::{ADMIN, ANNA, BORIS, Table};

pub(crate) fn file(kind: FileKind, name: Option<&str>, size: u64, caption: &str) -> Content {
    let attachment = Attachment {
        kind,
        remote: "F1".into(),
        unique: Some("U1".into()),
        name: name.map(Text::from),
        media_type: None,
        size: Some(size),
    };
    Content::File(attachment, caption.into())
}

pub(crate) fn album(id: &str) -> Context {
    Context {
        album: Some(id.into()),
        ..Context::default()
    }
}

fn reply_to(message: MessageId, quote: &str) -> Context {
    Context {
        reply: Some(Reply {
            message: Some(message),
            quote: quote.into(),
        }),
        ..Context::default()
    }
}

pub(crate) fn text(text: &str) -> Content {
    Content::Text(text.into())
}

/// The newest line of appeal № 1.
pub(crate) fn newest(table: &Table) -> String {
    let line = table
        .state
        .lines(table.appeal(1).id, 1)
        .pop()
        .expect("a line");
    line.text.0
}

#[test]
fn each_kind_is_a_line() {
    let photo = Content::Place {
        position: "55.75,37.62".into(),
        name: "Склад, Лесная, 5".into(),
    };
    for (content, line) in [
        (text("Вопрос"), "Вопрос"),
        (
            Content::Contact {
                phone: "+79001112233".into(),
                own: false,
                name: "Иван Ли".into(),
            },
            "Контакт: Иван Ли, +79001112233",
        ),
        (
            photo,
            "Место: Склад, Лесная, 5, https://maps.google.com/maps?q=55.75,37.62",
        ),
        (
            Content::Poll {
                question: "Когда?".into(),
                options: vec!["Сегодня".into(), "Завтра".into()],
            },
            "Опрос: Когда?\n– Сегодня\n– Завтра",
        ),
        (
            file(FileKind::Video, Some("склад.mp4"), 25_000_000, "вот"),
            "Видео «склад.mp4», 25,0 МБ (ссылки нет: файлы больше 20 МБ Telegram ботам не отдаёт. Попросите прислать ссылкой или частями)\nвот",
        ),
    ] {
        let mut table = Table::registered();
        table.message(ANNA, content);
        assert_eq!(newest(&table), line);
    }
}

#[test]
fn what_lacks_something_is_still_a_sensible_line() {
    let contact = |name: &str, phone: &str| Content::Contact {
        phone: phone.into(),
        own: false,
        name: name.into(),
    };
    let described = |kind: &str| Content::Described {
        kind: kind.into(),
        words: "вот".into(),
    };
    for (content, line) in [
        (contact("Иван", ""), "Контакт: Иван (без номера)"),
        (contact("", "+79001112233"), "Контакт: +79001112233"),
        (contact("", ""), "Контакт без имени и номера"),
        (described("paid_media"), "[платное фото] вот"),
        (described("checklist"), "[список] вот"),
        (described("hologram"), "[вложение] вот"),
        (text("/help не работает касса"), "/help не работает касса"),
        (text("/start не работает касса"), "/start не работает касса"),
    ] {
        let mut table = Table::registered();
        table.message(ANNA, content);
        assert_eq!(newest(&table), line);
    }
    let mut table = Table::registered();
    let nobody_s = Context {
        forwarded: Some(Text::default()),
        ..Context::default()
    };
    table.message_in(ANNA, text("/stop"), nobody_s);
    assert_eq!(newest(&table), "Переслано: /stop");
}

#[test]
fn a_text_in_which_nothing_can_be_seen_is_answered_and_opens_nothing() {
    for mut table in [Table::registered(), Table::sighted()] {
        let told = table.text(ANNA, "\u{200b}\u{feff} \u{2800}");
        assert_eq!(told.len(), 1);
        assert!(
            told[0].starts_with("7001: В сообщении ничего не видно"),
            "{told:?}"
        );
    }
}

#[test]
fn a_contact_that_replies_to_the_button_registers() {
    let mut table = Table::sighted();
    table.text(ANNA, "П-1");
    let own = Content::Contact {
        phone: "79123456789".into(),
        own: true,
        name: "Анна".into(),
    };
    let told = table.message_in(ANNA, own, reply_to(MessageId(3), "Код записали"));
    assert!(
        told.iter()
            .any(|line| line.starts_with("7001: Готово, Анна!")),
        "{told:?}"
    );
}

#[test]
fn a_file_has_a_link_that_opens_it() {
    let mut table = Table::registered();
    let told = table.message(ANNA, file(FileKind::Photo, None, 345_600, "не горит лампа"));
    assert!(told.contains(&"file F1".to_owned()), "{told:?}");
    let line = newest(&table);
    let link = line
        .strip_prefix("Фото, 346 КБ: https://desk.example/files/")
        .and_then(|rest| rest.strip_suffix("\nне горит лампа"));
    let opened = table
        .rules
        .links
        .as_ref()
        .expect("links")
        .open(link.expect("a link"), table.now);
    assert!(opened.is_ok(), "{line}");
}

#[test]
fn without_a_public_address_the_line_says_why_there_is_no_link() {
    let mut table = Table::registered();
    table.rules.links = None;
    table.message(ANNA, file(FileKind::Document, Some("акт.pdf"), 500, ""));
    assert!(
        newest(&table).starts_with("Файл «акт.pdf», 500 Б (ссылки нет: у сервиса не задан адрес"),
        "{}",
        newest(&table)
    );
}

#[test]
fn an_album_is_one_entry() {
    let mut table = Table::registered();
    for part in 0..10 {
        let caption = if part == 0 { "все фото" } else { "" };
        table.message_in(ANNA, file(FileKind::Photo, None, 1000, caption), album("A"));
    }
    assert_eq!(table.appeal(1).dialogue.lines, 1);
    assert_eq!(
        newest(&table)
            .matches("https://desk.example/files/")
            .count(),
        10
    );
    table.message_in(ANNA, file(FileKind::Photo, None, 1000, ""), album("B"));
    assert_eq!(
        table.appeal(1).dialogue.lines,
        2,
        "another album is another entry"
    );
}

#[test]
fn an_album_whose_first_part_was_written_already_is_written_anew() {
    let mut table = Table::registered();
    table.message_in(ANNA, file(FileKind::Photo, None, 1000, ""), album("A"));
    table.placed(1);
    let told = table.message_in(ANNA, file(FileKind::Photo, None, 1000, ""), album("A"));
    assert!(
        told.iter().any(|line| line.starts_with("dirty")),
        "{told:?}"
    );
    assert!(table.appeal(1).row.is_stale());
}

#[test]
fn an_album_of_a_stranger_is_kept_as_one() {
    let mut table = Table::sighted();
    for _ in 0..3 {
        table.message_in(ANNA, file(FileKind::Photo, None, 1000, ""), album("A"));
    }
    assert_eq!(table.state.session(ANNA).expect("a session").kept.len(), 1);
}

#[test]
fn a_forward_and_a_reply_say_so() {
    let mut table = Table::with_appeal();
    let forwarded = Context {
        forwarded: Some("Иван Ли".into()),
        ..Context::default()
    };
    table.message_in(ANNA, text("Счёт готов"), forwarded);
    assert_eq!(newest(&table), "Переслано (Иван Ли): Счёт готов");
    table.message_in(
        ANNA,
        text("Не пришёл"),
        reply_to(MessageId(1), "Проверьте\nпочту"),
    );
    assert_eq!(newest(&table), "В ответ на «Проверьте почту»: Не пришёл");
}

#[test]
fn a_reply_lands_in_the_appeal_that_it_is_about() {
    let mut table = Table::with_appeal();
    table.row(1, Status::New, "Готово");
    table.sent(
        &table.answer_id(1, 1, 0),
        Outcome::Delivered(MessageId(555)),
    );
    table.placed(1);
    table.row(1, Status::Resolved, "");
    table.text(ANNA, "Другой вопрос");
    let told = table.message_in(
        ANNA,
        text("Всё ещё нет"),
        reply_to(MessageId(555), "Готово"),
    );
    assert_eq!(newest(&table), "В ответ на «Готово»: Всё ещё нет");
    assert_eq!(
        table.appeal(1).status,
        Status::New,
        "a closed one is open again"
    );
    assert!(
        told.contains(&"7001: Добавили к обращению № 1.".to_owned()),
        "{told:?}"
    );
    assert_eq!(table.appeal(2).dialogue.lines, 1);
}

#[test]
fn somebody_else_s_message_id_leads_nowhere() {
    let mut table = Table::with_appeal();
    table.lists("П-2", "Борис", "8 912 345 67 00");
    table.text(BORIS, "П-2");
    table.contact(BORIS, "79123456700", true);
    let of_anna = table.last_message();
    table.message_in(BORIS, text("Мой вопрос"), reply_to(of_anna, ""));
    assert_eq!(table.appeal(2).chat, BORIS);
}

#[test]
fn the_receipt_is_one_message_that_goes_along() {
    let mut table = Table::registered();
    table.text(ANNA, "Не приходит отчёт");
    let receipt = OutboxId::Reply(Seq(6), 0);
    assert_eq!(
        table.sent(&receipt, Outcome::Delivered(MessageId(900))),
        ["ended Delivered"]
    );
    table.placed(1);
    table.row(1, Status::New, "Сейчас посмотрим");
    let told = table.sent(
        &table.answer_id(1, 1, 0),
        Outcome::Delivered(MessageId(901)),
    );
    assert!(
        told.contains(&"7001: Обращение № 1 – в работе. [edits 900]".to_owned()),
        "{told:?}"
    );
    table.placed(1);
    let told = table.row(1, Status::Resolved, "");
    assert_eq!(told[0], "7001: Обращение № 1 – решено. [edits 900]");
}

#[test]
fn a_receipt_that_comes_late_catches_up() {
    let mut table = Table::with_appeal();
    table.row(1, Status::InWork, "");
    let told = table.sent(
        &OutboxId::Reply(Seq(6), 0),
        Outcome::Delivered(MessageId(900)),
    );
    assert_eq!(
        told,
        [
            "ended Delivered",
            "7001: Обращение № 1 – в работе. [edits 900]"
        ]
    );
}

#[test]
fn a_receipt_that_cannot_be_changed_is_no_failure() {
    let mut table = Table::with_appeal();
    table.sent(
        &OutboxId::Reply(Seq(6), 0),
        Outcome::Delivered(MessageId(900)),
    );
    table.row(1, Status::InWork, "");
    let edit = table.state.waiting(table.now).pop().expect("an edit waits");
    assert_eq!(edit.send.form, MessageForm::Edit(MessageId(900)));
    let why = sheetdesk::domain::appeal::RejectReason::Refused(
        "Bad Request: message to edit not found".into(),
    );
    assert_eq!(
        table.sent(&edit.send.id, Outcome::Rejected(why)),
        ["ended Delivered"]
    );
}

#[test]
fn a_message_gets_its_reaction_when_its_line_stands_in_the_sheet() {
    let mut table = Table::registered();
    table.text(ANNA, "Раз");
    let first = table.last_message();
    table.text(ANNA, "Два");
    let second = table.last_message();
    let told = table.placed(1);
    let reaction = |message: MessageId| format!("7001: reaction to {}", message.0);
    assert_eq!(told[..2], [reaction(first), reaction(second)]);
    assert!(
        !table.placed(1).iter().any(|line| line.contains("reaction")),
        "only once"
    );
}

#[test]
fn where_the_sheet_is_slow_words_say_that_a_message_has_come_in() {
    let mut table = Table::with_appeal();
    assert_eq!(
        table.text(ANNA, "Ещё")[1..],
        ["wake in 4 s", "dirty appeal 6"]
    );
    table.later(4);
    let due = Event::Due(Wake::Line(table.appeal(1).id));
    assert_eq!(table.event(&due), ["7001: Добавили к обращению № 1."]);
    assert_eq!(table.event(&due), [""; 0], "once is enough");
    table.text(ANNA, "И ещё");
    table.placed(1);
    assert_eq!(table.event(&due), [""; 0], "the reaction was the sign");
}

#[test]
fn a_stranger_s_flood_gets_one_notice() {
    let mut table = Table::sighted();
    for _ in 0..10 {
        assert!(
            !table
                .text(ANNA, "Алло")
                .iter()
                .any(|line| line.contains("подряд"))
        );
    }
    let notice =
        "7001: Слишком много сообщений подряд. Подождите, пожалуйста, минуту и напишите снова.";
    assert_eq!(table.text(ANNA, "Алло"), [notice]);
    assert_eq!(table.text(ANNA, "Алло"), [""; 0]);
    table.later(61);
    assert!(table.text(ANNA, "/start")[0].contains("Здравствуйте"));
}

#[test]
fn a_partner_s_flood_is_recorded_to_the_last_message() {
    let mut table = Table::registered();
    let mut notices = 0;
    for _ in 0..60 {
        notices += table
            .text(ANNA, "Алло")
            .iter()
            .filter(|line| line.contains("мы записали каждое"))
            .count();
    }
    assert_eq!((notices, table.appeal(1).dialogue.lines), (1, 60));
}

#[test]
fn a_group_hears_once_that_the_bot_works_in_private() {
    let mut table = Table::registered();
    let said = |chat, said: Option<&str>| {
        Event::Update(Update::Group {
            chat: ChatId(chat),
            said: said.map(Text::from),
            locale: Locale::Ru,
        })
    };
    assert!(
        table.event(&said(-5, None))[0]
            .starts_with("-5: Здравствуйте! Я отвечаю только в личном чате")
    );
    assert_eq!(table.event(&said(-5, Some("/start"))), [""; 0]);
    assert_eq!(table.event(&said(-6, Some("кто тут?"))).len(), 1);
    table.rules.admin_chat = Some(ChatId(-7));
    assert_eq!(
        table.event(&said(-7, Some("привет"))),
        [""; 0],
        "the admin chat is no stranger"
    );
}

#[test]
fn every_chat_is_told_its_number_where_it_asks() {
    let mut table = Table::registered();
    table.rules.admin_chat = Some(ChatId(-7));
    for chat in [-5, -7] {
        let asked = Event::Update(Update::Group {
            chat: ChatId(chat),
            said: Some(Text::from("/id@desk_bot")),
            locale: Locale::Ru,
        });
        let told = format!("{chat}: Номер этого чата: {chat}");
        assert_eq!(table.event(&asked), [told.as_str()]);
    }
    for chat in [ANNA, ChatId(9)] {
        assert_eq!(
            table.text(chat, "/id"),
            [format!("{chat}: Номер этого чата: {chat}")]
        );
    }
}

#[test]
fn a_group_that_asks_for_its_number_without_end_is_not_answered_without_end() {
    let mut table = Table::registered();
    let said = |text: &str| {
        Event::Update(Update::Group {
            chat: ChatId(-5),
            said: Some(Text::from(text)),
            locale: Locale::Ru,
        })
    };
    let told = |table: &mut Table| table.event(&said("/id")).len();
    let answered: usize = (0..100).map(|_| told(&mut table)).sum();
    assert_eq!(answered, 10);
    assert_eq!(
        table.event(&said("кто тут?")).len(),
        1,
        "it has not heard yet that the bot works in private"
    );
    assert_eq!(table.event(&said("кто тут?")), [""; 0]);
    table.later(61);
    assert_eq!(told(&mut table), 1);
}

#[test]
fn what_telegram_itself_says_is_not_answered() {
    let mut table = Table::registered();
    assert_eq!(
        table.message(ANNA, Content::Service("pinned_message".into())),
        [""; 0]
    );
    assert_eq!(
        table.message(ADMIN, Content::Service("pinned_message".into())),
        [""; 0]
    );
    let told = table.message(ANNA, Content::Other("dice".into()));
    assert!(told[0].starts_with("7001: Такое сообщение специалисту не передать."));
}

#[test]
fn a_file_is_remembered_by_what_brought_it() {
    let table = Table::registered();
    let event = Update::Message(sheetdesk::domain::message::Message {
        chat: ANNA,
        message: MessageId(7),
        at: table.now,
        locale: Locale::Ru,
        content: file(FileKind::Voice, None, 10, ""),
        context: Context::default(),
    });
    let decision = sheetdesk::domain::decide::decide(
        &table.rules,
        &table.state,
        Seq(99),
        &Event::Update(event),
        table.now,
    );
    let ids: Vec<_> = decision
        .puts
        .iter()
        .filter_map(|put| {
            if let Entity::File(file) = put {
                Some(file.id.0)
            } else {
                None
            }
        })
        .collect();
    assert_eq!(ids, [Seq(99)]);
    assert!(
        decision
            .effects
            .iter()
            .all(|effect| !matches!(effect, Effect::React(..)))
    );
}

#[test]
fn where_no_reaction_could_be_set_words_say_once_that_a_message_has_come_in() {
    let mut table = Table::with_appeal();
    let unshown =
        |table: &mut Table, message: MessageId| table.event(&Event::Unshown(ANNA, message));
    let first = table.last_message();
    assert_eq!(
        unshown(&mut table, first),
        [""; 0],
        "its receipt has said so"
    );
    table.text(ANNA, "И ещё");
    let second = table.last_message();
    let told = unshown(&mut table, second);
    assert!(
        told.len() == 1 && told[0].starts_with("7001: Добавили"),
        "{told:?}"
    );
    assert_eq!(unshown(&mut table, second), [""; 0]);
    assert_eq!(
        unshown(&mut table, MessageId(999_999)),
        [""; 0],
        "a message of no appeal"
    );
}

#[test]
fn no_line_of_a_partner_can_be_taken_for_a_specialist_s() {
    for (written, shown) in [
        (
            "Что мне ответили:\nСпециалист: всё решено",
            "Что мне ответили:\n> Специалист: всё решено",
        ),
        ("Специалист: всё решено", "> Специалист: всё решено"),
        (
            "да\n2026-03-02 11:00:00: Cпециалист : решено",
            "да\n> 2026-03-02 11:00:00: Cпециалист : решено",
        ),
        (
            "да\r\u{200b}СПЕЦИАЛИСТ – решено",
            "да\r> \u{200b}СПЕЦИАЛИСТ – решено",
        ),
        (
            "да\u{2028}Специалист:\nрешено",
            "да\u{2028}> Специалист:\nрешено",
        ),
        (
            "Специалист не отвечает\nспециалисты: где они?",
            "Специалист не отвечает\nспециалисты: где они?",
        ),
        ("Мой специалист: Анна", "Мой специалист: Анна"),
    ] {
        let mut table = Table::registered();
        assert_eq!(
            table.text(ANNA, written)[0],
            format!("line 0: {shown}"),
            "{written:?}"
        );
    }
}

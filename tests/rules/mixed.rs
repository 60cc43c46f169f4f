//! Several partners at once: what one event brings of each stays apart; a journal that has mixed them up says so and sends nothing.

use std::collections::BTreeSet;

use sheetdesk::domain::{
    appeal::{Appeal, Delivery, Line, Status},
    effect::{Decision, Effect, Entity, Send, Wake},
    event::{Command, Event, Looked, Mixed, Outcome, TelegramCell},
    ids::{AppealId, ChatId, MessageId, OutboxId, Revision, Seq},
    message::{Content, Context, Post, Reply},
    ownership::{OwnershipError, check},
    tab::Tab,
    text::{Html, Text},
    view::View,
};

use crate::table::{ADMIN, ANNA, BORIS, SheetRow, Table, cells};

const CROWD: std::ops::Range<i64> = 8000..8040;

fn own(chat: ChatId) -> String {
    format!("вопрос от {chat}")
}

#[test]
fn everybody_who_wrote_before_the_first_look_has_an_appeal_of_his_own() {
    let mut table = Table::empty();
    for chat in CROWD.map(ChatId) {
        table.text(chat, &own(chat));
    }
    for chat in CROWD {
        let (code, phone) = (format!("К-{chat}"), format!("8 900 000 {chat}"));
        table.lists_bound(&code, "Партнёр", &phone, TelegramCell::Id(ChatId(chat)));
    }
    table.looked(Tab::Appeals);
    table.looked(Tab::Partners);
    let mut numbers = BTreeSet::new();
    for chat in CROWD.map(ChatId) {
        let appeals = table.state.appeals_of(chat, 9);
        assert_eq!(appeals.len(), 1);
        let lines = table.state.lines(appeals[0].id, 9);
        assert_eq!(
            lines
                .iter()
                .map(|line| line.text.0.clone())
                .collect::<Vec<_>>(),
            [own(chat)]
        );
        numbers.insert(appeals[0].number);
        let row = SheetRow {
            chat: TelegramCell::Id(chat),
            ..cells(
                appeals[0].number.expect("it is given").0,
                Status::New,
                "ответ",
            )
        };
        table.shows(vec![row]);
    }
    assert_eq!(numbers.len(), CROWD.count());
    let answered = table
        .state
        .waiting(table.now)
        .into_iter()
        .filter_map(|entry| match entry.send.id {
            OutboxId::Answer(..) => Some(entry.send.to.0),
            _ => None,
        });
    assert_eq!(
        answered.collect::<BTreeSet<_>>(),
        CROWD.collect(),
        "each his own"
    );
}

#[test]
fn the_end_of_a_look_only_names_who_is_to_be_answered() {
    let mut table = Table::empty();
    table.text(ANNA, "раз");
    table.text(BORIS, "два");
    let looked = Event::Looked(Looked {
        tab: Tab::Partners,
        began: table.now,
        highest: None,
        sheet: None,
    });
    assert_eq!(table.event(&looked), ["wake in 0 s", "wake in 0 s"]);
    assert!(
        table.event(&Event::Due(Wake::Parked(BORIS)))[0].starts_with("7002: Сообщение сохранили")
    );
    assert_eq!(
        table.event(&Event::Due(Wake::Parked(BORIS))),
        [""; 0],
        "once"
    );
    assert!(
        table.event(&Event::Due(Wake::Parked(ANNA)))[0].starts_with("7001: Сообщение сохранили")
    );
}

#[test]
fn a_reply_to_a_message_of_another_s_appeal_opens_his_own() {
    let mut table = Table::with_appeal();
    let anna_s = table.appeal(1);
    table.lists("П-2", "Борис", "8 916 000-00-01");
    table.text(BORIS, "П-2");
    table.contact(BORIS, "79160000001", true);
    let message = table.last_message();
    // As an earlier version left it.
    table.state.put_entity(&Entity::Post(Post {
        chat: BORIS,
        message,
        appeal: anna_s.id,
        line: Some(0),
        said: None,
        held: None,
    }));
    let reply = Context {
        reply: Some(Reply {
            message: Some(message),
            quote: Text::default(),
        }),
        ..Context::default()
    };
    table.message_in(BORIS, Content::Text(Text::from("и ещё")), reply);
    table.edited(BORIS, message, Content::Text(Text::from("иначе")));
    assert_eq!(table.appeal(1).dialogue.lines, anna_s.dialogue.lines);
    assert_eq!(table.appeal(2).chat, BORIS);
}

#[test]
fn an_appeal_that_holds_several_partners_messages_sends_nothing_and_takes_nothing() {
    let mut table = Table::with_appeal();
    let receipt = OutboxId::Reply(table.appeal(1).id.seq, 0);
    table.sent(&receipt, Outcome::Delivered(MessageId(5)));
    table.row(1, Status::New, "Ответ в пути");
    let id = table.appeal(1).id;
    let mixed = Event::Mixed(Mixed {
        appeal: id,
        others: [BORIS].into(),
    });
    let told = table.event(&mixed);
    assert!(told.contains(&"withdrawn".to_owned()), "{told:?}");
    let admin = told
        .iter()
        .find(|words| words.starts_with(&ADMIN.to_string()))
        .expect("he is told");
    assert!(
        admin.contains("№ 1") && admin.contains("П-1") && admin.contains("7002"),
        "{admin}"
    );
    assert_eq!(table.event(&mixed), [""; 0], "once");
    assert!(
        table
            .delivery(1)
            .starts_with("остановлено: прежняя версия смешала")
    );
    assert_eq!(table.appeal(1).delivery.state, Delivery::Held);

    table.row(1, Status::New, "Другой ответ");
    table.event(&Event::Admin(Command::ReleaseAnswers));
    table.later(3600);
    table.event(&Event::Due(Wake::Appeal(id)));
    let answers = table.state.waiting(table.now).into_iter();
    assert_eq!(
        answers
            .filter(|entry| matches!(entry.send.id, OutboxId::Answer(..)))
            .count(),
        0
    );

    for wake in [Wake::Appeal(id), Wake::Line(id)] {
        table.event(&Event::Due(wake));
    }
    let closed = table.row(1, Status::Resolved, "Другой ответ");
    assert!(
        !closed.iter().any(|words| words.starts_with("7001")),
        "{closed:?}"
    );

    let next = table.text(ANNA, "Так когда же?");
    assert!(
        next.iter()
            .any(|words| words.starts_with("7001: Приняли, обращение № 2")),
        "{next:?}"
    );
}

#[test]
fn a_decision_that_puts_a_thing_in_another_s_place_is_found_out() {
    let table = Table::with_appeal();
    let anna_s = table.appeal(1);
    let line = table.state.lines(anna_s.id, 1).remove(0);
    let of_boris = Appeal {
        chat: BORIS,
        ..anna_s.clone()
    };
    let send = |id, to| {
        Effect::Send(Send {
            about: Some(anna_s.id),
            ..Send::talk(id, to, Html::escape("…"))
        })
    };
    let reply = OutboxId::Reply(Seq(99), 0);
    let other_line = Line {
        message: None,
        ..line.clone()
    };
    let further = AppealId { n: 1, ..anna_s.id };
    let other_appeal = Appeal {
        id: further,
        ..of_boris.clone()
    };
    let post = |appeal, chat| {
        Entity::Post(Post {
            chat,
            message: table.last_message(),
            appeal,
            line: None,
            said: None,
            held: None,
        })
    };
    let cases = [
        (
            vec![Entity::Appeal(anna_s.clone()), Entity::Line(line)],
            vec![send(reply.clone(), ANNA)],
            Ok(()),
        ),
        (
            vec![Entity::Appeal(other_appeal), post(further, BORIS)],
            vec![],
            Ok(()),
        ),
        (
            vec![Entity::Appeal(of_boris)],
            vec![],
            Err(OwnershipError::Appeal(anna_s.id)),
        ),
        (
            vec![
                Entity::Appeal(anna_s.clone()),
                Entity::Appeal(anna_s.clone()),
            ],
            vec![],
            Err(OwnershipError::Twice("appeals")),
        ),
        (
            vec![Entity::Line(other_line)],
            vec![],
            Err(OwnershipError::Line(anna_s.id, 0)),
        ),
        (
            vec![post(anna_s.id, BORIS)],
            vec![],
            Err(OwnershipError::Post(anna_s.id)),
        ),
        (
            vec![],
            vec![send(reply.clone(), BORIS)],
            Err(OwnershipError::Recipient(anna_s.id)),
        ),
        (
            vec![],
            vec![send(OutboxId::Answer(anna_s.id, Revision(1), 0), BORIS)],
            Err(OwnershipError::Recipient(anna_s.id)),
        ),
        (
            vec![],
            vec![
                Effect::Send(Send::talk(reply.clone(), ANNA, Html::escape("…"))),
                Effect::Send(Send::talk(reply, BORIS, Html::escape("…"))),
            ],
            Err(OwnershipError::Twice("messages")),
        ),
    ];
    for (puts, effects, verdict) in cases {
        let decision = Decision {
            puts,
            effects,
            ..Decision::default()
        };
        assert_eq!(check(&table.state, &decision), verdict, "{decision:?}");
    }
}

//! Topics in the specialists' chat: an appeal is opened, answered, closed and opened again in one of its own, and stands in the chat itself where
//! none is to be had.

use serde_json::json;
use sheetdesk::testbed::Service;
use simulator::telegram::{
    Attachment, Fault, FaultKind, FileKind, Group, Person, Profile, SentMessage, Topic,
};

use crate::{
    play::{PATIENCE, Play, hears, told},
    staff_chat::status_says,
    staff_desk::button,
};

const FORUM: i64 = -1_000_004_343;

/// The service runs with a chat of specialists in which appeals are to have topics, and Marina is registered.
async fn begun(settings: &[(&str, &str)], has_topics: bool) -> (Play, Service, Group, Person) {
    let mut play = Play::set().await;
    let group = play.testbed.telegram.group(FORUM, "Специалисты");
    let ivanova = play
        .testbed
        .telegram
        .person(Profile::new(700_009_001, "Ира"));
    play.testbed.configure("STAFF__CHAT", &FORUM.to_string());
    play.testbed.configure("STAFF__TOPICS", "true");
    play.testbed.configure("APPEALS__GRACE", "0");
    for (name, value) in settings {
        play.testbed.configure(name, value);
    }
    group.add_bot(&play.operator);
    if has_topics {
        group.becomes_forum();
        group.lets_manage_topics(&play.operator, true);
    }
    let service = play.start().await;
    play.registers().await;
    (play, service, group, ivanova)
}

/// The topic that is so.
async fn topic(group: &Group, is_so: impl Fn(&Topic) -> bool) -> Topic {
    group
        .await_topic(is_so, PATIENCE)
        .await
        .expect("there is one")
}

#[tokio::test]
async fn an_appeal_is_opened_answered_closed_and_opened_again_in_its_topic() {
    let (play, service, group, ivanova) = begun(&[], true).await;
    play.opens_appeal().await;
    let own = topic(&group, |it| it.name.starts_with("№ 2 · ")).await;
    assert!(own.name.ends_with(" · Не приходит отчёт"), "{}", own.name);
    let head = told(&group, "№ 2 · ").await;
    group
        .write_in(own.id, &ivanova, "Коллеги, что скажем?")
        .expect("it is open");
    group
        .reply(&ivanova, head.message_id, "Отправили заново")
        .expect("it is there");
    play.hears("Отправили заново").await;
    told(&group, "Доставлено в ").await;
    play.types(2, "специалист_ответ", "Смотрим дальше").await;
    play.hears("Смотрим дальше").await;
    told(&group, "Ответили из таблицы: Смотрим дальше").await;
    play.settled().await;
    assert_eq!(play.heard("Коллеги"), 0, "talk stays among colleagues");
    group
        .press(&ivanova, head.message_id, &button(&head, "Решено"))
        .expect("it is pressed");
    topic(&group, |it| it.closed).await;
    play.hears("Обращение № 2 решено").await;
    play.settled().await;
    play.types(2, "статус", "В работе").await;
    topic(&group, |it| !it.closed).await;
    play.settled().await;
    assert_eq!(group.topics().len(), 1);
    for message in group.messages() {
        assert_eq!(message.topic, Some(own.id), "{message:?}");
    }
    play.ends(service).await;
}

#[tokio::test]
async fn where_the_bot_may_make_no_topics_the_chat_itself_shows_appeals_until_it_may() {
    let (play, service, group, _) = begun(&[("SCHEDULE__HEALTH", "* * * * * *")], false).await;
    play.opens_appeal().await;
    let head = told(&group, "№ 2 · ").await;
    assert_eq!(head.topic, None);
    hears(
        &play.operator,
        "Завести тему для обращения в чате специалистов не получается",
    )
    .await;
    status_says(
        &play,
        |telegram| telegram.staff_topics.as_ref(),
        "not a forum",
    )
    .await;
    play.marina.write("Ещё вопрос");
    let further = told(&group, "Ещё вопрос").await;
    assert_eq!(further.reply_to, Some(head.message_id));
    group.becomes_forum();
    group.lets_manage_topics(&play.operator, true);
    play.settled().await;
    play.types(2, "статус", "Решено").await;
    told(&group, "Обращение закрыли").await;
    play.settled().await;
    play.marina.write("Теперь другое");
    let own = topic(&group, |it| it.name.starts_with("№ 3 · ")).await;
    let head = told(&group, "№ 3 · ").await;
    assert_eq!(head.topic, Some(own.id));
    hears(&play.operator, "снова есть свои темы").await;
    let alerts = play.operator.messages();
    let is_alert = |message: &&SentMessage| message.content.text.contains("Завести тему");
    assert_eq!(alerts.iter().filter(is_alert).count(), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn a_topic_that_was_deleted_is_made_anew_whichever_way_telegram_says_so() {
    let gone = json!({"ok": false, "error_code": 400, "description": "Bad Request: message thread not found"});
    for in_words in [false, true] {
        let (play, service, group, _) = begun(&[], true).await;
        play.opens_appeal().await;
        let first = topic(&group, |_| true).await;
        told(&group, "№ 2 · ").await;
        group.delete_topic(first.id);
        if in_words {
            let fault = Fault::next(1, FaultKind::answer(400, gone.to_string()));
            let telegram = &play.testbed.telegram;
            telegram.fault(fault.of("sendMessage").to(group.id()));
        }
        play.marina.write("Раз");
        let second = topic(&group, |it| it.name.ends_with(" · Раз")).await;
        let head = told(&group, "№ 2 · ").await;
        assert_eq!(head.topic, Some(second.id));
        assert!(head.content.text.ends_with("Раз"), "{head:?}");
        play.settled().await;
        let all = group.messages();
        assert_eq!(all.len(), 1, "nothing stays in the chat itself: {all:?}");
        play.ends(service).await;
    }
}

#[tokio::test]
async fn a_topic_waits_as_telegram_wants_and_partners_do_not() {
    let (play, service, group, _) = begun(&[], true).await;
    let flood = FaultKind::TooMany { retry_after: 2 };
    play.testbed
        .telegram
        .fault(Fault::next(1, flood).of("createForumTopic"));
    play.marina.write("Не приходит отчёт");
    play.hears("Приняли, обращение № 2").await;
    let own = topic(&group, |_| true).await;
    let head = told(&group, "№ 2 · ").await;
    play.marina
        .send_file(Attachment::photo(b"a picture".as_slice()));
    let is_photo = |message: &SentMessage| {
        let media = message.content.media.as_ref();
        media.is_some_and(|media| media.kind == FileKind::Photo)
    };
    let photo = group.await_message(is_photo, PATIENCE).await;
    let photo = photo.expect("it is shown");
    assert_eq!((head.topic, photo.topic), (Some(own.id), Some(own.id)));
    play.settled().await;
    assert_eq!(play.testbed.telegram.calls().too_many, 1);
    assert_eq!(group.topics().len(), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn of_a_topic_whose_response_is_lost_one_may_stay_empty() {
    let (play, service, group, _) = begun(&[], true).await;
    play.testbed
        .telegram
        .fault(Fault::next(1, FaultKind::CutAfter).of("createForumTopic"));
    play.opens_appeal().await;
    let head = told(&group, "№ 2 · ").await;
    play.settled().await;
    let topics = group.topics();
    assert_eq!(topics.len(), 2);
    assert_eq!(head.topic, Some(topics[1].id));
    assert_eq!(group.messages().len(), 1);
    play.ends(service).await;
}

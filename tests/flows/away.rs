//! Telegram away, refusing the bot, or asking for silence: no message is lost, none goes out twice for nothing, and nobody is left guessing.

use std::time::Duration;

use serde_json::json;
use sheetdesk::{
    domain::operator::OperatorRequest,
    health::Health,
    operator::{ConsoleReply, StatusReport, ask},
    testbed::{APPEALS, Service},
};
use simulator::telegram::{Fault, FaultKind, Group, Person, SentMessage};

use crate::play::{PATIENCE, Play, hears};

/// Longer than the rest before a message whose response was lost goes out again.
const OUTAGE: Duration = Duration::from_secs(9);
/// As many calls as any outage sees.
const ALL: u32 = 1_000_000;

/// Twelve partners, each with an appeal that is in the sheet: № 2 to 13.
async fn with_twelve_appeals() -> (Play, Service, Vec<Person>) {
    let play = Play::set().await;
    let people = play.enlists(12);
    let service = play.start().await;
    let seen = |status: &StatusReport| {
        status
            .looks
            .values()
            .filter(|look| look.age_s.is_some())
            .count()
            >= 2
    };
    play.testbed
        .status_where("the tabs are seen", seen, PATIENCE)
        .await
        .expect("they are");
    play.settled().await;
    for person in &people {
        person.write("Когда привезут?");
    }
    for person in &people {
        hears(person, "Приняли, обращение №").await;
    }
    play.settled().await;
    (play, service, people)
}

/// All answers arrive in spite of an outage, and no row says that its fate is unknown. Answers with how often they arrived in all.
async fn twelve_answers_outlive(trouble: FaultKind) -> usize {
    let (play, service, people) = with_twelve_appeals().await;
    for number in 2..=13 {
        play.testbed
            .type_in(number, "специалист_ответ", "Привезут завтра")
            .expect("there is such a cell");
    }
    let sends = || play.testbed.telegram.calls().of("sendMessage");
    let before = sends();
    play.testbed.telegram.fault(Fault::next(ALL, trouble));
    play.testbed
        .callback(APPEALS)
        .await
        .expect("the callback is taken");
    tokio::time::sleep(OUTAGE).await;
    let tries = sends() - before;
    assert!(
        (1..=12).contains(&tries),
        "none is tried twice in an outage: {tries}"
    );
    play.testbed.telegram.clear_faults();
    for person in &people {
        hears(person, "Привезут завтра").await;
    }
    for number in 2..=13 {
        play.shows(number, "Доставка", |text| {
            text.starts_with("доставлено")
        })
        .await;
    }
    let arrived = |person: &Person| {
        let answers = person
            .messages()
            .into_iter()
            .filter(|message| message.content.text.contains("Привезут завтра"));
        answers.count()
    };
    let each: Vec<usize> = people.iter().map(arrived).collect();
    assert!(each.iter().all(|count| (1..=2).contains(count)), "{each:?}");
    assert_eq!(
        play.testbed.status().await.expect("it runs").outbox.unknown,
        0
    );
    play.ends(service).await;
    each.iter().sum()
}

#[tokio::test]
async fn connections_that_are_reset_use_up_nobody_s_second_try() {
    assert_eq!(twelve_answers_outlive(FaultKind::CutBefore).await, 12);
}

#[tokio::test]
async fn responses_that_are_lost_double_a_message_once_at_most() {
    twelve_answers_outlive(FaultKind::CutAfter).await;
}

#[tokio::test]
async fn pages_of_a_gateway_use_up_nobody_s_second_try() {
    assert_eq!(
        twelve_answers_outlive(FaultKind::answer(502, "<html>Bad Gateway</html>")).await,
        12
    );
}

#[tokio::test]
async fn a_gateway_that_speaks_as_telegram_does_uses_up_nobody_s_second_try() {
    let body = json!({"ok": false, "error_code": 502, "description": "Bad Gateway"});
    assert_eq!(
        twelve_answers_outlive(FaultKind::answer(502, body.to_string())).await,
        12
    );
}

#[tokio::test]
async fn an_answer_that_telegram_takes_its_time_for_is_not_sent_twice() {
    let (play, service) = Play::with_appeal().await;
    let slow = FaultKind::delay(Duration::from_secs(25));
    play.testbed.telegram.fault(Fault::next(ALL, slow));
    play.types(2, "специалист_ответ", "Не спеша").await;
    let wanted = |text: &str| text.starts_with("доставлено");
    let within = PATIENCE + PATIENCE;
    let told = play
        .testbed
        .appeal_cell_where(2, "Доставка", wanted, within)
        .await
        .expect("it is delivered");
    assert!(!told.contains("дважды"), "{told}");
    assert_eq!(play.heard("Не спеша"), 1);
    play.testbed.telegram.clear_faults();
    play.ends(service).await;
}

#[tokio::test]
async fn a_start_with_a_telegram_that_is_slow_in_everything_sends_all_the_same() {
    let (play, service) = Play::with_appeal().await;
    service.stop().await;
    play.testbed
        .telegram
        .fault(Fault::next(ALL, FaultKind::delay(Duration::from_secs(7))));
    let service = play.start().await;
    play.types(2, "специалист_ответ", "Хоть и не сразу").await;
    play.hears("Хоть и не сразу").await;
    play.shows(2, "Доставка", |text| text.starts_with("доставлено"))
        .await;
    let there = |status: &StatusReport| status.links.get("telegram") == Some(&Health::Ok);
    play.testbed
        .status_where("Telegram is there", there, PATIENCE)
        .await
        .expect("slow is not away");
    assert_eq!(play.heard("Хоть и не сразу"), 1);
    play.testbed.telegram.clear_faults();
    play.ends_with_calls_in_hand(service).await;
}

#[tokio::test]
async fn a_refusal_of_the_bot_rejects_no_message_and_says_what_to_do() {
    let (play, service) = Play::with_appeal().await;
    for (code, description, cure) in [
        (401, "Unauthorized: invalid token specified", "@BotFather"),
        (
            409,
            "Conflict: terminated by other getUpdates request",
            "somebody else",
        ),
    ] {
        let body = json!({"ok": false, "error_code": code, "description": description});
        play.testbed
            .telegram
            .fault(Fault::next(ALL, FaultKind::answer(code, body.to_string())));
        let sends = || play.testbed.telegram.calls().of("sendMessage");
        let before = sends();
        let words = format!("Ответ после {code}, {description}");
        play.types(2, "специалист_ответ", &words).await;
        let barred = |status: &StatusReport| {
            status
                .telegram
                .barred
                .is_some_and(|bar| bar.remedy().contains(cure))
        };
        play.testbed
            .status_where("the cure is named", barred, PATIENCE)
            .await
            .expect("it is told");
        play.shows(2, "Доставка", |text| text.starts_with("ждёт"))
            .await;
        assert!(sends() <= before + 1, "after one refusal nothing is sent");
        play.testbed.telegram.clear_faults();
        play.hears(&words).await;
        play.shows(2, "Доставка", |text| text.starts_with("доставлено"))
            .await;
        play.shows(2, "специалист_ответ", str::is_empty).await;
        let status = play.settled().await;
        assert_eq!(
            (
                status.telegram.barred,
                status.outbox.failed,
                status.outbox.unknown
            ),
            (None, 0, 0)
        );
    }
    play.ends(service).await;
}

#[tokio::test]
async fn a_silence_of_a_day_is_named_everywhere_and_the_operator_can_end_it() {
    let (play, service) = Play::registered().await;
    let flood = Fault::next(
        1,
        FaultKind::TooMany {
            retry_after: 86_400,
        },
    )
    .of("sendMessage");
    play.testbed.telegram.fault(flood);
    play.marina.write("Слышно ли меня?");
    let silent = |status: &StatusReport| status.telegram.silent_until.is_some();
    play.testbed
        .status_where("the silence is told", silent, PATIENCE)
        .await
        .expect("it is told");
    service.stop().await;
    let service = play.start().await;
    play.testbed
        .status_where("it is told after a restart", silent, PATIENCE)
        .await
        .expect("it is told");
    let ready = reqwest::get(format!("http://{}/readyz", play.testbed.address()))
        .await
        .expect("it answers");
    let ready: serde_json::Value = ready.json().await.expect("it is JSON");
    assert_eq!(
        (&ready["status"], &ready["parts"]["telegram"]),
        (&json!("degraded"), &json!("throttled"))
    );
    assert!(ready["telegram_silent_until"].is_string(), "{ready}");
    assert_eq!(play.heard("Приняли, обращение"), 0);
    let reply = ask(&play.testbed.data_dir(), &OperatorRequest::EndSilence).await;
    assert!(matches!(reply, Ok(ConsoleReply::SilenceEnded)), "{reply:?}");
    play.hears("Приняли, обращение").await;
    let status = play.settled().await;
    assert_eq!(status.telegram.silent_until, None);
    play.ends(service).await;
}

#[tokio::test]
async fn a_429_to_the_question_whether_telegram_is_there_keeps_no_message_back() {
    let (play, service) = Play::with_appeal().await;
    service.stop().await;
    let flood = FaultKind::TooMany { retry_after: 3600 };
    play.testbed
        .telegram
        .fault(Fault::next(ALL, flood.clone()).of("getMe"));
    let service = play.start().await;
    play.types(2, "специалист_ответ", "Проверка связи").await;
    play.hears("Проверка связи").await;
    // A message that meets one itself is put off, and the silence has a name.
    play.testbed
        .telegram
        .fault(Fault::next(1, flood).of("sendMessage"));
    play.shows(2, "специалист_ответ", str::is_empty).await;
    play.types(2, "специалист_ответ", "Слышно ли теперь?").await;
    let silent = |status: &StatusReport| status.telegram.silent_until.is_some();
    play.testbed
        .status_where("the silence is told", silent, PATIENCE)
        .await
        .expect("it is told");
    let reply = ask(&play.testbed.data_dir(), &OperatorRequest::EndSilence).await;
    assert!(matches!(reply, Ok(ConsoleReply::SilenceEnded)), "{reply:?}");
    play.hears("Слышно ли теперь?").await;
    play.testbed.telegram.clear_faults();
    play.ends(service).await;
}

#[tokio::test]
async fn a_busy_group_silences_nobody_but_itself() {
    let mut play = Play::set().await;
    let group = play.testbed.telegram.group(-4242, "Операторы");
    play.testbed.configure("TELEGRAM__ADMIN_CHAT", "-4242");
    group.add_bot(&play.operator);
    let service = play.start().await;
    play.registers().await;
    let flood = Fault::next(
        1,
        FaultKind::TooMany {
            retry_after: 86_400,
        },
    )
    .to(group.id());
    play.testbed.telegram.fault(flood);
    group.write(&play.operator, "/status");
    let refused = |_: &StatusReport| play.testbed.telegram.calls().too_many > 0;
    play.testbed
        .status_where("the group is put off", refused, PATIENCE)
        .await
        .expect("it is");
    play.marina.write("А мне ответят?");
    play.hears("Приняли, обращение").await;
    assert!(group.messages().is_empty());
    let reply = ask(&play.testbed.data_dir(), &OperatorRequest::EndSilence).await;
    assert!(matches!(reply, Ok(ConsoleReply::SilenceEnded)), "{reply:?}");
    group
        .await_message(|_| true, PATIENCE)
        .await
        .expect("the answer comes");
    play.ends(service).await;
}

/// The service with a group as its admin chat, in which nobody has written yet.
async fn with_admin_group() -> (Play, Service, Group) {
    let mut play = Play::set().await;
    let group = play.testbed.telegram.group(-4242, "Операторы");
    play.testbed.configure("TELEGRAM__ADMIN_CHAT", "-4242");
    play.testbed.configure("SCHEDULE__HEALTH", "* * * * * *");
    group.add_bot(&play.operator);
    let service = play.start().await;
    play.registers().await;
    (play, service, group)
}

#[tokio::test]
async fn an_admin_group_that_becomes_a_supergroup_is_followed_also_after_a_restart() {
    let (play, service, group) = with_admin_group().await;
    let group = group.becomes_supergroup(-1_000_004_242);
    let aside = json!({"message": {"message_id": 1, "text": "без чата"}});
    play.testbed.telegram.update(aside).expect("an update");
    let told = |words: &'static str| {
        group.await_message(
            move |message| message.content.text.contains(words),
            PATIENCE,
        )
    };
    told("отложена")
        .await
        .expect("the alert comes to the new group");
    told("SHEETDESK_TELEGRAM__ADMIN_CHAT=-1000004242")
        .await
        .expect("and what to do");
    service.stop().await;
    let service = play.start().await;
    group.write(&play.operator, "/quarantine drop all");
    told("Отложенных записей больше нет")
        .await
        .expect("the command is heard there");
    let moved = |status: &StatusReport| status.telegram.admin_chat_moved == Some(-1_000_004_242);
    play.testbed
        .status_where("the new number is told", moved, PATIENCE)
        .await
        .expect("it is told");
    play.ends(service).await;
}

#[tokio::test]
async fn an_admin_chat_that_cannot_be_written_to_is_said_until_it_can() {
    let (play, service, group) = with_admin_group().await;
    group.remove_bot(&play.operator);
    let aside = json!({"message": {"message_id": 1, "text": "без чата"}});
    play.testbed.telegram.update(aside).expect("an update");
    let shut = |status: &StatusReport| {
        status
            .telegram
            .admin_chat
            .as_ref()
            .is_some_and(|words| words.contains("kicked"))
    };
    play.testbed
        .status_where("it is told", shut, PATIENCE)
        .await
        .expect("it is told");
    group.add_bot(&play.operator);
    let open = |status: &StatusReport| status.telegram.admin_chat.is_none();
    play.testbed
        .status_where("it is over", open, PATIENCE)
        .await
        .expect("it is over");
    group.write(&play.operator, "/quarantine drop all");
    let over = |message: &SentMessage| {
        message
            .content
            .text
            .contains("Отложенных записей больше нет")
    };
    group
        .await_message(over, PATIENCE)
        .await
        .expect("it is told there");
    play.ends(service).await;
}

#[tokio::test]
async fn a_webhook_that_telegram_refuses_is_said() {
    let mut play = Play::set().await;
    play.testbed
        .configure("HTTP__PUBLIC_URL", "https://desk.example:4433");
    let service = play.start().await;
    let refused = |status: &StatusReport| {
        status
            .telegram
            .webhook
            .as_ref()
            .is_some_and(|words| words.contains("bad webhook"))
    };
    play.testbed
        .status_where("it is told", refused, PATIENCE)
        .await
        .expect("it is told");
    service.stop().await;
}

#[tokio::test]
async fn a_menu_that_telegram_refuses_is_no_word_of_its_updates() {
    for mode in ["webhook", "polling"] {
        let mut play = Play::set().await;
        play.testbed.configure("TELEGRAM__MODE", mode);
        let body = json!({"ok": false, "error_code": 400, "description": "Bad Request: BOT_COMMAND_INVALID"});
        let refused = FaultKind::answer(400, body.to_string());
        play.testbed
            .telegram
            .fault(Fault::next(ALL, refused).of("setMyCommands"));
        let service = play.start().await;
        let tries = || play.testbed.telegram.calls().of("setMyCommands");
        play.testbed
            .status_where("it is tried again", |_| tries() >= 2, PATIENCE)
            .await
            .expect("it is");
        let status = play.testbed.status().await.expect("it runs");
        assert_eq!(status.telegram.webhook, None, "{mode}");
        play.testbed.telegram.clear_faults();
        play.registers().await;
        play.testbed
            .status_where(
                "it is taken",
                |_| !play.testbed.telegram.commands().is_empty(),
                PATIENCE,
            )
            .await
            .expect("it is");
        play.ends(service).await;
    }
}

#[tokio::test]
async fn where_telegram_refuses_a_reaction_words_say_that_the_message_has_come_in() {
    let body =
        json!({"ok": false, "error_code": 400, "description": "Bad Request: REACTION_INVALID"});
    for trouble in [
        FaultKind::answer(400, body.to_string()),
        FaultKind::TooMany { retry_after: 1 },
    ] {
        let (play, service) = Play::with_appeal().await;
        play.testbed
            .telegram
            .fault(Fault::next(1, trouble).of("setMessageReaction"));
        play.marina.write("И ещё одно");
        play.hears("Добавили").await;
        assert_eq!(play.heard("Добавили"), 1);
        play.ends(service).await;
    }
}

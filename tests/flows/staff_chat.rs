//! The specialists' chat: an appeal is heard of there at once, with its files, and what is done in the sheet shows.

use sheetdesk::{
    operator::{StatusReport, TelegramStatus},
    testbed::{APPEALS, BOOK, Service},
};
use simulator::{
    sheets::Workbook,
    telegram::{Attachment, ChatId, Fault, FaultKind, FileKind, Group, Person, SentMessage},
};

use crate::play::{PATIENCE, Play, hears, told};

const STAFF: i64 = -4242;

/// The service runs with a chat of specialists, and Marina is registered.
async fn staffed(settings: &[(&str, &str)]) -> (Play, Service, Group) {
    let mut play = Play::set().await;
    let group = play.testbed.telegram.group(STAFF, "Специалисты");
    play.testbed.configure("STAFF__CHAT", &STAFF.to_string());
    for (name, value) in settings {
        play.testbed.configure(name, value);
    }
    group.add_bot(&play.operator);
    let service = play.start().await;
    play.registers().await;
    (play, service, group)
}

/// `status` comes to tell of a trouble of this kind in these words.
pub(crate) async fn status_says(
    play: &Play,
    trouble: fn(&TelegramStatus) -> Option<&String>,
    words: &str,
) {
    let says = |status: &StatusReport| {
        let told = trouble(&status.telegram);
        told.is_some_and(|told| told.contains(words))
    };
    let status = play
        .testbed
        .status_where("it is told", says, PATIENCE)
        .await;
    status.expect("it is");
}

/// The chat has a file of this kind.
async fn has(group: &Group, kind: FileKind) -> SentMessage {
    let is = |message: &SentMessage| {
        let media = message.content.media.as_ref();
        media.is_some_and(|media| media.kind == kind)
    };
    group
        .await_message(is, PATIENCE)
        .await
        .expect("it is shown")
}

#[tokio::test]
async fn an_appeal_is_heard_of_at_once_with_its_files_and_needs_no_public_address() {
    for mode in ["webhook", "polling"] {
        let (play, service, group) = staffed(&[("TELEGRAM__MODE", mode)]).await;
        play.opens_appeal().await;
        let head = told(&group, "№ 2 · ").await;
        assert!(head.content.text.ends_with("Не приходит отчёт"), "{head:?}");
        let link = &head.content.entities[0];
        let address = link["url"].as_str().expect("a link");
        assert!(
            address.starts_with("https://docs.google.com/spreadsheets/d/"),
            "{address}"
        );
        play.marina
            .send_file(Attachment::photo(b"a picture".as_slice()).caption("вот он"));
        play.marina
            .send_file(Attachment::voice(b"a voice".as_slice()));
        play.marina.write("и так каждый день");
        let words = told(&group, "и так каждый день").await;
        let photo = has(&group, FileKind::Photo).await;
        let voice = has(&group, FileKind::Voice).await;
        assert_eq!(photo.content.text, "вот он");
        for message in [words, photo, voice] {
            assert_eq!(message.reply_to, Some(head.message_id));
        }
        play.ends(service).await;
    }
}

#[tokio::test]
async fn what_is_done_in_the_sheet_shows_in_the_chat() {
    let (play, service, group) = staffed(&[]).await;
    play.opens_appeal().await;
    let head = told(&group, "№ 2 · ").await;
    play.types(2, "специалист_ответ", "Отправили заново").await;
    play.hears("Отправили заново").await;
    let answer = told(&group, "Ответили из таблицы: Отправили заново").await;
    assert_eq!(answer.reply_to, Some(head.message_id));
    play.settled().await;
    play.types(2, "статус", "Решено").await;
    let closed = told(&group, "Обращение закрыли").await;
    assert_eq!(closed.reply_to, Some(head.message_id));
    let pressed = play.marina.write("Спасибо, есть ещё вопрос");
    assert!(play.marina.message_of(pressed).is_some());
    told(&group, "№ 3 · ").await;
    play.ends(service).await;
}

#[tokio::test]
async fn where_the_bot_was_removed_the_sheet_goes_on_and_the_chat_catches_up() {
    let (play, service, group) = staffed(&[("SCHEDULE__HEALTH", "* * * * * *")]).await;
    group.remove_bot(&play.operator);
    play.opens_appeal().await;
    hears(&play.operator, "Писать в чат специалистов не получается").await;
    status_says(&play, |telegram| telegram.staff_chat.as_ref(), "kicked").await;
    play.types(2, "специалист_ответ", "Отправили заново").await;
    play.hears("Отправили заново").await;
    group.add_bot(&play.operator);
    let head = told(&group, "№ 2 · ").await;
    let text = head.content.text;
    assert!(
        text.contains("Не приходит отчёт")
            && text.contains("Ответили из таблицы: Отправили заново"),
        "{text}"
    );
    hears(&play.operator, "В чат специалистов снова можно писать").await;
    let alerts =
        |message: &&SentMessage| message.content.text.contains("Писать в чат специалистов");
    assert_eq!(play.operator.messages().iter().filter(alerts).count(), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn a_group_that_becomes_a_supergroup_is_followed_also_after_a_restart() {
    let (play, service, group) = staffed(&[]).await;
    play.opens_appeal().await;
    told(&group, "№ 2 · ").await;
    let group = group.becomes_supergroup(-1_000_004_242);
    play.marina.write("Раз");
    let head = told(&group, "Раз").await;
    assert!(head.content.text.starts_with("№ 2 · "), "{head:?}");
    hears(&play.operator, "SHEETDESK_STAFF__CHAT=-1000004242").await;
    let status = play.testbed.status().await.expect("it runs");
    assert_eq!(status.telegram.staff_chat_moved, Some(-1_000_004_242));
    service.stop().await;
    let service = play.start().await;
    play.marina.write("Два");
    let next = told(&group, "Два").await;
    assert_eq!(next.reply_to, Some(head.message_id));
    play.ends(service).await;
}

#[tokio::test]
async fn a_chat_that_is_to_rest_rests_alone() {
    let (play, service, group) = staffed(&[]).await;
    play.opens_appeal().await;
    told(&group, "№ 2 · ").await;
    let flood = FaultKind::TooMany { retry_after: 2 };
    play.testbed
        .telegram
        .fault(Fault::next(1, flood).of("copyMessage"));
    play.marina
        .send_file(Attachment::photo(b"a picture".as_slice()));
    let refused = || play.testbed.telegram.calls().too_many == 1;
    let status = play
        .testbed
        .status_where("it is refused", |_| refused(), PATIENCE)
        .await;
    status.expect("it is");
    play.types(2, "специалист_ответ", "Смотрим").await;
    play.hears("Смотрим").await;
    has(&group, FileKind::Photo).await;
    play.ends(service).await;
}

#[tokio::test]
async fn the_chat_is_no_partner_and_its_talk_is_nobody_s_appeal() {
    let (play, service, group) = staffed(&[]).await;
    group.write(&play.operator, "Коллеги, кто сегодня?");
    let stranger: Person = play.marina.clone();
    let other = play.testbed.telegram.group(-5151, "Чужие");
    other.add_bot(&stranger);
    let words = |message: &SentMessage| message.content.text.contains("только в личном чате");
    let told = play
        .testbed
        .telegram
        .await_message(ChatId(-5151), words, PATIENCE)
        .await;
    told.expect("any other group is told");
    play.settled().await;
    assert_eq!(group.messages(), []);
    play.ends(service).await;
}

#[tokio::test]
async fn the_thread_of_whoever_waits_longer_than_was_promised_reminds_of_it() {
    let (play, service, group) = staffed(&[("APPEALS__ANSWER_WITHIN", "1")]).await;
    play.opens_appeal().await;
    let head = told(&group, "№ 2 · ").await;
    let reminder = told(&group, "Партнёр ждёт ответа с ").await;
    assert_eq!(reminder.reply_to, Some(head.message_id));
    let alerts = play.operator.messages();
    let told = |message: &SentMessage| message.content.text.contains("ждёт ответа с");
    assert!(!alerts.iter().any(told), "{alerts:?}");
    play.ends(service).await;
}

#[tokio::test]
async fn what_the_partner_changes_shows_where_it_stands_or_in_words() {
    let (play, service, group) = staffed(&[]).await;
    let appeal = play.marina.write("Не приходит отчот");
    let head = told(&group, "Не приходит отчот").await;
    let picture = Attachment::photo(b"a picture".as_slice()).caption("вот он");
    let picture = play.marina.send_file(picture);
    let photo = has(&group, FileKind::Photo).await;
    play.settled().await;
    let changes = |update, words: &str| {
        let message = play.marina.message_of(update).expect("it is known");
        play.marina.edit(message, words).expect("it is hers");
    };
    changes(appeal, "Не приходит отчёт");
    let changed = told(&group, "Не приходит отчёт").await;
    assert_eq!(changed.message_id, head.message_id);
    assert!(
        changed.content.text.contains("было: Не приходит отчот"),
        "{changed:?}"
    );
    changes(picture, "вот он, пустой");
    let words = told(&group, "Партнёр исправил файл или подпись к нему").await;
    assert_eq!(words.reply_to, Some(head.message_id));
    let again = told(&group, "вот он, пустой").await;
    assert!(again.message_id > photo.message_id && again.content.media.is_some());
    play.ends(service).await;
}

#[tokio::test]
async fn the_link_in_the_chat_leads_to_the_row_wherever_it_stands() {
    let settings = [
        ("TELEGRAM__MODE", "polling"),
        ("HTTP__PUBLIC_URL", "https://desk.example"),
    ];
    let (play, service, group) = staffed(&settings).await;
    play.opens_appeal().await;
    let head = told(&group, "№ 2 · ").await;
    let link = head.content.entities[0]["url"].as_str().expect("a link");
    let path = link
        .strip_prefix("https://desk.example")
        .expect("it is ours");
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .expect("a client");
    let url = format!("http://{}{path}", play.testbed.address());
    let stands = || {
        let address = |book: &mut Workbook| book.address(APPEALS, ("№", "2"), "специалист_ответ");
        let cell = play.testbed.sheets.with(BOOK, address);
        format!("&range={}", cell.expect("the row is there"))
    };
    let leads_there = async || {
        loop {
            let response = client.get(&url).send().await.expect("an answer");
            let location = response.headers()["location"].to_str().expect("an address");
            assert!(location.starts_with("https://docs.google.com/spreadsheets/d/"));
            if location.ends_with(&stands()) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let leads_there = async || tokio::time::timeout(PATIENCE, leads_there()).await;
    leads_there().await.expect("a row that was just written");
    let before = stands();
    play.testbed
        .sheets
        .with(BOOK, |book| book.insert_rows(APPEALS, 2, 3))
        .expect("there is room");
    assert_ne!(stands(), before);
    play.calls().await;
    leads_there().await.expect("the row has moved");
    play.ends(service).await;
}

//! Outside working hours: the receipt says when an answer can be expected.

use jiff::{ToSpan, tz::TimeZone};
use sheetdesk::clock;

use crate::play::Play;

#[tokio::test]
async fn the_receipt_says_when_people_are_back_until_an_answer_is_there() {
    let mut play = Play::set().await;
    let moscow = TimeZone::get("Europe/Moscow").expect("a zone");
    let today = clock::now().to_zoned(moscow).date();
    // Midnight may pass meanwhile.
    let holidays = [today, today + 1.day(), today + 2.days()].map(|day| day.to_string());
    play.testbed.configure("HOURS__WEEK", "mon-sun 09:00-18:00");
    play.testbed
        .configure("HOURS__HOLIDAYS", &holidays.join(", "));
    let service = play.start().await;
    play.registers().await;
    play.opens_appeal().await;
    let receipt = play.hears("Приняли, обращение № 2").await;
    let lines: Vec<&str> = receipt.content.text.lines().collect();
    let [_, promise] = lines.as_slice() else {
        panic!("{lines:?}")
    };
    let words = promise.strip_prefix("Ответим в").map(str::trim);
    let day = words.and_then(|words| words.strip_suffix(" после 09:00."));
    assert!(day.is_some(), "{promise}");
    play.marina.write("Ау");
    play.settled().await;
    assert_eq!(play.heard("после 09:00"), 1, "once");
    play.types(2, "специалист_ответ", "Уже смотрим").await;
    play.hears("Уже смотрим").await;
    play.settled().await;
    assert_eq!(play.heard("после 09:00"), 0, "an answer is there");
    assert_eq!(play.heard("Обращение № 2 – в работе."), 1);
    play.ends(service).await;
}

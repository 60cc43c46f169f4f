//! The last answer corrected, taken back, or sent again, from the sheet.

use simulator::{
    sheets::Visit,
    telegram::{Fault, FaultKind},
};

use sheetdesk::testbed::{APPEALS, BOOK};

use crate::play::Play;

const ANSWER: &str = "специалист_ответ";
const CORRECT: &str = "Исправить ответ";

impl Play {
    /// Marina has this answer, and its cell is empty.
    async fn answers(&self, text: &str) {
        self.types(2, ANSWER, text).await;
        self.hears(text.lines().next().unwrap_or(text)).await;
        self.shows(2, ANSWER, str::is_empty).await;
        self.settled().await;
    }

    /// A specialist chooses to correct it, and its text is back in its cell.
    async fn corrects(&self, text: &str) {
        self.types(2, "статус", CORRECT).await;
        self.shows(2, ANSWER, |cell| cell == text).await;
        self.settled().await;
        assert_eq!(self.testbed.appeal_cell(2, "статус"), "В работе");
        let words = self.testbed.appeal_cell(2, "Доставка");
        assert!(
            words.starts_with("правим ответ до ")
                && words.ends_with(": измените текст, очистите ячейку – отзовём"),
            "{words}"
        );
    }

    /// `Доставка` comes to begin so.
    async fn tells(&self, words: &str) -> String {
        self.shows(2, "Доставка", |text| text.starts_with(words))
            .await
    }
}

#[tokio::test]
async fn a_changed_text_edits_the_message_and_the_dialogue_keeps_both() {
    let (play, service) = Play::with_appeal().await;
    play.answers("Отчёт выслали").await;
    play.corrects("Отчёт выслали").await;
    play.types(2, ANSWER, "Отчёт вышлем *завтра*").await;
    let edited = play.hears("Отчёт вышлем завтра").await;
    assert_eq!(edited.earlier.len(), 1, "it is the same message");
    assert!(edited.earlier[0].text.ends_with("Отчёт выслали"));
    play.tells("доставлено: исправлено в ").await;
    play.shows(2, ANSWER, str::is_empty).await;
    play.settled().await;
    assert_eq!(play.heard("Отчёт выслали"), 0);
    let history = play.testbed.appeal_cell(2, "текст_обращений");
    assert!(
        history.contains("Специалист: Отчёт вышлем *завтра*\n(изменено в ")
            && history.contains(", было: Отчёт выслали)"),
        "{history}"
    );
    assert_eq!(play.testbed.appeal_cell(2, "статус"), "В работе");
    // What is typed now is an answer of its own.
    play.answers("И ещё одно").await;
    assert_eq!(play.heard("Отчёт вышлем завтра"), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn an_emptied_cell_takes_the_message_back() {
    let (play, service) = Play::with_appeal().await;
    play.answers("Не туда").await;
    play.corrects("Не туда").await;
    play.types(2, ANSWER, "").await;
    play.tells("отозвано в ").await;
    assert_eq!(play.heard("Не туда"), 0);
    let history = play.testbed.appeal_cell(2, "текст_обращений");
    assert!(
        history.contains("Специалист: Не туда\n(отозвано в "),
        "{history}"
    );
    play.types(2, "статус", CORRECT).await;
    play.tells("правим ответ: нечего").await;
    play.ends(service).await;
}

#[tokio::test]
async fn a_shorter_answer_needs_fewer_messages_and_a_longer_one_more() {
    let (play, service) = Play::with_appeal().await;
    let long: Vec<String> = (0..700).map(|n| format!("строка {n}")).collect();
    let long = long.join("\n");
    play.answers(&long).await;
    assert!(play.heard("строка 699") == 1 && play.heard("строка 1\n") == 1);
    play.corrects(&long).await;
    play.types(2, ANSWER, "Коротко").await;
    play.tells("доставлено: исправлено").await;
    assert_eq!((play.heard("Коротко"), play.heard("строка")), (1, 0));
    play.shows(2, ANSWER, str::is_empty).await;
    play.corrects("Коротко").await;
    play.types(2, ANSWER, &long).await;
    play.tells("доставлено: исправлено").await;
    play.settled().await;
    assert_eq!((play.heard("Коротко"), play.heard("строка 699")), (0, 1));
    play.ends(service).await;
}

#[tokio::test]
async fn another_status_ends_a_correction_without_harm() {
    let (play, service) = Play::with_appeal().await;
    play.answers("Сделали").await;
    play.corrects("Сделали").await;
    play.types(2, "статус", "Решено").await;
    play.hears("Обращение № 2 решено").await;
    play.shows(2, ANSWER, str::is_empty).await;
    play.tells("доставлено ").await;
    assert_eq!(play.heard("Сделали"), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn a_cell_with_another_text_is_not_written_over_and_nothing_of_it_goes_out() {
    let (play, service) = Play::with_appeal_and("APPEALS__GRACE", "10").await;
    play.answers("Первый").await;
    play.types(2, ANSWER, "Второй").await;
    play.tells("ждёт до ").await;
    play.types(2, "статус", CORRECT).await;
    play.tells("правим ответ: в ячейке другой текст").await;
    play.shows(2, "статус", |status| status == "В работе").await;
    // Its grace would be over by now: the first answer has its own, typed later.
    play.marina.write("Жду");
    play.shows(2, "текст_обращений", |text| {
        text.contains("Жду")
    })
    .await;
    assert_eq!(play.testbed.appeal_cell(2, ANSWER), "Второй");
    play.types(2, ANSWER, "Второй, как новый").await;
    play.hears("Второй, как новый").await;
    assert_eq!(
        play.marina
            .messages()
            .iter()
            .filter(|message| message.content.text.ends_with("Второй"))
            .count(),
        0
    );
    play.ends(service).await;
}

#[tokio::test]
async fn a_correction_rests_and_says_until_when() {
    let (play, service) = Play::with_appeal_and("APPEALS__GRACE", "10").await;
    play.answers("Да").await;
    play.corrects("Да").await;
    play.types(2, ANSWER, "").await;
    play.tells("правим ответ: отзовём в ").await;
    play.types(2, ANSWER, "Нет").await;
    play.tells("правим ответ: исправим в ").await;
    let edited = play.hears("\n\nНет").await;
    assert_eq!(edited.earlier.len(), 1, "it was never taken back");
    play.tells("доставлено: исправлено").await;
    play.ends(service).await;
}

#[tokio::test]
async fn of_two_answers_in_one_cell_within_the_grace_the_later_counts() {
    let (play, service) = Play::with_appeal_and("APPEALS__GRACE", "10").await;
    play.types(2, ANSWER, "Пишет Иванова").await;
    let words = play.tells("ждёт до ").await;
    assert!(
        words.ends_with(": очистите ячейку, чтобы отменить"),
        "{words}"
    );
    play.types(2, ANSWER, "Пишет Петров").await;
    play.hears("Пишет Петров").await;
    play.shows(2, ANSWER, str::is_empty).await;
    play.settled().await;
    assert_eq!(
        (play.heard("Пишет Иванова"), play.heard("Пишет Петров")),
        (0, 1)
    );
    play.ends(service).await;
}

#[tokio::test]
async fn a_lost_response_to_a_change_doubles_nothing() {
    let (play, service) = Play::with_appeal().await;
    play.answers("Отчёт выслали").await;
    play.corrects("Отчёт выслали").await;
    play.testbed
        .telegram
        .fault(Fault::next(2, FaultKind::CutAfter).of("editMessageText"));
    play.types(2, ANSWER, "Отчёт вышлем").await;
    let said = play.tells("доставлено: исправлено").await;
    assert!(!said.contains("дважды"), "{said}");
    assert_eq!(
        (play.heard("Отчёт вышлем"), play.heard("Отчёт выслали")),
        (1, 0)
    );
    play.ends(service).await;
}

#[tokio::test]
async fn what_telegram_does_not_change_is_said_and_can_go_out_as_a_new_answer() {
    let (play, service) = Play::with_appeal().await;
    play.answers("Отчёт выслали").await;
    play.corrects("Отчёт выслали").await;
    let gone =
        r#"{"ok":false,"error_code":400,"description":"Bad Request: message to edit not found"}"#;
    play.testbed
        .telegram
        .fault(Fault::next(1, FaultKind::answer(400, gone)).of("editMessageText"));
    play.types(2, ANSWER, "Отчёт вышлем").await;
    let said = play.tells("правим ответ: не получилось").await;
    assert!(said.contains("сообщения у партнёра уже нет"), "{said}");
    assert_eq!(play.testbed.appeal_cell(2, ANSWER), "Отчёт вышлем");
    play.types(2, "статус", "Отправить снова").await;
    play.hears("Отчёт вышлем").await;
    play.shows(2, ANSWER, str::is_empty).await;
    play.tells("доставлено ").await;
    assert_eq!(play.testbed.appeal_cell(2, "статус"), "В работе");
    play.ends(service).await;
}

#[tokio::test]
async fn an_answer_of_which_nobody_knows_is_sent_again_when_somebody_asks() {
    let (play, service) = Play::with_appeal_and("APPEALS__RESEND_UNKNOWN", "false").await;
    play.testbed
        .telegram
        .fault(Fault::next(1, FaultKind::CutBefore).of("sendMessage"));
    play.types(2, ANSWER, "Дошло ли").await;
    play.shows(2, "Доставка", |text| text.starts_with("неизвестно"))
        .await;
    play.types(2, "статус", "Отправить снова").await;
    play.hears("Дошло ли").await;
    play.shows(2, ANSWER, str::is_empty).await;
    play.settled().await;
    play.types(2, "статус", "Отправить снова").await;
    play.shows(2, "Доставка", |text| {
        text.contains("снова не отправляем")
    })
    .await;
    assert_eq!(play.heard("Дошло ли"), 1);
    play.ends(service).await;
}

#[tokio::test]
async fn a_text_that_lands_in_another_row_leaves_it_and_goes_to_nobody() {
    let (play, service) = Play::with_appeal().await;
    play.answers("Только для Марины").await;
    play.testbed.sheets.visit(
        BOOK,
        Visit::BeforeWrite(Box::new(|book| {
            book.move_rows(APPEALS, 3, 1, 2)
                .expect("row 3 goes above row 2");
        })),
    );
    play.types(2, "статус", CORRECT).await;
    play.shows(2, ANSWER, |cell| cell == "Только для Марины")
        .await;
    play.settled().await;
    assert_eq!(play.testbed.appeal_cell(1, ANSWER), "");
    assert_eq!(play.heard("Только для Марины"), 1);
    play.types(2, "статус", "Решено").await;
    play.shows(2, ANSWER, str::is_empty).await;
    play.ends(service).await;
}

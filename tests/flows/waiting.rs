//! Since when a partner waits, as the sheet shows it, and notes that never reach him.

use serde_json::json;
use sheetdesk::testbed::{APPEALS, BOOK};

use crate::play::{FIRST_QUESTION, Play};

const ANSWER: &str = "специалист_ответ";
const WAITS: &str = "Ждёт с";

impl Play {
    /// Somebody makes the column, as `setup sheets` does; here it is the first one.
    fn adds_the_column(&self) {
        let added = self.testbed.sheets.with(BOOK, |book| {
            book.insert_columns(APPEALS, "A", 1)?;
            book.type_in(APPEALS, "A1", WAITS)
        });
        added.expect("the tab is there");
    }

    /// The specialist's words go out, and leave their cell.
    async fn answers_with(&self, text: &str) {
        self.types(2, ANSWER, text).await;
        self.shows(2, ANSWER, str::is_empty).await;
        self.settled().await;
    }
}

fn is_moment(text: &str) -> bool {
    text.len() == "2026-03-02 11:00".len()
}

#[tokio::test]
async fn a_column_made_while_rows_wait_is_filled_and_follows_the_dialogue() {
    let (play, service) = Play::with_appeal().await;
    play.adds_the_column();
    play.testbed
        .callback(APPEALS)
        .await
        .expect("the callback is taken");
    let since = play.shows(2, WAITS, is_moment).await;
    assert!(
        play.testbed
            .appeal_cell(2, "текст_обращений")
            .starts_with(&since),
        "since the first line"
    );
    play.answers_with("Отчёт выслали").await;
    assert_eq!(play.testbed.appeal_cell(2, WAITS), "");
    play.writes("Не вижу");
    play.shows(2, WAITS, is_moment).await;
    play.settled().await;
    assert_eq!(play.testbed.appeal_cell(2, "статус"), "В работе");
    play.types(2, "статус", "Решено").await;
    play.shows(2, WAITS, str::is_empty).await;
    play.ends(service).await;
}

#[tokio::test]
async fn who_waits_too_long_is_marked_until_he_is_answered() {
    let mut play = Play::set().await;
    play.adds_the_column();
    play.testbed.configure("APPEALS__ANSWER_WITHIN", "1");
    let service = play.start().await;
    play.registers().await;
    let id = play.marina.id();
    // Telegram has kept it for a while.
    let kept = json!({"message": {
        "message_id": 900_001, "date": 1_790_000_000, "chat": {"id": id, "type": "private"},
        "from": {"id": id, "is_bot": false, "first_name": "Марина"}, "text": FIRST_QUESTION,
    }});
    play.testbed.telegram.update(kept).expect("an update");
    let told = play
        .shows(2, WAITS, |text| text.ends_with(" просрочено"))
        .await;
    assert!(told.starts_with("2026-09-2"), "{told}");
    play.answers_with("Отчёт выслали").await;
    assert_eq!(play.testbed.appeal_cell(2, WAITS), "");
    play.ends(service).await;
}

#[tokio::test]
async fn a_note_is_in_the_dialogue_and_never_with_the_partner() {
    let (play, service) = Play::with_appeal().await;
    play.answers_with("// ждём главбуха").await;
    let history = |words: &str| {
        let history = play.testbed.appeal_cell(2, "текст_обращений");
        assert!(history.contains(words), "{history}");
    };
    history(": Заметка: ждём главбуха\n");
    assert_eq!(play.testbed.appeal_cell(2, "статус"), "Новое");
    assert!(
        play.testbed
            .appeal_cell(2, "Доставка")
            .starts_with("заметка в диалоге")
    );
    play.answers_with("Отчёт выслали\n// скан у Иры").await;
    let message = play.hears("Отчёт выслали").await;
    assert!(message.content.text.ends_with("Отчёт выслали"));
    history(": Специалист: Отчёт выслали\n");
    history(": Заметка: скан у Иры\n");
    for note in ["главбуха", "скан у Иры", "Заметка"] {
        assert_eq!(play.heard(note), 0, "{note}");
    }
    play.ends(service).await;
}

//! How a partner rates a closed appeal, and what he says right after it was closed.

use sheetdesk::domain::{
    appeal::{
        Status,
        rating::{Rating, Thumb},
    },
    digest,
    effect::Button,
    event::{Command, Event, Notice},
    ids::{AppealId, MessageId, RowKey, Seq},
    message::{Content, Context, Reply},
    row::{CellValue, Column},
    tab::Tab,
};

use crate::table::{ADMIN, ANNA, BORIS, SheetRow, Table, bare};

const THUMBS: &str = "[👍 | 👎]";
/// The message that says that the appeal is closed.
const CLOSING: MessageId = MessageId(80);

/// Anna's appeal № 1 is closed.
fn closed() -> (Table, AppealId) {
    let mut table = Table::with_appeal();
    let told = table.row(1, Status::Resolved, "").remove(0);
    assert!(told.starts_with("7001: Обращение № 1 решено."), "{told}");
    assert!(told.ends_with(THUMBS), "{told}");
    let id = table.appeal(1).id;
    (table, id)
}

fn press(table: &mut Table, button: Button) -> Vec<String> {
    let mut told = table.press(ANNA, Some(CLOSING), Some(button));
    assert_eq!(told.remove(0), "button answered");
    told
}

/// What `Оценка` should show.
fn shown(table: &Table) -> Option<String> {
    let row = table.project(&RowKey::Appeal(table.appeal(1).id));
    let ours = row.expect("a row").ours.into_iter();
    ours.into_iter().find_map(|(column, value)| match value {
        CellValue::Text(text) if column == Column::Rating => Some(text.0),
        _ => None,
    })
}

fn digest(table: &mut Table) -> String {
    let appeals = table.state.appeals().into_iter();
    let digest = digest::count(&table.state, appeals, table.now);
    let told = table.event(&Event::Admin(Command::Notify(Notice::Digest(digest))));
    told.join("")
}

#[test]
fn a_thumb_is_taken_down_shown_in_the_row_and_can_be_changed() {
    let (mut table, id) = closed();
    assert_eq!(shown(&table), Some(String::new()));
    assert_eq!(
        press(&mut table, Button::Rate(id, Thumb::Up)),
        [
            "7001: Обращение № 1 решено. Ваша оценка: 👍, спасибо! Если вопрос остался, просто напишите – откроем новое. [👍 | 👎 / Добавить пару слов] [edits 80]",
            "dirty appeal 6"
        ]
    );
    assert_eq!(shown(&table), Some("👍".to_owned()));
    assert_eq!(press(&mut table, Button::Rate(id, Thumb::Up)), [""; 0]);
    let changed = press(&mut table, Button::Rate(id, Thumb::Down));
    assert!(changed[0].contains("Ваша оценка: 👎"), "{changed:?}");
    assert_eq!(shown(&table), Some("👎".to_owned()));
    assert_eq!(table.appeal(1).status, Status::Resolved, "it stays closed");
}

#[test]
fn a_word_beside_it_stands_in_the_row_and_in_the_dialogue_and_opens_nothing() {
    let (mut table, id) = closed();
    press(&mut table, Button::Rate(id, Thumb::Down));
    assert_eq!(
        press(&mut table, Button::Remark(id)),
        ["7001: Напишите одним сообщением, что понравилось или что исправить. [Не нужно]"]
    );
    assert_eq!(
        table.text(ANNA, "Долго ждали"),
        [
            "line 1: Оценка 👎: Долго ждали",
            "7001: Спасибо, передали.",
            "dirty appeal 6"
        ]
    );
    assert_eq!(shown(&table), Some("👎 Долго ждали".to_owned()));
    assert_eq!(table.appeal(1).status, Status::Resolved);
    let up = press(&mut table, Button::Rate(id, Thumb::Up));
    assert!(up[0].ends_with("[👍 | 👎] [edits 80]"), "{up:?}");
    assert_eq!(shown(&table), Some("👍 Долго ждали".to_owned()));
    assert!(
        table.text(ANNA, "А ещё вопрос")[1].contains("обращение № 2"),
        "only one message is the word"
    );
}

#[test]
fn what_is_no_word_is_a_message_like_any_other() {
    let rated = || {
        let (mut table, id) = closed();
        press(&mut table, Button::Rate(id, Thumb::Up));
        press(&mut table, Button::Remark(id));
        (table, id)
    };
    let opens = |told: &[String]| told[1].contains("Приняли, обращение № 2");
    let (mut table, _) = rated();
    let told = press(&mut table, Button::NoRemark);
    assert_eq!(told, ["7001: Хорошо, оставим только оценку. [edits 80]"]);
    assert!(opens(&table.text(ANNA, "Новый вопрос")));
    let (mut table, _) = rated();
    table.later(15 * 60);
    assert!(opens(&table.text(ANNA, "Новый вопрос")), "after a while");
    let (mut table, _) = rated();
    table.text(ANNA, "/help");
    assert!(opens(&table.text(ANNA, "Новый вопрос")), "after a command");
    let (mut table, _) = rated();
    let place = Content::Place {
        position: "55.75,37.61".into(),
        name: "".into(),
    };
    assert!(opens(&table.message(ANNA, place)), "no words at all");
    let (mut table, id) = closed();
    assert_eq!(
        press(&mut table, Button::Remark(id)),
        [""; 0],
        "without a thumb"
    );
    assert!(opens(&table.text(ANNA, "Новый вопрос")));
}

#[test]
fn nobody_rates_what_is_not_his_and_where_it_is_off_nobody_is_asked() {
    let (mut table, id) = closed();
    table.lists("П-2", "Борис", "79123456780");
    table.text(BORIS, "П-2");
    table.contact(BORIS, "79123456780", true);
    table.looked(Tab::Partners);
    for button in [Button::Rate(id, Thumb::Down), Button::Remark(id)] {
        let told = table.press(BORIS, Some(CLOSING), Some(button));
        assert_eq!(told, ["button answered"]);
    }
    assert_eq!(table.appeal(1).rating, None);
    let unknown = Button::Rate(AppealId::first(Seq(9_999)), Thumb::Up);
    assert_eq!(press(&mut table, unknown), [""; 0]);

    let mut table = Table::with_appeal();
    table.rules.rating = false;
    let told = table.row(1, Status::Resolved, "").remove(0);
    assert!(!told.contains(THUMBS), "{told}");
    assert_eq!(shown(&table), None, "a column of this name is left alone");
}

#[test]
fn the_digest_counts_the_ratings_of_a_day() {
    let (mut table, id) = closed();
    assert!(!digest(&mut table).contains("Оценки"));
    press(&mut table, Button::Rate(id, Thumb::Up));
    let told = digest(&mut table);
    assert!(told.starts_with(&format!("{ADMIN}: ")), "{told}");
    assert!(told.contains("Оценки за сутки: 👍 1."), "{told}");
    press(&mut table, Button::Rate(id, Thumb::Down));
    let told = digest(&mut table);
    assert!(
        told.contains("Оценки за сутки: 👍 0, 👎 1 (№ 1)."),
        "{told}"
    );
    table.later(25 * 3600);
    assert!(!digest(&mut table).contains("Оценки"));
}

#[test]
fn a_rating_that_stands_in_a_row_before_our_time_stays() {
    let mut table = Table::empty();
    let rating = Rating::read("👎 Долго");
    table.shows(vec![SheetRow {
        number: Some(7),
        status: Some(Status::Resolved),
        rating: rating.clone(),
        ..bare("2025-01-01 10:00:00: Вопрос")
    }]);
    table.looked(Tab::Appeals);
    let appeal = table.appeal(7);
    assert_eq!(appeal.rating, rating);
    assert!(
        !digest(&mut table).contains("Оценки"),
        "nobody knows since when"
    );
}

#[test]
fn thanks_shortly_after_a_closing_get_a_reaction_and_anything_else_an_appeal() {
    let (mut table, _) = closed();
    for thanks in ["Спасибо!", "Ок", "спасибо большое за помощь 🙏", "👍"]
    {
        let told = table.text(ANNA, thanks);
        let message = table.last_message().0;
        assert_eq!(told, [format!("7001: reaction to {message}")], "{thanks}");
    }
    let message = table.last_message();
    assert_eq!(
        table.edited(ANNA, message, Content::Text("👍".into())),
        [""; 0],
        "Telegram tells of the reaction as of a change"
    );
    assert_eq!(
        table.event(&Event::Unshown(ANNA, message)),
        ["7001: Всегда пожалуйста!"],
        "where no reaction can be set words say it"
    );
    let changed = table.edited(ANNA, message, Content::Text("Спасибо, а когда?".into()));
    assert!(changed[0].starts_with("line 0: Изменённое сообщение: Спасибо, а когда?"));
    assert_eq!(table.appeal(2).status, Status::New);
    assert!(
        table.text(ANNA, "Спасибо")[0].starts_with("line 1: Спасибо"),
        "while an appeal is open it joins that"
    );
}

#[test]
fn thanks_that_reply_to_a_closed_appeal_do_not_open_it_again() {
    let (mut table, _) = closed();
    let asked = table.last_message();
    let reply = |table: &mut Table, text: &str| {
        let reply = Some(Reply {
            message: Some(asked),
            quote: "Не приходит отчёт".into(),
        });
        let context = Context {
            reply,
            ..Context::default()
        };
        table.message_in(ANNA, Content::Text(text.into()), context)
    };
    assert!(reply(&mut table, "Спасибо")[0].starts_with("7001: reaction to"));
    assert_eq!(table.appeal(1).status, Status::Resolved);
    table.text(ANNA, "Другой вопрос");
    assert!(
        reply(&mut table, "ок")[0].starts_with("7001: reaction to"),
        "also while another is open"
    );
    assert!(reply(&mut table, "Опять не приходит")[0].contains("Опять не приходит"));
    assert_eq!(table.appeal(1).status, Status::New);
}

#[test]
fn a_day_later_thanks_are_a_message_like_any_other() {
    let (mut table, _) = closed();
    table.later(24 * 3600);
    assert_eq!(table.text(ANNA, "Спасибо")[0], "line 0: Спасибо");
}

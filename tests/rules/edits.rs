//! Messages that were changed after they were written: what is a change, and how it is in the dialogue.

use sheetdesk::domain::{
    ids::MessageId,
    message::{Attachment, Content, FileKind},
    text::Text,
    view::View,
};

use crate::{
    lines::{album, file, newest, text},
    table::{ANNA, Table},
};

#[test]
fn a_changed_message_changes_its_line_and_keeps_the_old_words() {
    let mut table = Table::registered();
    table.text(ANNA, "Не приходит отчот");
    let message = table.last_message();
    table.placed(1);
    let told = table.edited(ANNA, message, text("Не приходит отчёт"));
    assert_eq!(
        told,
        [
            "line 0: Не приходит отчёт\n(изменено в 11:00, было: Не приходит отчот)",
            "dirty appeal 6"
        ]
    );
    assert!(table.appeal(1).row.is_stale(), "the row is written anew");
    assert_eq!(
        table.edited(ANNA, message, text("Не приходит отчёт")),
        [""; 0],
        "the same words again are no change"
    );
}

#[test]
fn a_change_that_can_stand_in_place_no_more_is_a_line_of_its_own() {
    let mut table = Table::registered();
    table.rules.cell = 400;
    table.text(ANNA, "Раз");
    let message = table.last_message();
    for _ in 0..8 {
        table.text(ANNA, "Что-то ещё, и побольше слов");
    }
    table.edited(ANNA, message, text("Два"));
    assert_eq!(newest(&table), "Изменённое сообщение: Два");
}

#[test]
fn a_kept_message_is_changed_while_it_is_kept() {
    let mut table = Table::sighted();
    table.text(ANNA, "Вапрос");
    table.edited(ANNA, table.last_message(), text("Вопрос"));
    let shown = |table: &Table| {
        table.state.session(ANNA).expect("a session").kept[0]
            .text
            .clone()
    };
    assert_eq!(
        shown(&table),
        Text::from("Вопрос\n(изменено в 11:00, было: Вапрос)")
    );
    assert_eq!(
        table.edited(ANNA, table.last_message(), text("Вопрос")),
        [""; 0]
    );
    table.edited(ANNA, table.last_message(), text("Вопросы"));
    let both = "Вопросы\n(изменено в 11:00, было: Вопрос)\n(изменено в 11:00, было: Вапрос)";
    assert_eq!(shown(&table), Text::from(both));
}

#[test]
fn commands_and_moving_positions_are_no_changes() {
    let mut table = Table::with_appeal();
    let position = Content::Place {
        position: "1,1".into(),
        name: Text::default(),
    };
    for content in [
        text("/start"),
        position,
        Content::Service("pinned_message".into()),
    ] {
        assert_eq!(table.edited(ANNA, MessageId(4000), content), [""; 0]);
    }
}

#[test]
fn an_unchanged_message_is_no_change_and_a_changed_caption_is_one() {
    let photo = |caption| file(FileKind::Photo, None, 345_600, caption);
    let mut table = Table::registered();
    table.message(ANNA, photo("не горит"));
    let message = table.last_message();
    table.placed(1);
    let before = newest(&table);
    table.later(60);
    assert_eq!(
        table.edited(ANNA, message, photo("не горит")),
        [""; 0],
        "the link would be another"
    );
    assert_eq!(newest(&table), before);
    table.edited(ANNA, message, photo("не горит лампа"));
    let after = newest(&table);
    assert!(
        after.ends_with(&format!(
            "\nне горит лампа\n(изменено в 11:01, было: {before})"
        )),
        "{after}"
    );
}

#[test]
fn changes_stand_side_by_side() {
    let mut table = Table::registered();
    table.text(ANNA, "раз\nдва");
    let message = table.last_message();
    table.placed(1);
    for (minute, words) in [(1, "раз"), (2, "три"), (3, "три"), (4, "четыре")] {
        table.later(60);
        let told = table.edited(ANNA, message, text(words));
        assert_eq!(told.is_empty(), minute == 3, "{told:?}");
    }
    let whole = "четыре\n(изменено в 11:04, было: три)\n(изменено в 11:02, было: раз)\n(изменено в 11:01, было: раз\nдва)";
    assert_eq!(newest(&table), whole);
}

#[test]
fn another_picture_under_the_same_words_is_no_change_of_words() {
    let mut table = Table::registered();
    table.rules.links = None;
    table.message(ANNA, picture("A", "не горит"));
    let message = table.last_message();
    table.placed(1);
    let before = newest(&table);
    table.edited(ANNA, message, picture("B", "не горит"));
    assert_eq!(newest(&table), before);
}

#[test]
fn one_caption_of_an_album_changes_alone() {
    let mut table = Table::registered();
    table.rules.links = None;
    table.message_in(ANNA, picture("A", "спереди"), album("A"));
    let first = table.last_message();
    table.message_in(ANNA, picture("B", "сзади"), album("A"));
    table.placed(1);
    let (front, back) = newest(&table)
        .split_once("спереди\n")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .expect("both");
    table.edited(ANNA, first, picture("A", "слева"));
    assert_eq!(
        newest(&table),
        format!("{front}слева\n(изменено в 11:00, было: {front}спереди)\n{back}")
    );
}

/// A photo that Telegram knows by this `file_unique_id`.
fn picture(unique: &str, caption: &str) -> Content {
    let Content::File(attachment, caption) = file(FileKind::Photo, None, 1000, caption) else {
        unreachable!()
    };
    let unique = Some(unique.into());
    Content::File(
        Attachment {
            unique,
            ..attachment
        },
        caption,
    )
}

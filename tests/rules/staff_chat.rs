//! The specialists' chat: what is shown there of an appeal, when, and what becomes of it where the chat takes nothing.

use std::collections::BTreeSet;

use sheetdesk::domain::{
    alerts::Trouble,
    appeal::{RejectReason, Status},
    effect::{Lane, Wake},
    event::{Command, ErasedPerson, Event, Looked, Outcome, TelegramCell, Update},
    ids::{ChatId, MessageId, Number, OutboxId, SpreadsheetId},
    message::FileKind,
    rules::StaffChat,
    session::Locale,
    tab::Tab,
    text::Text,
    view::View,
};

use crate::{
    lines::{album, file},
    table::{ANNA, Table},
};

pub(crate) const STAFF: ChatId = ChatId(-77);

/// Anna is registered, and the specialists have a chat; the service has no public address.
pub(crate) fn staffed() -> Table {
    let mut table = Table::registered();
    table.rules.links = None;
    table.rules.staff = Some(StaffChat {
        chat: STAFF,
        spreadsheet: SpreadsheetId("book".into()),
        names: [(ChatId(901), "Иванова".into())].into(),
        topics: false,
    });
    table
}

/// Anna's appeal № 1 stands in the chat as message 501.
pub(crate) fn with_thread() -> Table {
    let mut table = staffed();
    table.text(ANNA, "Не приходит отчёт");
    takes(&mut table, 0, 501);
    table.placed(1);
    table
}

/// What the chat is told.
pub(crate) fn shown(words: &[String]) -> Vec<String> {
    shown_in(STAFF, words)
}

pub(crate) fn shown_in(chat: ChatId, words: &[String]) -> Vec<String> {
    let told = format!("{chat}: ");
    let words = words.iter();
    words
        .filter_map(|line| line.strip_prefix(&told).map(str::to_owned))
        .collect()
}

pub(crate) fn message(table: &Table, nth: u32) -> OutboxId {
    OutboxId::Thread(table.appeal(1).id, nth)
}

/// Telegram takes the n-th message of the thread of appeal № 1.
pub(crate) fn takes(table: &mut Table, nth: u32, message: i64) -> Vec<String> {
    let id = self::message(table, nth);
    table.state.claim(&id);
    table.sent(&id, Outcome::Delivered(MessageId(message)))
}

pub(crate) fn refuses(table: &mut Table, nth: u32, why: RejectReason) -> Vec<String> {
    let id = message(table, nth);
    table.state.claim(&id);
    table.sent(&id, Outcome::Rejected(why))
}

/// So many seconds pass, and what was to be shown by then is.
pub(crate) fn pass(table: &mut Table, seconds: i64) -> Vec<String> {
    let end = table.now + jiff::SignedDuration::from_secs(seconds);
    let mut told = Vec::new();
    loop {
        let timers = table.state.timers().into_iter();
        let mut due = timers.filter(|(at, wake)| {
            *at <= end && matches!(wake, Wake::Thread(_) | Wake::StaffRoom | Wake::Appeal(_))
        });
        let Some(timer) = due.next() else {
            table.now = end;
            return told;
        };
        table.state.remove_timer(&timer);
        table.now = table.now.max(timer.0);
        told.extend(table.event(&Event::Due(timer.1)));
    }
}

pub(crate) fn kicked() -> RejectReason {
    RejectReason::Recipient("Forbidden: bot was kicked from the group chat".into())
}

#[test]
fn a_new_appeal_is_one_message_with_a_way_to_its_tab() {
    let mut table = staffed();
    let told = table.text(ANNA, "Не приходит <отчёт>");
    assert_eq!(
        shown(&told),
        ["№ 1 · Анна · П-1 / Не приходит &lt;отчёт&gt; [Беру | Решено]"]
    );
    let entry = table.state.outbox(&message(&table, 0)).expect("it waits");
    assert_eq!(entry.send.lane, Lane::Staff);
    table.event(&Event::Looked(Looked {
        tab: Tab::Appeals,
        began: table.now,
        highest: None,
        sheet: Some(5),
    }));
    table.row(1, Status::Resolved, "");
    table.placed(1);
    table.row(1, Status::Resolved, "");
    let told = table.text(ANNA, "Ещё вопрос");
    let address = "https://docs.google.com/spreadsheets/d/book/edit#gid=5";
    assert_eq!(
        shown(&told),
        [format!(
            "<a href=\"{address}\">№ 2</a> · Анна · П-1 / Ещё вопрос [Беру | Решено]"
        )]
    );
}

#[test]
fn with_a_public_address_the_number_leads_to_the_row_by_way_of_the_service() {
    let mut table = staffed();
    let links = Table::registered().rules.links.expect("an address");
    let row = links.row(Number(1)).expect("one that others can open");
    table.rules.links = Some(links);
    assert_eq!(
        shown(&table.text(ANNA, "Раз")),
        [format!(
            "<a href=\"{row}\">№ 1</a> · Анна · П-1 / Раз [Беру | Решено]"
        )]
    );
}

#[test]
fn without_such_a_chat_nothing_is_kept_for_it() {
    let mut table = Table::with_appeal();
    table.text(ANNA, "И ещё");
    assert_eq!(table.appeal(1).thread, None);
    assert_eq!(pass(&mut table, 3600), [""; 0]);
}

#[test]
fn further_messages_are_replies_and_what_comes_shortly_comes_together() {
    let mut table = staffed();
    table.text(ANNA, "Раз");
    let told = table.text(ANNA, "Два");
    assert_eq!(shown(&told), [""; 0]);
    assert_eq!(
        shown(&pass(&mut table, 60)),
        [""; 0],
        "the first is on its way"
    );
    takes(&mut table, 0, 501);
    table.text(ANNA, "Три");
    assert_eq!(shown(&pass(&mut table, 4)), ["Два / Три [replies to 501]"]);
    takes(&mut table, 1, 502);
    assert_eq!(
        shown(&pass(&mut table, 60)),
        [""; 0],
        "there is nothing new"
    );
}

#[test]
fn whoever_writes_on_and_on_is_shown_once_a_minute() {
    let mut table = with_thread();
    for nth in 1..3 {
        table.text(ANNA, "Ещё");
        assert_eq!(shown(&pass(&mut table, 4)), ["Ещё [replies to 501]"]);
        takes(&mut table, nth, 501 + i64::from(nth));
    }
    for _ in 0..5 {
        table.text(ANNA, "Ау");
        assert_eq!(shown(&pass(&mut table, 10)), [""; 0]);
    }
    let told = shown(&pass(&mut table, 10));
    assert_eq!(told, ["Ау / Ау / Ау / Ау / Ау [replies to 501]"]);
}

#[test]
fn files_are_shown_themselves_and_replies_wait_for_the_first_message() {
    let mut table = staffed();
    let told = table.message(ANNA, file(FileKind::Photo, None, 1000, "вот"));
    let first = table.last_message().0;
    assert_eq!(
        shown(&told),
        ["№ 1 · Анна · П-1 / Прислали без слов, показываем ниже. [Беру | Решено]"]
    );
    takes(&mut table, 0, 501);
    table.message_in(ANNA, file(FileKind::Voice, None, 1000, ""), album("а"));
    table.message_in(ANNA, file(FileKind::Document, None, 1000, ""), album("а"));
    table.text(ANNA, "Это всё");
    let copies = [1, 2].map(|nth| format!(" [copy of 7001/{}] [replies to 501]", first + nth));
    let mut expected = vec!["Это всё [replies to 501]".to_owned()];
    expected.push(format!(" [copy of 7001/{first}] [replies to 501]"));
    expected.extend(copies);
    assert_eq!(shown(&pass(&mut table, 4)), expected);
    takes(&mut table, 1, 502);
    let refused = RejectReason::Refused("Bad Request: message can't be copied".into());
    let told = refuses(&mut table, 2, refused);
    assert_eq!(
        shown(&told),
        ["Этот файл здесь не показать: откройте его из таблицы. [replies to 501]"]
    );
}

#[test]
fn what_is_done_in_the_sheet_is_shown() {
    let mut table = with_thread();
    table.row(1, Status::New, "Отправили заново");
    let answer = table.answer_id(1, 1, 0);
    table.sent(&answer, Outcome::Delivered(MessageId(900)));
    let told = shown(&pass(&mut table, 4));
    assert_eq!(
        told,
        ["Ответили из таблицы: Отправили заново [replies to 501]"]
    );
    takes(&mut table, 1, 502);
    table.placed(1);
    table.row(1, Status::Resolved, "");
    assert_eq!(
        shown(&pass(&mut table, 4)),
        [
            "Обращение закрыли. [replies to 501]",
            "№ 1 · Анна · П-1 / Не приходит отчёт / ✅ Решено [edits 501]"
        ]
    );
}

#[test]
fn what_is_corrected_in_the_sheet_is_shown() {
    let mut table = with_thread();
    table.row(1, Status::New, "Отправили заново");
    let answer = table.answer_id(1, 1, 0);
    table.sent(&answer, Outcome::Delivered(MessageId(900)));
    pass(&mut table, 4);
    takes(&mut table, 1, 502);
    table.placed(1);
    table.row(1, Status::Other("Исправить ответ".into()), "");
    table.placed(1);
    table.row(1, Status::InWork, "Отправили снова");
    let change = table.answer_id(1, 2, 0);
    let told = table.sent(&change, Outcome::Delivered(MessageId(900)));
    assert_eq!(
        shown(&told),
        ["Ответ исправили в таблице: Отправили снова [replies to 501]"]
    );
}

/// So many partners, of whom the list told at first sight which account is whose.
pub(crate) fn crowd(count: i64) -> (Table, Vec<ChatId>) {
    let mut table = Table::empty();
    let chats: Vec<ChatId> = (0..count).map(|n| ChatId(8000 + n)).collect();
    for chat in &chats {
        let cell = TelegramCell::Id(*chat);
        let phone = format!("8 (912) 345-{}", chat.0);
        table.lists_bound(&format!("К-{}", chat.0), "Пётр", &phone, cell);
    }
    table.looked(Tab::Partners);
    table.looked(Tab::Appeals);
    (table.rules.staff, table.rules.links) = (staffed().rules.staff, None);
    (table, chats)
}

#[test]
fn a_storm_of_appeals_is_one_message_a_minute() {
    let (mut table, chats) = crowd(60);
    let (first, later) = chats.split_at(45);
    let mut told = Vec::new();
    for chat in first {
        told.extend(shown(&table.text(*chat, "Всё лежит")));
    }
    assert_eq!(told.len(), 10);
    assert_eq!(told[9], "№ 10 · Пётр · К-8009 / Всё лежит [Беру | Решено]");
    let told = shown(&pass(&mut table, 60));
    assert_eq!(told.len(), 1, "{told:?}");
    let words = "Пишут сразу многие. Ещё 35 обращений: / № 11 · Пётр: Всё лежит / № 12 · Пётр";
    assert!(told[0].starts_with(words), "{told:?}");
    assert!(told[0].ends_with("…и ещё 5"), "{told:?}");
    for chat in later {
        assert_eq!(shown(&table.text(*chat, "И у меня")), [""; 0]);
    }
    let told = shown(&pass(&mut table, 60));
    assert_eq!(told.len(), 1, "{told:?}");
    let told = shown(&table.text(first[20], "Ну что там?"));
    assert_eq!(told, [""; 0], "the minute is not over");
    let told = shown(&pass(&mut table, 60));
    assert_eq!(told, ["№ 21 · Пётр · К-8020 / Ну что там? [Беру | Решено]"]);
}

#[test]
fn a_chat_that_takes_nothing_is_told_once_and_shown_everything_when_it_does() {
    let mut table = staffed();
    table.text(ANNA, "Раз");
    refuses(&mut table, 0, kicked());
    assert_eq!(table.state.alerts().staff.place.refused, Some(kicked()));
    assert_eq!(table.state.alerts().admin_chat.refused, None);
    table.text(ANNA, "Два");
    assert_eq!(shown(&pass(&mut table, 300)), [""; 0]);
    let check = |table: &mut Table, found: &[Trouble]| {
        let found: BTreeSet<_> = found.iter().copied().collect();
        table.event(&Event::Admin(Command::Checked(found)))
    };
    let told = check(&mut table, &[Trouble::StaffChat]);
    assert!(
        told[0].starts_with("1: ⚠️ Писать в чат специалистов не получается"),
        "{told:?}"
    );
    assert_eq!(check(&mut table, &[Trouble::StaffChat]), [""; 0]);
    // After ten minutes one message tries it.
    let told = shown(&pass(&mut table, 300));
    assert_eq!(told, ["№ 1 · Анна · П-1 / Раз / Два [Беру | Решено]"]);
    refuses(&mut table, 1, kicked());
    assert_eq!(shown(&pass(&mut table, 400)), [""; 0]);
    // That somebody posts there says nothing of whether the bot may.
    let posted = Update::Group {
        chat: STAFF,
        said: Some(Text::default()),
        locale: Locale::Ru,
    };
    assert_eq!(table.event(&Event::Update(posted)), [""; 0]);
    assert_eq!(shown(&pass(&mut table, 100)), [""; 0]);
    // The bot is added again.
    let added = Update::Group {
        chat: STAFF,
        said: None,
        locale: Locale::Ru,
    };
    let told = table.event(&Event::Update(added));
    assert_eq!(
        told,
        ["wake in 0 s"],
        "a group of ours is not told to write in private"
    );
    let told = shown(&pass(&mut table, 0));
    assert_eq!(told, ["№ 1 · Анна · П-1 / Раз / Два [Беру | Решено]"]);
    takes(&mut table, 2, 501);
    assert_eq!(table.state.alerts().staff.place.refused, None);
    let told = check(&mut table, &[]);
    assert!(
        told[0].starts_with("1: ✅ В чат специалистов снова можно писать"),
        "{told:?}"
    );
}

#[test]
fn a_group_that_becomes_a_supergroup_is_followed_and_remembered() {
    let new = ChatId(-100_077);
    let mut table = with_thread();
    table.text(ANNA, "Два");
    pass(&mut table, 4);
    let told = refuses(&mut table, 1, RejectReason::Moved(new));
    assert!(
        told.iter()
            .any(|line| line.starts_with("1: Чат специалистов стал супергруппой"))
    );
    let told = pass(&mut table, 0);
    assert_eq!(
        shown_in(new, &told),
        ["№ 1 · Анна · П-1 / Два [Беру | Решено]"]
    );
    let told = shown_in(new, &takes(&mut table, 2, 7));
    assert_eq!(told, [""; 0]);
    table.text(ANNA, "Три");
    let told = pass(&mut table, 60);
    assert_eq!(shown_in(new, &told), ["Три [replies to 7]"]);
    table.rules.staff.as_mut().expect("it is set").chat = ChatId(-88);
    takes(&mut table, 3, 8);
    table.text(ANNA, "Четыре");
    let told = pass(&mut table, 4);
    assert_eq!(
        shown_in(ChatId(-88), &told),
        ["№ 1 · Анна · П-1 / Четыре [Беру | Решено]"],
        "the settings name another by now"
    );
    let mut table = with_thread();
    let moved = Update::Moved {
        from: STAFF,
        to: new,
    };
    table.event(&Event::Update(moved));
    table.text(ANNA, "Два");
    let told = pass(&mut table, 4);
    assert_eq!(
        shown_in(new, &told),
        ["№ 1 · Анна · П-1 / Два [Беру | Решено]"]
    );
}

#[test]
fn a_lost_response_is_sent_once_more() {
    let mut table = staffed();
    table.text(ANNA, "Раз");
    for told in ["again in 5 s, lost 1", "ended Unknown"] {
        let id = message(&table, 0);
        table.state.claim(&id);
        assert_eq!(table.sent(&id, Outcome::Unknown)[0], told);
    }
    let told = shown(&table.text(ANNA, "Два"));
    assert_eq!(
        told,
        ["№ 1 · Анна · П-1 / Два [Беру | Решено]"],
        "nobody knows to what it could reply"
    );
}

#[test]
fn what_waited_for_the_chat_when_the_copy_was_made_is_not_shown_again() {
    let mut table = staffed();
    table.text(ANNA, "Раз");
    refuses(&mut table, 0, kicked());
    assert_eq!(table.state.alerts().staff.waiting.len(), 1);
    table.event(&Event::Admin(Command::Restored));
    assert_eq!(shown(&pass(&mut table, 3600)), [""; 0]);
    table.text(ANNA, "Два");
    let told = shown(&pass(&mut table, 3600));
    assert_eq!(told, ["№ 1 · Анна · П-1 / Два [Беру | Решено]"]);
}

#[test]
fn a_restored_journal_shows_nothing_again() {
    let mut table = staffed();
    table.text(ANNA, "Раз");
    table.event(&Event::Admin(Command::Restored));
    assert_eq!(shown(&pass(&mut table, 3600)), [""; 0]);
    table.looked(Tab::Partners);
    table.looked(Tab::Appeals);
    let told = shown(&table.text(ANNA, "Два"));
    assert_eq!(told, ["№ 1 · Анна · П-1 / Два [Беру | Решено]"]);
}

#[test]
fn who_is_forgotten_is_shown_to_nobody_any_more() {
    let mut table = with_thread();
    table.text(ANNA, "Два");
    pass(&mut table, 4);
    let waiting = message(&table, 1);
    let appeal = table.appeal(1).id;
    assert!(table.state.post(STAFF, MessageId(501)).is_some());
    let person = ErasedPerson {
        chat: Some(ANNA),
        code: None,
        others: [].into(),
    };
    table.event(&Event::Admin(Command::Erase(person)));
    assert_eq!(table.state.post(STAFF, MessageId(501)), None);
    assert_eq!(table.state.outbox(&waiting), None);
    let told = table.event(&Event::Due(Wake::Thread(appeal)));
    assert_eq!(told, [""; 0]);
}

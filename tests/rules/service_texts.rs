//! What the service says of a spreadsheet, of a chat and of itself, in both languages, as people read it.

use sheetdesk::domain::{
    appeal::RejectReason,
    ids::{ChatId, Number, PromotionKey},
    wording::{
        AsideNote, FailureNote, FileNote, ForesightNote, Note, StaffNote, TableNote, VerdictNote,
    },
};

use crate::texts::read_well;

const ACCOUNT: &str = "desk@project.iam.gserviceaccount.com";
const TITLE: &str = "обращения";

#[test]
fn whatever_is_wrong_with_a_spreadsheet_is_said_well() {
    let all = [
        TableNote::Trouble {
            title: TITLE,
            words: "…",
        },
        TableNote::Closed(ACCOUNT),
        TableNote::NoSpreadsheet,
        TableNote::ApiOff {
            account: ACCOUNT,
            enable: "https://console.cloud.google.com/",
        },
        TableNote::OfficeFile,
        TableNote::ReadOnly(ACCOUNT),
        TableNote::Missing(TITLE),
        TableNote::Unreadable {
            title: TITLE,
            words: "Unable to parse range",
        },
        TableNote::Moving(TITLE),
        TableNote::ColumnsRefused("…"),
        TableNote::MarksRefused("…"),
        TableNote::ArchiveRefused {
            title: "обращения_архив",
            why: "…",
        },
        TableNote::ArchiveHeadless("…"),
        TableNote::Astray {
            title: TITLE,
            row: 7,
            why: "…",
        },
        TableNote::Protected(ACCOUNT),
        TableNote::CellLimit,
        TableNote::CellLength,
        TableNote::Google("The cell is busy."),
        TableNote::Headers {
            title: TITLE,
            faults: "…; …",
        },
        TableNote::HeaderMissing("статус", None),
        TableNote::HeaderMissing("статус", Some("стаус")),
        TableNote::HeaderDoubled("№"),
        TableNote::Protection,
    ];
    read_well("table_texts", &all.map(Note::Table));
}

#[test]
fn what_the_service_would_do_is_said_well() {
    let (code, key) = (crate::table::code("П-1"), PromotionKey::numbered(17));
    let archive = |is_new| ForesightNote::Archive {
        title: "обращения_архив",
        parts: 2,
        is_new,
    };
    let title = TITLE;
    let all = [
        ForesightNote::Begun,
        ForesightNote::Over,
        ForesightNote::Running("/var/lib/sheetdesk"),
        ForesightNote::Uncopied("No space left on device"),
        ForesightNote::Seen { title, rows: 12 },
        ForesightNote::Held(3),
        ForesightNote::Answer(Number(41)),
        ForesightNote::Staff("…"),
        ForesightNote::Partner("…"),
        ForesightNote::Operator("…"),
        ForesightNote::Row {
            title,
            row: 7,
            whose: "…",
            deeds: "…; …",
        },
        ForesightNote::NewRow {
            title, whose: "…"
        },
        ForesightNote::MoreRows { title, more: 21 },
        ForesightNote::Columns {
            title,
            headers: "…, …",
        },
        ForesightNote::Filter(title),
        ForesightNote::Table(title),
        ForesightNote::Fills(title),
        archive(false),
        archive(true),
        ForesightNote::Write("…, …"),
        ForesightNote::Clear("специалист_ответ"),
        ForesightNote::Change {
            column: "статус",
            value: "В работе",
        },
        ForesightNote::Quoted("№"),
        ForesightNote::OfAppeal(Number(41)),
        ForesightNote::OfPartner(&code),
        ForesightNote::OfPromotion(&key),
        ForesightNote::Unnumbered,
    ];
    read_well("foresight_texts", &all.map(Note::Foresight));
}

#[test]
fn why_something_did_not_work_is_said_well() {
    let aside = [
        AsideNote::NoObject("update"),
        AsideNote::Missing("message.chat"),
        AsideNote::Unlike("message.date"),
        AsideNote::Gone,
        AsideNote::Unusable("timer: `timer` is missing"),
        AsideNote::Fault("one identity for two messages"),
        AsideNote::Deadly,
    ];
    let failures = [
        FailureNote::Unread("…"),
        FailureNote::SeeLog,
        FailureNote::Store("No space left on device"),
        FailureNote::Closed,
        FailureNote::Busy,
        FailureNote::UnknownCommand,
        FailureNote::SheetsBusy,
        FailureNote::Nobody("П-1"),
        FailureNote::NoRecord(4242),
        FailureNote::Undecodable {
            record: 42,
            why: "…",
        },
        FailureNote::Stumbles(42),
    ];
    let bars = [
        "token",
        "unknown",
        "logged_out",
        "frozen",
        "misdirected",
        "conflict",
    ];
    let reasons = [
        RejectReason::Refused("Forbidden: bot was kicked".into()),
        RejectReason::Blocked,
        RejectReason::Deactivated,
        RejectReason::ChatNotFound,
        RejectReason::Moved(ChatId(-1_009)),
        RejectReason::TopicGone,
        RejectReason::GaveUp,
        RejectReason::Fixed,
    ];
    let aside = aside.into_iter().map(Note::Aside);
    let bars = bars.into_iter().map(VerdictNote::Barred);
    let verdict = bars.chain(reasons.iter().map(VerdictNote::Shut));
    let failures = failures.into_iter().map(Note::Failure);
    let all = aside.chain(failures).chain(verdict.map(Note::Verdict));
    read_well("failure_texts", &all.collect::<Vec<_>>());
}

#[test]
fn what_the_specialists_read_in_their_chat_reads_well() {
    let (name, nearest) = ("адерс".into(), "адрес".into());
    let (before, after) = ("П-1".into(), "П-2".into());
    let all = [
        StaffNote::Number(Some(Number(41))),
        StaffNote::Who {
            name: "Анна",
            code: "П-1",
        },
        StaffNote::Who {
            name: "Анна",
            code: "",
        },
        StaffNote::FilesFollow,
        StaffNote::FileUnshown,
        StaffNote::Edited("Выслали"),
        StaffNote::EditedFile,
        StaffNote::Recoded {
            before: &before,
            after: &after,
        },
        StaffNote::Answered("Выслали"),
        StaffNote::Corrected("Выслали снова"),
        StaffNote::Withdrawn,
        StaffNote::Closed,
        StaffNote::Take,
        StaffNote::Solve,
        StaffNote::Taken("Иванова"),
        StaffNote::Solved,
        StaffNote::SolvedBy("Иванова"),
        StaffNote::SolvedTooSoon,
        StaffNote::Sending("14:02:15"),
        StaffNote::Delivered("14:02"),
        StaffNote::Correcting("14:02:15"),
        StaffNote::CorrectedAt("14:02"),
        StaffNote::Withdrew("14:02"),
        StaffNote::Unchanged("…"),
        StaffNote::NotCorrectable,
        StaffNote::NotSent,
        StaffNote::NoTemplate(&name, Some(&nearest)),
        StaffNote::NoTemplate(&name, None),
        StaffNote::Withdraw,
        StaffNote::CellHeld("Выслали"),
        StaffNote::NotPassedOn,
        StaffNote::Overdue("14:02"),
        StaffNote::Summary(1),
        StaffNote::Summary(22),
        StaffNote::Summary(5),
        StaffNote::SummaryLine {
            number: Some(Number(41)),
            name: "Анна",
            words: "Не приходит отчёт",
        },
        StaffNote::SummaryMore(3),
        StaffNote::OpenSheet,
    ];
    read_well("staff_texts", &all.map(Note::Staff));
}

#[test]
fn files_and_what_else_stands_in_a_dialogue_read_well() {
    let contact = |name, phone| Note::LineContact { name, phone };
    let files = [
        FileNote::Named {
            kind: "…",
            name: "прайс.pdf",
        },
        FileNote::Sized {
            file: "…",
            size: "…",
        },
        FileNote::Size(12),
        FileNote::Size(345_600),
        FileNote::Size(19_999_999),
    ];
    let kinds = [
        "checklist",
        "contact",
        "document",
        "game",
        "gift",
        "giveaway",
        "invoice",
        "paid_media",
        "photo",
        "poll",
        "audio",
        "story",
        "video",
        "anything",
    ];
    let others = [
        contact("", ""),
        contact("", "+79001112233"),
        contact("Иван Ли", ""),
        Note::LineDescribed {
            kind: "…",
            words: "Шашки",
        },
        Note::LineForwarded {
            from: "",
            text: "Привет",
        },
        Note::HistoryNote("Звонила, ждёт"),
    ];
    let all = files.into_iter().map(Note::File).chain(others);
    let all = all.chain(kinds.into_iter().map(Note::OtherKind));
    read_well("content_texts", &all.collect::<Vec<_>>());
}

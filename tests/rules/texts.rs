//! Every text of the bot, in both languages, as people read it.

use jiff::{SignedDuration, civil::date};
use sheetdesk::domain::{
    alerts::Trouble,
    appeal::{LeftBehind, RejectReason, Status, Unfetched},
    broadcast::Counts,
    ids::{Number, PartnerCode, PromotionKey},
    listing::ListFault,
    message::FileKind,
    partner::{RowTrouble, Unaddressed},
    promotion::{OfferCell, offer::OfferFault},
    refusal::WriteRefusal,
    session::Locale,
    tab::Tab,
    text::Text,
    wording::{
        AlertNote, BroadcastNote, FileNote, NoLink, Note, PromotionNote, ReadIn, Say, StateNote,
        StatusNote, VerdictItem, VerdictNote, Wording,
    },
};

#[test]
fn every_text_reads_well_in_both_languages() {
    let other = Status::Other("Думаем".into());
    let all = [
        Say::Welcome,
        Say::ShareContact,
        Say::KeptBeforeRegistration,
        Say::KeptIsFull(10),
        Say::PhoneWanted,
        Say::CodeWanted,
        Say::ContactOfAnother,
        Say::PhoneUnreadable,
        Say::PhoneTyped,
        Say::NotMatched("10005"),
        Say::TooManyTries(1),
        Say::TooManyTries(3),
        Say::TooManyTries(25),
        Say::Shortly,
        Say::BoundToAnother,
        Say::Registered("Анна Петрова"),
        Say::KeptOffer(1),
        Say::KeptOffer(2),
        Say::KeptOffer(5),
        Say::KeptSend,
        Say::KeptDrop,
        Say::KeptDropped,
        Say::KeptGone,
        Say::Help,
        Say::Receipt(Some(Number(1041))),
        Say::Receipt(None),
        Say::ReceiptNow {
            number: Number(41),
            status: "в работе",
        },
        Say::Added(Some(Number(41))),
        Say::Added(None),
        Say::AnswerHeading(Number(41)),
        Say::WrittenFirst(Number(41)),
        Say::Nameless,
        Say::Closed(Number(41)),
        Say::Revoked,
        Say::AppealsNone,
        Say::AppealsHeading,
        Say::AppealsLine {
            number: Some(Number(41)),
            date: Some("02.03.2026"),
            status: "новое",
        },
        Say::AppealsLine {
            number: Some(Number(41)),
            date: None,
            status: "новое",
        },
        Say::AppealsLine {
            number: None,
            date: None,
            status: "новое",
        },
        Say::StatusWord(&Status::New),
        Say::StatusWord(&Status::InWork),
        Say::StatusWord(&Status::Forwarded),
        Say::StatusWord(&Status::AiAnswer),
        Say::AnswerWithdrawn,
        Say::PartWithdrawn,
        Say::StatusWord(&Status::Resolved),
        Say::StatusWord(&other),
        Say::NotPassedOn,
        Say::TooFast,
        Say::TooFastRecorded,
        Say::PrivateOnly,
        Say::AnnouncementsOff,
        Say::AnnouncementsOn,
        Say::LinkExpired,
        Say::LinkUnknown,
        Say::LinkFileGone,
        Say::LinkFileLater,
        Say::MenuStart,
        Say::MenuAppeals,
        Say::MenuPromotions,
        Say::MenuHelp,
        Say::PromotionButton,
        Say::PromotionsNone,
        Say::PromotionsHeading { page: 1, pages: 1 },
        Say::PromotionsHeading { page: 2, pages: 3 },
        Say::Date(date(2026, 12, 1)),
        Say::Date(date(2027, 5, 31)),
        Say::PageNewer,
        Say::PageOlder,
    ];
    read_well_in_both("partner_texts", &all);
}

#[test]
fn what_a_partner_reads_of_his_appeals_and_codes_reads_well() {
    let all = [
        Say::AppealsOpen(Some(Number(41))),
        Say::AppealsOpen(None),
        Say::DialogueHeading {
            appeal: "№ 41 – новое",
            page: 1,
            pages: 1,
        },
        Say::DialogueHeading {
            appeal: "№ 41 – новое",
            page: 2,
            pages: 3,
        },
        Say::DialoguePartner("02.03.2026 11:00"),
        Say::DialogueSpecialist("02.03.2026 11:05"),
        Say::DialogueBefore,
        Say::DialogueEarlier,
        Say::DialogueLater,
        Say::DialogueBack,
        Say::ButtonAppeals,
        Say::ButtonPromotions,
        Say::Rated {
            number: Number(41),
            thumb: "👍",
        },
        Say::RatingRemark,
        Say::RemarkWanted,
        Say::RemarkNo,
        Say::RemarkNone,
        Say::RemarkTaken,
        Say::Welcomed,
        Say::CodeAdded("П-2"),
        Say::CodeCurrent("П-2"),
        Say::CodeOnly("П-1"),
        Say::CodeButton("П-1"),
        Say::CodeRevoked("П-2"),
        Say::CodeMoved {
            number: Some(Number(41)),
            code: "П-2",
        },
        Say::CodeMoved {
            number: None,
            code: "П-2",
        },
        Say::CodeLater {
            number: Some(Number(41)),
            code: "П-2",
            kept: "П-1",
        },
    ];
    read_well_in_both("overview_texts", &all);
}

#[test]
fn whatever_the_verdict_names_reads_well_in_both_languages() {
    let held = |more| VerdictItem::Held {
        count: 2 + more,
        numbers: &[41, 42],
        more,
    };
    let items = [
        VerdictItem::JournalDown(None),
        VerdictItem::JournalDown(Some("the disk is full")),
        VerdictItem::TabDown("appeals"),
        VerdictItem::TabDown("partners"),
        VerdictItem::TabDown("promotions"),
        VerdictItem::Barred("frozen"),
        VerdictItem::TelegramDown,
        VerdictItem::SheetsDown,
        VerdictItem::Silent("2026-03-02 15:00:00 +03:00"),
        VerdictItem::Webhook("Connection refused"),
        VerdictItem::InboxLate(2),
        VerdictItem::OutboxLate(10),
        VerdictItem::AdminChat("the bot is blocked there"),
        VerdictItem::AdminMoved(-1_009),
        VerdictItem::StaffMoved(-1_008),
        VerdictItem::StaffTopics("the chat is not a forum"),
        VerdictItem::Throttled("telegram"),
        VerdictItem::Throttled("sheets"),
        VerdictItem::Refused(2),
        VerdictItem::Quarantined(3),
        held(0),
        held(1_000),
        VerdictItem::Unknown(6),
        VerdictItem::Failed(7),
    ];
    let placed = [ReadIn::Chat, ReadIn::Shell].map(|place| {
        let item = move |item| VerdictNote::Item(item, place);
        items.map(item)
    });
    let frame = [VerdictNote::Well, VerdictNote::AtWork("…")];
    let all = frame.into_iter().chain(placed.into_iter().flatten());
    let all: Vec<_> = all.map(Note::Verdict).collect();
    read_well("verdict_texts", &all);
}

#[test]
fn the_lines_of_a_dialogue_read_well() {
    let all = [
        Note::HistorySpecialist("Выслали", None),
        Note::HistorySpecialist("Выслали", Some("Иванова")),
        Note::HistoryArchived {
            tab: "обращения_архив",
            number: Number(1041),
            part: 2,
        },
        Note::File(FileNote::Line {
            described: "Файл «прайс.pdf», 1,2 МБ",
            link: Ok("https://desk.example/files/41"),
        }),
        Note::File(FileNote::Line {
            described: "Фото",
            link: Err(NoLink::NoAddress),
        }),
        Note::File(FileNote::Line {
            described: "Видео, 25,0 МБ",
            link: Err(NoLink::TooLarge),
        }),
        Note::File(FileNote::Kind(FileKind::Photo)),
        Note::File(FileNote::Kind(FileKind::Video)),
        Note::File(FileNote::Kind(FileKind::Animation)),
        Note::File(FileNote::Kind(FileKind::Audio)),
        Note::File(FileNote::Kind(FileKind::Voice)),
        Note::File(FileNote::Kind(FileKind::VideoNote)),
        Note::File(FileNote::Kind(FileKind::Document)),
        Note::File(FileNote::Kind(FileKind::Sticker)),
        Note::LineContact {
            name: "Иван Ли",
            phone: "+79001112233",
        },
        Note::LinePlace {
            name: "",
            position: "55.751244,37.618423",
        },
        Note::LinePlace {
            name: "Склад, Лесная, 5",
            position: "55.751244,37.618423",
        },
        Note::LinePoll("Когда?"),
        Note::LineForwarded {
            from: "Иван Ли",
            text: "Привет",
        },
        Note::LineReply {
            quote: "Проверьте почту",
            text: "Проверил",
        },
        Note::LineChanged {
            text: "Не приходит отчёт",
            time: "14:02",
            before: "Не приходит отчот",
        },
        Note::LineCorrected("Не приходит отчёт"),
        Note::LineWithdrawn {
            before: "Отчёт выслали",
            time: "14:02",
        },
        Note::LineTakenBack("Отчёт выслали"),
        Note::LineRated("👎", "Долго ждали"),
    ];
    read_well("dialogue_texts", &all);
}

fn corrected(withdrawn: bool, left: LeftBehind) -> Note<'static> {
    Note::DeliveryCorrected {
        time: "14:05",
        withdrawn,
        left,
    }
}

#[test]
fn every_word_in_the_delivery_column_reads_well() {
    let refused = RejectReason::Refused("Bad Request: wrong file identifier".into());
    let (name, nearest) = ("адерс".into(), "адрес".into());
    let all = [
        Note::DeliveryRefused(&RejectReason::File(Unfetched::Forbidden)),
        Note::DeliveryRefused(&RejectReason::File(Unfetched::Unreachable)),
        Note::DeliveryRefused(&RejectReason::File(Unfetched::Status(404))),
        Note::DeliveryRefused(&RejectReason::File(Unfetched::TooLarge)),
        Note::DeliveryRefused(&RejectReason::File(Unfetched::NotAPicture)),
        Note::DeliveryGrace("14:02:10"),
        Note::DeliveryFormula,
        Note::DeliveryUnready("#REF!", false),
        Note::DeliveryUnready("Loading...", true),
        Note::DeliveryFormulaKept("14:02"),
        Note::DeliveryWaiting,
        Note::DeliveryHeld(false),
        Note::DeliveryHeld(true),
        Note::DeliveryNoTemplate(&name, Some(&nearest)),
        Note::DeliveryNoTemplate(&name, None),
        Note::Unaddressed(Unaddressed::UnknownCode),
        Note::Unaddressed(Unaddressed::Unregistered),
        Note::Unaddressed(Unaddressed::Standing),
        Note::DeliveryDelivered("14:02", false),
        Note::DeliveryDelivered("14:02", true),
        Note::DeliveryUnknown(false),
        Note::DeliveryUnknown(true),
        Note::DeliveryRefused(&RejectReason::Blocked),
        Note::DeliveryRefused(&RejectReason::Deactivated),
        Note::DeliveryRefused(&RejectReason::ChatNotFound),
        Note::DeliveryRefused(&RejectReason::GaveUp),
        Note::DeliveryRefused(&refused),
        Note::DeliveryCorrecting("14:32"),
        Note::DeliveryCorrectingSoon("14:02:15", false),
        Note::DeliveryCorrectingSoon("14:02:15", true),
        corrected(false, LeftBehind::Nothing),
        corrected(false, LeftBehind::Old),
        corrected(false, LeftBehind::Copy),
        corrected(true, LeftBehind::Nothing),
        corrected(true, LeftBehind::Old),
        corrected(true, LeftBehind::Copy),
        Note::DeliveryUncorrected("сообщения у партнёра уже нет", false),
        Note::DeliveryUncorrected("файл по ссылке не взять", true),
        Note::Unchangeable(&RejectReason::Gone),
        Note::Unchangeable(&RejectReason::Fixed),
        Note::Unchangeable(&RejectReason::Blocked),
        Note::Unchangeable(&RejectReason::ChatNotFound),
        Note::Unchangeable(&RejectReason::GaveUp),
        Note::Unchangeable(&RejectReason::File(Unfetched::TooLarge)),
        Note::Unchangeable(&refused),
        Note::DeclinedNothingToCorrect,
        Note::DeclinedOccupied,
        Note::DeclinedOnItsWay,
        Note::DeclinedNothingToSend,
        Note::DeclinedDelivered("14:02"),
        Note::Stopped(RowTrouble::Doubled),
        Note::Stopped(RowTrouble::Mismatched),
        Note::Stopped(RowTrouble::Missing),
        Note::Stopped(RowTrouble::Moved),
        Note::Stopped(RowTrouble::Unknown),
        Note::Stopped(RowTrouble::Unreadable),
    ];
    read_well("delivery_texts", &all);
}

#[test]
fn whatever_is_wrong_with_a_promotion_is_said_well() {
    let faults = [
        OfferFault::NoTitle,
        OfferFault::NoDescription,
        OfferFault::NoStart,
        OfferFault::NoEnd,
        OfferFault::StartUnreadable,
        OfferFault::EndUnreadable,
        OfferFault::StartTwoWays(date(2026, 12, 3), date(2026, 3, 12)),
        OfferFault::EndTwoWays(date(2027, 12, 26), date(2026, 12, 27)),
        OfferFault::StartFar,
        OfferFault::EndBeforeStart,
        OfferFault::EndPassed,
        OfferFault::LinkBroken,
        OfferFault::LinkIsMail,
        OfferFault::ContentBroken,
        OfferFault::TooLong(1),
        OfferFault::TooLong(23),
        OfferFault::TooLong(1205),
    ];
    read_well(
        "promotion_faults",
        &faults.map(|fault| Note::Promotion(PromotionNote::Fault(fault))),
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of all words")]
fn every_word_about_promotions_reads_well() {
    let refused = RejectReason::Refused("Bad Request: wrong file identifier".into());
    let obstacles = [
        RejectReason::File(Unfetched::Forbidden),
        RejectReason::File(Unfetched::Unreachable),
        RejectReason::File(Unfetched::Status(404)),
        RejectReason::File(Unfetched::TooLarge),
        RejectReason::File(Unfetched::NotAPicture),
        refused,
        RejectReason::Blocked,
        RejectReason::GaveUp,
    ];
    let progress = "312 из 1 000";
    let ready = |count, shown| PromotionNote::Ready {
        count,
        shown,
        time: "≈ 34 с",
    };
    let over = PromotionNote::Over {
        progress,
        at: "14:02",
    };
    let running = PromotionNote::Running {
        percent: 31,
        progress,
        left: "≈ 23 с",
    };
    let quiet = PromotionNote::Quiet {
        progress,
        until: "09:00",
    };
    let notes = [
        ready(1, "1"),
        ready(22, "22"),
        ready(1000, "1 000"),
        PromotionNote::ReadyUncounted,
        PromotionNote::StatusByHand,
        PromotionNote::CancelledBefore,
        PromotionNote::Faulty("нет названия; нет даты начала"),
        PromotionNote::Scheduled("12.03.2026 09:00"),
        PromotionNote::Held("12.03.2026 00:00"),
        PromotionNote::Adopted,
        PromotionNote::Preparing,
        PromotionNote::HaltedLost,
        PromotionNote::Progress {
            sent: "312",
            all: "1 000",
        },
        running,
        quiet,
        PromotionNote::Paused(progress),
        PromotionNote::Cancelled(progress),
        over,
        PromotionNote::Failed(2),
        PromotionNote::Skipped(1),
        PromotionNote::Skipped(3),
        PromotionNote::Unknown(1),
        PromotionNote::AlreadyAnnounced(Some("12.03.2026")),
        PromotionNote::AlreadyAnnounced(None),
        PromotionNote::NothingToDo,
        PromotionNote::UnknownAction("Станцевать"),
        PromotionNote::Copied,
        PromotionNote::BeforeOurTime,
        PromotionNote::NoAdminChat,
        PromotionNote::NoList,
        PromotionNote::TestFailed("картинка не найдена"),
        PromotionNote::Halted("картинка не найдена"),
        PromotionNote::AtOnce,
        PromotionNote::Seconds(34),
        PromotionNote::Minutes(12),
        PromotionNote::Hours(1, 5),
    ];
    let halted = obstacles.iter().map(PromotionNote::Obstacle);
    let mut all: Vec<Note<'_>> = notes
        .into_iter()
        .chain(halted)
        .map(Note::Promotion)
        .collect();
    let key = PromotionKey::numbered(17);
    let counts = Counts {
        made: 997,
        sent: 995,
        failed: 2,
        unknown: 0,
        skipped: 3,
    };
    let admin = [
        BroadcastNote::Begins("Скидка", 1),
        BroadcastNote::Begins("Скидка", 1000),
        BroadcastNote::Over("Скидка", counts),
        BroadcastNote::Halted("Скидка"),
        BroadcastNote::Vanished("Скидка"),
        BroadcastNote::Unfit("Скидка"),
        BroadcastNote::Late("Скидка", 1),
        BroadcastNote::Late("Скидка", 22),
        BroadcastNote::Late("Скидка", 14),
        BroadcastNote::Tested(1, "≈ 1 с"),
        BroadcastNote::Tested(1000, "≈ 34 с"),
        BroadcastNote::TestedUncounted,
        BroadcastNote::RowRefused(&key, "The cell is protected"),
    ];
    all.extend(admin.map(Note::Broadcast));
    read_well("promotion_texts", &all);
}

#[test]
fn a_cell_of_an_offer_that_is_not_ready_is_named() {
    let all = [
        OfferCell::Title,
        OfferCell::Description,
        OfferCell::Starts,
        OfferCell::Ends,
        OfferCell::Content,
        OfferCell::Link,
    ];
    let all = all.map(|cell| Note::Promotion(PromotionNote::Fault(OfferFault::Unready(cell))));
    read_well("unready_texts", &all);
}

#[test]
fn what_the_operator_asks_is_answered_well() {
    let all = [
        Note::OperatorReleased(0),
        Note::OperatorReleased(3),
        Note::OperatorQuarantine(0),
        Note::OperatorQuarantine(3),
        Note::OperatorUnknown(0),
        Note::OperatorUnknown(3),
        Note::OperatorDone(0),
        Note::OperatorDone(1),
        Note::OperatorHelp,
        Note::OperatorFailed("the journal is closed"),
        Note::Status(StatusNote::Queues {
            inbox: 1,
            outbox: 2,
            rows: 3,
        }),
        Note::Status(StatusNote::Oldest(12)),
        Note::Status(StatusNote::Troubles {
            quarantined: 1,
            unknown: 2,
            failed: 3,
            held: 4,
        }),
        Note::Status(StatusNote::Look {
            tab: "appeals",
            age: Some(12),
            trouble: None,
        }),
        Note::Status(StatusNote::Look {
            tab: "appeals",
            age: None,
            trouble: None,
        }),
        Note::Status(StatusNote::Look {
            tab: "appeals",
            age: None,
            trouble: Some("нет столбца «статус»"),
        }),
        Note::Status(StatusNote::Quota {
            reads: 50,
            writes: 60,
        }),
        Note::Status(StatusNote::Uptime {
            hours: 5,
            minutes: 7,
            restarts: 0,
        }),
        Note::DigestUnanswered {
            count: 1,
            number: Number(41),
            days: 0,
            hours: 5,
        },
        Note::DigestUnanswered {
            count: 3,
            number: Number(41),
            days: 2,
            hours: 5,
        },
        Note::DigestUnanswered {
            count: 11,
            number: Number(41),
            days: 12,
            hours: 0,
        },
        Note::DigestQuiet,
        Note::DigestFailed {
            count: 1,
            numbers: "41",
        },
        Note::DigestFailed {
            count: 12,
            numbers: "41, 42",
        },
        Note::DigestRated {
            up: 12,
            down: 0,
            numbers: "",
        },
        Note::DigestRated {
            up: 12,
            down: 2,
            numbers: "41, 42",
        },
    ];
    read_well("operator_texts", &all);
}

#[test]
fn what_watches_over_the_service_speaks_plainly() {
    let code = PartnerCode::fold("П-1042").expect("a code");
    let troubles = [
        Trouble::Journal,
        Trouble::Telegram,
        Trouble::Webhook,
        Trouble::Sheets,
        Trouble::Looks,
        Trouble::Inbox,
        Trouble::Outbox,
        Trouble::Quarantine,
        Trouble::Unknown,
        Trouble::Disk,
        Trouble::Loops,
        Trouble::StaffTopics,
        Trouble::NoWebhook,
    ];
    let begun = troubles.map(|trouble| Note::Alert(AlertNote::Begun(trouble)));
    let over = troubles
        .into_iter()
        .zip([7, 0, 1, 3, 5, 11, 21, 60, 90, 2, 14, 4, 6]);
    let over = over.map(|(trouble, minutes)| {
        Note::Alert(AlertNote::Over(trouble, SignedDuration::from_mins(minutes)))
    });
    let others = [
        Note::Alert(AlertNote::CheckAgain),
        Note::Alert(AlertNote::AllWell),
        Note::Alert(AlertNote::Heartbeat {
            hours: 30,
            messages: 12,
            answers: 9,
            waiting: 0,
        }),
        Note::State(StateNote::Title("2026-03-02 14:05:00")),
        Note::State(StateNote::Push("2026-03-02 14:04:58")),
        Note::State(StateNote::NoPush),
        Note::State(StateNote::Mailing {
            title: "Двойное вознаграждение",
            done: 34,
            all: 60,
        }),
        Note::State(StateNote::StoppedHeading),
        Note::State(StateNote::StoppedNone),
        Note::State(StateNote::StoppedAppeal(Number(41))),
        Note::State(StateNote::StoppedPartner(&code)),
        Note::State(StateNote::StoppedPromotion("Скидка")),
        Note::State(StateNote::Refused("лист или ячейки защищены")),
        Note::State(StateNote::StoppedMore(3)),
        Note::State(StateNote::Rated { up: 12, down: 2 }),
        Note::State(StateNote::Day),
        Note::State(StateNote::Messages),
        Note::State(StateNote::Answers),
        Note::State(StateNote::Announced),
    ];
    let all: Vec<Note<'_>> = begun.into_iter().chain(over).chain(others).collect();
    read_well("watch_texts", &all);
}

#[test]
fn every_alert_reads_well() {
    let code = crate::table::code("П-1");
    let wording = crate::table::Table::empty().rules.wording;
    let doubled =
        ListFault::TelegramDoubled(vec![(5, code.clone()), (9, crate::table::code("П-2"))]);
    let faults = [
        (doubled.clone(), Some(&code)),
        (doubled, None),
        (ListFault::CodeDoubled(vec![7, 8], code.clone()), None),
        (ListFault::Code(11, Text::from("два слова")), None),
        (ListFault::NoCode(12), None),
        (ListFault::Phone(13, code.clone()), None),
        (ListFault::Telegram(14, code.clone()), None),
    ];
    let faults = faults.map(|(fault, bound)| wording.note(Note::ListFault(&fault, bound)));
    let all = [
        Note::AdminUpdatesTaken { webhook: true },
        Note::AdminUpdatesTaken { webhook: false },
        Note::AdminUpdatesBack,
        Note::AdminBoundToAnother(&code, crate::table::BORIS),
        Note::AdminTabUnusable("Лист «обращения»: нет столбца «статус»."),
        Note::AdminTabMended(Tab::Partners),
        Note::AdminRowsStopped("41, 42", "остановлено"),
        Note::Refusal(WriteRefusal::Protected),
        Note::Refusal(WriteRefusal::CellLimit),
        Note::Refusal(WriteRefusal::CellLength),
        Note::Refusal(WriteRefusal::Other("The cell is busy.")),
        Note::AdminRefusedOver(Tab::Appeals),
        Note::AdminRowRefused(Number(41), "cell is protected"),
        Note::AdminPartnerRefused(&code, "cell is protected"),
        Note::AdminListFaults(&faults.join("\n")),
        Note::AdminListMended,
        Note::AdminMixed(Some(Number(41)), "П-1, П-2"),
        Note::AdminStaffHeld(30, 100),
        Note::AdminStaffMended,
        Note::AdminRevoked(&code),
        Note::AdminRestored(3),
    ];
    read_well("alert_texts", &all);
}

fn read_well_in_both(name: &str, all: &[Say<'_>]) {
    let wording = Wording::built_in();
    for (locale, language) in [(Locale::Ru, "ru"), (Locale::En, "en")] {
        let page: Vec<_> = all
            .iter()
            .map(|say| format!("{say:?}\n{}\n", wording.say(locale, *say)))
            .collect();
        insta::assert_snapshot!(format!("{name}_{language}"), page.join("\n"));
    }
}

/// In the language that a firm has chosen.
pub(crate) fn read_well(name: &str, all: &[Note<'_>]) {
    for (locale, language) in [(Locale::Ru, "ru"), (Locale::En, "en")] {
        let wording = Wording::built_in().speaking(locale);
        let page: Vec<_> = all
            .iter()
            .map(|note| format!("{note:?}\n{}\n", wording.note(*note)))
            .collect();
        insta::assert_snapshot!(format!("{name}_{language}"), page.join("\n"));
    }
}

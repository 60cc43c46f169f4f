//! How sends end, and when they are tried again.

use sheetdesk::domain::{
    appeal::{Delivery, RejectReason},
    effect::{FinalState, OutboxState},
    event::{Outcome, RetryAfter},
    ids::{MessageId, OutboxId, Seq},
    view::View,
};

use crate::table::{ANNA, Table};

#[test]
fn a_lost_response_is_resent_once_and_then_final() {
    let mut table = Table::with_appeal();
    table.row(1, sheetdesk::domain::appeal::Status::New, "Ответ");
    let id = table.answer_id(1, 1, 0);
    assert_eq!(table.sent(&id, Outcome::Unknown), ["again in 5 s, lost 1"]);
    assert_eq!(
        table.sent(&id, Outcome::Unknown),
        ["ended Unknown", "dirty appeal 6"]
    );
    assert_eq!(
        table.appeal(1).delivery.state,
        Delivery::Unknown { twice: true }
    );
}

#[test]
fn a_resent_and_delivered_answer_admits_that_it_may_be_there_twice() {
    let mut table = Table::with_appeal();
    table.row(1, sheetdesk::domain::appeal::Status::New, "Ответ");
    let id = table.answer_id(1, 1, 0);
    table.sent(&id, Outcome::Unknown);
    table.sent(&id, Outcome::Delivered(MessageId(5)));
    assert_eq!(
        table.appeal(1).delivery.state,
        Delivery::Delivered {
            at: table.now,
            maybe_twice: true
        }
    );
}

#[test]
fn where_resending_is_off_the_first_lost_response_is_final() {
    let mut table = Table::with_appeal();
    table.rules.resend_unknown = false;
    table.row(1, sheetdesk::domain::appeal::Status::New, "Ответ");
    table.sent(&table.answer_id(1, 1, 0), Outcome::Unknown);
    assert_eq!(
        table.appeal(1).delivery.state,
        Delivery::Unknown { twice: false }
    );
}

#[test]
fn what_could_not_be_sent_is_tried_again_by_schedule_and_what_is_put_off_for_a_day() {
    let mut table = Table::registered();
    let receipt = OutboxId::Reply(Seq(6), 0);
    table.text(ANNA, "Вопрос");
    for (claimed, words) in [
        (1, "again in 1 s, lost 0"),
        (2, "again in 2 s, lost 0"),
        (3, "again in 4 s, lost 0"),
    ] {
        table.state.claim(&receipt);
        assert_eq!(
            table.sent(&receipt, Outcome::Retry(RetryAfter::Schedule)),
            [words],
            "try {claimed}"
        );
    }
    let until = table.now + jiff::SignedDuration::from_secs(17);
    assert_eq!(
        table.sent(&receipt, Outcome::Retry(RetryAfter::At(until))),
        ["silent for 17 s", "again in 17 s, lost 0"]
    );
    let over = table.now - jiff::SignedDuration::from_secs(1);
    assert_eq!(
        table.sent(&receipt, Outcome::Retry(RetryAfter::At(over))),
        ["again in -1 s, lost 0"],
        "a silence that is over ends no other"
    );
    table.later(24 * 3600 + 1);
    table.state.claim(&receipt);
    assert_eq!(
        table.sent(&receipt, Outcome::Retry(RetryAfter::Schedule)),
        ["again in 8 s, lost 0"],
        "that Telegram was away is not the message's fault"
    );
    let until = table.now + jiff::SignedDuration::from_secs(17);
    let put_off = Outcome::Retry(RetryAfter::At(until));
    for claimed in 4..=20 {
        let told = table.sent(&receipt, put_off.clone());
        assert_eq!(
            told,
            ["silent for 17 s", "again in 17 s, lost 0"],
            "it was hardly tried: {claimed}"
        );
        table.state.claim(&receipt);
    }
    assert_eq!(table.sent(&receipt, put_off), ["ended Failed"]);
    assert_eq!(
        table.state.outbox(&receipt).map(|entry| entry.state),
        Some(OutboxState::Ended(FinalState::Failed))
    );
}

#[test]
fn a_partner_who_blocked_the_bot_is_remembered() {
    let mut table = Table::registered();
    table.text(ANNA, "Вопрос");
    table.sent(
        &OutboxId::Reply(Seq(6), 0),
        Outcome::Rejected(RejectReason::Blocked),
    );
    assert!(
        table
            .state
            .session(ANNA)
            .is_some_and(|session| session.blocked)
    );
    table.text(ANNA, "Снова здесь");
    assert!(
        table
            .state
            .session(ANNA)
            .is_some_and(|session| !session.blocked)
    );
}

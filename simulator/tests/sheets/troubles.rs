//! Scripted troubles: what the client sees, and what was done all the same.
//!
//! Invariant: no test sleeps for luck; what happens later is waited for with a
//! deadline.

use std::time::Duration;

use serde_json::json;
use simulator::sheets::{CallKind, Fault, Quotas, Side, Trouble, Visit, Workbook};

use crate::support::{BOOK, Setup, outcome, refused, setup};

/// Longer than anything here should take, even on a busy machine.
const DEADLINE: Duration = Duration::from_secs(20);

async fn until(setup: &Setup, cell: &str, text: &str) {
    let shown = async {
        while setup.shown(cell) != text {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let waited = tokio::time::timeout(DEADLINE, shown).await;
    assert!(waited.is_ok(), "{cell} never showed {text}");
}

#[tokio::test]
async fn a_cut_before_does_nothing_and_a_cut_after_everything() {
    let setup = setup(Quotas::off()).await;
    for (trouble, shown) in [(Trouble::CutBefore, ""), (Trouble::CutAfter, "написано")] {
        setup
            .sheets
            .fault(Fault::once(CallKind::Write, trouble.clone()));
        assert!(setup.client.read().await.is_ok(), "a read is not meant");
        let error = setup.client.write(5, "написано").await.unwrap_err();
        assert!(!error.is_connect() && !error.is_timeout(), "{error:?}");
        assert_eq!(setup.shown("A6"), shown, "{trouble:?}");
    }
    assert!(setup.client.write(5, "снова").await.is_ok(), "spent");
    setup.sheets.stop().await;
}

#[tokio::test]
async fn a_lost_call_may_land_later() {
    let setup = setup(Quotas::off()).await;
    let trouble = Trouble::LandLater { millis: 30 };
    setup.sheets.fault(Fault::once(CallKind::Write, trouble));
    assert!(setup.client.write(5, "позже").await.is_err());
    until(&setup, "A6", "позже").await;
    setup.sheets.stop().await;
}

#[tokio::test]
async fn refusals_are_answered_as_google_does() {
    let setup = setup(Quotas::off()).await;
    let faults = [
        json!({"kind": "any", "times": 2, "do": "unavailable"}),
        json!({"kind": "read", "do": "html_error"}),
        json!({"kind": "read", "do": "too_many", "retry_after": 7}),
    ];
    for fault in faults {
        let added = setup.client.post("/sim/faults", &fault).await;
        assert_eq!(added.unwrap().status(), 200);
    }
    for _ in 0..2 {
        refused(setup.client.write(5, "нет").await, 503, "UNAVAILABLE").await;
    }
    assert_eq!(setup.shown("A6"), "");
    let html = setup.client.read().await.unwrap();
    assert_eq!(html.status(), 500);
    assert!(html.text().await.unwrap().starts_with("<!DOCTYPE html>"));
    let throttled = setup.client.read().await.unwrap();
    assert_eq!(throttled.headers()["retry-after"], "7");
    refused(Ok(throttled), 429, "RESOURCE_EXHAUSTED").await;
    assert_eq!(setup.client.read().await.unwrap().status(), 200);
    setup.sheets.stop().await;
}

#[tokio::test]
async fn a_held_call_waits_while_the_test_acts() {
    let setup = setup(Quotas::off()).await;
    for (side, held, after) in [
        (Side::Before, "", "робот"),
        (Side::After, "робот", "человек"),
    ] {
        setup
            .sheets
            .with(BOOK, |book| book.clear("обращения", "A6"))
            .unwrap();
        let hold = setup.sheets.hold(CallKind::Write, side);
        let client = setup.client.clone();
        let call = tokio::spawn(async move { client.write(5, "робот").await });
        tokio::time::timeout(DEADLINE, hold.arrived())
            .await
            .unwrap();
        assert_eq!(setup.shown("A6"), held);
        let typing = |book: &mut Workbook| book.type_in("обращения", "A6", "человек");
        setup.sheets.with(BOOK, typing).unwrap();
        assert!(!call.is_finished());
        hold.release();
        assert_eq!(outcome(call.await.unwrap()).await.0, 200);
        assert_eq!(setup.shown("A6"), after);
    }
    setup.sheets.stop().await;
}

#[tokio::test]
async fn a_call_is_carried_out_though_its_client_has_gone() {
    let setup = setup(Quotas::off()).await;
    let hold = setup.sheets.hold(CallKind::Write, Side::Before);
    let client = setup.client.clone();
    let call = tokio::spawn(async move { client.write(5, "робот").await });
    tokio::time::timeout(DEADLINE, hold.arrived())
        .await
        .unwrap();
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    assert_eq!(setup.shown("A6"), "");
    hold.release();
    until(&setup, "A6", "робот").await;
    setup.sheets.stop().await;
}

#[tokio::test]
async fn people_act_in_the_midst_of_a_call() {
    let setup = setup(Quotas::off()).await;
    let typing = |cell: &'static str, text: &'static str| {
        Box::new(move |book: &mut Workbook| book.type_in("обращения", cell, text).unwrap())
    };
    setup
        .sheets
        .visit(BOOK, Visit::BeforeWrite(typing("A6", "до")));
    setup
        .sheets
        .visit(BOOK, Visit::AfterWrite(typing("B6", "после")));
    setup
        .sheets
        .visit(BOOK, Visit::MidRead(typing("A6", "между")));
    assert_eq!(setup.client.write(5, "робот").await.unwrap().status(), 200);
    assert_eq!(
        (setup.shown("A6"), setup.shown("B6")),
        ("робот".into(), "после".into())
    );
    let range = "%D0%BE%D0%B1%D1%80%D0%B0%D1%89%D0%B5%D0%BD%D0%B8%D1%8F!A6";
    let path = format!("/v4/spreadsheets/{BOOK}/values:batchGet?ranges={range}&ranges={range}");
    let (_, answer) = outcome(setup.client.get(&path).await).await;
    assert_eq!(answer["valueRanges"][0]["values"], json!([["робот"]]));
    assert_eq!(answer["valueRanges"][1]["values"], json!([["между"]]));
    setup.sheets.stop().await;
}

#[tokio::test]
async fn a_stop_ends_held_calls_and_frees_the_port() {
    let setup = setup(Quotas::off()).await;
    let hold = setup.sheets.hold(CallKind::Any, Side::After);
    let client = setup.client.clone();
    let call = tokio::spawn(async move { client.read().await });
    tokio::time::timeout(DEADLINE, hold.arrived())
        .await
        .unwrap();
    let stopped = setup.sheets.stop();
    tokio::time::timeout(DEADLINE, stopped).await.unwrap();
    assert!(call.await.unwrap().is_err(), "the connection is cut");
    assert!(setup.client.read().await.unwrap_err().is_connect());
}

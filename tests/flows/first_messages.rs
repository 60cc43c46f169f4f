//! The day of the change-over: Telegram has kept what people wrote, and brings all of it before the first read has ended.

use simulator::sheets::{CallKind, Fault, Side, Trouble};

use crate::{
    crowd::Crowd,
    play::{PATIENCE, Play},
};

/// Everybody writes while the first read is under way; then it goes on, after an outage or at once.
async fn change_over(partners: i64, strangers: i64, followed: usize, outage: bool) {
    let play = Play::set().await;
    let mut crowd = Crowd::of(&play, partners, strangers);
    let hold = play.testbed.sheets.hold(CallKind::Read, Side::Before);
    let service = play.start().await;
    hold.arrived().await;
    crowd.writes();
    crowd.is_accepted(&play).await;
    if outage {
        play.testbed.sheets.fault(Fault {
            kind: CallKind::Any,
            times: 1000,
            trouble: Trouble::Unavailable,
        });
    }
    hold.release();
    if outage {
        let down = |status: &sheetdesk::operator::StatusReport| {
            status.links.get("sheets") == Some(&sheetdesk::health::Health::Down)
        };
        let noticed = play
            .testbed
            .status_where("Sheets counts as down", down, PATIENCE)
            .await;
        noticed.expect("it is noticed");
        play.testbed.sheets.clear_faults();
    }
    crowd.is_served(&play, followed).await;
    play.ends(service).await;
}

#[tokio::test]
async fn two_partners_who_write_before_the_first_look_have_a_row_each() {
    change_over(2, 0, 2, false).await;
}

#[tokio::test]
async fn five_partners_and_five_strangers_are_told_apart_after_an_outage() {
    change_over(5, 5, 5, true).await;
}

#[tokio::test]
async fn strangers_alone_are_asked_who_they_are_and_get_no_row() {
    change_over(0, 5, 0, false).await;
}

#[tokio::test]
async fn forty_partners_have_forty_rows() {
    change_over(40, 3, 8, false).await;
}

#[tokio::test]
async fn forty_partners_have_forty_rows_after_an_outage() {
    change_over(40, 0, 4, true).await;
}

#[tokio::test]
async fn four_hundred_partners_have_four_hundred_rows() {
    change_over(400, 0, 4, false).await;
}

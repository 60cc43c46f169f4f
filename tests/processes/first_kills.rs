//! `kill -9` while a crowd waits for the first read, and again while it is being answered.

use std::time::Duration;

use simulator::sheets::{CallKind, Side};

use crate::{child::Child, crowd::Crowd, play::Play};

#[tokio::test]
async fn killed_before_and_during_its_first_answers_the_service_mixes_nobody_up() {
    for (partners, strangers) in [(5, 3), (40, 0)] {
        let play = Play::set().await;
        let mut crowd = Crowd::of(&play, partners, strangers);
        let hold = play.testbed.sheets.hold(CallKind::Read, Side::Before);
        let service = Child::serve(&play.testbed).await;
        hold.arrived().await;
        crowd.writes();
        crowd.is_accepted(&play).await;
        service.kill().await;
        hold.release();
        for pause in [0, 3, 11] {
            let service = Child::serve(&play.testbed).await;
            // What is killed here is one moment or another of the first read and what follows.
            tokio::time::sleep(Duration::from_millis(pause)).await;
            service.kill().await;
        }
        let service = Child::serve(&play.testbed).await;
        crowd.is_served(&play, 3).await;
        drop(service);
    }
}

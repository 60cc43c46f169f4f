//! What a storm of callbacks may not do: use up the calls that others wait for.

use std::{sync::Arc, time::Duration};

use sheetdesk::{
    clock,
    testbed::{APPEALS, PARTNERS, PROMOTIONS},
};

use crate::play::Play;

/// 10,000 callbacks a minute.
const BETWEEN: Duration = Duration::from_millis(6);
/// An answer that is typed meanwhile leaves within this time.
const SOON: Duration = Duration::from_secs(5);
/// What the answers themselves, and the first hints of a storm, take of the reads of a minute.
const OWN_READS: u32 = 12;
/// What a storm of hints for three tabs takes in a second: one read in 4 s of two, two in 8 s of the third.
const HINTED_READS: f64 = 0.75;

#[tokio::test]
async fn an_answer_typed_in_a_storm_of_callbacks_leaves_within_seconds() {
    let mut play = Play::set().await;
    // Nothing but the callbacks brings a read.
    for name in [
        "SCHEDULE__APPEALS",
        "SCHEDULE__PARTNERS",
        "SCHEDULE__PROMOTIONS",
    ] {
        play.testbed.configure(name, "0 0 0 1 1 *");
    }
    let service = play.start().await;
    play.registers().await;
    play.opens_appeal().await;
    let before = play.settled().await.quota.reads;
    let play = Arc::new(play);
    let began = clock::monotonic();
    let storm = tokio::spawn({
        let play = Arc::clone(&play);
        async move {
            for tab in [APPEALS, PARTNERS, APPEALS, PROMOTIONS].into_iter().cycle() {
                play.testbed
                    .callback(tab)
                    .await
                    .expect("the callback is taken");
                tokio::time::sleep(BETWEEN).await;
            }
        }
    });
    for answer in ["Первый ответ", "Второй ответ", "Третий ответ"]
    {
        // Long enough for the storm to have used up what it can.
        tokio::time::sleep(SOON).await;
        let typed = clock::monotonic();
        play.testbed
            .type_in(2, "специалист_ответ", answer)
            .expect("there is such a cell");
        play.hears(answer).await;
        assert!(typed.elapsed() < SOON, "{answer}: {:?}", typed.elapsed());
        println!("{answer}: {:?}", typed.elapsed());
    }
    storm.abort();
    assert!(
        storm.await.is_err_and(|error| error.is_cancelled()),
        "every callback was taken"
    );
    let used = before - play.settled().await.quota.reads.min(before);
    println!("{used} reads");
    let most = f64::from(OWN_READS) + HINTED_READS * began.elapsed().as_secs_f64();
    assert!(
        f64::from(used) < most,
        "{used} reads of {before}, {most} at most"
    );
    let play = Arc::into_inner(play).expect("the storm is over");
    play.ends(service).await;
}

//! Announcements under way: a line each, and bars that grow on a terminal.
//!
//! Invariant: it ends by itself when nothing is under way any more, and at Ctrl-C like any program.

use std::{collections::BTreeMap, io::IsTerminal as _, time::Duration};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::current;
use crate::{
    cli::Failure,
    config::Local,
    domain::broadcast::BroadcastState,
    operator::{BroadcastReport, StatusReport},
};

/// How often the service is asked.
const EVERY: Duration = Duration::from_secs(1);

/// One announcement in a line.
pub(super) fn line(broadcast: &BroadcastReport) -> String {
    let (done, all) = progress(broadcast);
    let percent = done * 100 / all.max(1);
    let exceptions = [
        (broadcast.failed, "failed"),
        (broadcast.skipped, "skipped"),
        (broadcast.unknown, "unknown"),
    ];
    let told = exceptions.into_iter().filter(|(count, _)| *count > 0);
    let told: String = told
        .map(|(count, word)| format!(", {count} {word}"))
        .collect();
    let BroadcastReport {
        sent, title, key, ..
    } = broadcast;
    let state = state(broadcast);
    format!("{state}: {sent} of {all} ({percent} %){told} – «{title}» {key}")
}

/// Shows how the announcements get on until none is under way.
pub(super) async fn follow(local: &Local, mut status: StatusReport) -> Result<(), Failure> {
    let bars = MultiProgress::new();
    let mut each: BTreeMap<String, ProgressBar> = BTreeMap::new();
    let mut told: BTreeMap<String, String> = BTreeMap::new();
    let terminal = std::io::stderr().is_terminal();
    loop {
        for broadcast in &status.broadcasts {
            if terminal {
                let bar = each.entry(broadcast.key.clone());
                let bar = bar.or_insert_with(|| bars.add(self::bar(broadcast)));
                bar.set_position(progress(broadcast).0.into());
                bar.set_prefix(state(broadcast));
            } else {
                let line = line(broadcast);
                if told.insert(broadcast.key.clone(), line.clone()).as_ref() != Some(&line) {
                    println!("{line}");
                }
            }
        }
        for (key, bar) in &each {
            let mut all = status.broadcasts.iter();
            if !all.any(|broadcast| broadcast.key == *key) {
                bar.finish();
            }
        }
        let mut all = status.broadcasts.iter();
        if !all.any(|broadcast| broadcast.state.is_under_way()) {
            return Ok(());
        }
        tokio::time::sleep(EVERY).await;
        status = *current(local).await?;
    }
}

fn bar(broadcast: &BroadcastReport) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{prefix:10} {wide_bar} {human_pos} of {human_len}, {percent} %  {msg}",
    );
    let bar = ProgressBar::new(progress(broadcast).1.into()).with_message(broadcast.title.clone());
    match style {
        Ok(style) => bar.with_style(style),
        // A bar of the library's own is as good.
        Err(_) => bar,
    }
}

/// Partners on whom nothing waits any more, of all.
fn progress(broadcast: &BroadcastReport) -> (u32, u32) {
    let done = broadcast.sent + broadcast.failed + broadcast.unknown + broadcast.skipped;
    (done, done + broadcast.waiting)
}

fn state(broadcast: &BroadcastReport) -> String {
    match (broadcast.state, broadcast.left_s) {
        (BroadcastState::Preparing, _) => "preparing its picture".to_owned(),
        (BroadcastState::Halted, _) => "halted: its row says why".to_owned(),
        (BroadcastState::Running, Some(seconds)) => {
            format!("running, {} left", super::span(seconds.into()))
        }
        (BroadcastState::Running, None) => "running".to_owned(),
        (BroadcastState::Paused, _) => "paused".to_owned(),
        (BroadcastState::Cancelled, _) => "cancelled".to_owned(),
        (BroadcastState::Over, _) => "over".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_all_of_it() {
        let broadcast = BroadcastReport {
            key: "1-пх".to_owned(),
            title: "Скидка".to_owned(),
            state: BroadcastState::Running,
            waiting: 680,
            sent: 312,
            failed: 5,
            unknown: 0,
            skipped: 3,
            left_s: Some(23),
        };
        assert_eq!(
            line(&broadcast),
            "running, 23 s left: 312 of 1000 (32 %), 5 failed, 3 skipped – «Скидка» 1-пх"
        );
    }
}

//! Announcements under way: a line each, and bars that grow on a terminal.
//!
//! Invariant: it ends by itself when nothing is under way any more, and at Ctrl-C like any program.

use std::{collections::BTreeMap, io::IsTerminal as _, time::Duration};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::current;
use crate::{
    cli::{Failure, words::Words},
    config::Local,
    domain::{
        broadcast::BroadcastState,
        wording::{FiguresNote, Saying},
    },
    operator::{BroadcastReport, StatusReport},
};

/// How often the service is asked.
const EVERY: Duration = Duration::from_secs(1);

/// One announcement in a line.
pub(super) fn line(words: &Words, broadcast: &BroadcastReport) -> String {
    let (done, all) = progress(broadcast);
    let others = [
        (broadcast.failed, FiguresNote::Failed(broadcast.failed)),
        (broadcast.skipped, FiguresNote::Skipped(broadcast.skipped)),
        (broadcast.unknown, FiguresNote::Unknown(broadcast.unknown)),
    ];
    let others = others.into_iter().filter(|(count, _)| *count > 0);
    let others: String = others.map(|(_, note)| words.tell(note)).collect();
    words.tell(FiguresNote::Announcement {
        state: &state(broadcast),
        sent: broadcast.sent,
        all,
        percent: done * 100 / all.max(1),
        others: &others,
        title: &broadcast.title,
        key: &broadcast.key,
    })
}

/// Shows how the announcements get on until none is under way.
pub(super) async fn follow(
    words: &Words,
    local: &Local,
    mut status: StatusReport,
) -> Result<(), Failure> {
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
                bar.set_prefix(words.tell(&state(broadcast)));
            } else {
                let line = line(words, broadcast);
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
        status = *current(words, local).await?;
    }
}

fn bar(broadcast: &BroadcastReport) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "{prefix:10} {wide_bar} {human_pos}/{human_len}, {percent} %  {msg}",
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

fn state(broadcast: &BroadcastReport) -> Saying {
    let left = broadcast.left_s.map(|seconds| span(seconds.into()));
    Saying::of(match (broadcast.state, &left) {
        (BroadcastState::Preparing, _) => FiguresNote::Preparing,
        (BroadcastState::Halted, _) => FiguresNote::Halted,
        (BroadcastState::Running, Some(left)) => FiguresNote::RunningFor(left),
        (BroadcastState::Running, None) => FiguresNote::Running,
        (BroadcastState::Paused, _) => FiguresNote::Paused,
        (BroadcastState::Cancelled, _) => FiguresNote::Cancelled,
        (BroadcastState::Over, _) => FiguresNote::Over,
    })
}

/// A span of time, as people say it.
pub(super) fn span(seconds: u64) -> Saying {
    Saying::of(match seconds {
        0..=119 => FiguresNote::Seconds(seconds),
        120..=7199 => FiguresNote::Minutes(seconds / 60),
        7200..=172_799 => FiguresNote::Hours(seconds / 3600),
        _ => FiguresNote::Days(seconds / 86_400),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::session::Locale;

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
        for (language, told) in [
            (
                Locale::En,
                "running, 23 s left: 312 of 1000 (32 %), 5 failed, 3 skipped – “Скидка” 1-пх",
            ),
            (
                Locale::Ru,
                "рассылаем, осталось 23 с: 312 из 1000 (32 %), не дошло: 5, пропущено: 3 – «Скидка» 1-пх",
            ),
        ] {
            assert_eq!(line(&Words::of(language), &broadcast), told);
        }
    }
}

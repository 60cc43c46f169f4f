//! Announcements under way: a line each, and bars that grow on a terminal.
//!
//! Invariant: it ends by itself when nothing is under way any more, and at Ctrl-C; either way the last figures stay, in whole lines.

use std::{collections::BTreeMap, io::IsTerminal as _, time::Duration};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::signal::unix::Signal;

use super::{asked, current};
use crate::{
    cli::{Failure, words::Words},
    config::Local,
    domain::{
        broadcast::BroadcastState,
        operator::OperatorRequest,
        wording::{FiguresNote, Saying},
    },
    operator::{BroadcastReport, ConsoleReply, StatusReport},
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

/// Shows how the announcements get on until none is under way, or until Ctrl-C; what was seen last stays there.
pub(super) async fn follow(
    words: &Words,
    local: &Local,
    status: StatusReport,
    mut interrupt: Signal,
) -> Result<(), Failure> {
    let mut screen = Screen::default();
    let followed = screen.follow(words, local, status);
    let outcome = tokio::select! {
        outcome = followed => outcome,
        _ = interrupt.recv() => Ok(()),
    };
    screen.leave();
    outcome
}

/// What is shown: bars on a terminal, else a line for each change.
#[derive(Default)]
struct Screen {
    bars: MultiProgress,
    each: BTreeMap<String, ProgressBar>,
    /// The last line of each announcement that was seen under way.
    last: BTreeMap<String, String>,
}

impl Screen {
    async fn follow(
        &mut self,
        words: &Words,
        local: &Local,
        mut status: StatusReport,
    ) -> Result<(), Failure> {
        loop {
            for broadcast in &status.broadcasts {
                self.show(words, broadcast);
            }
            for key in self.gone(&status) {
                self.end(words, local, key).await?;
            }
            let mut all = status.broadcasts.iter();
            if !all.any(|broadcast| broadcast.state.is_under_way()) {
                return Ok(());
            }
            tokio::time::sleep(EVERY).await;
            status = *current(words, local).await?;
        }
    }

    fn show(&mut self, words: &Words, broadcast: &BroadcastReport) {
        let (key, line) = (broadcast.key.clone(), line(words, broadcast));
        let is_news = self.last.get(&key) != Some(&line);
        if std::io::stderr().is_terminal() {
            let bar = self.each.entry(key.clone());
            let bar = bar.or_insert_with(|| self.bars.add(bar_of(broadcast)));
            bar.set_position(progress(broadcast).0.into());
            bar.set_prefix(words.tell(&state(broadcast)));
        } else if is_news {
            println!("{line}");
        }
        self.last.insert(key, line);
    }

    /// Announcements that are no longer among those of the service: they are over.
    fn gone(&self, status: &StatusReport) -> Vec<String> {
        let is_there = |key: &String| status.broadcasts.iter().any(|it| it.key == *key);
        let gone = self.last.keys().filter(|key| !is_there(key));
        gone.cloned().collect()
    }

    /// The last that is to be said of an announcement.
    async fn end(&mut self, words: &Words, local: &Local, key: String) -> Result<(), Failure> {
        let request = OperatorRequest::Announcement(key.clone());
        let reply = asked(words, &local.data_dir, &request).await?;
        if let ConsoleReply::Announcement(Some(broadcast)) = reply {
            self.show(words, &broadcast);
        }
        if let Some(bar) = self.each.remove(&key) {
            bar.finish_and_clear();
        }
        match self.last.remove(&key) {
            Some(line) if std::io::stderr().is_terminal() => println!("{line}"),
            Some(_) | None => {}
        }
        Ok(())
    }

    /// Leaves what was seen last, in whole lines.
    fn leave(&self) {
        for bar in self.each.values() {
            bar.finish_and_clear();
        }
        if std::io::stderr().is_terminal() {
            self.last.values().for_each(|line| println!("{line}"));
        }
    }
}

fn bar_of(broadcast: &BroadcastReport) -> ProgressBar {
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

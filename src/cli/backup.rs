//! `backup` and `restore`: the journal into a file of its own, and back.
//!
//! Invariant: neither writes over anything that was there before, and both say what follows.

use std::{io::IsTerminal as _, path::Path, process::ExitCode};

use indicatif::{ProgressBar, ProgressStyle};

use super::{
    Failure,
    words::{Words, faults},
};
use crate::{config::Local, domain::wording::CopyNote, journal, operator};

pub(super) async fn backup(local: &Local, file: &Path) -> Result<ExitCode, Failure> {
    let words = &Words::of(local.language);
    let bar = bar();
    let copy = operator::backup(&local.data_dir, file, |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    // Ctrl-C drops the copy, and its file with it.
    let copied = tokio::select! {
        copied = copy => copied.map_err(|error| words.failure(&faults::backup(&error)))?,
        heard = tokio::signal::ctrl_c() => {
            heard?;
            bar.finish_and_clear();
            return Err(words.failure(CopyNote::BrokenOff));
        }
    };
    bar.finish_and_clear();
    let file = &file.display().to_string();
    let tenths = copied.bytes.div_ceil(100_000);
    let made = CopyNote::BackedUp {
        file,
        records: copied.records,
        whole: tenths / 10,
        tenths: tenths % 10,
    };
    println!("{}", words.tell(made));
    println!("{}", words.tell(CopyNote::RestoreBy(file)));
    Ok(ExitCode::SUCCESS)
}

pub(super) fn restore(local: &Local, file: &Path) -> Result<ExitCode, Failure> {
    let words = &Words::of(local.language);
    // A damaged file makes the database panic, and what that says helps nobody: the error does.
    std::panic::set_hook(Box::new(|_| {}));
    let bar = bar();
    let restored = journal::restore(file, &local.data_dir, |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let restored = restored.map_err(|error| words.failure(&faults::restore(&error)))?;
    println!("{}", words.tell(CopyNote::Restored(restored.records)));
    if let Some(kept) = &restored.kept {
        let kept = &kept.display().to_string();
        println!("{}", words.tell(CopyNote::Kept(kept)));
    }
    println!("{}", words.tell(CopyNote::FirstStart(restored.unsent)));
    println!("{}", words.tell(CopyNote::StartNow));
    Ok(ExitCode::SUCCESS)
}

/// A bar that grows on a terminal, and shows nothing anywhere else.
fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    match ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len}") {
        Ok(style) => bar.with_style(style),
        // A bar of the library's own is as good.
        Err(_) => bar,
    }
}

//! `backup` and `restore`: the journal into a file of its own, and back.
//!
//! Invariant: neither writes over anything that was there before, and both say what follows.

use std::{io::IsTerminal as _, path::Path, process::ExitCode};

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};

use super::Failure;
use crate::{config::Local, journal, operator};

pub(super) async fn backup(local: &Local, file: &Path) -> Result<ExitCode, Failure> {
    let bar = bar();
    let copy = operator::backup(&local.data_dir, file, |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    // Ctrl-C drops the copy, and its file with it.
    let copied = tokio::select! {
        copied = copy => copied?,
        heard = tokio::signal::ctrl_c() => {
            heard?;
            bar.finish_and_clear();
            return Err(anyhow::anyhow!("broken off; nothing is left of the copy").into());
        }
    };
    bar.finish_and_clear();
    let (records, bytes, name) = (
        HumanCount(copied.records),
        HumanBytes(copied.bytes),
        file.display(),
    );
    println!(
        "Копия журнала: {name}, записей: {records}, {bytes}. В ней личные данные: держите её при себе."
    );
    println!(
        "A copy of the journal is in {name}: {records} records, {bytes}. It holds personal data: keep it to yourself."
    );
    println!("Put it back with `sheetdesk restore {name}`, while no service runs.");
    Ok(ExitCode::SUCCESS)
}

pub(super) fn restore(local: &Local, file: &Path) -> Result<ExitCode, Failure> {
    // A damaged file makes the database panic, and what that says helps nobody: the error does.
    std::panic::set_hook(Box::new(|_| {}));
    let bar = bar();
    let restored = journal::restore(file, &local.data_dir, |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let restored = restored?;
    let (records, unsent) = (HumanCount(restored.records), restored.unsent);
    println!(
        "Журнал восстановлен из копии, записей: {records}. Что ждало отправки ({unsent}), само не уйдёт: могло уже уйти."
    );
    println!("The journal is restored: {records} records.");
    if let Some(kept) = &restored.kept {
        println!("The journal that was there is kept as {}.", kept.display());
    }
    println!(
        "The first start takes over silently what the sheets show, since they are newer than the copy. {unsent} messages waited in it and \
         may have been sent since, so none goes out by itself: answers that stand in their cells wait for `sheetdesk release answers`, \
         the rest for `sheetdesk unknown list`. Announcements that were under way are paused."
    );
    println!("Now start the service: sheetdesk serve");
    Ok(ExitCode::SUCCESS)
}

/// A bar that grows on a terminal, and shows nothing anywhere else.
fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    match ProgressStyle::with_template("{wide_bar} {human_pos} of {human_len} records") {
        Ok(style) => bar.with_style(style),
        // A bar of the library's own is as good.
        Err(_) => bar,
    }
}

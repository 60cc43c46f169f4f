//! `completions` and `man`: what a shell needs to complete our command line, and the manual pages.
//!
//! Invariant: they are made from the command line itself, so they cannot fall behind; they need no settings.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
};

use anyhow::Context as _;
use clap_complete::Shell;

use super::{Failure, help};

pub(super) fn completions(shell: Shell) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut help::command(), "sheetdesk", &mut script);
    io::stdout().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn man(directory: &Path) -> Result<ExitCode, Failure> {
    fs::create_dir_all(directory)
        .and_then(|()| clap_mangen::generate_to(help::command(), directory))
        .with_context(|| format!("{} cannot be written", directory.display()))?;
    Ok(ExitCode::SUCCESS)
}

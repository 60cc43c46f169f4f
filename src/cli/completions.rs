//! `completions`: what a shell needs to complete our command line.
//!
//! Invariant: it is made from the command line itself, so it cannot fall behind; it needs no settings.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::{Arguments, Failure};

pub(super) fn completions(shell: Shell) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "sheetdesk", &mut script);
    io::stdout().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}

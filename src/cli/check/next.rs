//! What comes after a check, as a command that can be typed.
//!
//! Invariant: it fits what was found, and names the settings file that was named.

use std::path::Path;

use super::{Finding, Verdict};
use crate::{
    config::INSTALLED_FILE,
    domain::wording::{CheckNote, Saying},
};

/// The last line of the report.
pub(super) fn after(
    findings: &[Finding],
    (offline, config): (bool, Option<&Path>),
    runs: bool,
) -> Saying {
    let wrong = findings.iter();
    let wrong = wrong.filter(|finding| finding.verdict == Verdict::Wrong);
    let command = |name: &str| with_file(name, config);
    match wrong.count() {
        0 if offline => Saying::of(CheckNote::NextIs(&command("check"))),
        0 if runs => Saying::of(CheckNote::NextIs(&command("status"))),
        0 if config == Some(Path::new(INSTALLED_FILE)) => {
            Saying::of(CheckNote::NextIs("sudo systemctl enable --now sheetdesk"))
        }
        0 => Saying::of(CheckNote::NextIs(&command("serve"))),
        count => Saying::of(CheckNote::NextIsToMend {
            count,
            command: &command("check"),
        }),
    }
}

fn with_file(name: &str, config: Option<&Path>) -> String {
    match config {
        Some(file) => format!("sheetdesk {name} --config {}", file.display()),
        None => format!("sheetdesk {name}"),
    }
}

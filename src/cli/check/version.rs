//! Whether there is a newer version, by a file that the operator names; nobody else is asked.
//!
//! Invariant: a file that cannot be understood is a note, never a fault.

use std::{cmp::Ordering, fs, path::Path};

use super::{Finding, fine, note};
use crate::domain::wording::{CheckLabel, CheckNote, cause};

/// This version.
const OURS: &str = env!("CARGO_PKG_VERSION");

/// Compares with the first word of the file.
pub(super) fn compare(file: &Path) -> Finding {
    let about = CheckLabel::Version;
    let name = &file.display().to_string();
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            let cause = &cause(error);
            return note(about, CheckNote::VersionUnread { file: name, cause });
        }
    };
    let there = text.split_whitespace().next().unwrap_or_default();
    let there = there.trim_start_matches('v');
    match (Version::read(there), Version::read(OURS)) {
        (Some(theirs), Some(ours)) if theirs > ours => {
            note(about, CheckNote::NewerVersion { there, ours: OURS })
        }
        (Some(_), Some(_)) => fine(about, CheckNote::NewestVersion(OURS)),
        (None, _) | (_, None) => note(about, CheckNote::NoVersion(name)),
    }
}

/// A version in three numbers (semver.org), with what comes before its release.
#[derive(Debug, PartialEq, Eq)]
struct Version {
    numbers: [u32; 3],
    before: Option<String>,
}

impl Version {
    fn read(text: &str) -> Option<Self> {
        let text = text.split('+').next()?;
        let (numbers, before) = match text.split_once('-') {
            Some((numbers, before)) => (numbers, Some(before.to_owned())),
            None => (text, None),
        };
        let mut each = numbers.split('.').map(|number| number.parse().ok());
        let numbers = [each.next()??, each.next()??, each.next()??];
        each.next().is_none().then_some(Self { numbers, before })
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    /// What comes before a release is older than it.
    fn cmp(&self, other: &Self) -> Ordering {
        let released = |version: &Self| version.before.is_none();
        let key = |version: &Self| (version.numbers, released(version));
        key(self)
            .cmp(&key(other))
            .then_with(|| self.before.cmp(&other.before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        let newer = |one: &str, other: &str| Version::read(one) > Version::read(other);
        assert!(newer("0.10.0", "0.9.9"));
        assert!(newer("1.0.0", "1.0.0-rc.1"));
        assert!(newer("1.0.0-rc.2", "1.0.0-rc.1"));
        assert!(!newer("1.0.0+build.7", "1.0.0"));
        for text in ["", "1.0", "1.0.0.0", "one.two.three", "<html>"] {
            assert_eq!(Version::read(text), None, "{text}");
        }
    }
}

//! Remedies for errors of the file system, and who else on the machine can read the journal.
//!
//! Invariant: it only reads; nothing that people set up is changed.

use std::{
    fmt::Display,
    fs::{self, Metadata},
    os::unix::fs::MetadataExt as _,
    path::Path,
};

use rustix::process::getegid;

use super::disk::DATA_FILE;
use crate::domain::wording::{PrivacyNote, Saying};

/// Error messages of the system, each with its remedy.
const REMEDIES: [(&str, &str); 6] = [
    (
        "Permission denied",
        "the account that Sheetdesk runs as may not: give it the directory (chown -R USER DIRECTORY), or name another by SHEETDESK_DATA_DIR",
    ),
    (
        "No space left on device",
        "the disk is full: make room (df -h), and it goes on by itself; what was acknowledged is kept",
    ),
    (
        "Disk quota exceeded",
        "the account's quota is used up: raise it or make room, and it goes on by itself; what was acknowledged is kept",
    ),
    (
        "File too large",
        "files may not grow any further: raise the limit (LimitFSIZE=, ulimit -f), and it goes on by itself",
    ),
    (
        "Read-only file system",
        "nothing can be written there: mount it for writing, or name another directory by SHEETDESK_DATA_DIR (under systemd it must stand in ReadWritePaths= or be the StateDirectory=)",
    ),
    (
        "Too many open files",
        "the limit of open files is used up: raise it (LimitNOFILE=, ulimit -n)",
    ),
];

/// The error, followed by its remedy if one is known.
pub(crate) fn with_remedy(words: impl Display) -> String {
    let words = words.to_string();
    match REMEDIES.iter().find(|(trouble, _)| words.contains(trouble)) {
        Some((_, remedy)) => format!("{words}; {remedy}"),
        None => words,
    }
}

/// A warning if other accounts of this machine can read the data directory or the journal in it; members of our own group do not count.
#[must_use]
pub fn exposed(dir: &Path) -> Option<Saying> {
    let (directory, file) = (fs::metadata(dir).ok()?, dir.join(DATA_FILE));
    let journal = fs::metadata(&file).ok();
    let listed = others_may(&directory, READ);
    let read =
        others_may(&directory, ENTER) && journal.is_some_and(|journal| others_may(&journal, READ));
    let (dir, file) = (dir.display().to_string(), file.display().to_string());
    let warning = match (listed, read) {
        (false, false) => return None,
        (_, true) => PrivacyNote::Journal {
            dir: &dir,
            file: &file,
        },
        (true, false) => PrivacyNote::Directory(&dir),
    };
    Some(Saying::of(warning))
}

const READ: u32 = 0o4;
const ENTER: u32 = 0o1;

fn others_may(what: &Metadata, bit: u32) -> bool {
    let strangers_group = what.gid() != getegid().as_raw();
    what.mode() & bit != 0 || (strangers_group && what.mode() & (bit << 3) != 0)
}

#[cfg(test)]
mod tests {
    use std::{io, os::unix::fs::PermissionsExt as _};

    use rustix::io::Errno;

    use super::*;
    use crate::domain::{session::Locale, wording::Wording};

    #[test]
    fn what_the_system_says_comes_with_what_to_do() {
        for (errno, remedy) in [
            (Errno::ACCESS, "chown -R USER DIRECTORY"),
            (Errno::NOSPC, "the disk is full"),
            (Errno::DQUOT, "quota"),
            (Errno::FBIG, "LimitFSIZE="),
            (Errno::ROFS, "ReadWritePaths="),
            (Errno::MFILE, "LimitNOFILE="),
        ] {
            let said = with_remedy(io::Error::from(errno));
            assert!(
                said.contains(remedy) && said.starts_with(&io::Error::from(errno).to_string()),
                "{said}"
            );
        }
        assert_eq!(with_remedy("the moon is full"), "the moon is full");
    }

    #[test]
    fn whoever_else_can_read_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(DATA_FILE);
        fs::write(&file, "").unwrap();
        for (directory, journal, said) in [
            (0o700, 0o600, None),
            (0o700, 0o644, None),
            (0o770, 0o660, None),
            (0o755, 0o600, Some("the data directory")),
            (0o711, 0o644, Some("the journal")),
            (0o755, 0o644, Some("the journal")),
        ] {
            fs::set_permissions(&file, fs::Permissions::from_mode(journal)).unwrap();
            fs::set_permissions(dir.path(), fs::Permissions::from_mode(directory)).unwrap();
            let words = exposed(dir.path());
            let words = words.map(|words| Wording::built_in().tell(Locale::En, &words));
            assert_eq!(
                words.is_some(),
                said.is_some(),
                "{directory:o} {journal:o}: {words:?}"
            );
            assert!(words.unwrap_or_default().contains(said.unwrap_or_default()));
        }
        assert_eq!(exposed(&dir.path().join("not there")), None);
    }
}

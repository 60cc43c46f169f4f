//! Names the commit in `--version`: git's, or what `SHEETDESK_COMMIT` says where there is no repository, or none.
//!
//! Invariant: no build fails for want of git; whatever the name was read from makes the next build read it again.

use std::{env, path::Path, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=SHEETDESK_COMMIT");
    let commit = of_git().or_else(|| {
        env::var("SHEETDESK_COMMIT")
            .ok()
            .filter(|commit| is_plain(commit))
    });
    let version = env!("CARGO_PKG_VERSION");
    match commit {
        Some(commit) => println!("cargo::rustc-env=SHEETDESK_VERSION={version} ({commit})"),
        None => println!("cargo::rustc-env=SHEETDESK_VERSION={version}"),
    }
}

/// The commit that is checked out; none where these sources are no repository of their own, or git is not to be had.
fn of_git() -> Option<String> {
    if !Path::new(".git").exists() {
        return None;
    }
    let branch = git(&["symbolic-ref", "--quiet", "HEAD"]);
    // A commit changes the branch's file, or makes one beside the packed names; a checkout changes HEAD.
    for name in [
        Some("HEAD"),
        Some("logs/HEAD"),
        Some("packed-refs"),
        branch.as_deref(),
    ]
    .into_iter()
    .flatten()
    {
        // A file that is not there would make every build start anew.
        if let Some(path) =
            git(&["rev-parse", "--git-path", name]).filter(|path| Path::new(path).exists())
        {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    git(&["rev-parse", "--short", "HEAD"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let answer = Command::new("git").args(arguments).output().ok()?;
    let words = String::from_utf8(answer.stdout).ok()?.trim().to_owned();
    (answer.status.success() && is_plain(&words)).then_some(words)
}

/// One word or path on one line.
fn is_plain(words: &str) -> bool {
    !words.is_empty() && !words.contains(char::is_control)
}

//! What a person at a terminal asks first: which version it is, and help for his shell.
//!
//! Invariant: neither needs settings, a service or a network.

use std::path::Path;

use crate::child::{Child, Exit};

async fn run(arguments: &[&str]) -> Exit {
    Child::start(Path::new("/"), &[], arguments).ended().await
}

#[tokio::test]
async fn the_version_names_the_commit_that_was_built() {
    let exit = run(&["--version"]).await;
    assert_eq!((exit.code, exit.err.as_str()), (Some(0), ""));
    let version = exit
        .out
        .trim()
        .strip_prefix("sheetdesk ")
        .expect("the name first");
    let commit = version
        .strip_prefix(env!("CARGO_PKG_VERSION"))
        .expect("then the version")
        .trim();
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join(".git").exists();
    let named = commit
        .strip_prefix('(')
        .and_then(|commit| commit.strip_suffix(')'));
    let is_hash =
        |commit: &str| commit.len() >= 7 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(!repository || named.is_some_and(is_hash), "{version}");
}

#[tokio::test]
async fn help_names_the_developers_commands_apart() {
    for arguments in [&["--help"][..], &["help"], &["-h"]] {
        let exit = run(arguments).await;
        assert_eq!((exit.code, exit.err.as_str()), (Some(0), ""));
        let (own, others) = exit
            .out
            .split_once("\nFor developers, shells and programs:\n")
            .expect("two groups");
        for (group, command) in [(own, "init"), (own, "failed"), (others, "replay")] {
            let line = format!("\n  {command} ");
            assert!(
                format!("\n{group}").contains(&line),
                "{command}: {}",
                exit.out
            );
        }
        assert!(others.contains("\n      --config <FILE>"), "{}", exit.out);
    }
}

#[tokio::test]
async fn completions_for_every_shell_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let exit = run(&["completions", shell]).await;
        assert_eq!((exit.code, exit.err.as_str()), (Some(0), ""), "{shell}");
        for word in ["sheetdesk", "quarantine", "completions"] {
            assert!(exit.out.contains(word), "{word} for {shell}");
        }
    }
    let exit = run(&["completions", "cmd"]).await;
    assert_eq!(exit.code, Some(64), "{}", exit.err);
    assert!(exit.err.contains("possible values: bash"), "{}", exit.err);
}

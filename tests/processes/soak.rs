//! `demo --soak`: the account of a short one holds, and says what it counts.

use std::process::Command;

#[tokio::test]
async fn a_short_soak_loses_nothing_and_gives_its_account() {
    let soak = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sheetdesk"));
        command
            .arg("demo")
            .args(arguments)
            .env_clear()
            .output()
            .expect("it runs")
    };
    let run = tokio::task::spawn_blocking(move || soak(&["--soak", "0.15", "--speed", "120"]))
        .await
        .expect("it ends");
    let out = String::from_utf8_lossy(&run.stdout).into_owned();
    assert_eq!(
        run.status.code(),
        Some(0),
        "{out} {}",
        String::from_utf8_lossy(&run.stderr)
    );
    let head = "0.15 min at 120 times the pace of a day: 1250 updates, 25 answers, 1 promotions; outages of both services, two restarts.";
    assert!(out.starts_with(head), "{out}");
    for words in [
        "updates           1250 in all,     1250 once,    0 lost,    0 doubled\n",
        "deaths: 1; set aside: 0",
        "memory       ",
        "descriptors  ",
        "journal      ",
        "Nothing is lost",
    ] {
        assert!(out.contains(words), "{words}: {out}");
    }
    let wrong = Command::new(env!("CARGO_BIN_EXE_sheetdesk"))
        .args(["demo", "--soak", "0"])
        .output()
        .expect("it runs");
    assert_eq!(wrong.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("a number above 0 is wanted"));
}

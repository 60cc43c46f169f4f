//! The machine's clock is set back under the real program, as a time service or a person does.
//!
//! Invariant: nobody waits longer for it: neither the answer that rests, nor the row, nor who writes or registers afterwards.

use std::{env, fs, path::PathBuf};

use rustix::process::Signal;

use crate::{
    child::Child,
    play::{Play, hears},
};

/// Waits for the sheet's words that an answer rests.
const RESTS: &str = "ждёт до";

/// A clock that only the service sees; it is set through a file.
struct Clock {
    library: PathBuf,
    file: PathBuf,
}

impl Clock {
    /// A clock that goes right, where the library for it is installed; elsewhere a line says so, and CI does not put up with it.
    fn of(play: &Play) -> Option<Self> {
        let folders = fs::read_dir("/usr/lib")
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        let library = folders
            .map(|folder| folder.join("faketime/libfaketime.so.1"))
            .find(|path| path.exists());
        assert!(
            library.is_some() || env::var_os("CI").is_none(),
            "CI needs libfaketime"
        );
        if library.is_none() {
            println!("there is no libfaketime here: a clock that is set back is not tried");
        }
        let clock = Self {
            library: library?,
            file: play.testbed.directory().join("clock"),
        };
        clock.set(0);
        Some(clock)
    }

    /// It is so many seconds late from now on.
    fn set(&self, late: u32) {
        let next = self.file.with_extension("next");
        fs::write(&next, format!("-{late}")).expect("the testbed has room");
        fs::rename(next, &self.file).expect("the file is ours");
    }

    /// The environment of the service under this clock.
    fn variables(&self, play: &Play) -> Vec<(String, String)> {
        let mut all = play.testbed.variables().to_vec();
        for (name, value) in [
            ("LD_PRELOAD", self.library.display().to_string()),
            ("FAKETIME_TIMESTAMP_FILE", self.file.display().to_string()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            ("NO_FAKE_STAT", "1".to_owned()),
        ] {
            all.push((name.to_owned(), value));
        }
        all
    }
}

#[tokio::test]
async fn a_clock_set_back_keeps_nobody_waiting() {
    let mut play = Play::set().await;
    let Some(clock) = Clock::of(&play) else {
        return;
    };
    play.testbed.configure("APPEALS__GRACE", "8");
    let child = Child::serve_with(&play.testbed, &clock.variables(&play)).await;
    play.registers().await;
    play.opens_appeal().await;
    // Each wait below ends within the patience of the tests, which is shorter than any of these steps.
    for late in [60, 180] {
        let (answer, question) = (format!("Ответ {late}"), format!("Вопрос {late}"));
        play.types(2, "специалист_ответ", &answer).await;
        play.shows(2, "Доставка", |text| text.contains(RESTS)).await;
        play.marina.write(&question);
        clock.set(late);
        play.hears(&answer).await;
        play.shows(2, "текст_обращений", |text| {
            text.contains(&question) && text.contains(&answer)
        })
        .await;
        play.settled().await;
        child.says("the clock was set back").await;
    }
    // Once more, while nobody is running.
    play.types(2, "специалист_ответ", "Через остановку").await;
    play.shows(2, "Доставка", |text| text.contains(RESTS)).await;
    child.kill().await;
    clock.set(7200);
    let child = Child::serve_with(&play.testbed, &clock.variables(&play)).await;
    play.hears("Через остановку").await;
    let anna = play
        .testbed
        .telegram
        .person(simulator::telegram::Profile::new(700_001_077, "Анна"));
    anna.write("/start");
    hears(&anna, "код").await;
    play.settled().await;
    child.stop(Signal::TERM).await;
}

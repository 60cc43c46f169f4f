//! Plays the tour's script: all of it for the terminal, step by step for the page; whoever asked last leads.
//!
//! Invariant: no two steps are played at once, and no step twice.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{SCRIPT, Step, Tour};
use crate::{
    cli::demo::{bilingual::Bilingual, service::DemoService},
    clock,
    testbed::{Testbed, TestbedError},
};

/// How a part of the script ended.
#[derive(Debug)]
pub(in crate::cli::demo) enum Played {
    /// Every step held.
    Whole,
    /// Somebody else leads on, or nobody does any more.
    Left,
    /// A step did not hold: which, and why.
    Failed(Bilingual),
}

/// How far the tour is.
#[derive(Debug, Clone, Default)]
struct Progress {
    /// So many steps have been played.
    at: usize,
    playing: Option<&'static str>,
    seen: BTreeMap<&'static str, Bilingual>,
    failed: Option<Bilingual>,
    /// The steps as the page shows them, as they were when nobody was playing.
    steps: Vec<Value>,
}

pub(in crate::cli::demo) struct Player {
    tour: tokio::sync::Mutex<Tour>,
    progress: Arc<watch::Sender<Progress>>,
    /// Who leads: the last that has asked.
    turn: AtomicU64,
    /// Gives the step in hand up.
    leaving: Mutex<CancellationToken>,
}

impl Player {
    /// A tour of which nothing has been played; what holds is printed.
    pub(in crate::cli::demo) fn open(
        testbed: &Arc<Testbed>,
        service: &Arc<DemoService>,
    ) -> Result<Arc<Self>, TestbedError> {
        let progress = Arc::new(watch::Sender::new(Progress {
            steps: steps(None),
            ..Progress::default()
        }));
        let began = clock::monotonic();
        let noted = Arc::clone(&progress);
        let tell = move |what: &str, seen: Bilingual| {
            let at = clock::monotonic().duration_since(began).as_secs_f64();
            print(at, what, &seen.en);
            noted.send_modify(|progress| progress.note(&seen));
        };
        Ok(Arc::new(Self {
            tour: tokio::sync::Mutex::new(Tour::open(testbed, service, Box::new(tell))?),
            progress,
            turn: AtomicU64::new(0),
            leaving: Mutex::new(CancellationToken::new()),
        }))
    }

    /// Plays all that has not been played yet, up to this step; what somebody else is playing he ends first.
    pub(in crate::cli::demo) async fn play_to(&self, last: usize) -> Played {
        let turn = self.turn.fetch_add(1, Ordering::SeqCst) + 1;
        let leaving = self.leaving().clone();
        loop {
            let mut tour = self.tour.lock().await;
            if self.turn.load(Ordering::SeqCst) != turn {
                return Played::Left;
            }
            let at = self.progress.borrow().at;
            let Some(about) = SCRIPT.get(at).filter(|_| at <= last) else {
                return Played::Whole;
            };
            self.progress
                .send_modify(|progress| progress.begin(about.id));
            let played = leaving.run_until_cancelled(tour.play(about.step)).await;
            let played = played.map(|played| played.map_err(|error| about.failed(&error)));
            let steps = steps(Some(&tour));
            let ended = |progress: &mut Progress| {
                progress.playing = None;
                progress.steps = steps;
                match &played {
                    Some(Ok(())) => progress.at += 1,
                    Some(Err(words)) => progress.failed = Some(words.clone()),
                    None => {}
                }
            };
            self.progress.send_modify(ended);
            match played {
                None => return Played::Left,
                Some(Ok(())) => {}
                Some(Err(words)) => return Played::Failed(words),
            }
        }
    }

    /// Gives the step in hand up, and puts right what the tour has left behind.
    pub(in crate::cli::demo) async fn leave(&self) -> Result<(), TestbedError> {
        self.turn.fetch_add(1, Ordering::SeqCst);
        std::mem::take(&mut *self.leaving()).cancel();
        let tour = self.tour.lock().await;
        let at = self.progress.borrow().at;
        let in_hand = SCRIPT.get(at).map(|about| about.step);
        match in_hand {
            Some(Step::Stop | Step::Restart) => tour.leave().await,
            _ => Ok(()),
        }
    }

    /// Whoever was registered before the tour, however far it is.
    pub(in crate::cli::demo) async fn crowd(&self) -> Vec<simulator::telegram::Person> {
        self.tour.lock().await.partners().to_vec()
    }

    /// Whether a step is being played.
    pub(in crate::cli::demo) fn is_playing(&self) -> bool {
        self.progress.borrow().playing.is_some()
    }

    /// A new value whenever the state should be asked for again.
    pub(in crate::cli::demo) fn changes(&self) -> watch::Receiver<impl Send + Sync + use<>> {
        self.progress.subscribe()
    }

    /// As the page shows it.
    pub(in crate::cli::demo) fn state(&self) -> Value {
        let progress = self.progress.borrow().clone();
        // While a step is played the tour is its; cells stay where they were.
        let steps = match self.tour.try_lock() {
            Ok(tour) => steps(Some(&tour)),
            Err(_) => progress.steps,
        };
        json!({
            "steps": steps,
            "at": progress.at,
            "playing": progress.playing.is_some(),
            "step": progress.playing,
            "seen": progress.seen,
            "failed": progress.failed,
        })
    }

    fn leaving(&self) -> std::sync::MutexGuard<'_, CancellationToken> {
        self.leaving.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress {
    fn begin(&mut self, id: &'static str) {
        (self.playing, self.failed) = (Some(id), None);
        self.seen.remove(id);
    }

    /// What the step in hand has seen.
    fn note(&mut self, seen: &Bilingual) {
        let Some(id) = self.playing else { return };
        self.seen.entry(id).or_default().push_line(seen);
    }
}

/// The steps as the page shows them.
fn steps(tour: Option<&Tour>) -> Vec<Value> {
    SCRIPT.iter().map(|about| about.shown(tour)).collect()
}

/// Prints a step that held, and below it what was seen.
fn print(at: f64, what: &str, seen: &str) {
    println!("{at:7.2} s  ✓ {what}");
    for line in seen.lines().filter(|line| !line.is_empty()) {
        println!("             {line}");
    }
}

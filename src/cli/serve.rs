//! `serve`: the service until a signal, or until its input ends.
//!
//! Invariant: the first signal ends it within 2 s, the second at once.

use std::{io, process::ExitCode};

use anyhow::Context as _;

use super::{
    Failure,
    words::{Words, faults},
};
use crate::{
    app::{self, App, Ended, ObserveError},
    config::Settings,
    domain::wording::{ForesightNote, Note},
    logs,
    shutdown::Shutdown,
};

/// What ends the service beside the signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// Nothing.
    Signals,
    /// The end of the standard input.
    StdinEnds,
}

pub(super) async fn serve(settings: Settings, until: Until) -> Result<ExitCode, Failure> {
    logs::init(settings.log.format, settings.log.filter.as_str())
        .context("the log cannot be set up")?;
    let shutdown = Shutdown::on_signals().context("signals cannot be heard")?;
    if until == Until::StdinEnds {
        let waiting = shutdown.at_end_of(io::stdin());
        waiting.context("the standard input cannot be waited for")?;
    }
    let words = Words::of(settings.language);
    let app = App::start(settings, shutdown.clone()).await;
    let app = app.map_err(|error| words.failure(&faults::start(&error)))?;
    notify(&[sd_notify::NotifyState::Ready]);
    tracing::info!(http.address = %app.address(), admin.address = %app.admin_address(), version = super::VERSION, "serving");
    let stop = shutdown.stop_token();
    tokio::spawn(async move {
        stop.cancelled().await;
        notify(&[sd_notify::NotifyState::Stopping]);
    });
    code(app.run().await)
}

/// Says what the service would do, on the standard output, one thing a line; the log goes on beside it.
pub(super) async fn observe(settings: Settings) -> Result<ExitCode, Failure> {
    logs::init(settings.log.format, "warn").context("the log cannot be set up")?;
    let shutdown = Shutdown::on_signals().context("signals cannot be heard")?;
    let wording = settings.texts.clone();
    let say = |note: ForesightNote<'_>| wording.note(Note::Foresight(note));
    println!("{}", say(ForesightNote::Begun));
    let words = Words::of(settings.language);
    let ended = app::observe(settings, shutdown, |line| println!("– {line}")).await;
    let ended = ended.map_err(|error| match error {
        ObserveError::Refused(words) => Failure::Told(words),
        ObserveError::Start(error) => words.failure(&faults::start(&error)),
    })?;
    println!("{}", say(ForesightNote::Over));
    code(ended)
}

fn code(ended: Ended) -> Result<ExitCode, Failure> {
    match ended {
        Ended::Stopped | Ended::Forced => Ok(ExitCode::SUCCESS),
        Ended::Failed(words) => Err(anyhow::anyhow!(words).into()),
    }
}

/// Tells systemd, where it listens (sd_notify(3)).
fn notify(state: &[sd_notify::NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!(%error, "systemd was not told");
    }
}

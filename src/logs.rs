//! The log: where it goes, how it looks, and what never gets into it.
//! Invariant: crates known to print tokens, addresses with tokens or phones stay silent, whatever the filter says.

use std::ffi::OsStr;
use std::io::{self, IsTerminal as _, Write as _};
use std::panic;

use tracing::level_filters::LevelFilter;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::{FilterExt as _, FilterFn, ParseError};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};
use tracing_subscriber::{EnvFilter, Layer as _, Registry, fmt};

/// Crates that say too much, and the most that they may say.
const QUIET: [(&str, Level); 7] = [
    // Its debug log prints access tokens.
    ("yup_oauth2", Level::INFO),
    // Follows redirects aloud, with the address, which holds the bot's token.
    ("reqwest", Level::INFO),
    // Tells of every phone number how it read it.
    ("rlibphonenumber", Level::INFO),
    // Every connection and every frame: noise that buries what matters.
    ("hyper", Level::WARN),
    ("hyper_util", Level::WARN),
    ("hyper_rustls", Level::WARN),
    ("h2", Level::WARN),
];

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal.
    Pretty,
    /// One JSON object a line, for collectors.
    Json,
}

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum LogsError {
    /// The filter can't be understood.
    #[error("the log filter can't be understood: {0}")]
    Filter(#[from] ParseError),
    /// A log has been set up before.
    #[error("a log has been set up before: {0}")]
    Twice(#[from] TryInitError),
}

/// Sets the log of the process up, to the standard error stream.
///
/// `filter` is in the syntax of `tracing_subscriber::EnvFilter`, such as `info,sheetdesk=debug`.
///
/// # Errors
/// If the filter can't be understood or a log has been set up before.
pub fn init(format: Format, filter: &str) -> Result<(), LogsError> {
    let colour = is_coloured(io::stderr().is_terminal());
    subscriber(format, filter, colour, io::stderr)?.try_init()?;
    Ok(())
}

/// Whether to print in colour: on a terminal, unless `NO_COLOR` holds anything (<https://no-color.org>).
#[must_use]
pub fn is_coloured(terminal: bool) -> bool {
    wants_colour(terminal, std::env::var_os("NO_COLOR").as_deref())
}

fn wants_colour(terminal: bool, no_colour: Option<&OsStr>) -> bool {
    terminal && no_colour.is_none_or(OsStr::is_empty)
}

fn subscriber<W>(
    format: Format,
    filter: &str,
    colour: bool,
    writer: W,
) -> Result<impl Subscriber + Send + Sync, ParseError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::builder().parse(filter)?;
    // A line that cannot be written is lost; told to a terminal that has gone, it would end the loop that wrote it in a panic.
    let lines = fmt::layer()
        .with_writer(writer)
        .with_ansi(colour)
        .log_internal_errors(false);
    let lines = match format {
        Format::Pretty => lines.boxed(),
        Format::Json => lines.json().flatten_event(true).boxed(),
    };
    let quiet = FilterFn::new(is_fit_to_print).with_max_level_hint(LevelFilter::TRACE);
    Ok(Registry::default().with(lines.with_filter(filter.and(quiet))))
}

/// Has panics tell of their place alone: their words may quote what people wrote. Before there is a log, the terminal is told.
pub fn mask_panics() {
    panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(String::new, ToString::to_string);
        if tracing::dispatcher::has_been_set() {
            tracing::error!(panic.place = %place, "a panic; its words are not logged");
        } else {
            // A terminal that has gone cannot be told, and a panic in here would end the process.
            let _ = writeln!(
                io::stderr(),
                "sheetdesk: a fault of the program itself at {place}; its words are not shown, as they may quote what people wrote"
            );
        }
    }));
}

/// Whether the crate that speaks may say so much.
fn is_fit_to_print(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    let speaker = target.split("::").next().unwrap_or(target);
    QUIET
        .iter()
        .find(|(name, _)| *name == speaker)
        .is_none_or(|(_, most)| metadata.level() <= most)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What `speak` leaves in the log.
    fn logged(format: Format, filter: &str, speak: impl FnOnce()) -> String {
        let page = Page::default();
        let written = page.clone();
        let subscriber = subscriber(format, filter, false, move || page.clone()).unwrap();
        tracing::subscriber::with_default(subscriber, speak);
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn crates_that_say_too_much_stay_silent() {
        let text = logged(Format::Pretty, "trace", || {
            tracing::debug!(target: "yup_oauth2::storage", "ya29.secret");
            tracing::debug!(target: "reqwest::redirect", "bot7:secret");
            tracing::trace!(target: "rlibphonenumber::phonenumberutil", "the secret number");
            tracing::info!(target: "hyper_util::client::legacy", "secret pool");
            tracing::warn!(target: "hyper", "a warning");
            tracing::trace!(target: "sheetdesk::desk", "a step");
            tracing::debug!(target: "yup_oauth2_else", "no relative");
        });
        assert!(!text.contains("secret"), "{text}");
        for kept in ["a warning", "a step", "no relative"] {
            assert!(text.contains(kept), "{text}");
        }
    }

    #[test]
    fn records_of_the_log_crate_are_silenced_too() {
        // Whichever test comes first sets the bridge up; only the bridge is needed here.
        let _ = init(Format::Pretty, "off");
        log::set_max_level(log::LevelFilter::Trace);
        let text = logged(Format::Json, "trace", || {
            log::debug!(target: "yup_oauth2::authenticator", "ya29.secret");
            log::info!(target: "yup_oauth2", "a renewal");
        });
        assert!(!text.contains("secret"), "{text}");
        assert!(text.contains("a renewal"), "{text}");
        assert!(matches!(
            init(Format::Pretty, "off"),
            Err(LogsError::Twice(_))
        ));
    }

    #[test]
    fn a_filter_that_names_a_silenced_crate_changes_nothing() {
        let text = logged(Format::Pretty, "warn,yup_oauth2=trace", || {
            tracing::trace!(target: "yup_oauth2", "ya29.secret");
            tracing::info!(target: "sheetdesk", "below the filter");
        });
        assert_eq!(text, "");
    }

    #[test]
    fn json_is_one_object_a_line() {
        let text = logged(Format::Json, "info", || {
            tracing::info!(appeal.number = 7, "answered");
            tracing::info!("again");
        });
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(
            (&lines[0]["message"], &lines[0]["appeal.number"]),
            (&"answered".into(), &7.into())
        );
    }

    #[test]
    fn colour_is_for_terminals_of_those_who_do_not_refuse_it() {
        for (terminal, no_colour, coloured) in [
            (true, None, true),
            (true, Some(""), true),
            (true, Some("1"), false),
            (false, None, false),
        ] {
            assert_eq!(
                wants_colour(terminal, no_colour.map(OsStr::new)),
                coloured,
                "{terminal} {no_colour:?}"
            );
        }
    }

    #[test]
    fn a_filter_that_means_nothing_is_refused() {
        let result = subscriber(Format::Json, "sheetdesk=loud", false, io::stderr);
        assert!(result.is_err());
    }
}

//! The commands. Exit codes: 0 fine, 1 failed, 64 bad settings (EX_USAGE of sysexits.h).
//!
//! Invariant: a command says what is wrong, where, and what to do; it never prints a secret.

mod backup;
mod check;
mod completions;
#[cfg(feature = "demo")]
mod demo;
mod forget;
mod help;
mod init;
mod operator;
#[cfg(feature = "demo")]
mod page;
mod probe;
mod serve;
mod setup;
#[cfg(feature = "demo")]
mod simulate;
mod status;
mod words;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{FromArgMatches as _, Parser, Subcommand, ValueEnum};

use self::words::Words;
use crate::{
    config::{self, Local, Settings, SettingsErrors},
    logs,
    sheets::provision::Lists,
};

/// Bad settings, or a command line that cannot be understood.
const EXIT_SETTINGS: u8 = 64;
/// The version, with the commit where the build knew it.
const VERSION: &str = env!("SHEETDESK_VERSION");

/// A Telegram help desk whose back office is Google Sheets.
#[derive(Debug, Parser)]
#[command(version = VERSION, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// The settings file [default: migrations-free-config/sheetdesk.toml, or else /etc/sheetdesk/sheetdesk.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service
    Serve {
        /// Look at the sheets and say what the service would do; write nothing, send nothing
        #[arg(long)]
        observe: bool,
        /// Stop as well once the standard input ends, as when the program that holds its other side is gone
        #[arg(long, conflicts_with = "observe")]
        until_stdin_ends: bool,
    },
    /// Run the service with stand-ins for Telegram and Google, play a tour, and keep serving
    #[cfg(feature = "demo")]
    Demo(demo::DemoArguments),
    /// Run the stand-ins alone
    #[cfg(feature = "demo")]
    Simulate(simulate::SimulateArguments),
    /// Say what is wrong and what to do
    Check(check::CheckArguments),
    /// Prepare the outside services
    #[command(subcommand)]
    Setup(Setup),
    /// Say how the running service is
    Status {
        /// How to print it
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// Then follow the announcements under way until they are over
        #[arg(long)]
        watch: bool,
    },
    /// Let go of what is held back
    #[command(subcommand)]
    Release(Release),
    /// Records that could not be decided and were set aside
    #[command(subcommand)]
    Quarantine(Quarantine),
    /// Messages of which nobody knows whether they arrived
    #[command(subcommand)]
    Unknown(Unknown),
    /// Messages that were refused for good
    #[command(subcommand)]
    Failed(Failed),
    /// Decide a stored record again and print what follows from it, with a test of it; nothing is changed
    Replay {
        /// The record's number, as `quarantine list` and the log name it
        seq: u64,
    },
    /// Ask a few questions and write settings, and a file with secrets
    Init {
        /// Where to write them
        #[arg(long, default_value = ".")]
        directory: PathBuf,
    },
    /// Write a consistent copy of the journal into a new file, whether or not the service runs
    Backup {
        /// The file; it must not be there yet
        file: PathBuf,
    },
    /// Put a copy in the journal's place, while no service runs; the journal is kept aside
    Restore {
        /// The file that `backup` wrote
        file: PathBuf,
    },
    /// Erase one person from the journal, and name the rows that remain in the spreadsheets
    Forget {
        /// The code as it stands in the staff list, or the Telegram ID
        partner: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// How to print it
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Ask a running service whether it is alive, for container health checks
    Probe {
        /// Ask whether updates can be stored (`/readyz`) rather than whether the process is alive (`/livez`)
        #[arg(long)]
        ready: bool,
    },
    /// Print what your shell needs to complete our commands
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Write a manual page for each command
    Man {
        /// Where to write them; made if it is not there
        directory: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum Setup {
    /// Tell Telegram where to bring updates, and which commands the bot knows
    Webhook {
        /// Take the webhook away instead
        #[arg(long)]
        delete: bool,
    },
    /// Make the tabs, headers, words to choose from and colours that the spreadsheets lack; what stands there stays
    Sheets {
        /// Only say what would be changed
        #[arg(long)]
        dry_run: bool,
        /// Add what is missing to lists of words that people have made, too
        #[arg(long)]
        extend_lists: bool,
    },
    /// Print the script for the spreadsheet, with address and secret filled in
    AppsScript,
}

#[derive(Debug, Subcommand)]
enum Release {
    /// Send the answers that stood in the sheet before the service's first look
    Answers,
    /// Send at once, though Telegram has asked for silence; it may ask again
    Silence,
}

#[derive(Debug, Subcommand)]
enum Quarantine {
    /// Name them, with the reason
    List,
    /// Decide again
    Retry {
        /// Which: a number of the list, or all
        which: String,
    },
    /// Let go for good
    Drop {
        /// Which: a number of the list, or all
        which: String,
    },
}

#[derive(Debug, Subcommand)]
enum Unknown {
    /// Name them
    List,
    /// Send once more
    Resend {
        /// Which: a name of the list, or all
        which: String,
    },
    /// Count no longer
    Drop {
        /// Which: a name of the list, or all
        which: String,
    },
}

#[derive(Debug, Subcommand)]
enum Failed {
    /// Name them: to whom, of which appeal or promotion, and why
    List,
    /// Count no longer
    Drop {
        /// Which: a name of the list, or all
        which: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Why a command did not succeed.
#[derive(Debug)]
enum Failure {
    /// Bad settings: exit code 64.
    Settings(SettingsErrors),
    /// Why, in the language of the command: exit code 1.
    Told(String),
    /// Anything else: exit code 1.
    Other(anyhow::Error),
}

impl Failure {
    /// What is the matter.
    #[cfg(feature = "demo")]
    fn words(&self) -> String {
        match self {
            Self::Settings(errors) => errors.words(),
            Self::Told(words) => words.clone(),
            Self::Other(error) => format!("{error:#}"),
        }
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

/// Runs the command of this process and returns its exit code.
#[must_use]
pub fn main() -> ExitCode {
    logs::mask_panics();
    let matches = help::command().try_get_matches();
    let arguments = match matches.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => arguments,
        Err(error) => return refuse(&error),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("sheetdesk: the runtime cannot be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(run(arguments));
    // A task that hangs must not hold the process: what matters has been committed.
    runtime.shutdown_background();
    match outcome {
        Ok(code) => code,
        Err(Failure::Settings(errors)) => {
            eprintln!("{}", errors.words());
            ExitCode::from(EXIT_SETTINGS)
        }
        Err(Failure::Told(words)) => {
            eprintln!("sheetdesk: {words}");
            ExitCode::FAILURE
        }
        Err(Failure::Other(error)) => {
            eprintln!("sheetdesk: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Prints what clap has to say; help and version are no failure, a wrong command line is bad usage.
fn refuse(error: &clap::Error) -> ExitCode {
    if error.print().is_err() {
        return ExitCode::FAILURE;
    }
    match error.use_stderr() {
        true => ExitCode::from(EXIT_SETTINGS),
        false => ExitCode::SUCCESS,
    }
}

async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    install_crypto();
    let config = arguments.config.or_else(config::installed_file);
    let config = config.as_deref();
    match arguments.command {
        Command::Serve { observe: true, .. } => serve::observe(load(config)?).await,
        Command::Serve {
            until_stdin_ends, ..
        } => {
            let until = match until_stdin_ends {
                true => serve::Until::StdinEnds,
                false => serve::Until::Signals,
            };
            serve::serve(load(config)?, until).await
        }
        #[cfg(feature = "demo")]
        Command::Demo(arguments) => demo::demo(arguments).await,
        #[cfg(feature = "demo")]
        Command::Simulate(arguments) => simulate::simulate(arguments).await,
        Command::Check(arguments) => check::check(load(config)?, arguments, config).await,
        Command::Setup(Setup::Webhook { delete }) => setup::webhook(&load(config)?, delete).await,
        Command::Setup(Setup::Sheets {
            dry_run,
            extend_lists,
        }) => {
            let lists = match extend_lists {
                true => Lists::Extend,
                false => Lists::Keep,
            };
            setup::sheets(&load(config)?, dry_run, lists).await
        }
        Command::Setup(Setup::AppsScript) => setup::apps_script(&load(config)?),
        Command::Status { format, watch } => status::status(&local(config)?, format, watch).await,
        Command::Release(Release::Answers) => status::release_answers(&local(config)?).await,
        Command::Release(Release::Silence) => status::end_silence(&local(config)?).await,
        Command::Quarantine(quarantine) => operator::quarantine(&local(config)?, quarantine).await,
        Command::Unknown(unknown) => operator::unknown(&local(config)?, unknown).await,
        Command::Failed(failed) => operator::failed(&local(config)?, failed).await,
        Command::Replay { seq } => operator::replay(&local(config)?, seq).await,
        Command::Init { directory } => init::init(&Words::of_terminal(), &directory).await,
        Command::Backup { file } => backup::backup(&local(config)?, &file).await,
        Command::Restore { file } => backup::restore(&local(config)?, &file),
        Command::Forget {
            partner,
            yes,
            format,
        } => forget::forget(&load(config)?, &partner, yes, format).await,
        Command::Probe { ready } => probe::probe(config, ready).await,
        Command::Completions { shell } => completions::completions(shell),
        Command::Man { directory } => completions::man(&directory),
    }
}

/// The one TLS provider of the process; nothing may open a connection before it stands.
fn install_crypto() {
    if rustls::crypto::ring::default_provider()
        .install_default()
        .is_err()
    {
        tracing::debug!("a TLS provider is installed already");
    }
}

/// The settings from the file and the environment; warnings go to the terminal at once.
fn load(file: Option<&Path>) -> Result<Settings, Failure> {
    let (settings, warnings) = Settings::load(file, std::env::vars()).map_err(Failure::Settings)?;
    let words = Words::of(settings.language);
    for warning in warnings {
        eprintln!("sheetdesk: {}", words.tell(warning.note()));
    }
    Ok(settings)
}

fn local(file: Option<&Path>) -> Result<Local, Failure> {
    Local::load(file, std::env::vars()).map_err(Failure::Settings)
}

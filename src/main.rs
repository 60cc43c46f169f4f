//! The program: reads the command line, hands over to [`sheetdesk::cli`], returns its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    sheetdesk::cli::main()
}

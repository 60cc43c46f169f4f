//! The commands as `--help` lists them: those of the operator first, those for developers and programs in a group of their own.
//!
//! Invariant: every command stands in one group, in the order in which it is declared.

use clap::CommandFactory as _;

use super::Arguments;

/// What an operator has no need of.
const OTHERS: [&str; 6] = ["demo", "simulate", "replay", "probe", "completions", "man"];

/// The command line, with its groups.
pub(super) fn command() -> clap::Command {
    let command = Arguments::command();
    let is_other = |command: &&clap::Command| OTHERS.contains(&command.get_name());
    let all = || command.get_subcommands();
    let width = all().map(|each| each.get_name().len()).max().unwrap_or(0);
    let line = |each: &clap::Command| {
        let about = each.get_about().map(ToString::to_string);
        format!(
            "  {:<width$}  {}",
            each.get_name(),
            about.unwrap_or_default()
        )
    };
    let (others, own): (Vec<_>, Vec<_>) = all().partition(is_other);
    let group = |heading: &str, each: &[&clap::Command]| {
        let lines: Vec<String> = each.iter().copied().map(line).collect();
        format!("{heading}:\n{}", lines.join("\n"))
    };
    let groups = [
        group("Commands", &own),
        group("For developers, shells and programs", &others),
    ];
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{}\n\nOptions:\n{{options}}{{after-help}}",
        groups.join("\n\n")
    );
    let after = "`sheetdesk help COMMAND` tells more of each. The way: init, setup sheets, check, serve, status.";
    command.help_template(template).after_help(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_stands_in_one_group() {
        let help = command().render_help().to_string();
        let (own, others) = help
            .split_once("For developers, shells and programs:")
            .expect("two groups");
        let others = others.split_once("Options:").expect("options").0;
        for each in Arguments::command().get_subcommands() {
            let line = format!("\n  {} ", each.get_name());
            let is_other = OTHERS.contains(&each.get_name());
            assert_eq!(own.contains(&line), !is_other, "{line} in {help}");
            assert_eq!(others.contains(&line), is_other, "{line} in {help}");
        }
        assert!(help.contains("--config <FILE>"), "{help}");
    }
}

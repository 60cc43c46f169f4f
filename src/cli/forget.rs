//! `forget`: one person leaves the journal; what remains in the spreadsheets is named, for people own those.
//!
//! Invariant: nothing is erased that was not named before, and nothing without a yes.

use std::{
    io::{IsTerminal as _, Write as _},
    process::ExitCode,
};

use super::{Failure, Format, status::unexpected};
use crate::{
    config::Settings,
    domain::operator::OperatorRequest,
    operator::{ConsoleReply, Person, ask},
};

pub(super) async fn forget(
    settings: &Settings,
    who: &str,
    yes: bool,
    format: Format,
) -> Result<ExitCode, Failure> {
    let person = request(settings, &OperatorRequest::Person(who.to_owned())).await?;
    if format == Format::Text {
        println!("{}", describe(settings, &person));
    }
    if !yes && !agreed()? {
        return Err(anyhow::anyhow!(
            "nothing was erased. Say yes at the question, or give --yes where there is no terminal"
        )
        .into());
    }
    let erased = request(settings, &OperatorRequest::Erase(who.to_owned())).await?;
    match format {
        Format::Json => println!("{}", serde_json::to_string_pretty(&erased)?),
        Format::Text => println!("{}", conclusion(&erased)),
    }
    Ok(ExitCode::SUCCESS)
}

async fn request(settings: &Settings, request: &OperatorRequest) -> Result<Person, Failure> {
    match ask(&settings.data_dir, request).await? {
        ConsoleReply::Person(person) => Ok(*person),
        other => Err(unexpected(other)),
    }
}

/// Asks on a terminal; elsewhere nobody can answer.
fn agreed() -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    print!("Erase all of it from the journal? It cannot be taken back. [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(["y", "yes", "д", "да"].contains(&answer.trim().to_lowercase().as_str()))
}

fn describe(settings: &Settings, person: &Person) -> String {
    let mut lines = vec!["The journal holds of this person:".to_owned()];
    lines.extend(
        person
            .telegram_id
            .map(|id| format!("  the Telegram account {id}, with what it wrote and was sent")),
    );
    lines.extend((!person.appeals.is_empty()).then(|| {
        format!(
            "  {} appeals with their dialogues and files",
            person.appeals.len()
        )
    }));
    let code = person.code.as_ref();
    lines.extend(code.map(|code| format!("  the partner {code}: name, phone, registration")));
    lines.push("In the spreadsheets these rows remain; they are yours to delete:".to_owned());
    let sheets = &settings.sheets;
    let numbers = |numbers: &[u32]| {
        let numbers = numbers.iter().map(ToString::to_string);
        numbers.collect::<Vec<_>>().join(", ")
    };
    if let Some(code) = person.code.as_ref().filter(|_| person.listed) {
        lines.push(format!(
            "  «{}»: the row of code {code} (name, phone)",
            sheets.partners.tab.as_str()
        ));
    }
    if !person.appeals.is_empty() {
        let tab = sheets.appeals.tab.as_str();
        lines.push(format!(
            "  «{tab}»: № {} (name, phone, Telegram ID, dialogue)",
            numbers(&person.appeals)
        ));
    }
    if !person.archived.is_empty() {
        let tab = settings.words.archive.tab.as_str();
        lines.push(format!(
            "  «{tab}»: all rows of № {} (older parts of the dialogue)",
            numbers(&person.archived)
        ));
    }
    if lines.last().is_some_and(|line| line.starts_with("In the")) {
        lines.pop();
        lines.push("In the spreadsheets no row of his is known.".to_owned());
    }
    lines.join("\n")
}

fn conclusion(person: &Person) -> String {
    let mut lines = vec!["Erased from the journal. Copies that `sheetdesk backup` made before still hold it: delete them, too.".to_owned()];
    if person.listed {
        lines.push(
            "The staff list still holds the person, so its line stays known, bound to nobody. Delete the row there, wait for the next look, and run this again."
                .to_owned(),
        );
    }
    lines.join("\n")
}

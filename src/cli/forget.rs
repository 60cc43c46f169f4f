//! `forget`: one person leaves the journal; what remains in the spreadsheets is named, for people own those.
//!
//! Invariant: nothing is erased that was not named before, and nothing without a yes.

use std::{
    io::{IsTerminal as _, Write as _},
    process::ExitCode,
};

use super::{
    Failure, Format,
    status::{asked, unexpected},
    words::Words,
};
use crate::{
    config::Settings,
    domain::{ids::ChatId, operator::OperatorRequest, wording::ForgetNote},
    operator::{ConsoleReply, Person},
};

pub(super) async fn forget(
    settings: &Settings,
    who: &str,
    yes: bool,
    format: Format,
) -> Result<ExitCode, Failure> {
    let words = &Words::of(settings.language);
    let person = request(words, settings, &OperatorRequest::Person(who.to_owned())).await?;
    if format == Format::Text {
        println!("{}", describe(words, settings, &person));
    }
    if !yes && !agreed(words)? {
        return Err(words.failure(ForgetNote::Nothing));
    }
    let erased = request(words, settings, &OperatorRequest::Erase(who.to_owned())).await?;
    match format {
        Format::Json => println!("{}", serde_json::to_string_pretty(&erased)?),
        Format::Text => {
            println!("{}", words.tell(ForgetNote::Erased));
            if erased.listed {
                println!("{}", words.tell(ForgetNote::StillListed));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn request(
    words: &Words,
    settings: &Settings,
    request: &OperatorRequest,
) -> Result<Person, Failure> {
    match asked(words, &settings.data_dir, request).await? {
        ConsoleReply::Person(person) => Ok(*person),
        other => Err(unexpected(words, other)),
    }
}

/// Asks on a terminal; elsewhere nobody can answer.
fn agreed(words: &Words) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    print!("{} ", words.tell(ForgetNote::Question));
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(["y", "yes", "д", "да"].contains(&answer.trim().to_lowercase().as_str()))
}

fn describe(words: &Words, settings: &Settings, person: &Person) -> String {
    let mut lines = vec![words.tell(ForgetNote::Holds)];
    let item = |note: ForgetNote<'_>| format!("  {}", words.tell(note));
    let account = person.telegram_id.map(ChatId);
    lines.extend(account.map(|account| item(ForgetNote::Account(account))));
    let appeals = person.appeals.len();
    lines.extend((appeals > 0).then(|| item(ForgetNote::Appeals(appeals))));
    let code = person.code.as_deref();
    lines.extend(code.map(|code| item(ForgetNote::Partner(code))));
    let rows: Vec<String> = rows(settings, person, item);
    lines.push(words.tell(match rows.is_empty() {
        true => ForgetNote::NoRows,
        false => ForgetNote::Remains,
    }));
    lines.extend(rows);
    lines.join("\n")
}

/// The rows of the spreadsheets that speak of him.
fn rows(
    settings: &Settings,
    person: &Person,
    item: impl Fn(ForgetNote<'_>) -> String,
) -> Vec<String> {
    let sheets = &settings.sheets;
    let numbers = |numbers: &[u32]| {
        let numbers = numbers.iter().map(ToString::to_string);
        numbers.collect::<Vec<_>>().join(", ")
    };
    let code = person.code.as_deref().filter(|_| person.listed);
    let listed = code.map(|code| {
        let tab = sheets.partners.tab.as_str();
        item(ForgetNote::Listed { tab, code })
    });
    let appeals = (!person.appeals.is_empty()).then(|| {
        let tab = sheets.appeals.tab.as_str();
        let numbers = &numbers(&person.appeals);
        item(ForgetNote::Rows { tab, numbers })
    });
    let archived = (!person.archived.is_empty()).then(|| {
        let tab = settings.words.archive.tab.as_str();
        let numbers = &numbers(&person.archived);
        item(ForgetNote::Archived { tab, numbers })
    });
    [listed, appeals, archived].into_iter().flatten().collect()
}

//! The trials, one after another; each has rows of its own.
//!
//! Invariant: a trial says what it found, not what it hoped for.

use std::time::Duration;

use super::{Deviation, LiveError, Trial, scratch::Scratch};
use crate::{
    domain::{
        row::CellValue,
        wording::{Saying, TrialNote},
    },
    sheets::{
        client::TokenFate,
        requests::by_hand,
        wire::{Change, SheetsError, Span},
    },
};

/// A cell, what it is compared with, and what must become of it.
struct Exchange {
    about: TrialNote<'static>,
    cell: Cell,
    expect: &'static str,
    set: &'static str,
    changes: u32,
    shows: &'static str,
    then: TrialNote<'static>,
}

enum Cell {
    Text(&'static str),
    Number(i64),
}

/// How long a batch whose answer was thrown away is given to land after its batch token was taken.
const LATE: Duration = Duration::from_secs(3);
/// The first row of the trials that need several.
const BELOW: u32 = 30;

fn exchanges() -> [Exchange; 8] {
    [
        erased(TrialNote::OneLine, "да"),
        erased(TrialNote::Lines, "да\nи ещё\n\nда"),
        erased(TrialNote::Spaces, " да  "),
        erased(TrialNote::Signs, "да? *~ .+"),
        Exchange {
            cell: Cell::Number(42),
            ..erased(TrialNote::NumberAnswer, "42")
        },
        kept(TrialNote::Case, "новое"),
        kept(TrialNote::Part, "Нов"),
        Exchange {
            set: "В работе",
            shows: "В работе",
            ..erased(TrialNote::Status, "Новое")
        },
    ]
}

/// A cell holds this text, and is to be empty.
fn erased(about: TrialNote<'static>, text: &'static str) -> Exchange {
    Exchange {
        about,
        cell: Cell::Text(text),
        expect: text,
        set: "",
        changes: 1,
        shows: "",
        then: TrialNote::Plain,
    }
}

/// A cell holds another text than is expected, and must keep it.
fn kept(about: TrialNote<'static>, expect: &'static str) -> Exchange {
    Exchange {
        expect,
        changes: 0,
        shows: "Новое",
        then: TrialNote::Overwritten,
        ..erased(about, "Новое")
    }
}

/// Makes every trial; ends at the first call that fails for another reason.
pub(super) async fn all(
    scratch: &Scratch<'_>,
    tell: impl Fn(&Trial),
) -> Result<Vec<Trial>, LiveError> {
    let mut trials = Vec::new();
    let mut take =
        |about, outcome: Result<Option<Deviation>, SheetsError>| -> Result<(), LiveError> {
            let trial = Trial {
                about,
                deviation: outcome.map_err(|error| LiveError::Call { about, error })?,
            };
            tell(&trial);
            trials.push(trial);
            Ok(())
        };
    for (row, exchange) in (1_u32..).zip(exchanges()) {
        take(exchange.about, exchanged(scratch, row, &exchange).await)?;
    }
    take(TrialNote::Formula, kept_formula(scratch).await)?;
    take(TrialNote::NotEvaluated, not_evaluated(scratch).await)?;
    take(TrialNote::InOrder, in_order(scratch).await)?;
    take(TrialNote::Whole, whole_or_not(scratch).await)?;
    take(TrialNote::LongCell, long_cell(scratch).await)?;
    take(TrialNote::NewRow, appended(scratch).await)?;
    take(
        TrialNote::SomeSorted,
        sorted(scratch, 2, ["б1", "а2"]).await,
    )?;
    take(TrialNote::AllSorted, sorted(scratch, 3, ["б2", "а1"]).await)?;
    take(TrialNote::Token, resolved(scratch).await)?;
    take(TrialNote::Late, late(scratch).await)?;
    Ok(trials)
}

fn verdict(
    holds: bool,
    found: impl FnOnce() -> Saying,
    then: TrialNote<'static>,
) -> Option<Deviation> {
    (!holds).then(|| Deviation {
        found: found(),
        then,
    })
}

/// How many cells were changed, and what one of them shows.
fn told(count: u32, shows: &str) -> Saying {
    Saying::of(TrialNote::Changed { count, shows })
}

async fn exchanged(
    scratch: &Scratch<'_>,
    row: u32,
    exchange: &Exchange,
) -> Result<Option<Deviation>, SheetsError> {
    let value = match exchange.cell {
        Cell::Text(text) => CellValue::Text(text.into()),
        Cell::Number(number) => CellValue::Number(number),
    };
    drop(
        scratch
            .write(vec![scratch.put(row, vec![value])], (row, row + 1))
            .await?,
    );
    let change = scratch.exchange(row, exchange.expect, exchange.set);
    let seen = scratch.write(vec![change], (row, row + 1)).await?;
    let (changed, shows) = (seen.changed(0), seen.cell(row, 0));
    let found = || told(changed, &shows.replace('\n', "⏎"));
    Ok(verdict(
        changed == exchange.changes && shows == exchange.shows,
        found,
        exchange.then,
    ))
}

async fn kept_formula(scratch: &Scratch<'_>) -> Result<Option<Deviation>, SheetsError> {
    scratch
        .ask(by_hand::formula(scratch.sheet, 19, 0, "=40+2"))
        .await?;
    let before = scratch
        .write(vec![scratch.set(18, &["рядом"])], (19, 20))
        .await?;
    let shown = before.cell(19, 0);
    let seen = scratch
        .write(vec![scratch.exchange(19, shown, "")], (19, 20))
        .await?;
    let (changed, shows) = (seen.changed(0), seen.cell(19, 0));
    let holds = changed == 0 && shows == shown && seen.is_formula(19, 0);
    Ok(verdict(
        holds,
        || told(changed, shows),
        TrialNote::Overwritten,
    ))
}

async fn not_evaluated(scratch: &Scratch<'_>) -> Result<Option<Deviation>, SheetsError> {
    let seen = scratch
        .write(vec![scratch.set(20, &["=1+1"])], (20, 21))
        .await?;
    let shows = seen.cell(20, 0);
    Ok(verdict(
        shows == "=1+1",
        || Saying::of(TrialNote::Shows(shows)),
        TrialNote::Overwritten,
    ))
}

async fn in_order(scratch: &Scratch<'_>) -> Result<Option<Deviation>, SheetsError> {
    let changes = vec![
        scratch.set(21, &["раз"]),
        scratch.exchange(21, "раз", "два"),
        scratch.exchange(21, "два", "три"),
    ];
    let seen = scratch.write(changes, (21, 22)).await?;
    let shows = seen.cell(21, 0);
    Ok(verdict(
        shows == "три",
        || Saying::of(TrialNote::Shows(shows)),
        TrialNote::Looks,
    ))
}

async fn whole_or_not(scratch: &Scratch<'_>) -> Result<Option<Deviation>, SheetsError> {
    let beyond = Change::Set {
        sheet: scratch.sheet,
        row: 9_000_000,
        column: 0,
        values: vec![CellValue::Text("там".into())],
    };
    let answer = scratch
        .write(vec![scratch.set(22, &["тут"]), beyond], (22, 23))
        .await;
    let seen = scratch
        .write(vec![scratch.set(23, &["потом"])], (22, 24))
        .await?;
    let shows = seen.cell(22, 0);
    let said = match &answer {
        Err(SheetsError::Refused { change, .. }) => {
            let change = *change;
            Saying::of(TrialNote::Named { change, shows })
        }
        Err(error) => {
            let words = &error.to_string();
            Saying::of(TrialNote::Failed { words, shows })
        }
        Ok(_) => Saying::of(TrialNote::Accepted(shows)),
    };
    let named = matches!(answer, Err(SheetsError::Refused { change: 1, .. }));
    Ok(verdict(
        named && shows.is_empty(),
        || said,
        TrialNote::Looks,
    ))
}

async fn long_cell(scratch: &Scratch<'_>) -> Result<Option<Deviation>, SheetsError> {
    let long = "я".repeat(crate::domain::rules::CELL);
    let seen = scratch
        .write(vec![scratch.set(24, &[&long])], (24, 25))
        .await?;
    let whole = seen.cell(24, 0) == long;
    let count = seen.cell(24, 0).chars().count();
    let found = || Saying::of(TrialNote::Characters(count));
    Ok(verdict(whole, found, TrialNote::Overwritten))
}

async fn appended(scratch: &Scratch<'_>) -> Result<Option<Deviation>, SheetsError> {
    let append = Change::Append {
        sheet: scratch.sheet,
        values: vec![None, Some(CellValue::Text("новая".into()))],
    };
    let changes = vec![scratch.set(BELOW, &["последняя"]), append];
    let seen = scratch.write(changes, (BELOW, BELOW + 3)).await?;
    let shows = [seen.cell(BELOW + 1, 0), seen.cell(BELOW + 1, 1)];
    Ok(verdict(
        shows == ["", "новая"],
        || Saying::of(TrialNote::Below(&format!("{shows:?}"))),
        TrialNote::Looks,
    ))
}

/// Two rows of two columns of theirs and one of ours, sorted by the first over so many columns; what the first and the last then show.
async fn sorted(
    scratch: &Scratch<'_>,
    columns: u32,
    wanted: [&str; 2],
) -> Result<Option<Deviation>, SheetsError> {
    let first = BELOW + 10 * columns;
    let rows = [
        scratch.set(first, &["а", "", "1"]),
        scratch.set(first + 1, &["б", "", "2"]),
    ];
    drop(scratch.write(rows.into(), (first, first + 2)).await?);
    let span = Span {
        sheet: scratch.sheet,
        rows: (first, first + 2),
        columns: (0, columns),
    };
    scratch.ask(by_hand::sort_down(span)?).await?;
    let seen = scratch
        .write(vec![scratch.set(first + 3, &["после"])], (first, first + 2))
        .await?;
    let shows = [first, first + 1].map(|row| format!("{}{}", seen.cell(row, 0), seen.cell(row, 2)));
    Ok(verdict(
        shows == wanted,
        || Saying::of(TrialNote::AfterSort(&format!("{shows:?}"))),
        TrialNote::Looks,
    ))
}

async fn resolved(scratch: &Scratch<'_>) -> Result<Option<Deviation>, SheetsError> {
    let token = || scratch.client.token(scratch.spreadsheet, scratch.token);
    let (first, second) = (token().await?, token().await?);
    drop(
        scratch
            .write(vec![Change::DropToken(scratch.token)], (0, 1))
            .await?,
    );
    let third = token().await?;
    let fates = [first, second, third];
    drop(
        scratch
            .write(vec![Change::DropToken(scratch.token)], (0, 1))
            .await?,
    );
    let wanted = [TokenFate::Accepted, TokenFate::Used, TokenFate::Accepted];
    Ok(verdict(
        fates == wanted,
        || Saying::of(TrialNote::Fates(&format!("{fates:?}"))),
        TrialNote::Doubles,
    ))
}

/// A batch is sent and its answer thrown away; then its batch token is sent alone.
async fn late(scratch: &Scratch<'_>) -> Result<Option<Deviation>, SheetsError> {
    let row = BELOW + 50;
    let batch = crate::sheets::wire::Batch {
        changes: vec![Change::Token(scratch.token), scratch.set(row, &["поздно"])],
        read_back: Vec::new(),
    };
    let answer = scratch.hasty.write(scratch.spreadsheet, &batch).await;
    let fate = scratch
        .client
        .token(scratch.spreadsheet, scratch.token)
        .await?;
    tokio::time::sleep(LATE).await;
    let seen = scratch
        .write(vec![Change::DropToken(scratch.token)], (row, row + 1))
        .await?;
    let landed = seen.cell(row, 0) == "поздно";
    let holds = match fate {
        TokenFate::Used => landed,
        TokenFate::Accepted => !landed && answer.is_err(),
    };
    let found = || {
        let fate = &format!("{fate:?}");
        Saying::of(match landed {
            true => TrialNote::Landed(fate),
            false => TrialNote::NotLanded(fate),
        })
    };
    Ok(verdict(holds, found, TrialNote::Doubles))
}

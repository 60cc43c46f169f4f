//! The trials, one after another; each has rows of its own.
//!
//! Invariant: a trial says what it found, not what it hoped for.

use std::time::Duration;

use super::{Deviation, LiveError, Trial, scratch::Scratch};
use crate::{
    domain::row::CellValue,
    sheets::{
        client::TokenFate,
        requests::by_hand,
        wire::{Change, SheetsError, Span},
    },
};

/// A cell, what it is compared with, and what must become of it.
struct Exchange {
    about: &'static str,
    cell: Cell,
    expect: &'static str,
    set: &'static str,
    changes: u32,
    shows: &'static str,
    then: &'static str,
}

enum Cell {
    Text(&'static str),
    Number(i64),
}

const PLAIN: &str = "сервис смотрит ещё раз и, если текст тот же, меняет ячейку сразу после взгляда, без сравнения, и считает такие случаи \
                     (sheetdesk_plain_writes_total)";
const OVERWRITTEN: &str =
    "сервис может стереть чужой текст: не запускайте его с этой таблицей и сообщите разработчикам";
const LOOKS: &str = "сервис верит взгляду, а не ответу: после каждого потерянного ответа он смотрит и сравнивает, но ответ партнёру может задержаться";
const DOUBLES: &str = "запись, чей ответ потерялся, может лечь в таблицу дважды или поздно; сервис увидит это при следующем взгляде и поправит";

/// How long a batch whose answer was thrown away is given to land after its batch token was taken.
const LATE: Duration = Duration::from_secs(3);
/// The first row of the trials that need several.
const BELOW: u32 = 30;

fn exchanges() -> [Exchange; 8] {
    [
        erased("ответ в одну строку стирается, если он ещё тот же", "да"),
        erased("ответ с переносами строк – так же", "да\nи ещё\n\nда"),
        erased("ответ с пробелами по краям – так же", " да  "),
        erased("ответ со знаками ? * ~ . – так же", "да? *~ .+"),
        Exchange {
            cell: Cell::Number(42),
            ..erased("ответ-число – так же", "42")
        },
        kept("другие буквы (регистр) – не тот же текст", "новое"),
        kept("часть ячейки – не тот же текст", "Нов"),
        Exchange {
            set: "В работе",
            shows: "В работе",
            ..erased("статус меняется на слово", "Новое")
        },
    ]
}

/// A cell holds this text, and is to be empty.
fn erased(about: &'static str, text: &'static str) -> Exchange {
    Exchange {
        about,
        cell: Cell::Text(text),
        expect: text,
        set: "",
        changes: 1,
        shows: "",
        then: PLAIN,
    }
}

/// A cell holds another text than is expected, and must keep it.
fn kept(about: &'static str, expect: &'static str) -> Exchange {
    Exchange {
        expect,
        changes: 0,
        shows: "Новое",
        then: OVERWRITTEN,
        ..erased(about, "Новое")
    }
}

/// Makes every trial; ends at the first call that fails for another reason.
pub(super) async fn all(scratch: &Scratch<'_>, tell: fn(&Trial)) -> Result<Vec<Trial>, LiveError> {
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
    take(
        "формула не стирается и узнаётся",
        kept_formula(scratch).await,
    )?;
    take(
        "текст, похожий на формулу, остаётся текстом",
        not_evaluated(scratch).await,
    )?;
    take(
        "изменения одного вызова идут по порядку",
        in_order(scratch).await,
    )?;
    take(
        "вызов с ошибкой не меняет ничего и называет её место",
        whole_or_not(scratch).await,
    )?;
    take("в ячейку входит 49 000 знаков", long_cell(scratch).await)?;
    take(
        "новая строка ложится под последней и читается тем же вызовом",
        appended(scratch).await,
    )?;
    take(
        "сортировка части столбцов оставляет наш на месте",
        sorted(scratch, 2, ["б1", "а2"]).await,
    )?;
    take(
        "сортировка всех столбцов переносит и наш",
        sorted(scratch, 3, ["б2", "а1"]).await,
    )?;
    take(
        "занятая метка отклоняется, снятая свободна",
        resolved(scratch).await,
    )?;
    take(
        "вызов, чей ответ не дождались, после занятой метки не ложится",
        late(scratch).await,
    )?;
    Ok(trials)
}

fn verdict(holds: bool, found: impl FnOnce() -> String, then: &'static str) -> Option<Deviation> {
    (!holds).then(|| Deviation {
        found: found(),
        then,
    })
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
    let found = || {
        format!(
            "изменено ячеек: {changed}, в ячейке «{}»",
            shows.replace('\n', "⏎")
        )
    };
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
        || format!("изменено ячеек: {changed}, в ячейке «{shows}»"),
        OVERWRITTEN,
    ))
}

async fn not_evaluated(scratch: &Scratch<'_>) -> Result<Option<Deviation>, SheetsError> {
    let seen = scratch
        .write(vec![scratch.set(20, &["=1+1"])], (20, 21))
        .await?;
    let shows = seen.cell(20, 0);
    Ok(verdict(
        shows == "=1+1",
        || format!("в ячейке «{shows}»"),
        OVERWRITTEN,
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
        || format!("в ячейке «{shows}»"),
        LOOKS,
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
        Err(SheetsError::Refused { change, .. }) => format!("назван вызов {change}"),
        Err(error) => error.to_string(),
        Ok(_) => "принято".to_owned(),
    };
    let named = matches!(answer, Err(SheetsError::Refused { change: 1, .. }));
    Ok(verdict(
        named && shows.is_empty(),
        || format!("{said}, в ячейке «{shows}»"),
        LOOKS,
    ))
}

async fn long_cell(scratch: &Scratch<'_>) -> Result<Option<Deviation>, SheetsError> {
    let long = "я".repeat(crate::domain::rules::CELL);
    let seen = scratch
        .write(vec![scratch.set(24, &[&long])], (24, 25))
        .await?;
    let whole = seen.cell(24, 0) == long;
    let found = || format!("в ячейке {} знаков", seen.cell(24, 0).chars().count());
    Ok(verdict(whole, found, OVERWRITTEN))
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
        || format!("под последней строкой {shows:?}"),
        LOOKS,
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
        || format!("после сортировки {shows:?}"),
        LOOKS,
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
        || format!("ответы: {fates:?}"),
        DOUBLES,
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
        format!(
            "метка: {fate:?}, вызов {}",
            if landed { "лёг" } else { "не лёг" }
        )
    };
    Ok(verdict(holds, found, DOUBLES))
}

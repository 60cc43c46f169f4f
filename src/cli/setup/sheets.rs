//! `setup sheets`: tabs, headers, words to choose from, colours, and warnings beside the columns that the service writes.
//!
//! Invariant: what people have made stays; a second run changes nothing; with `--dry-run` not even the first does.

use std::process::ExitCode;

use crate::{
    app::{ProvisionPlan, provision_plans},
    cli::{
        Failure, check,
        words::{Words, faults},
    },
    config::Settings,
    domain::wording::{Saying, SetupNote, Wording},
    sheets::{
        a1::a1_columns,
        client::{SheetsClient, Timeouts},
        provision::{self, ExistingTab, Lists, ProvisionStep, TabPlan, TabSpec},
        table::read_plan::{header_range, headers},
        wire::{Batch, SheetId, SheetsError, TabInfo, Validation, look::TabLook},
    },
};

pub(in crate::cli) async fn sheets(
    settings: &Settings,
    dry_run: bool,
    lists: Lists,
) -> Result<ExitCode, Failure> {
    let words = &Words::of(settings.language);
    let sheets_client = client(words, settings).await?;
    let account = settings.sheets.credentials.client_email();
    let (mut todo, mut lacking, mut left_alone, mut refused) = (0, false, 0, 0);
    for book in provision_plans(settings) {
        println!(
            "https://docs.google.com/spreadsheets/d/{}",
            book.spreadsheet.0
        );
        let failed = |error: SheetsError| words.failure(&faults::sheets(&error, account));
        let rooms = survey(&sheets_client, &book, lists, &settings.texts).await;
        let rooms = rooms.map_err(failed)?;
        let mut steps = Vec::new();
        for (title, room) in rooms {
            let planned = match room {
                Ok(planned) => planned,
                Err(why) => {
                    left_alone += 1;
                    println!("  {title}: {}", words.tell(&why));
                    continue;
                }
            };
            tell(words, &title, &planned);
            steps.extend(planned);
        }
        let named = steps.len();
        steps.retain(|step| !step.changes.is_empty());
        lacking |= steps.len() < named;
        todo += steps.len();
        if !dry_run && !steps.is_empty() {
            let left_out = carry_out(&sheets_client, &book, steps).await;
            for why in left_out.map_err(failed)? {
                refused += 1;
                println!("  {}", words.tell(&why));
            }
        }
    }
    if refused > 0 {
        println!("{}", words.tell(SetupNote::Refused(refused)));
    }
    let end = conclusion(todo, lacking, left_alone, dry_run);
    println!("{}", words.tell(end));
    if left_alone > 0 {
        println!("{}", words.tell(SetupNote::LeftAlone(left_alone)));
    }
    Ok(match (refused, left_alone) {
        (0, 0) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

async fn client(words: &Words, settings: &Settings) -> Result<SheetsClient, Failure> {
    let client = check::sheets_client(settings, Timeouts::default()).await;
    client.map_err(|why| words.failure(&why))
}

/// How it ends, by what was to be done, whether people's own lists lack words, and how many tabs were left alone.
fn conclusion(todo: usize, lacking: bool, left_alone: usize, dry_run: bool) -> SetupNote<'static> {
    match (todo, dry_run) {
        (0, _) if lacking => SetupNote::ListsLack,
        (0, _) if left_alone > 0 => SetupNote::Unchanged,
        (0, _) => SetupNote::AllThere,
        (_, true) => SetupNote::DryRun,
        (_, false) => SetupNote::Done,
    }
}

fn tell(words: &Words, title: &str, steps: &[ProvisionStep]) {
    if steps.is_empty() {
        println!("  {}", words.tell(SetupNote::NothingToDo(title)));
    }
    for step in steps {
        println!("  {title}: {}", words.tell(&step.words));
    }
}

/// What one tab needs, or why it is left alone.
type Room = (String, Result<Vec<ProvisionStep>, Saying>);

/// Looks at the tabs of a spreadsheet and says what each of them needs.
async fn survey(
    sheets_client: &SheetsClient,
    book: &ProvisionPlan,
    lists: Lists,
    wording: &Wording,
) -> Result<Vec<Room>, SheetsError> {
    let structure = sheets_client.structure(&book.spreadsheet).await?;
    let used = structure.tabs.iter().map(|tab| tab.sheet.0);
    let mut next = used.max().unwrap_or(0);
    let (mut rooms, mut sites) = (Vec::new(), Vec::new());
    for spec in &book.specs {
        let (info, is_new) =
            provision::place(spec, &structure.tabs, SheetId(next.saturating_add(1)));
        next = next.max(info.sheet.0);
        match look(sheets_client, book, spec, &info, is_new, wording).await? {
            Ok(tab_plan) => sites.push((info, is_new, tab_plan)),
            Err(words) => rooms.push((info.title, Err(words))),
        }
    }
    let old = sites.iter().filter(|(_, is_new, _)| !is_new);
    let asks: Vec<String> = old.flat_map(|(_, _, plan)| plan.asks()).collect();
    let validation = sheets_client.validation(&book.spreadsheet, &asks).await?;
    let shown: Vec<String> = sites
        .iter()
        .filter_map(|(_, _, plan)| plan.shown())
        .collect();
    let looks = sheets_client.looks(&book.spreadsheet, &shown).await?;
    // The first row of a new tab stays in sight from the start.
    let fresh = TabLook {
        frozen: 1,
        ..TabLook::default()
    };
    for (info, _, tab_plan) in sites {
        let known = validation.iter().find(|(sheet, _)| *sheet == info.sheet);
        let look = looks.iter().find(|(sheet, _)| *sheet == info.sheet);
        let plan = tab_plan.plan(
            known.map_or(&Validation::default(), |(_, validation)| validation),
            look.map_or(&fresh, |(_, look)| look),
            lists,
        );
        rooms.push((info.title, Ok(plan)));
    }
    Ok(rooms)
}

/// Looks at the first row of one tab, and at all of it only where headers are to be added behind whatever stands there.
async fn look(
    sheets_client: &SheetsClient,
    book: &ProvisionPlan,
    spec: &TabSpec,
    info: &TabInfo,
    is_new: bool,
    wording: &Wording,
) -> Result<Result<TabPlan, Saying>, SheetsError> {
    let mut existing = ExistingTab::default();
    if !is_new && spec.words.is_some() {
        let first_row = sheets_client
            .read(&book.spreadsheet, &[header_range(&info.title)])
            .await?;
        existing.headers = first_row.first().map(headers).unwrap_or_default();
    }
    let survey = |existing: &ExistingTab| {
        TabPlan::survey(spec.clone(), info.clone(), is_new, existing)
            .map_err(|error| faults::layout(&error, wording))
    };
    let tab_plan = survey(&existing);
    if is_new || !tab_plan.as_ref().is_ok_and(TabPlan::adds_headers) {
        return Ok(tab_plan);
    }
    let whole = a1_columns(&info.title, (0, info.columns));
    let cells = sheets_client.read(&book.spreadsheet, &[whole]).await?;
    existing.width = u32::try_from(cells.first().map_or(0, Vec::len)).unwrap_or(u32::MAX);
    Ok(survey(&existing))
}

/// Makes the steps in one batch; each that Google refuses is left out alone: what that was, and why.
async fn carry_out(
    sheets_client: &SheetsClient,
    book: &ProvisionPlan,
    mut steps: Vec<ProvisionStep>,
) -> Result<Vec<Saying>, SheetsError> {
    let mut left_out = Vec::new();
    while !steps.is_empty() {
        let batch = Batch {
            changes: steps.iter().flat_map(|step| step.changes.clone()).collect(),
            read_back: Vec::new(),
        };
        match sheets_client.write(&book.spreadsheet, &batch).await {
            Ok(_) => break,
            Err(SheetsError::Refused { change, words }) => {
                let step = steps.remove(step_of(&steps, change));
                left_out.push(Saying::of(SetupNote::LeftOut {
                    step: &step.words,
                    words: &words,
                }));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(left_out)
}

/// All of it without a word, for spreadsheets that nobody has worked in yet.
///
/// # Errors
/// When anything cannot be done.
#[cfg(feature = "demo")]
pub(in crate::cli) async fn furnish(settings: &Settings) -> Result<(), Failure> {
    let words = &Words::of(settings.language);
    let sheets_client = client(words, settings).await?;
    let account = settings.sheets.credentials.client_email();
    let failed = |error: SheetsError| words.failure(&faults::sheets(&error, account));
    for book in provision_plans(settings) {
        let mut steps = Vec::new();
        let rooms = survey(&sheets_client, &book, Lists::Keep, &settings.texts).await;
        for (_, planned) in rooms.map_err(failed)? {
            steps.extend(planned.map_err(|why| words.failure(&why))?);
        }
        let left_out = carry_out(&sheets_client, &book, steps).await;
        if let Some(why) = left_out.map_err(failed)?.pop() {
            return Err(words.failure(&why));
        }
    }
    Ok(())
}

/// The step to which a change of the batch belongs.
fn step_of(steps: &[ProvisionStep], change: usize) -> usize {
    let ends = steps.iter().scan(0, |end, step| {
        *end += step.changes.len();
        Some(*end)
    });
    ends.take_while(|&end| end <= change)
        .count()
        .min(steps.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_says_what_was_done_and_what_is_left() {
        for (todo, lacking, left_alone, dry_run, said) in [
            (0, false, 0, false, SetupNote::AllThere),
            (0, true, 0, false, SetupNote::ListsLack),
            (0, true, 1, true, SetupNote::ListsLack),
            (0, false, 1, false, SetupNote::Unchanged),
            (2, true, 0, true, SetupNote::DryRun),
            (2, true, 0, false, SetupNote::Done),
        ] {
            assert_eq!(
                conclusion(todo, lacking, left_alone, dry_run),
                said,
                "{todo} {lacking} {left_alone} {dry_run}"
            );
        }
    }
}

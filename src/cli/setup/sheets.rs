//! `setup sheets`: tabs, headers, words to choose from, colours, and warnings beside the columns that the service writes.
//!
//! Invariant: what people have made stays; a second run changes nothing; with `--dry-run` not even the first does.

use std::process::ExitCode;

use crate::{
    app::{ProvisionPlan, provision_plans},
    cli::{Failure, check},
    config::Settings,
    domain::wording::Wording,
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
    let sheets_client = check::sheets_client(settings, Timeouts::default()).await?;
    let account = settings.sheets.credentials.client_email();
    let (mut todo, mut lacking, mut faults, mut refused) = (0, false, 0, 0);
    for book in provision_plans(settings) {
        println!(
            "https://docs.google.com/spreadsheets/d/{}",
            book.spreadsheet.0
        );
        let failed = |error: SheetsError| anyhow::anyhow!(check::denied(&error, account));
        let rooms = survey(&sheets_client, &book, lists, &settings.texts).await;
        let rooms = rooms.map_err(failed)?;
        let mut steps = Vec::new();
        for (title, room) in rooms {
            let planned = match room {
                Ok(planned) => planned,
                Err(words) => {
                    faults += 1;
                    println!("  {title}: {words}");
                    continue;
                }
            };
            tell(&title, &planned);
            steps.extend(planned);
        }
        let named = steps.len();
        steps.retain(|step| !step.changes.is_empty());
        lacking |= steps.len() < named;
        todo += steps.len();
        if !dry_run && !steps.is_empty() {
            let left_out = carry_out(&sheets_client, &book, steps).await;
            for words in left_out.map_err(failed)? {
                refused += 1;
                println!("  left out: {words}");
            }
        }
    }
    if refused > 0 {
        println!("Left out of the steps above: {refused}, as Google refuses them.");
    }
    println!("{}", conclusion(todo, lacking, faults, dry_run));
    if faults > 0 {
        println!(
            "{faults} tabs were left alone: put their first row right as it says above, and run this again."
        );
    }
    Ok(match (refused, faults) {
        (0, 0) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// How it ends, by what was to be done, whether people's own lists lack words, and how many tabs were left alone.
fn conclusion(todo: usize, lacking: bool, faults: usize, dry_run: bool) -> &'static str {
    match (todo, dry_run) {
        (0, _) if lacking => "Nothing was changed; what your lists lack is named above.",
        (0, _) if faults > 0 => "Nothing was changed.",
        (0, _) => "Everything stands as it should; nothing was changed.",
        (_, true) => "Nothing was changed: this only shows what `sheetdesk setup sheets` would do.",
        (_, false) => "Done. Next: sheetdesk check",
    }
}

fn tell(title: &str, steps: &[ProvisionStep]) {
    if steps.is_empty() {
        println!("  {title}: nothing to do");
    }
    for step in steps {
        println!("  {title}: {}", step.words);
    }
}

/// What one tab needs, or why it is left alone.
type Room = (String, Result<Vec<ProvisionStep>, String>);

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
) -> Result<Result<TabPlan, String>, SheetsError> {
    let mut existing = ExistingTab::default();
    if !is_new && spec.words.is_some() {
        let first_row = sheets_client
            .read(&book.spreadsheet, &[header_range(&info.title)])
            .await?;
        existing.headers = first_row.first().map(headers).unwrap_or_default();
    }
    let survey = |existing: &ExistingTab| {
        TabPlan::survey(spec.clone(), info.clone(), is_new, existing)
            .map_err(|error| error.words(wording))
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
) -> Result<Vec<String>, SheetsError> {
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
                left_out.push(format!("{}. Google: {words}", step.words));
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
    let sheets_client = check::sheets_client(settings, Timeouts::default()).await?;
    for book in provision_plans(settings) {
        let mut steps = Vec::new();
        let rooms = survey(&sheets_client, &book, Lists::Keep, &settings.texts);
        for (title, planned) in rooms.await? {
            let planned = planned.map_err(|words| anyhow::anyhow!("{title}: {words}"))?;
            steps.extend(planned);
        }
        if let Some(words) = carry_out(&sheets_client, &book, steps).await?.pop() {
            return Err(anyhow::anyhow!(words).into());
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
        for (todo, lacking, faults, dry_run, words) in [
            (
                0,
                false,
                0,
                false,
                "Everything stands as it should; nothing was changed.",
            ),
            (
                0,
                true,
                0,
                false,
                "Nothing was changed; what your lists lack is named above.",
            ),
            (
                0,
                true,
                1,
                true,
                "Nothing was changed; what your lists lack is named above.",
            ),
            (0, false, 1, false, "Nothing was changed."),
            (
                2,
                true,
                0,
                true,
                "Nothing was changed: this only shows what `sheetdesk setup sheets` would do.",
            ),
            (2, true, 0, false, "Done. Next: sheetdesk check"),
        ] {
            assert_eq!(
                conclusion(todo, lacking, faults, dry_run),
                words,
                "{todo} {lacking} {faults} {dry_run}"
            );
        }
    }
}

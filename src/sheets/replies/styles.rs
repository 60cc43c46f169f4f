//! What cells look like: format runs, links and chips.
//!
//! Invariant: places that Google counts in UTF-16 units become places in our text; one that lies on no boundary of a character is left out.

use google_sheets4::api;

use super::index;
use crate::{
    domain::{
        styled::{Style, StyledRange},
        text::Text,
    },
    sheets::wire::StyledCell,
};

/// The cells of one tab, with their places.
pub(in crate::sheets) fn cells(answer: api::Spreadsheet) -> Option<Vec<StyledCell>> {
    let blocks = answer.sheets?.into_iter();
    let blocks = blocks.flat_map(|sheet| sheet.data.unwrap_or_default());
    Some(blocks.flat_map(super::cells).map(cell).collect())
}

fn cell((at, data): ((u32, u32), api::CellData)) -> StyledCell {
    let text = data.formatted_value.unwrap_or_default();
    let mut whole = data
        .user_entered_format
        .and_then(|format| format.text_format)
        .map_or_else(Style::default, |format| style(format, &Style::default()));
    whole.link = whole.link.or_else(|| web(data.hyperlink));
    let runs = data.text_format_runs.unwrap_or_default().into_iter();
    let runs = runs.map(|run| {
        let format = run.format.unwrap_or_default();
        (index(run.start_index), style(format, &whole))
    });
    let chips = data.chip_runs.unwrap_or_default().into_iter();
    let chips = chips.map(|run| (index(run.start_index), chip(run.chip.unwrap_or_default())));
    let (runs, chips): (Vec<_>, Vec<_>) = (runs.collect(), chips.collect());
    let places = places(&text, &[&runs, &chips]);
    let mut styles = Vec::new();
    for pair in places.windows(2) {
        let [(unit, from), (_, to)] = [pair[0], pair[1]];
        let style = in_force(&runs, unit)
            .unwrap_or(&whole)
            .with(in_force(&chips, unit).unwrap_or(&Style::default()));
        // A link that is its own words is one in Telegram anyway.
        let style = Style {
            link: style.link.filter(|link| link.as_str() != &text[from..to]),
            ..style
        };
        if !style.is_plain() && from < to {
            styles.push(StyledRange {
                at: from..to,
                style,
            });
        }
    }
    StyledCell { at, text, styles }
}

/// What begins last, up to this unit.
fn in_force(runs: &[(u32, Style)], unit: u32) -> Option<&Style> {
    let begun = runs.iter().rfind(|(start, _)| *start <= unit);
    begun.map(|(_, style)| style)
}

/// Where looks may change, in UTF-16 units and in bytes, from the beginning of the text to its end.
fn places(text: &str, runs: &[&[(u32, Style)]]) -> Vec<(u32, usize)> {
    let mut unit = 0;
    let mut places = vec![(0, 0)];
    for (byte, c) in text.char_indices() {
        if byte > 0
            && runs
                .iter()
                .any(|runs| runs.iter().any(|(start, _)| *start == unit))
        {
            places.push((unit, byte));
        }
        unit += u32::from(c.len_utf16() == 2) + 1;
    }
    places.push((unit, text.len()));
    places
}

/// What a run says, and of what it says nothing the cell does.
fn style(format: api::TextFormat, whole: &Style) -> Style {
    Style {
        bold: format.bold.unwrap_or(whole.bold),
        italic: format.italic.unwrap_or(whole.italic),
        link: web(format.link.and_then(|link| link.uri)).or_else(|| whole.link.clone()),
    }
}

/// A person is a name: Telegram knows no links to mail addresses.
fn chip(chip: api::Chip) -> Style {
    let link = chip.rich_link_properties.and_then(|link| link.uri);
    Style {
        link: web(link),
        ..Style::default()
    }
}

/// Links within the spreadsheet lead a partner nowhere.
fn web(address: Option<String>) -> Option<Text> {
    let is_web =
        |address: &String| address.starts_with("https://") || address.starts_with("http://");
    address.filter(is_web).map(Text)
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn looks(cell: &serde_json::Value) -> Vec<String> {
        let answer = json!({"sheets": [{"properties": {"sheetId": 0}, "data": [
            {"startRow": 4, "startColumn": 2, "rowData": [{"values": [cell]}]}]}]});
        let cells = cells(from_value(answer).expect("a spreadsheet")).expect("an answer");
        assert_eq!(cells[0].at, (4, 2));
        let text = &cells[0].text;
        let look = |range: &StyledRange| {
            let Style { bold, italic, link } = &range.style;
            let marks = [(bold, "b"), (italic, "i")];
            let marks: String = marks
                .iter()
                .filter(|(set, _)| **set)
                .map(|(_, mark)| *mark)
                .collect();
            let link = link.as_ref().map_or("", Text::as_str);
            format!("{}:{marks}{link}", &text[range.at.clone()])
        };
        cells[0].styles.iter().map(look).collect()
    }

    #[test]
    fn runs_links_and_chips_are_looks_of_parts() {
        let bold = json!({"bold": true});
        for (cell, expected) in [
            (json!({"formattedValue": "Да"}), vec![]),
            (
                json!({"formattedValue": "Ваш 👍 счёт", "textFormatRuns": [
                    {"format": bold}, {"startIndex": 3, "format": {}}, {"startIndex": 7, "format": {"italic": true, "link": {"uri": "https://a.example"}}}]}),
                vec!["Ваш:b", "счёт:ihttps://a.example"],
            ),
            (
                json!({"formattedValue": "Всё так", "userEnteredFormat": {"textFormat": bold},
                    "textFormatRuns": [{}, {"startIndex": 4, "format": {"bold": false}}]}),
                vec!["Всё :b"],
            ),
            (
                json!({"formattedValue": "прайс", "hyperlink": "https://a.example/p"}),
                vec!["прайс:https://a.example/p"],
            ),
            (
                json!({"formattedValue": "https://a.example", "hyperlink": "https://a.example"}),
                vec![],
            ),
            (
                json!({"formattedValue": "лист", "hyperlink": "#gid=0"}),
                vec![],
            ),
            (
                json!({"formattedValue": "См. Прайс и Анна", "chipRuns": [
                    {"chip": {}}, {"startIndex": 4, "chip": {"richLinkProperties": {"uri": "https://drive.example/1"}}},
                    {"startIndex": 9, "chip": {}}, {"startIndex": 12, "chip": {"personProperties": {"email": "a@firm.example"}}}]}),
                vec!["Прайс:https://drive.example/1"],
            ),
        ] {
            assert_eq!(looks(&cell), expected, "{cell}");
        }
    }
}

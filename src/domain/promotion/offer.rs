//! What a row offers, checked, and the announcement that it makes.
//!
//! Invariant: whatever is wrong is found at once, so that a row says all of it; nothing is announced that a partner would not see whole.

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
};

use super::Offer;
use crate::domain::{
    markdown,
    rules::Rules,
    text::{Html, MESSAGE_LIMIT, Text},
};

/// The longest text beneath a picture, in UTF-16 code units after entity parsing (Bot API: `sendPhoto`).
const CAPTION_LIMIT: usize = 1024;
/// Telegram's file ids are longer than words that people type.
const FILE_ID_LENGTH: usize = 20;

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No name.
    NoTitle,
    /// No description.
    NoDescription,
    /// No first day.
    NoStart,
    /// No last day.
    NoEnd,
    /// The first day is no date.
    StartUnreadable,
    /// The last day is no date.
    EndUnreadable,
    /// It would end before it begins.
    EndBeforeStart,
    /// Its last day is over.
    EndPassed,
    /// The link is none.
    LinkBroken,
    /// The content is neither an address nor a picture.
    ContentBroken,
    /// The words do not fit into one message: how many characters too many.
    TooLong(usize),
}

/// An announcement in the making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// When it begins.
    pub starts: Timestamp,
    /// The first moment after its end.
    pub ends: Timestamp,
    /// What is said.
    pub words: Html,
    /// Where its button leads.
    pub link: Option<String>,
    /// Its picture or video: an address, a `data:` URL, a `file_id`.
    pub picture: Option<Text>,
    /// The words are too long to stand beneath the picture.
    pub apart: bool,
}

/// Checks a row; `content` is its content cell, whole.
///
/// # Errors
/// Everything that is wrong with it.
pub fn plan(rules: &Rules, offer: &Offer, content: &Text, now: Timestamp) -> Result<Plan, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut note = |fault: Fault| faults.push(fault);
    if offer.title.is_blank() {
        note(Fault::NoTitle);
    }
    if offer.description.is_blank() {
        note(Fault::NoDescription);
    }
    let starts = date(rules, &offer.starts, false).map_err(|missing| {
        note(if missing { Fault::NoStart } else { Fault::StartUnreadable });
    });
    let ends = date(rules, &offer.ends, true).map_err(|missing| note(if missing { Fault::NoEnd } else { Fault::EndUnreadable }));
    if let Ok(ends) = ends {
        if starts.is_ok_and(|starts| ends <= starts) {
            note(Fault::EndBeforeStart);
        } else if ends <= now {
            note(Fault::EndPassed);
        }
    }
    let link = link(&offer.link).map_err(&mut note);
    let picture = picture(content).map_err(&mut note);
    let words = words(offer);
    if let Err(over) = words {
        note(Fault::TooLong(over));
    }
    match (starts, ends, link, picture, words) {
        (Ok(starts), Ok(ends), Ok(link), Ok(picture), Ok((words, length))) if faults.is_empty() => Ok(Plan {
            starts,
            ends,
            words,
            link,
            apart: picture.is_some() && length > CAPTION_LIMIT,
            picture,
        }),
        _ => Err(faults),
    }
}

/// The first moment after the last day of a promotion, where it can be read.
#[must_use]
pub fn end(rules: &Rules, offer: &Offer) -> Option<Timestamp> {
    date(rules, &offer.ends, true).ok()
}

/// The first moment of a promotion, where it can be read.
#[must_use]
pub fn start(rules: &Rules, offer: &Offer) -> Option<Timestamp> {
    date(rules, &offer.starts, false).ok()
}

/// When it runs, as partners read it.
#[must_use]
pub fn period(offer: &Offer) -> String {
    format!("{} – {}", offer.starts.as_str().trim(), offer.ends.as_str().trim())
}

/// Where a link leads, with `https://` where people have left that out; nothing where the cell is blank.
///
/// # Errors
/// [`Fault::LinkBroken`] where it leads nowhere.
pub fn link(cell: &Text) -> Result<Option<String>, Fault> {
    let text = cell.as_str().trim();
    if text.is_empty() {
        return Ok(None);
    }
    let whole = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    is_address(&whole).then_some(Some(whole)).ok_or(Fault::LinkBroken)
}

fn picture(cell: &Text) -> Result<Option<Text>, Fault> {
    let text = cell.as_str().trim();
    let is_data = text.starts_with("data:image/") || text.starts_with("data:video/");
    let is_file_id = text.len() >= FILE_ID_LENGTH && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if text.is_empty() {
        Ok(None)
    } else if is_data || is_file_id || is_address(text) {
        Ok(Some(Text::from(text)))
    } else {
        Err(Fault::ContentBroken)
    }
}

/// An address of the web, as far as its looks tell.
fn is_address(text: &str) -> bool {
    let lower = text.to_lowercase();
    let Some(rest) = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")) else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let dotted = host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
    dotted
        && !text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>'))
}

/// The words of the announcement and their length, or by how much they are too long.
fn words(offer: &Offer) -> Result<(Html, usize), usize> {
    let title = offer.title.as_str().trim();
    let period = period(offer);
    let around = length(title) + length(&period) + 2 * length("\n\n");
    let room = MESSAGE_LIMIT.saturating_sub(around);
    let described = length(offer.description.as_str().trim());
    let pieces = markdown::messages(offer.description.as_str(), room.max(1));
    let text = match pieces.as_slice() {
        [] => Html::escape(""),
        [one] if around <= MESSAGE_LIMIT => one.clone(),
        _ => return Err((around + described).saturating_sub(MESSAGE_LIMIT).max(1)),
    };
    let heading = Html::escape(title);
    let html = format!(
        "<b>{}</b>\n\n{}\n\n{}",
        heading.as_str(),
        text.as_str(),
        Html::escape(&period).as_str()
    );
    Ok((Html::trusted(html), around + described))
}

fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A day, with or without a time; a last day without one lasts until midnight. The error tells whether the cell is blank.
fn date(rules: &Rules, cell: &Text, last: bool) -> Result<Timestamp, bool> {
    if cell.is_blank() {
        return Err(true);
    }
    let moment = read(cell.as_str().trim()).and_then(|(date, time)| {
        let (date, time) = match time {
            Some(time) => (date, time),
            None if last => (date.tomorrow().ok()?, Time::midnight()),
            None => (date, Time::midnight()),
        };
        let zoned = DateTime::from_parts(date, time).to_zoned(rules.time_zone.clone()).ok()?;
        Some(zoned.timestamp())
    });
    moment.ok_or(false)
}

/// `01.03.2026`, `1.3.2026` or `2026-03-01`, and a time if there is one: `10:00`, `10:00:00`.
fn read(text: &str) -> Option<(Date, Option<Time>)> {
    let (day, time) = match text.split_once(char::is_whitespace) {
        Some((day, time)) => (day, Some(time.trim())),
        None => (text, None),
    };
    let numbers = |separator| -> Option<Vec<i16>> { day.split(separator).map(|part| part.parse().ok()).collect() };
    let (year, month, day) = match (numbers('.').as_deref(), numbers('-').as_deref()) {
        (Some(&[day, month, year]), _) | (_, Some(&[year, month, day])) => (year, month, day),
        _ => return None,
    };
    let year = if (0..100).contains(&year) { 2000 + year } else { year };
    let date = Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    let time = time.map(|time| time.parse::<Time>()).transpose().ok()?;
    Some((date, time))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-03-10T12:00:00Z".parse().expect("a moment")
    }

    /// Название, описание, начало, окончание, контент, ссылка.
    pub(in crate::domain::promotion) fn offer(cells: &str) -> Offer {
        let cell = |at| Text::from(cells.split('|').nth(at).unwrap_or_default());
        Offer {
            title: cell(0),
            description: cell(1),
            starts: cell(2),
            ends: cell(3),
            content: cell(4),
            link: cell(5),
        }
    }

    fn planned(offer: &Offer) -> Result<Plan, Vec<Fault>> {
        plan(&Rules::default(), offer, &offer.content, now())
    }

    #[test]
    fn everything_that_is_wrong_is_found_at_once() {
        for (cells, faults) in [
            ("А|Б|01.03.2026|31.03.2026||", vec![]),
            ("А|Б|1.3.26 10:00|2026-03-31|https://a.example/x.png|a.example/б?в=1", vec![]),
            ("А|Б|01.03.2026|10.03.2026|AgACAgIAAxkBAAIBY2ZvY2Y|", vec![]),
            (
                "||||картинка|сайт",
                vec![
                    Fault::NoTitle,
                    Fault::NoDescription,
                    Fault::NoStart,
                    Fault::NoEnd,
                    Fault::LinkBroken,
                    Fault::ContentBroken,
                ],
            ),
            ("А|Б|завтра|31.02.2026||", vec![Fault::StartUnreadable, Fault::EndUnreadable]),
            ("А|Б|05.03.2026|04.03.2026||", vec![Fault::EndBeforeStart]),
            ("А|Б|01.03.2026|09.03.2026||", vec![Fault::EndPassed]),
            (
                "А|Б|01.03.2026|31.03.2026|ftp://a.example/x.png|два слова.рф",
                vec![Fault::LinkBroken, Fault::ContentBroken],
            ),
        ] {
            assert_eq!(planned(&offer(cells)).err().unwrap_or_default(), faults, "{cells}");
        }
    }

    #[test]
    fn words_and_button() {
        let plan = planned(&offer("Скидка <5>|Только *сегодня*|01.03.2026|31.03.2026||a.example")).expect("it is right");
        assert_eq!(
            plan.words.as_str(),
            "<b>Скидка &lt;5&gt;</b>\n\nТолько <b>сегодня</b>\n\n01.03.2026 – 31.03.2026"
        );
        assert_eq!(plan.link.as_deref(), Some("https://a.example"));
        assert_eq!(plan.ends.to_string(), "2026-04-01T00:00:00Z");
        assert!(!plan.apart);
    }

    #[test]
    fn long_words_go_apart_from_the_picture_or_not_at_all() {
        let long = |length| {
            let mut offer = offer("А||01.03.2026|31.03.2026|https://a.example/x.png|");
            offer.description = Text("я".repeat(length));
            planned(&offer)
        };
        // One for the title, 23 for the period, 4 line breaks.
        assert_eq!(long(CAPTION_LIMIT - 28).map(|plan| plan.apart), Ok(false));
        assert_eq!(long(CAPTION_LIMIT - 27).map(|plan| plan.apart), Ok(true));
        assert_eq!(long(MESSAGE_LIMIT - 28).map(|plan| plan.apart), Ok(true));
        assert_eq!(long(MESSAGE_LIMIT - 27).map(|plan| plan.apart), Err(vec![Fault::TooLong(1)]));
        assert_eq!(long(49_000), Err(vec![Fault::TooLong(49_028 - MESSAGE_LIMIT)]));
    }
}

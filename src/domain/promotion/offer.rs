//! What a row offers, checked, and the announcement that it makes.
//!
//! Invariant: whatever is wrong is found at once, so that a row says all of it; nothing is announced that a partner would not see whole.

use jiff::{Timestamp, civil::Date};

use super::{
    Offer, OfferCell,
    dates::{Day, Period, Unread, is_far},
};
use crate::domain::{
    markdown,
    rules::Rules,
    session::Locale,
    text::{Html, MESSAGE_LIMIT, Text, visible},
    wording::Wording,
};

/// The longest text beneath a picture, in UTF-16 code units after entity parsing (Bot API: `sendPhoto`).
const CAPTION_LIMIT: usize = 1024;
/// Telegram's file ids are longer than words that people type.
const FILE_ID_LENGTH: usize = 20;

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferFault {
    /// A cell shows that its formula has failed or that its value has not come yet.
    Unready(OfferCell),
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
    /// The first day may be either.
    StartTwoWays(Date, Date),
    /// The last day may be either.
    EndTwoWays(Date, Date),
    /// It begins years from now, or began years ago.
    StartFar,
    /// It would end before it begins.
    EndBeforeStart,
    /// Its last day is over.
    EndPassed,
    /// The link leads nowhere.
    LinkBroken,
    /// The link is a mail address, which no button opens.
    LinkIsMail,
    /// The content is neither an address nor a picture.
    ContentBroken,
    /// The content is a formula that shows nothing: a picture that it draws stays in the sheet.
    ContentUnshown,
    /// The words do not fit into one message: how many characters too many.
    TooLong(usize),
}

/// An announcement in the making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromotionPlan {
    /// When it begins.
    pub starts: Timestamp,
    /// The first moment after its end.
    pub ends: Timestamp,
    /// What is said, but for the period, which each partner reads in his own language.
    pub words: Html,
    /// From when to when.
    pub period: Period,
    /// Where its button leads.
    pub link: Option<String>,
    /// Its picture or video: an address, a `data:` URL, a `file_id`.
    pub picture: Option<Text>,
    /// The words are too long to be beneath the picture.
    pub apart: bool,
}

/// Checks a row; `content` is its content cell, whole.
///
/// # Errors
/// Everything that is wrong with it.
pub fn plan(
    rules: &Rules,
    offer: &Offer,
    content: &Text,
    now: Timestamp,
) -> Result<PromotionPlan, Vec<OfferFault>> {
    let mut faults = Vec::new();
    let mut note = |fault: OfferFault| faults.push(fault);
    offer
        .unready()
        .for_each(|cell| note(OfferFault::Unready(cell)));
    if !faults.is_empty() {
        // What the other cells lack may hang on these.
        return Err(faults);
    }
    let mut note = |fault: OfferFault| faults.push(fault);
    if offer.title.is_blank() {
        note(OfferFault::NoTitle);
    }
    if offer.description.is_blank() {
        note(OfferFault::NoDescription);
    }
    let first = Day::read(&offer.starts);
    let last = Day::read(&offer.ends);
    let starts = first.and_then(|day| day.begins(&rules.time_zone).ok_or(Unread::Unreadable));
    let ends = last.and_then(|day| day.ends(&rules.time_zone).ok_or(Unread::Unreadable));
    match starts {
        Err(Unread::Blank) => note(OfferFault::NoStart),
        Err(Unread::Unreadable) => note(OfferFault::StartUnreadable),
        Err(Unread::TwoWays(one, other)) => note(OfferFault::StartTwoWays(one, other)),
        Ok(starts) if is_far(starts, now, &rules.time_zone) => note(OfferFault::StartFar),
        Ok(_) => {}
    }
    match ends {
        Err(Unread::Blank) => note(OfferFault::NoEnd),
        Err(Unread::Unreadable) => note(OfferFault::EndUnreadable),
        Err(Unread::TwoWays(one, other)) => note(OfferFault::EndTwoWays(one, other)),
        Ok(ends) if starts.is_ok_and(|starts| ends <= starts) => note(OfferFault::EndBeforeStart),
        Ok(ends) if ends <= now => note(OfferFault::EndPassed),
        Ok(_) => {}
    }
    let period = first.and_then(|first| last.map(|last| Period { first, last }));
    let link = link(&offer.link).map_err(&mut note);
    let picture = match offer.unshown {
        false => picture(content),
        true => Err(OfferFault::ContentUnshown),
    };
    let picture = picture.map_err(&mut note);
    let words = words(
        offer,
        period.ok().map_or(0, |period| room_for(rules, period)),
    );
    if let Err(over) = words {
        note(OfferFault::TooLong(over));
    }
    match (starts, ends, period, link, picture, words) {
        (Ok(starts), Ok(ends), Ok(period), Ok(link), Ok(picture), Ok((words, length)))
            if faults.is_empty() =>
        {
            Ok(PromotionPlan {
                starts,
                ends,
                words,
                period,
                link,
                apart: picture.is_some() && length > CAPTION_LIMIT,
                picture,
            })
        }
        _ => Err(faults),
    }
}

/// The first moment after the last day of a promotion, where it can be read.
#[must_use]
pub fn end(rules: &Rules, offer: &Offer) -> Option<Timestamp> {
    Day::read(&offer.ends).ok()?.ends(&rules.time_zone)
}

/// The first moment of a promotion, where it can be read and is no slip of the pen.
#[must_use]
pub fn start(rules: &Rules, offer: &Offer, now: Timestamp) -> Option<Timestamp> {
    let starts = Day::read(&offer.starts).ok()?.begins(&rules.time_zone)?;
    (!is_far(starts, now, &rules.time_zone)).then_some(starts)
}

/// When it runs, as partners read it; as it is in the row where that cannot be read.
#[must_use]
pub fn period(wording: &Wording, locale: Locale, offer: &Offer) -> String {
    match (Day::read(&offer.starts), Day::read(&offer.ends)) {
        (Ok(first), Ok(last)) => Period { first, last }.spoken(wording, locale),
        _ => format!(
            "{} – {}",
            offer.starts.as_str().trim(),
            offer.ends.as_str().trim()
        ),
    }
}

/// The announcement with its period, which ends it.
#[must_use]
pub fn announcement(
    words: &Html,
    period: Option<Period>,
    wording: &Wording,
    locale: Locale,
) -> Html {
    match period {
        Some(period) => words.followed_by(&period.spoken(wording, locale)),
        // Earlier versions fixed it together with the words.
        None => words.clone(),
    }
}

/// Where a link leads, with `https://` where people have left that out; nothing where the cell is blank.
///
/// # Errors
/// Where Telegram would refuse a button with it: it opens `http`, `https` and `tg` alone (Bot API: `InlineKeyboardButton.url`).
pub fn link(cell: &Text) -> Result<Option<String>, OfferFault> {
    let text = visible(cell.as_str());
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let lower = text.to_lowercase();
    if lower.starts_with("mailto:") || is_mail(text) {
        return Err(OfferFault::LinkIsMail);
    }
    let whole = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    let in_app = lower
        .strip_prefix("tg://")
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()) && is_tight(rest));
    (in_app || is_address(&whole))
        .then_some(Some(whole))
        .ok_or(OfferFault::LinkBroken)
}

fn picture(cell: &Text) -> Result<Option<Text>, OfferFault> {
    let text = visible(cell.as_str());
    let text = text.trim();
    let is_data = text.starts_with("data:image/") || text.starts_with("data:video/");
    let is_file_id = text.len() >= FILE_ID_LENGTH
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if text.is_empty() {
        Ok(None)
    } else if is_data || is_file_id || is_address(text) {
        Ok(Some(Text::from(text)))
    } else {
        Err(OfferFault::ContentBroken)
    }
}

/// An address of the web, as far as its looks tell: its host has a dot, no user is before it, and nothing in it breaks it off.
fn is_address(text: &str) -> bool {
    let lower = text.to_lowercase();
    let Some(rest) = lower
        .strip_prefix("https://")
        .or_else(|| lower.strip_prefix("http://"))
    else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = authority.split_once(':').unwrap_or((authority, "80"));
    let named = |label: &str| {
        !label.is_empty()
            && label
                .chars()
                .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    let dotted = host.contains('.') && host.split('.').all(named);
    dotted && port.parse::<u16>().is_ok_and(|port| port > 0) && is_tight(text)
}

/// Whether a mail address is there in place of one of the web.
fn is_mail(text: &str) -> bool {
    let host = text.split_once('@').map(|(_, host)| host);
    host.is_some_and(|host| host.contains('.')) && !text.contains(['/', '?', '#'])
}

fn is_tight(text: &str) -> bool {
    !text
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '\\'))
}

/// The words of the announcement and their length with a period of so many characters, or by how much they are too long.
fn words(offer: &Offer, period: usize) -> Result<(Html, usize), usize> {
    let title = offer.title.as_str().trim();
    let around = length(title) + period + 2 * length("\n\n");
    let room = MESSAGE_LIMIT.saturating_sub(around);
    let described = length(offer.description.as_str().trim());
    let pieces = markdown::messages(offer.description.as_str(), room.max(1));
    let text = match pieces.as_slice() {
        [] => Html::escape(""),
        [one] if around <= MESSAGE_LIMIT => one.clone(),
        _ => return Err((around + described).saturating_sub(MESSAGE_LIMIT).max(1)),
    };
    let heading = Html::escape(title);
    let html = format!("<b>{}</b>\n\n{}", heading.as_str(), text.as_str());
    Ok((Html::trusted(html), around + described))
}

/// How many characters a period takes, in whichever language.
fn room_for(rules: &Rules, period: Period) -> usize {
    let spoken =
        [Locale::Ru, Locale::En].map(|locale| length(&period.spoken(&rules.wording, locale)));
    spoken.into_iter().max().unwrap_or_default()
}

fn length(text: &str) -> usize {
    text.encode_utf16().count()
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
            unshown: false,
        }
    }

    fn day(year: i16, month: i8, day: i8) -> Date {
        jiff::civil::date(year, month, day)
    }

    fn planned(offer: &Offer) -> Result<PromotionPlan, Vec<OfferFault>> {
        plan(&Rules::default(), offer, &offer.content, now())
    }

    #[test]
    fn everything_that_is_wrong_is_found_at_once() {
        for (cells, faults) in [
            ("А|Б|01.03.2026|31.03.2026||", vec![]),
            (
                "А|Б|1.3.26 10:00|2026-03-31|https://a.example/x.png|a.example/б?в=1",
                vec![],
            ),
            ("А|Б|01.03.2026|10.03.2026|AgACAgIAAxkBAAIBY2ZvY2Y|", vec![]),
            (
                "||||картинка|сайт",
                vec![
                    OfferFault::NoTitle,
                    OfferFault::NoDescription,
                    OfferFault::NoStart,
                    OfferFault::NoEnd,
                    OfferFault::LinkBroken,
                    OfferFault::ContentBroken,
                ],
            ),
            (
                "А|#REF!|Loading...|||сайт",
                vec![
                    OfferFault::Unready(OfferCell::Description),
                    OfferFault::Unready(OfferCell::Starts),
                ],
            ),
            (
                "А|Б|завтра|31.02.2026||",
                vec![OfferFault::StartUnreadable, OfferFault::EndUnreadable],
            ),
            (
                "А|Б|03/04/2026|26-12-27||",
                vec![
                    OfferFault::StartTwoWays(day(2026, 4, 3), day(2026, 3, 4)),
                    OfferFault::EndTwoWays(day(2027, 12, 26), day(2026, 12, 27)),
                ],
            ),
            ("А|Б|10-12-27 9:30:00|31.12.2027||", vec![]),
            ("А|Б|27.12.10|31.12.2026||", vec![OfferFault::StartFar]),
            ("А|Б|01.12.2206|31.12.2206||", vec![OfferFault::StartFar]),
            ("А|Б|01.03.2026|31.12.2062||", vec![]),
            (
                "А|Б|01.03.2026 10:00|01.03.2026 9:00||",
                vec![OfferFault::EndBeforeStart],
            ),
            (
                "А|Б|05.03.2026|04.03.2026||",
                vec![OfferFault::EndBeforeStart],
            ),
            ("А|Б|01.03.2026|09.03.2026||", vec![OfferFault::EndPassed]),
            (
                "А|Б|01.03.2026|31.03.2026|ftp://a.example/x.png|два слова.рф",
                vec![OfferFault::LinkBroken, OfferFault::ContentBroken],
            ),
        ] {
            assert_eq!(
                planned(&offer(cells)).err().unwrap_or_default(),
                faults,
                "{cells}"
            );
        }
    }

    #[test]
    fn a_content_that_shows_nothing_is_not_announced_without_its_picture() {
        let mut offer = offer("А|Б|01.03.2026|31.03.2026||сайт");
        offer.unshown = true;
        assert_eq!(
            planned(&offer),
            Err(vec![OfferFault::LinkBroken, OfferFault::ContentUnshown])
        );
    }

    #[test]
    fn a_link_is_one_that_a_button_opens() {
        for (cell, leads) in [
            ("", Ok(None)),
            ("\u{200b}", Ok(None)),
            ("a.example", Ok(Some("https://a.example"))),
            (
                "\u{feff}a.example:8080/x?y@z",
                Ok(Some("https://a.example:8080/x?y@z")),
            ),
            ("HTTP://A.example", Ok(Some("HTTP://A.example"))),
            ("магазин.рф/акция", Ok(Some("https://магазин.рф/акция"))),
            (
                "tg://resolve?domain=firm",
                Ok(Some("tg://resolve?domain=firm")),
            ),
            ("t.me/firm", Ok(Some("https://t.me/firm"))),
            ("sales@firma.ru", Err(OfferFault::LinkIsMail)),
            ("mailto:sales@firma.ru", Err(OfferFault::LinkIsMail)),
            ("MailTo: sales@firma.ru", Err(OfferFault::LinkIsMail)),
            ("https://sales@firma.ru", Err(OfferFault::LinkBroken)),
            ("tel:+79123456789", Err(OfferFault::LinkBroken)),
            ("ftp://a.example", Err(OfferFault::LinkBroken)),
            ("javascript:alert(1)", Err(OfferFault::LinkBroken)),
            ("javascript://a.example", Err(OfferFault::LinkBroken)),
            ("localhost", Err(OfferFault::LinkBroken)),
            ("https://a..example", Err(OfferFault::LinkBroken)),
            ("a.example:99999", Err(OfferFault::LinkBroken)),
            ("a.example, b.example", Err(OfferFault::LinkBroken)),
            ("a,b.example", Err(OfferFault::LinkBroken)),
            ("tg://", Err(OfferFault::LinkBroken)),
        ] {
            let leads = leads.map(|link| link.map(str::to_owned));
            assert_eq!(link(&Text::from(cell)), leads, "{cell:?}");
        }
    }

    #[test]
    fn words_and_button() {
        let plan = planned(&offer(
            "Скидка <5>|Только *сегодня*|01.03.2026|31.03.2026||a.example",
        ))
        .expect("it is right");
        assert_eq!(
            plan.words.as_str(),
            "<b>Скидка &lt;5&gt;</b>\n\nТолько <b>сегодня</b>"
        );
        let whole =
            |locale| announcement(&plan.words, Some(plan.period), &Wording::built_in(), locale);
        assert!(
            whole(Locale::Ru)
                .as_str()
                .ends_with("</b>\n\n1 марта 2026 – 31 марта 2026")
        );
        assert!(
            whole(Locale::En)
                .as_str()
                .ends_with("</b>\n\n1 March 2026 – 31 March 2026")
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
        // One for the title, 28 for the period, 4 line breaks.
        assert_eq!(long(CAPTION_LIMIT - 33).map(|plan| plan.apart), Ok(false));
        assert_eq!(long(CAPTION_LIMIT - 32).map(|plan| plan.apart), Ok(true));
        assert_eq!(long(MESSAGE_LIMIT - 33).map(|plan| plan.apart), Ok(true));
        assert_eq!(
            long(MESSAGE_LIMIT - 32).map(|plan| plan.apart),
            Err(vec![OfferFault::TooLong(1)])
        );
        assert_eq!(
            long(49_000),
            Err(vec![OfferFault::TooLong(49_033 - MESSAGE_LIMIT)])
        );
    }
}

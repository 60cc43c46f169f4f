//! What a row offers, checked, and the announcement that it makes.
//!
//! Invariant: whatever is wrong is found at once, so that a row says all of it; nothing is announced that a partner would not see whole.

pub(in crate::domain) mod addresses;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use self::addresses::{link, picture};
use super::{
    Offer, OfferCell, Promotion,
    dates::{Day, Period, Unread, is_far},
};
use crate::domain::{
    markdown,
    rules::Rules,
    session::Locale,
    styled::Styled,
    text::{Html, MESSAGE_LIMIT, Text},
    wording::Wording,
};

/// The longest text beneath a picture, in UTF-16 code units after entity parsing (Bot API: `sendPhoto`).
const CAPTION_LIMIT: usize = 1024;

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

/// Checks a row.
///
/// # Errors
/// Everything that is wrong with it.
pub fn plan(
    rules: &Rules,
    promotion: &Promotion,
    now: Timestamp,
) -> Result<PromotionPlan, Vec<OfferFault>> {
    let offer = &promotion.row.offer;
    let mut faults: Vec<_> = offer.unready().map(OfferFault::Unready).collect();
    if !faults.is_empty() {
        // What the other cells lack may hang on these.
        return Err(faults);
    }
    if offer.title.is_blank() {
        faults.push(OfferFault::NoTitle);
    }
    if offer.description.is_blank() {
        faults.push(OfferFault::NoDescription);
    }
    let (first, last) = (Day::read(&offer.starts), Day::read(&offer.ends));
    let (starts, ends) = moments(first, last, now, &rules.time_zone);
    let starts = starts.map_err(|fault| faults.push(fault));
    let ends = ends.map_err(|fault| faults.push(fault));
    let link = link(&offer.link).map_err(|fault| faults.push(fault));
    let picture = match offer.unshown {
        false => picture(promotion.content()),
        true => Err(OfferFault::ContentUnshown),
    };
    let picture = picture.map_err(|fault| faults.push(fault));
    let period = first.and_then(|first| last.map(|last| Period { first, last }));
    let spoken = period.map_or(0, |period| longest(rules, period));
    let words = words(
        offer.title.as_str().trim(),
        &promotion.description(),
        spoken,
    )
    .map_err(|over| faults.push(OfferFault::TooLong(over)));
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

/// When it begins and ends, each checked; the end against a beginning that is itself too far away, too.
fn moments(
    first: Result<Day, Unread>,
    last: Result<Day, Unread>,
    now: Timestamp,
    zone: &TimeZone,
) -> (Result<Timestamp, OfferFault>, Result<Timestamp, OfferFault>) {
    let starts = first
        .and_then(|day| day.begins(zone).ok_or(Unread::Unreadable))
        .map_err(|why| match why {
            Unread::Blank => OfferFault::NoStart,
            Unread::Unreadable => OfferFault::StartUnreadable,
            Unread::TwoWays(one, other) => OfferFault::StartTwoWays(one, other),
        });
    let ends = last
        .and_then(|day| day.ends(zone).ok_or(Unread::Unreadable))
        .map_err(|why| match why {
            Unread::Blank => OfferFault::NoEnd,
            Unread::Unreadable => OfferFault::EndUnreadable,
            Unread::TwoWays(one, other) => OfferFault::EndTwoWays(one, other),
        });
    let checked_end = match ends {
        Ok(ends) if starts.is_ok_and(|starts| ends <= starts) => Err(OfferFault::EndBeforeStart),
        Ok(ends) if ends <= now => Err(OfferFault::EndPassed),
        ends => ends,
    };
    let checked_start = match starts {
        Ok(starts) if is_far(starts, now, zone) => Err(OfferFault::StartFar),
        starts => starts,
    };
    (checked_start, checked_end)
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

/// The words of the announcement and their length with a period of so many characters, or by how much they are too long.
fn words(title: &str, description: &Styled, period: usize) -> Result<(Html, usize), usize> {
    let around = length(title) + period + 2 * length("\n\n");
    let room = MESSAGE_LIMIT.saturating_sub(around);
    let described = length(description.as_str().trim());
    let pieces = markdown::messages(description, room.max(1));
    let text = match pieces.as_slice() {
        [] => Html::escape(""),
        [one] if around <= MESSAGE_LIMIT => one.clone(),
        _ => return Err((around + described).saturating_sub(MESSAGE_LIMIT).max(1)),
    };
    let heading = Html::escape(title);
    let html = format!("<b>{}</b>\n\n{}", heading.as_str(), text.as_str());
    Ok((Html::trusted(html), around + described))
}

/// How many characters a period takes in the language that needs more.
fn longest(rules: &Rules, period: Period) -> usize {
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
    use crate::domain::ids::PromotionKey;

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
        let mut promotion = Promotion::new(PromotionKey::numbered(1));
        promotion.row.offer = offer.clone();
        plan(&Rules::default(), &promotion, now())
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

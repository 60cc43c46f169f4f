//! The addresses in a promotion's row: where its button leads, and where its picture is.
//!
//! Invariant: what Telegram would refuse in a button or as a picture is not let through.

use super::OfferFault;
use crate::domain::text::{Text, visible};

/// Telegram's file ids are longer than words that people type.
const FILE_ID_LENGTH: usize = 20;

/// Where a link leads, with `https://` where people have left that out; `None` if the cell is blank.
///
/// # Errors
/// Where Telegram would refuse a button with it: it opens `http`, `https` and `tg` alone (Bot API: `InlineKeyboardButton.url`).
pub(in crate::domain) fn link(cell: &Text) -> Result<Option<String>, OfferFault> {
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

/// The picture or video of a content cell; `None` if the cell is blank.
///
/// # Errors
/// Where it is neither an address, nor a `data:` URL, nor a `file_id`.
pub(super) fn picture(cell: &Text) -> Result<Option<Text>, OfferFault> {
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

#[cfg(test)]
mod tests {
    use super::*;

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
}

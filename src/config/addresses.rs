//! Addresses: of machines, of services, and of tabs in spreadsheets.
//!
//! Invariant: a value of these types is well-formed; every refusal says what would be right.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use reqwest::Url;

use super::error::{Wrong, shown, wrong};
use super::values::NONE;
use crate::domain::ids::SpreadsheetId;
use crate::domain::wording::SettingsNote;
use crate::proxies::{ProxyList, ProxyUrl};

/// An `http` or `https` address without a slash at its end, so that paths can be put behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

/// The name of a tab, as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TabName(String);

macro_rules! text_access {
    ($($name:ident),*) => {$(
        impl $name {
            /// The text, well-formed as the type says.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}
text_access!(BaseUrl, TabName);

pub(super) fn address(text: &str) -> Result<SocketAddr, Wrong> {
    let fault = |_| {
        wrong(
            SettingsNote::NoListen(shown(text)),
            SettingsNote::ListenForm,
        )
    };
    text.parse().map_err(fault)
}

pub(super) fn base_url(text: &str) -> Result<BaseUrl, Wrong> {
    let (_, base) = parse_url(text)?;
    Ok(base)
}

/// Telegram calls only over TLS; on loopback nobody listens in.
pub(super) fn public_url(text: &str) -> Result<BaseUrl, Wrong> {
    let (url, base) = parse_url(text)?;
    if url.scheme() == "https" || is_loopback(&url) {
        return Ok(base);
    }
    let problem = SettingsNote::Unprotected(shown(text));
    Err(wrong(problem, SettingsNote::HttpsForm))
}

/// A spreadsheet's ID, or the address that the browser shows for it.
pub(super) fn spreadsheet(text: &str) -> Result<SpreadsheetId, Wrong> {
    let id = match text.strip_prefix("https://docs.google.com/") {
        Some(path) => id_in_path(path),
        None => Some(text),
    };
    let is_id = |id: &&str| !id.is_empty() && id.chars().all(is_id_character);
    id.filter(is_id)
        .map(|id| SpreadsheetId(id.to_owned()))
        .ok_or_else(|| {
            let problem = SettingsNote::NoSpreadsheet(shown(text));
            wrong(problem, SettingsNote::SpreadsheetForm)
        })
}

/// Proxies in the order in which they are tried; `none` for straight connections whatever the environment says.
pub(super) fn proxies(text: &str) -> Result<ProxyList, Wrong> {
    if text.trim() == NONE {
        return Ok(ProxyList(Vec::new()));
    }
    let urls = text.split(',').map(|url| ProxyUrl::parse(url.trim()));
    // A proxy's address may hold a password, so none of it is repeated.
    urls.collect::<Option<_>>()
        .map(ProxyList)
        .ok_or_else(|| wrong(SettingsNote::NoProxy, SettingsNote::ProxyForm))
}

pub(super) fn tab(text: &str) -> Result<TabName, Wrong> {
    if text.is_empty() || text.chars().any(char::is_control) {
        let problem = SettingsNote::NoTabName(shown(text));
        return Err(wrong(problem, SettingsNote::TabNameForm));
    }
    Ok(TabName(text.to_owned()))
}

fn parse_url(text: &str) -> Result<(Url, BaseUrl), Wrong> {
    let fault = |problem: SettingsNote<'_>| wrong(problem, SettingsNote::UrlForm);
    let value = shown(text);
    let url = Url::parse(text).map_err(|_| fault(SettingsNote::NoUrl(value)))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(fault(SettingsNote::UrlScheme(value)));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(fault(SettingsNote::UrlPassword(value)));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(fault(SettingsNote::UrlMore(value)));
    }
    let base = BaseUrl(url.as_str().trim_end_matches('/').to_owned());
    Ok((url, base))
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || IpAddr::from_str(bare).is_ok_and(|ip| ip.is_loopback())
}

/// The segment after `d` in `spreadsheets/d/ID/edit` or `spreadsheets/u/0/d/ID/edit`.
fn id_in_path(path: &str) -> Option<&str> {
    let path = path.split(['?', '#']).next()?;
    let mut segments = path
        .strip_prefix("spreadsheets/")?
        .split('/')
        .skip_while(|part| *part != "d");
    // A published copy has `d/e/…`: that is no ID, and cannot be written to.
    segments.nth(1).filter(|id| *id != "e")
}

fn is_id_character(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem<T>(result: Result<T, Wrong>) -> String {
        result
            .err()
            .map_or_else(String::new, |fault| fault.english())
    }

    #[test]
    fn listen_addresses() {
        assert_eq!(address("[::]:80").map(|a| a.port()), Ok(80));
        for bad in [
            "8080",
            ":8080",
            "localhost:8080",
            "127.0.0.1",
            "127.0.0.1:99999",
        ] {
            assert!(
                problem(address(bad)).contains("not an address to listen on"),
                "{bad}"
            );
        }
    }

    #[test]
    fn service_addresses_lose_their_last_slash() {
        for (text, expected) in [
            ("https://api.telegram.org", "https://api.telegram.org"),
            ("https://api.telegram.org/", "https://api.telegram.org"),
            (
                "http://127.0.0.1:8081/telegram/",
                "http://127.0.0.1:8081/telegram",
            ),
        ] {
            assert_eq!(
                base_url(text).map(|url| url.to_string()),
                Ok(expected.to_owned())
            );
        }
        for (bad, words) in [
            ("api.telegram.org", "is not an address"),
            ("localhost:8081", "does not begin with"),
            ("ftp://example.com", "does not begin with"),
            ("https://user:password@example.com", "a name or a password"),
            ("https://example.com/?a=1", "behind its path"),
            ("https://example.com/#a", "behind its path"),
        ] {
            let told = problem(base_url(bad));
            assert!(told.contains(words), "{bad}: {told}");
            assert!(!told.contains("user:password"), "{told}");
        }
    }

    #[test]
    fn the_public_address_is_protected_or_loopback() {
        for good in [
            "https://desk.example.com",
            "http://localhost:8080",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
        ] {
            assert!(public_url(good).is_ok(), "{good}");
        }
        for bad in [
            "http://desk.example.com",
            "http://192.168.0.7",
            "http://localhost.example.com",
        ] {
            assert!(problem(public_url(bad)).contains("only https"), "{bad}");
        }
    }

    #[test]
    fn spreadsheets_by_id_or_address() {
        const ID: &str = "1AbC-dEf_23";
        for good in [
            ID.to_owned(),
            format!("https://docs.google.com/spreadsheets/d/{ID}"),
            format!("https://docs.google.com/spreadsheets/d/{ID}/edit?gid=0#gid=0"),
            format!("https://docs.google.com/spreadsheets/u/1/d/{ID}/edit"),
        ] {
            assert_eq!(
                spreadsheet(&good).map(|id| id.to_string()),
                Ok(ID.to_owned()),
                "{good}"
            );
        }
        for bad in [
            "Обращения",
            "https://docs.google.com/document/d/1AbC/edit",
            "https://docs.google.com/spreadsheets/d/e/2PACX-1v/pubhtml",
            "https://docs.google.com/spreadsheets/d/",
            "https://example.com/spreadsheets/d/1AbC/edit",
        ] {
            assert!(
                problem(spreadsheet(bad)).contains("neither a spreadsheet's ID"),
                "{bad}"
            );
        }
    }

    #[test]
    fn tabs() {
        assert_eq!(
            tab("Акции").map(|tab| tab.to_string()),
            Ok("Акции".to_owned())
        );
        assert!(problem(tab("Акции\n2024")).contains("not the name of a tab"));
    }
}

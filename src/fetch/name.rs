//! What a file is called and what it is, by what its site says.
//!
//! Invariant: a name is short, on one line, and leads into no directory.

use reqwest::{
    Url,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap},
};

/// The longest name of a file that is passed on, in characters.
const NAME_LIMIT: usize = 120;

/// The media type, without parameters, in lower case.
pub(super) fn media_type(headers: &HeaderMap) -> String {
    let stated = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = stated
        .and_then(|value| value.split(';').next())
        .map(str::trim);
    usual(
        essence
            .filter(|essence| !essence.is_empty())
            .unwrap_or("application/octet-stream"),
    )
}

/// A media type as everybody else writes it: in lower case, and by the name that is registered.
pub(crate) fn usual(media_type: &str) -> String {
    let lower = media_type.to_ascii_lowercase();
    match lower.as_str() {
        "image/jpg" | "image/pjpeg" | "image/x-jpeg" | "image/jfif" => "image/jpeg".to_owned(),
        "image/x-png" => "image/png".to_owned(),
        _ => lower,
    }
}

/// The name that the site gives, else the last part of the address; made fit to be shown.
pub(super) fn name(headers: &HeaderMap, url: &Url, media_type: &str) -> String {
    let last = url
        .path_segments()
        .and_then(|mut parts| parts.next_back())
        .unwrap_or_default();
    let raw = stated(headers)
        .unwrap_or_else(|| String::from_utf8_lossy(&percent_decoded(last)).into_owned());
    let is_plain = |c: &char| !c.is_control() && !matches!(c, '/' | '\\' | '"');
    let plain: String = raw.chars().filter(is_plain).take(NAME_LIMIT).collect();
    match (plain.trim(), media_type) {
        ("", "image/jpeg") => "photo.jpg".to_owned(),
        ("", "image/png") => "photo.png".to_owned(),
        ("", _) => "file".to_owned(),
        (name, _) => name.to_owned(),
    }
}

/// The name in `Content-Disposition` (RFC 6266): `filename*` goes before `filename`. A plain name that is percent-encoded, or is there
/// in UTF-8 as it is, is read as browsers read it; one in another encoding says nothing.
fn stated(headers: &HeaderMap) -> Option<String> {
    let header = std::str::from_utf8(headers.get(CONTENT_DISPOSITION)?.as_bytes()).ok()?;
    let parameters = parameters(header);
    let of = |wanted: &str| {
        let found = parameters
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.as_str())
    };
    let extended = of("filename*").and_then(extended);
    let plain = || {
        of("filename").map(|name| {
            String::from_utf8(percent_decoded(name)).unwrap_or_else(|_| name.to_owned())
        })
    };
    extended
        .or_else(plain)
        .filter(|name| !name.trim().is_empty())
}

/// The parameters of a header; a quoted value may hold semicolons, and a backslash before any character (RFC 9110, 5.6.6).
fn parameters(header: &str) -> Vec<(String, String)> {
    let mut found = vec![String::new()];
    let (mut quoted, mut characters) = (false, header.chars());
    while let Some(c) = characters.next() {
        let part = found.last_mut().expect("there is one from the beginning");
        match c {
            '"' => quoted = !quoted,
            '\\' if quoted => part.extend(characters.next()),
            ';' if !quoted => found.push(String::new()),
            c => part.push(c),
        }
    }
    let pair = |part: &String| {
        let (name, value) = part.split_once('=')?;
        Some((name.trim().to_owned(), value.trim().to_owned()))
    };
    found.iter().filter_map(pair).collect()
}

/// A value with its character set and language (RFC 8187): `UTF-8''%D0%BF.pdf`.
fn extended(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_, encoded) = rest.split_once('\'')?;
    let bytes = percent_decoded(encoded);
    if charset.eq_ignore_ascii_case("iso-8859-1") {
        // Its characters are the first 256 of Unicode.
        return Some(bytes.into_iter().map(char::from).collect());
    }
    String::from_utf8(bytes)
        .ok()
        .filter(|_| charset.eq_ignore_ascii_case("utf-8"))
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, after @ ..] = rest {
        let code = after
            .get(..2)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        let code =
            code.filter(|code| *first == b'%' && code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn named(disposition: &[u8]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(
            CONTENT_DISPOSITION,
            HeaderValue::from_bytes(disposition).unwrap(),
        );
        name(
            &headers,
            &Url::parse("https://a.example/dir/from%20address.pdf?x=y").unwrap(),
            "application/pdf",
        )
    }

    #[test]
    fn a_file_is_called_what_its_site_calls_it() {
        for (disposition, name) in [
            ("attachment; filename=price.pdf", "price.pdf"),
            ("attachment; filename=\"price; new.pdf\"", "price; new.pdf"),
            ("attachment; FileName=\"a \\\"b\\\".pdf\"", "a b.pdf"),
            (
                "attachment; filename*=UTF-8''%D0%BF%D1%80%D0%B0%D0%B9%D1%81.pdf",
                "прайс.pdf",
            ),
            (
                "attachment; filename=\"_____.pdf\"; filename*=utf-8'ru'%D0%BF%D1%80.pdf",
                "пр.pdf",
            ),
            (
                "attachment; filename*=iso-8859-1'en'caf%E9.pdf; filename=cafe.pdf",
                "café.pdf",
            ),
            (
                "attachment; filename*=koi8-r''%D0%CF.pdf; filename=po.pdf",
                "po.pdf",
            ),
            (
                "attachment; filename*=UTF-8''%FF.pdf; filename=ff.pdf",
                "ff.pdf",
            ),
            ("attachment; filename=\"прайс март.pdf\"", "прайс март.pdf"),
            ("attachment; filename=%D0%BF%D1%80.pdf", "пр.pdf"),
            ("attachment; filename=\"100%.pdf\"", "100%.pdf"),
            ("attachment; filename=\"../../etc/passwd\"", "....etcpasswd"),
            ("attachment; filename=\"\"", "from address.pdf"),
            ("attachment", "from address.pdf"),
            ("inline; filename", "from address.pdf"),
        ] {
            assert_eq!(named(disposition.as_bytes()), name, "{disposition}");
        }
        assert_eq!(
            named(b"attachment; filename=\"\xEF\xF0.pdf\""),
            "from address.pdf",
            "not UTF-8"
        );
    }

    #[test]
    fn a_media_type_has_one_name() {
        for (written, usual) in [
            ("image/jpg", "image/jpeg"),
            ("Image/PJPEG", "image/jpeg"),
            ("image/x-jpeg", "image/jpeg"),
            ("image/jpeg", "image/jpeg"),
            ("image/x-png", "image/png"),
            ("application/PDF", "application/pdf"),
        ] {
            assert_eq!(super::usual(written), usual);
        }
    }
}

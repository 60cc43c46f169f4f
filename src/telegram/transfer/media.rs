//! The picture or video of an announcement on its first way: from wherever it is, into Telegram.
//!
//! Invariant: what is neither a picture nor a video calls nobody.

use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use bytes::Bytes;

use super::{SendError, Upload, Way, is_photo, say, upload};
use crate::{
    domain::{appeal::Unfetched, effect::Send, media::MediaKind},
    fetch::{self, Fetched, SpooledContent},
    telegram::{accepted::SentMessage, answer::TelegramError, client::BotClient},
};

/// People copy `data:` URLs with and without the padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a site says of a file of which it knows nothing.
const UNKNOWN: [&str; 2] = ["application/octet-stream", "binary/octet-stream"];

/// How the brands of MP4 and its kin begin that are films; pictures and music are kept in the same way.
const FILMS: [&[u8]; 5] = [b"iso", b"mp4", b"avc", b"M4V", b"qt"];

/// Where a picture is.
#[derive(Debug, PartialEq, Eq)]
enum Source<'a> {
    /// On a site.
    Address(&'a str),
    /// In the words themselves: its media type, and it.
    Written(String, Bytes),
    /// At Telegram, under this `file_id`.
    Kept(&'a str),
}

/// The address from which a picture is to be fetched.
pub(super) fn address(source: &str) -> Option<&str> {
    let (scheme, _) = source.trim().split_once(':')?;
    (!scheme.eq_ignore_ascii_case("data")).then(|| source.trim())
}

/// Sends a picture or video that is still to be uploaded; the answer says how Telegram keeps it.
pub(super) async fn picture(
    client: &BotClient,
    send: &Send,
    source: &str,
    found: Option<Fetched>,
) -> Result<SentMessage, SendError> {
    match (source_of(source).map_err(SendError::File)?, found) {
        (Source::Kept(id), _) => Ok(of_some_kind(client, send, id).await?),
        (Source::Written(media_type, bytes), _) => {
            let written = Upload {
                name: &name_of(&media_type),
                media_type: &media_type,
                content: &SpooledContent::Held(bytes),
            };
            of_its_kind(client, send, written).await
        }
        (Source::Address(_), Some(Fetched::File(file))) => {
            of_its_kind(client, send, Upload::of(&file)).await
        }
        (Source::Address(_), Some(Fetched::Page)) => Err(SendError::File(Unfetched::NotAPicture)),
        (Source::Address(_), None) => Err(SendError::File(Unfetched::Unreachable)),
    }
}

async fn of_its_kind(
    client: &BotClient,
    send: &Send,
    file: Upload<'_>,
) -> Result<SentMessage, SendError> {
    let media_type = recognized(file.media_type, file.content.head());
    let kind = kind_of(media_type, file.content).ok_or(SendError::File(Unfetched::NotAPicture))?;
    Ok(upload(client, send, kind, &Upload { media_type, ..file }).await?)
}

/// An id does not tell what it is of; Telegram does, when it is sent as something else.
async fn of_some_kind(
    client: &BotClient,
    send: &Send,
    id: &str,
) -> Result<SentMessage, TelegramError> {
    let mut ended = say(client, send, Way::Kept(MediaKind::Photo, id)).await;
    for kind in [MediaKind::Video, MediaKind::Animation, MediaKind::Document] {
        match ended {
            Err(error) if error.is_about_the_type() => {
                ended = say(client, send, Way::Kept(kind, id)).await
            }
            Ok(_) | Err(_) => break,
        }
    }
    ended
}

fn source_of(text: &str) -> Result<Source<'_>, Unfetched> {
    let text = text.trim();
    let is_of_an_id = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    match text.split_once(':') {
        Some((scheme, data)) if scheme.eq_ignore_ascii_case("data") => {
            let (media_type, bytes) = written(data).ok_or(Unfetched::NotAPicture)?;
            Ok(Source::Written(media_type, bytes))
        }
        // Whether it is one of the web's, the fetcher sees.
        Some(_) => Ok(Source::Address(text)),
        None if !text.is_empty() && text.bytes().all(is_of_an_id) => Ok(Source::Kept(text)),
        None => Err(Unfetched::Forbidden),
    }
}

/// The content of a `data:` URL, after the colon (RFC 2397); `None` if it is cut short or not in base64.
fn written(data: &str) -> Option<(String, Bytes)> {
    let (head, content) = data.split_once(',')?;
    let mut parts = head.split(';').map(str::trim);
    let media_type = fetch::usual(parts.next()?);
    if !parts.next_back()?.eq_ignore_ascii_case("base64") || !media_type.contains('/') {
        return None;
    }
    // A cell may break a long line.
    let content: String = content.split_ascii_whitespace().collect();
    let bytes = BASE64.decode(content).ok()?;
    (!bytes.is_empty()).then(|| (media_type, Bytes::from(bytes)))
}

/// What a picture is called that nobody has named.
fn name_of(media_type: &str) -> String {
    let (_, subtype) = media_type.split_once('/').unwrap_or_default();
    let ending = subtype.chars().take_while(char::is_ascii_alphanumeric);
    format!("picture.{}", ending.collect::<String>())
}

/// The media type of a file; of one of which its site knows nothing, what its first bytes say.
fn recognized<'a>(media_type: &'a str, head: &[u8]) -> &'a str {
    if !UNKNOWN.contains(&media_type) {
        return media_type;
    }
    match head {
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, form @ ..] if form.starts_with(b"WEBP") => {
            "image/webp"
        }
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..]
            if FILMS.iter().any(|film| brand.starts_with(film)) =>
        {
            "video/mp4"
        }
        _ => media_type,
    }
}

/// What a file is sent as; `None` if it is neither a picture nor a video.
fn kind_of(media_type: &str, content: &SpooledContent) -> Option<MediaKind> {
    match media_type.split_once('/')? {
        ("image", "gif") => Some(MediaKind::Animation),
        ("image", _) if is_photo(media_type, content) => Some(MediaKind::Photo),
        ("image", _) => Some(MediaKind::Document),
        ("video", _) => Some(MediaKind::Video),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_an_address_the_picture_itself_or_an_id() {
        let written = |media_type: &str| {
            Ok(Source::Written(
                media_type.to_owned(),
                Bytes::from_static(b"png?"),
            ))
        };
        for (text, source) in [
            (
                " https://a.example/p.png ",
                Ok(Source::Address("https://a.example/p.png")),
            ),
            ("HTTP://a.example", Ok(Source::Address("HTTP://a.example"))),
            (
                "ftp://a.example/p.png",
                Ok(Source::Address("ftp://a.example/p.png")),
            ),
            (
                "AgACAgIAAxkBAAIB-_c",
                Ok(Source::Kept("AgACAgIAAxkBAAIB-_c")),
            ),
            ("data:image/png;base64,cG5nPw==", written("image/png")),
            ("data:image/jpg;base64,cG5nPw==", written("image/jpeg")),
            (
                "DATA:Image/SVG+xml; charset=x; BASE64,cG5n\nPw",
                written("image/svg+xml"),
            ),
            (
                "data:image/png;base64,cG5nPw=a",
                Err(Unfetched::NotAPicture),
            ),
            ("data:image/png;base64,", Err(Unfetched::NotAPicture)),
            ("data:image/png,rawbytes", Err(Unfetched::NotAPicture)),
            ("data:image/png;base64", Err(Unfetched::NotAPicture)),
            ("data:;base64,cG5nPw==", Err(Unfetched::NotAPicture)),
            ("a.example/p.png", Err(Unfetched::Forbidden)),
            ("нет картинки", Err(Unfetched::Forbidden)),
            ("", Err(Unfetched::Forbidden)),
        ] {
            let fetched = if let Ok(Source::Address(address)) = &source {
                Some(*address)
            } else {
                None
            };
            assert_eq!(address(text), fetched, "{text}");
            assert_eq!(source_of(text), source, "{text}");
        }
        assert_eq!(
            (name_of("image/svg+xml"), name_of("image/png")),
            ("picture.svg".into(), "picture.png".into())
        );
    }

    #[test]
    fn a_file_is_sent_as_what_it_is() {
        let large = vec![0; usize::try_from(super::super::PHOTO_LIMIT).unwrap() + 1];
        for (media_type, bytes, kind) in [
            ("image/jpeg", &b"x"[..], Some(MediaKind::Photo)),
            ("image/png", b"x", Some(MediaKind::Photo)),
            ("image/webp", b"x", Some(MediaKind::Photo)),
            ("image/webp", &large, Some(MediaKind::Document)),
            ("image/gif", b"x", Some(MediaKind::Animation)),
            ("image/svg+xml", b"x", Some(MediaKind::Document)),
            ("video/mp4", b"x", Some(MediaKind::Video)),
            ("video/quicktime", &large, Some(MediaKind::Video)),
            ("application/pdf", b"\xFF\xD8\xFF", None),
            ("audio/mpeg", b"x", None),
            ("text", b"x", None),
            (
                "application/octet-stream",
                b"\xFF\xD8\xFF\xE0",
                Some(MediaKind::Photo),
            ),
            (
                "binary/octet-stream",
                b"\x89PNG\r\n",
                Some(MediaKind::Photo),
            ),
            (
                "application/octet-stream",
                b"GIF89a",
                Some(MediaKind::Animation),
            ),
            (
                "application/octet-stream",
                b"RIFF\0\0\0\0WEBPVP8 ",
                Some(MediaKind::Photo),
            ),
            (
                "application/octet-stream",
                b"\0\0\0\x18ftypisom",
                Some(MediaKind::Video),
            ),
            ("application/octet-stream", b"\0\0\0\x18ftypavif", None),
            ("application/octet-stream", b"\0\0\0\x18ftypM4A ", None),
            ("application/octet-stream", b"PK\x03\x04", None),
        ] {
            let content = SpooledContent::Held(Bytes::copy_from_slice(bytes));
            let recognized = recognized(media_type, content.head());
            assert_eq!(
                kind_of(recognized, &content),
                kind,
                "{media_type} {bytes:.9?}"
            );
        }
    }
}

//! The picture or video of an announcement on its first way: from wherever it is, into Telegram.
//!
//! Invariant: what is neither a picture nor a video calls nobody.

use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use bytes::Bytes;

use super::{SendError, Way, fetch, is_photo, say, upload};
use crate::{
    domain::{appeal::Unfetched, effect::Send, media::MediaKind},
    fetch::{Fetcher, File, Found},
    telegram::{accepted::Accepted, answer::CallError, client::Client},
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
#[derive(Debug, Clone, PartialEq, Eq)]
enum Source<'a> {
    /// On a site.
    Address(&'a str),
    /// In the words themselves.
    Written(File),
    /// At Telegram, under this `file_id`.
    Kept(&'a str),
}

/// Sends a picture or video that is still to be uploaded; the answer says how Telegram keeps it.
pub(super) async fn picture(client: &Client, fetcher: &Fetcher, send: &Send, source: &str) -> Result<Accepted, SendError> {
    let file = match source_of(source).map_err(SendError::File)? {
        Source::Kept(id) => return Ok(of_some_kind(client, send, id).await?),
        Source::Written(file) => file,
        Source::Address(address) => match fetch(fetcher, address).await? {
            Found::File(file) => file,
            Found::Page => return Err(SendError::File(Unfetched::NotAPicture)),
        },
    };
    let file = recognized(file);
    let kind = kind_of(&file).ok_or(SendError::File(Unfetched::NotAPicture))?;
    Ok(upload(client, send, kind, &file).await?)
}

/// An id does not tell what it is of; Telegram does, when it is sent as something else.
async fn of_some_kind(client: &Client, send: &Send, id: &str) -> Result<Accepted, CallError> {
    let mut ended = say(client, send, Way::Kept(MediaKind::Photo, id)).await;
    for kind in [MediaKind::Video, MediaKind::Animation, MediaKind::Document] {
        match ended {
            Err(error) if error.is_about_the_type() => ended = say(client, send, Way::Kept(kind, id)).await,
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
            let file = written(data).ok_or(Unfetched::NotAPicture)?;
            Ok(Source::Written(file))
        }
        // Whether it is one of the web's, the fetcher sees.
        Some(_) => Ok(Source::Address(text)),
        None if !text.is_empty() && text.bytes().all(is_of_an_id) => Ok(Source::Kept(text)),
        None => Err(Unfetched::Forbidden),
    }
}

/// What stands in a `data:` URL behind the colon (RFC 2397); none where it is cut short or not in base64.
fn written(data: &str) -> Option<File> {
    let (head, content) = data.split_once(',')?;
    let mut parts = head.split(';').map(str::trim);
    let media_type = parts.next()?.to_ascii_lowercase();
    parts.next_back().filter(|last| last.eq_ignore_ascii_case("base64"))?;
    // A cell may break a long line.
    let content: String = content.split_ascii_whitespace().collect();
    let bytes = BASE64.decode(content).ok().filter(|bytes| !bytes.is_empty())?;
    let (_, subtype) = media_type.split_once('/')?;
    let ending: String = subtype.chars().take_while(char::is_ascii_alphanumeric).collect();
    Some(File {
        name: format!("picture.{ending}"),
        media_type,
        bytes: Bytes::from(bytes),
    })
}

/// A file of which its site knows nothing, as what its first bytes say it is.
fn recognized(file: File) -> File {
    if !UNKNOWN.contains(&file.media_type.as_str()) {
        return file;
    }
    let media_type = match &*file.bytes {
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] if FILMS.iter().any(|film| brand.starts_with(film)) => "video/mp4",
        _ => return file,
    };
    File {
        media_type: media_type.to_owned(),
        ..file
    }
}

/// What a file is sent as; none where it is neither a picture nor a video.
fn kind_of(file: &File) -> Option<MediaKind> {
    match file.media_type.split_once('/')? {
        ("image", "gif") => Some(MediaKind::Animation),
        ("image", _) if is_photo(file) => Some(MediaKind::Photo),
        ("image", _) => Some(MediaKind::Document),
        ("video", _) => Some(MediaKind::Video),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(media_type: &str, bytes: &[u8]) -> File {
        File {
            name: "f".to_owned(),
            media_type: media_type.to_owned(),
            bytes: Bytes::copy_from_slice(bytes),
        }
    }

    #[test]
    fn a_source_is_an_address_the_picture_itself_or_an_id() {
        let written = |name: &str, media_type: &str| {
            Ok(Source::Written(File {
                name: name.to_owned(),
                ..file(media_type, b"png?")
            }))
        };
        for (text, source) in [
            (" https://a.example/p.png ", Ok(Source::Address("https://a.example/p.png"))),
            ("HTTP://a.example", Ok(Source::Address("HTTP://a.example"))),
            ("ftp://a.example/p.png", Ok(Source::Address("ftp://a.example/p.png"))),
            ("AgACAgIAAxkBAAIB-_c", Ok(Source::Kept("AgACAgIAAxkBAAIB-_c"))),
            ("data:image/png;base64,cG5nPw==", written("picture.png", "image/png")),
            (
                "DATA:Image/SVG+xml; charset=x; BASE64,cG5n\nPw",
                written("picture.svg", "image/svg+xml"),
            ),
            ("data:image/png;base64,cG5nPw=a", Err(Unfetched::NotAPicture)),
            ("data:image/png;base64,", Err(Unfetched::NotAPicture)),
            ("data:image/png,rawbytes", Err(Unfetched::NotAPicture)),
            ("data:image/png;base64", Err(Unfetched::NotAPicture)),
            ("data:;base64,cG5nPw==", Err(Unfetched::NotAPicture)),
            ("a.example/p.png", Err(Unfetched::Forbidden)),
            ("нет картинки", Err(Unfetched::Forbidden)),
            ("", Err(Unfetched::Forbidden)),
        ] {
            assert_eq!(source_of(text), source, "{text}");
        }
    }

    #[test]
    fn a_file_is_sent_as_what_it_is() {
        let large = vec![0; super::super::PHOTO_LIMIT + 1];
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
            ("application/octet-stream", b"\xFF\xD8\xFF\xE0", Some(MediaKind::Photo)),
            ("binary/octet-stream", b"\x89PNG\r\n", Some(MediaKind::Photo)),
            ("application/octet-stream", b"GIF89a", Some(MediaKind::Animation)),
            ("application/octet-stream", b"RIFF\0\0\0\0WEBPVP8 ", Some(MediaKind::Photo)),
            ("application/octet-stream", b"\0\0\0\x18ftypisom", Some(MediaKind::Video)),
            ("application/octet-stream", b"\0\0\0\x18ftypavif", None),
            ("application/octet-stream", b"\0\0\0\x18ftypM4A ", None),
            ("application/octet-stream", b"PK\x03\x04", None),
        ] {
            assert_eq!(kind_of(&recognized(file(media_type, bytes))), kind, "{media_type} {bytes:.9?}");
        }
    }
}

//! `GET /files/…`: what partners sent, for whoever has a link from the sheet; and the way to an appeal's row, for whoever has one from the chat.
//!
//! Invariant: only a link that we signed opens anything or leads anywhere, nothing tells where the file comes from, and nothing in it runs in a browser.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Path, State},
    http::{Extensions, HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Redirect, Response},
};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream::BoxStream};

use super::{
    backend::{Backend, OpenedFile, RouterState, Unavailable},
    problem::Problem,
    slots::mark_known,
};
use crate::domain::{
    files::LinkError,
    message::{Attachment, FileKind},
    wording::{Say, Wording},
};

/// How long nothing may come of a file before it is given up.
const STANDSTILL: Duration = Duration::from_secs(30);

/// Nothing that is opened from here runs, asks or frames anything.
const POLICY: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

/// The route.
pub(super) async fn receive<B: Backend>(
    State(state): State<Arc<RouterState<B>>>,
    Path(link): Path<String>,
    extensions: Extensions,
    headers: HeaderMap,
) -> Response {
    let links = state.access.files.as_ref();
    if let Some(number) = links.and_then(|links| links.row_of(&link)) {
        mark_known(&extensions);
        return to_row(&state.backend.row_address(number));
    }
    match open(&state, &link, &extensions).await {
        Ok(opened) => whole(opened),
        Err(problem) if wants_a_page(&headers) => page(&state.access.wording, problem),
        Err(problem) => problem.into_response(),
    }
}

/// Rows move, so nobody may remember where this one stands.
fn to_row(address: &str) -> Response {
    let headers = [
        (header::CACHE_CONTROL, "private, no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, Redirect::to(address)).into_response()
}

async fn open<B: Backend>(
    state: &RouterState<B>,
    link: &str,
    extensions: &Extensions,
) -> Result<OpenedFile, Problem> {
    let links = state.access.files.as_ref().ok_or(Problem::NotFound)?;
    let file = links.open(link, state.backend.now());
    let file = file.map_err(|error| match error {
        LinkError::Unknown => Problem::NotFound,
        LinkError::Expired => Problem::Expired,
    })?;
    mark_known(extensions);
    let opened = state.backend.open_file(file).await;
    opened.map_err(|why| match why {
        Unavailable::Gone => Problem::FileGone,
        Unavailable::Later => Problem::FileLater,
    })
}

fn whole(opened: OpenedFile) -> Response {
    let OpenedFile {
        attachment,
        length,
        bytes,
    } = opened;
    let media_type = attachment.media_type.as_deref();
    let media_type = media_type.filter(|name| is_media_type(name));
    let text =
        |text: &str| HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("attachment"));
    let fixed = HeaderValue::from_static;
    let mut response = Body::from_stream(moving(bytes)).into_response();
    response.headers_mut().extend([
        (
            header::CONTENT_TYPE,
            text(media_type.unwrap_or("application/octet-stream")),
        ),
        (header::CONTENT_DISPOSITION, text(&disposition(&attachment))),
        (header::CONTENT_SECURITY_POLICY, fixed(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
        (header::REFERRER_POLICY, fixed("no-referrer")),
        (header::CACHE_CONTROL, fixed("private, no-store")),
    ]);
    let length = length.map(|length| (header::CONTENT_LENGTH, HeaderValue::from(length)));
    response.headers_mut().extend(length);
    response
}

/// Ends a stalled stream with an error.
fn moving(
    bytes: BoxStream<'static, Result<Bytes, std::io::Error>>,
) -> BoxStream<'static, Result<Bytes, std::io::Error>> {
    futures_util::stream::unfold(Some(bytes), |bytes| async move {
        let mut bytes = bytes?;
        match tokio::time::timeout(STANDSTILL, bytes.next()).await {
            Ok(Some(Ok(chunk))) => Some((Ok(chunk), Some(bytes))),
            Ok(Some(Err(error))) => Some((Err(error), None)),
            Ok(None) => None,
            Err(_) => Some((Err(std::io::ErrorKind::TimedOut.into()), None)),
        }
    })
    .boxed()
}

/// `type/subtype` of RFC 9110's tokens; what a stranger's app states is no header until it looks like one.
fn is_media_type(name: &str) -> bool {
    let token = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
    };
    name.split_once('/')
        .is_some_and(|(kind, subtype)| token(kind) && token(subtype))
}

/// The file is saved under its own name, in any alphabet (RFC 6266, RFC 8187).
fn disposition(attachment: &Attachment) -> String {
    let name = match (&attachment.name, attachment.kind) {
        (Some(name), FileKind::Sticker) if !name.as_str().contains('.') => "sticker".to_owned(),
        (Some(name), _) => name.as_str().to_owned(),
        (None, kind) => unnamed(kind).to_owned(),
    };
    let is_fine = |c: &char| c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '/' | '%');
    let ascii = name.chars().map(|c| Some(c).filter(is_fine).unwrap_or('_'));
    let ascii: String = ascii.collect();
    let mut encoded = String::new();
    let is_kept = |byte: &u8| !byte.is_ascii_control() && !matches!(byte, b'/' | b'\\');
    for byte in name.bytes().filter(is_kept) {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

/// How a file is saved to which its sender's app gave no name.
fn unnamed(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Photo => "photo.jpg",
        FileKind::Video | FileKind::Animation | FileKind::VideoNote => "video.mp4",
        FileKind::Audio => "audio.mp3",
        FileKind::Voice => "voice.ogg",
        FileKind::Document => "file",
        FileKind::Sticker => "sticker.webp",
    }
}

fn wants_a_page(headers: &HeaderMap) -> bool {
    let accepted = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok());
    accepted.is_some_and(|accept| accept.contains("text/html"))
}

/// What a person sees who opened the link in a browser: a specialist, so in the language of the installation.
fn page(wording: &Wording, problem: Problem) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (problem.status(), headers, words(wording, problem)).into_response()
}

fn words(wording: &Wording, problem: Problem) -> String {
    let say = match problem {
        Problem::Expired => Say::LinkExpired,
        Problem::FileGone => Say::LinkFileGone,
        Problem::FileLater => Say::LinkFileLater,
        Problem::Malformed
        | Problem::Unsigned
        | Problem::NotFound
        | Problem::WrongMethod
        | Problem::TooLarge
        | Problem::WrongType
        | Problem::Overloaded
        | Problem::TimedOut
        | Problem::NotStored => Say::LinkUnknown,
    };
    wording.say(wording.language(), say) + "\n"
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;
    use crate::domain::{session::Locale, text::Text};

    fn named(name: Option<&str>, kind: FileKind) -> String {
        disposition(&Attachment {
            kind,
            remote: String::new(),
            unique: None,
            name: name.map(Text::from),
            media_type: None,
            size: None,
        })
    }

    #[test]
    fn a_file_keeps_its_name_and_nothing_else() {
        for (name, kind, expected) in [
            (
                Some("a b.pdf"),
                FileKind::Document,
                "attachment; filename=\"a_b.pdf\"; filename*=UTF-8''a%20b.pdf",
            ),
            (
                Some("я.pdf"),
                FileKind::Document,
                "attachment; filename=\"_.pdf\"; filename*=UTF-8''%D1%8F.pdf",
            ),
            (
                Some("../x\"\r\n.exe"),
                FileKind::Document,
                "attachment; filename=\".._x___.exe\"; filename*=UTF-8''..x%22.exe",
            ),
            (
                None,
                FileKind::Voice,
                "attachment; filename=\"voice.ogg\"; filename*=UTF-8''voice.ogg",
            ),
            (
                Some("👍"),
                FileKind::Sticker,
                "attachment; filename=\"sticker\"; filename*=UTF-8''sticker",
            ),
        ] {
            assert_eq!(named(name, kind), expected);
        }
    }

    #[test]
    fn a_media_type_looks_like_one() {
        for (name, is) in [
            ("image/png", true),
            ("application/vnd.ms-excel", true),
            ("image", false),
            ("a/b; c", false),
            ("a/\r\nb", false),
            ("/", false),
        ] {
            assert_eq!(is_media_type(name), is, "{name}");
        }
    }

    #[test]
    fn a_person_is_told_in_the_language_of_the_installation() {
        let page = page(&Wording::built_in(), Problem::Expired);
        assert_eq!(page.status(), StatusCode::GONE);
        for (language, begins) in [
            (Locale::Ru, "Срок ссылки истёк."),
            (Locale::En, "The link has expired."),
        ] {
            let wording = Wording::built_in().speaking(language);
            let words = words(&wording, Problem::Expired);
            assert!(words.starts_with(begins), "{words}");
            assert_eq!(words.lines().count(), 1);
        }
    }
}

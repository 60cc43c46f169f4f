//! What a file is called on its way to Telegram, which judges a picture by the end of its name.
//!
//! Invariant: what is shown as a picture or a film bears the ending of its media type; a document keeps the name that people know.

use crate::domain::media::MediaKind;

/// Media types and the ending of their files.
const ENDINGS: [(&str, &str); 14] = [
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/webp", "webp"),
    ("image/gif", "gif"),
    ("image/svg+xml", "svg"),
    ("image/tiff", "tiff"),
    ("image/bmp", "bmp"),
    ("video/mp4", "mp4"),
    ("video/quicktime", "mov"),
    ("video/webm", "webm"),
    ("application/pdf", "pdf"),
    ("application/zip", "zip"),
    ("text/plain", "txt"),
    ("text/csv", "csv"),
];

/// The longest ending that counts as one, in characters.
const ENDING_LIMIT: usize = 5;

/// The name under which a file is uploaded as this.
pub(super) fn upload_name(kind: MediaKind, name: &str, media_type: &str) -> String {
    let mut endings = ENDINGS.into_iter();
    let ending = endings.find(|(known, _)| *known == media_type);
    let ending = ending.map(|(_, ending)| ending);
    let (stem, stated) = match name.rsplit_once('.') {
        Some((stem, stated)) if !stem.is_empty() && is_ending(stated) => (stem, Some(stated)),
        Some(_) | None => (name, None),
    };
    let shown = match kind {
        MediaKind::Photo | MediaKind::Video | MediaKind::Animation => true,
        MediaKind::Document => false,
    };
    match (ending, stated) {
        (Some(ending), Some(stated)) if shown && !is_the_same(stated, ending) => {
            format!("{stem}.{ending}")
        }
        (Some(ending), None) => format!("{}.{ending}", name.trim_end_matches('.')),
        (Some(_) | None, _) => name.to_owned(),
    }
}

fn is_ending(text: &str) -> bool {
    (1..=ENDING_LIMIT).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_the_same(stated: &str, ending: &str) -> bool {
    stated.eq_ignore_ascii_case(ending) || (ending == "jpg" && stated.eq_ignore_ascii_case("jpeg"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uploads_are_named_by_their_media_type() {
        for (kind, name, media_type, named) in [
            (MediaKind::Photo, "photo.php", "image/jpeg", "photo.jpg"),
            (MediaKind::Photo, "photo.JPEG", "image/jpeg", "photo.JPEG"),
            (MediaKind::Photo, "download", "image/png", "download.png"),
            (MediaKind::Photo, "a.b", "image/jpeg", "a.jpg"),
            (
                MediaKind::Photo,
                "Прайс. Март",
                "image/webp",
                "Прайс. Март.webp",
            ),
            (MediaKind::Animation, "x.bin", "image/gif", "x.gif"),
            (MediaKind::Video, ".mov", "video/mp4", ".mov.mp4"),
            (
                MediaKind::Document,
                "price.xls",
                "application/pdf",
                "price.xls",
            ),
            (MediaKind::Document, "price", "application/pdf", "price.pdf"),
            (
                MediaKind::Document,
                "price",
                "application/x-unknown",
                "price",
            ),
        ] {
            assert_eq!(
                upload_name(kind, name, media_type),
                named,
                "{name} {media_type}"
            );
        }
    }
}

//! The files of the page, which travel in the binary.
//! Invariant: the name under which a file is kept changes with what any of them says, so a browser may keep it for ever and never
//! mixes an old file with a new one.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// The page itself and all that it is made of: a new file is one more name here.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!("assets/", $name)))),*]
    };
}

const FILES: &[(&str, &[u8])] = files![
    "a1.js",
    "account.js",
    "api.js",
    "app.js",
    "attach.js",
    "bubble.js",
    "chats.js",
    "composer.js",
    "dom.js",
    "editor.js",
    "entities.js",
    "filter.js",
    "filterviews.js",
    "grid.js",
    "hands.js",
    "icon.svg",
    "icons.js",
    "index.html",
    "model.js",
    "parts.css",
    "phone.css",
    "phone.js",
    "popup.js",
    "samples.js",
    "selection.js",
    "settings.js",
    "sheet.css",
    "speaker.js",
    "store.js",
    "style.css",
    "switches.js",
    "texts.js",
    "tour.js",
    "trail.js",
    "views.js",
    "webapp.js",
];

/// The file that is the page.
const INDEX: &str = "index.html";
/// Characters of the hash in a name.
const HASH: usize = 12;
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const NEVER: &str = "no-cache";

/// A file as it is served.
struct File {
    mime: &'static str,
    bytes: Bytes,
}

/// All files, and the hash that stands in their names.
struct Bundle {
    hash: String,
    files: BTreeMap<&'static str, File>,
}

static BUNDLE: LazyLock<Bundle> = LazyLock::new(|| Bundle::of(FILES));

/// `GET /`.
pub(super) async fn index() -> Response {
    serve(BUNDLE.files.get(INDEX), NEVER)
}

/// `GET /assets/{hash}-{name}`; a name without its hash is served too, but not kept.
pub(super) async fn asset(Path(name): Path<String>) -> Response {
    let hashed = name
        .strip_prefix(&BUNDLE.hash)
        .and_then(|rest| rest.strip_prefix('-'));
    match hashed {
        Some(name) => serve(BUNDLE.files.get(name), FOR_EVER),
        None => serve(BUNDLE.files.get(name.as_str()), NEVER),
    }
}

fn serve(file: Option<&File>, kept: &'static str) -> Response {
    match file {
        Some(file) => {
            let head = [
                (header::CONTENT_TYPE, file.mime),
                (header::CACHE_CONTROL, kept),
            ];
            (head, file.bytes.clone()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

impl Bundle {
    fn of(files: &[(&'static str, &'static [u8])]) -> Self {
        let mut digest = Sha256::new();
        for (name, bytes) in files {
            digest.update(name);
            digest.update(bytes);
        }
        let digits = digest.finalize();
        let mut hash: String = digits.iter().map(|byte| format!("{byte:02x}")).collect();
        hash.truncate(HASH);
        let served = files.iter().map(|(name, bytes)| {
            let mime = mime(name);
            let bytes = match std::str::from_utf8(bytes) {
                Ok(text) if mime.contains("charset") => linked(text, &hash, files).into(),
                Ok(_) | Err(_) => Bytes::from_static(bytes),
            };
            (*name, File { mime, bytes })
        });
        Self {
            files: served.collect(),
            hash,
        }
    }
}

/// A text in which every file is called by the name that it is kept under: `assets/x.js` and `./x.js`.
fn linked(text: &str, hash: &str, files: &[(&str, &[u8])]) -> String {
    let names = files.iter().map(|(name, _)| *name);
    names.fold(text.to_owned(), |text, name| {
        let quoted = ['"', '\'', '('].into_iter().fold(text, |text, quote| {
            text.replace(
                &format!("{quote}./{name}"),
                &format!("{quote}/assets/{hash}-{name}"),
            )
        });
        quoted.replace(&format!("assets/{name}"), &format!("assets/{hash}-{name}"))
    })
}

fn mime(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml; charset=utf-8",
        Some("json") => "application/json; charset=utf-8",
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        Some("woff2") => "font/woff2",
        Some(_) | None => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_call_one_another_by_the_names_that_they_are_kept_under() {
        let page =
            br#"<link href="/assets/style.css"><script type="module" src="./app.js"></script>"#;
        let bundle = Bundle::of(&[
            (INDEX, page),
            (
                "app.js",
                b"import { x } from './phone.js'; import \"./app.js\"",
            ),
            ("phone.js", b"export const x = 'app.js'"),
            ("style.css", b"a { background: url(./dot.png) }"),
            ("dot.png", &[0xff, 0xfe]),
        ]);
        let text = |name: &str| String::from_utf8(bundle.files[name].bytes.to_vec()).unwrap();
        let kept = |name: &str| format!("/assets/{}-{name}", bundle.hash);
        assert_eq!(
            text(INDEX),
            format!(
                "<link href=\"{}\"><script type=\"module\" src=\"{}\"></script>",
                kept("style.css"),
                kept("app.js")
            )
        );
        assert_eq!(
            text("app.js"),
            format!(
                "import {{ x }} from '{}'; import \"{}\"",
                kept("phone.js"),
                kept("app.js")
            )
        );
        assert_eq!(text("phone.js"), "export const x = 'app.js'");
        assert!(text("style.css").contains(&kept("dot.png")));
        assert_eq!(bundle.files["dot.png"].bytes[..], [0xff, 0xfe]);
        assert_eq!(bundle.hash.len(), HASH);
        let other = Bundle::of(&[(INDEX, page)]);
        assert_ne!(other.hash, bundle.hash);
    }
}

//! Google Drive: the links that people share, where the file itself is, and how Google says that it is not for everybody.
//!
//! Invariant: an address that is no link to one file of Drive stays as it is.

use reqwest::Url;

/// Where links to files are given out.
const HOST: &str = "drive.google.com";
/// Where Google leads whoever may not see something.
const SIGN_IN: &str = "accounts.google.com";

/// The address of the file itself for a link to the page that shows it; any other address as it is.
pub(super) fn direct(mut url: Url) -> Url {
    if let Some(id) = id(&url) {
        url.set_path("/uc");
        url.set_fragment(None);
        url.query_pairs_mut()
            .clear()
            .extend_pairs([("export", "download"), ("id", &id)]);
    }
    url
}

/// Whether this is a link to one file of Drive.
pub(super) fn is_file(url: &Url) -> bool {
    id(url).is_some()
}

/// Whether Google asks here who one is, before it shows anything.
pub(super) fn is_sign_in(url: &Url) -> bool {
    url.host_str() == Some(SIGN_IN)
}

/// The file's id: in the path of `/file/d/ID/view`, in the query of `/open` and `/uc`.
fn id(url: &Url) -> Option<String> {
    if url.host_str() != Some(HOST) || url.port().is_some() || !url.username().is_empty() {
        return None;
    }
    let path: Vec<&str> = url.path_segments()?.collect();
    let id = match path.as_slice() {
        ["file", "d", id, ..] => (*id).to_owned(),
        // Somebody who is signed in with several accounts.
        ["file", "u", _, "d", id, ..] => (*id).to_owned(),
        ["open" | "uc"] => url
            .query_pairs()
            .find(|(name, _)| name == "id")?
            .1
            .into_owned(),
        _ => return None,
    };
    let is_id = !id.is_empty()
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    is_id.then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_to_a_file_of_drive_becomes_the_file_s_address() {
        let file = "https://drive.google.com/uc?export=download&id=1aB-c_D";
        for link in [
            "https://drive.google.com/file/d/1aB-c_D/view?usp=sharing",
            "https://drive.google.com/file/d/1aB-c_D",
            "https://drive.google.com/file/d/1aB-c_D/preview#page",
            "https://drive.google.com/file/u/1/d/1aB-c_D/edit",
            "https://drive.google.com/open?id=1aB-c_D&usp=drive_copy",
            "https://drive.google.com/uc?id=1aB-c_D",
            "https://drive.google.com/uc?export=view&id=1aB-c_D",
            file,
        ] {
            assert_eq!(direct(Url::parse(link).unwrap()).as_str(), file, "{link}");
        }
    }

    #[test]
    fn other_addresses_stay_as_they_are() {
        for link in [
            "https://drive.google.com/drive/folders/1aB-c_D",
            "https://drive.google.com/file/d//view",
            "https://drive.google.com/open?usp=sharing",
            "https://drive.google.com/uc?id=a%26b",
            "https://drive.google.com:8443/file/d/1aB-c_D/view",
            "https://somebody@drive.google.com/file/d/1aB-c_D/view",
            "https://docs.google.com/document/d/1aB-c_D/edit",
            "https://drive.google.com.example.org/file/d/1aB-c_D/view",
            "https://example.org/file/d/1aB-c_D/view",
        ] {
            assert_eq!(direct(Url::parse(link).unwrap()).as_str(), link);
        }
    }
}

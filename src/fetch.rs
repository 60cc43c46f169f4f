//! Files from the internet, fetched because somebody typed their address: guarded against addresses that lead inside.
//!
//! Invariant: a connection is made only to an address that was checked in the moment of resolving it, at every redirect anew; no fetch
//! outlasts its time or outgrows its limit.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use reqwest::{
    Response, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap, LOCATION},
    redirect::Policy,
};

mod drive;

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a fetch may take in all.
const FETCH_TIMEOUT: Duration = Duration::from_secs(40);
/// Redirects that are followed.
const REDIRECTS: usize = 5;
/// The most that is fetched, in bytes: what Telegram takes of a bot (Bot API: "Sending files").
pub const LIMIT: usize = 50_000_000;
/// What a browser shows or runs is no file to be passed on; its address is.
const PAGES: [&str; 6] = [
    "application/javascript",
    "application/json",
    "application/xhtml+xml",
    "application/xml",
    "text/html",
    "text/javascript",
];
/// The longest name of a file that is passed on, in characters.
const NAME_LIMIT: usize = 120;

/// Fetches files; cheap to clone.
#[derive(Clone)]
pub struct Fetcher {
    http: reqwest::Client,
    allowed: Allowed,
}

/// Which addresses may be connected to.
pub(crate) type Allowed = fn(IpAddr) -> bool;

/// What was found behind an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A file.
    File(File),
    /// A page to be read in a browser, which is passed on as its address.
    Page,
}

/// A fetched file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its media type, without parameters, in lower case.
    pub media_type: String,
    /// What is in it.
    pub bytes: Bytes,
}

/// Why nothing was fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The address is none of the web's, or leads to a machine that nothing is fetched from.
    #[error("nothing is fetched from this address")]
    Forbidden,
    /// Nobody answered, or not in time.
    #[error("the site does not answer")]
    Unreachable,
    /// The site answered with something else than a file.
    #[error("the site answers {0}")]
    Status(u16),
    /// There is more than [`LIMIT`].
    #[error("the file is larger than {} MB", LIMIT / 1_000_000)]
    TooLarge,
}

impl Fetcher {
    /// A fetcher that goes nowhere but to the public internet. A rustls provider must be installed before.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new() -> Result<Self, reqwest::Error> {
        Self::of(is_public, &[])
    }

    /// Tests name hosts and say where they are.
    pub(crate) fn of(allowed: Allowed, hosts: &[(&str, SocketAddr)]) -> Result<Self, reqwest::Error> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(Policy::none())
            // A proxy would resolve names by itself, and reach what we must not.
            .no_proxy()
            .dns_resolver(Arc::new(Guarded(allowed)));
        for (host, address) in hosts {
            builder = builder.resolve(host, *address);
        }
        Ok(Self {
            http: builder.build()?,
            allowed,
        })
    }

    /// Fetches what is behind an address.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn fetch(&self, address: &str) -> Result<Found, FetchError> {
        match tokio::time::timeout(FETCH_TIMEOUT, self.follow(address)).await {
            Ok(found) => found,
            Err(_) => Err(FetchError::Unreachable),
        }
    }

    async fn follow(&self, address: &str) -> Result<Found, FetchError> {
        let mut url = drive::direct(Url::parse(address).map_err(|_| FetchError::Forbidden)?);
        for _ in 0..=REDIRECTS {
            self.check(&url)?;
            let response = self.http.get(url.clone()).send().await.map_err(|error| failure(&error))?;
            if !response.status().is_redirection() {
                return read(response, &url).await;
            }
            let target = response.headers().get(LOCATION).and_then(|target| target.to_str().ok());
            let status = response.status().as_u16();
            url = target.and_then(|target| url.join(target).ok()).ok_or(FetchError::Status(status))?;
        }
        Err(FetchError::Unreachable)
    }

    /// A name is checked when it is resolved; an address in figures is resolved by nobody.
    fn check(&self, url: &Url) -> Result<(), FetchError> {
        let web = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
        let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let in_figures: Option<IpAddr> = host.parse().ok();
        let fine = web && !host.is_empty() && in_figures.is_none_or(self.allowed);
        fine.then_some(()).ok_or(FetchError::Forbidden)
    }
}

/// Resolves names as the machine does, and forgets the addresses that may not be connected to.
struct Guarded(Allowed);

/// All addresses of a name lead inside.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to a private address")]
struct LeadsInside;

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| allowed(address.ip())).collect();
            if public.is_empty() {
                return Err(LeadsInside.into());
            }
            let addresses: Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}

fn failure(error: &reqwest::Error) -> FetchError {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if inner.is::<LeadsInside>() {
            return FetchError::Forbidden;
        }
        cause = inner.source();
    }
    FetchError::Unreachable
}

async fn read(mut response: Response, url: &Url) -> Result<Found, FetchError> {
    if !response.status().is_success() {
        return Err(FetchError::Status(response.status().as_u16()));
    }
    let media_type = media_type(response.headers());
    if PAGES.contains(&media_type.as_str()) {
        return Ok(Found::Page);
    }
    if response.content_length().is_some_and(|length| length > LIMIT as u64) {
        return Err(FetchError::TooLarge);
    }
    let name = name(response.headers(), url, &media_type);
    let mut bytes = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| FetchError::Unreachable)? {
        if bytes.len() + chunk.len() > LIMIT {
            return Err(FetchError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    if bytes.is_empty() {
        // Telegram takes no empty file.
        return Err(FetchError::Status(204));
    }
    Ok(Found::File(File {
        name,
        media_type,
        bytes: bytes.freeze(),
    }))
}

fn media_type(headers: &HeaderMap) -> String {
    let stated = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = stated.and_then(|value| value.split(';').next()).map(str::trim);
    essence
        .filter(|essence| !essence.is_empty())
        .unwrap_or("application/octet-stream")
        .to_ascii_lowercase()
}

/// The name that the site gives, else the last part of the address; made fit to be shown.
fn name(headers: &HeaderMap, url: &Url, media_type: &str) -> String {
    let stated = headers.get(CONTENT_DISPOSITION).and_then(|value| value.to_str().ok());
    let stated = stated.and_then(|value| value.split(';').find_map(|part| part.trim().strip_prefix("filename=")));
    let last = url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
    let decoded = percent_decoded(last);
    let raw = stated.map_or(decoded.as_str(), |name| name.trim_matches('"'));
    let plain: String = raw
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '/' | '\\' | '"'))
        .take(NAME_LIMIT)
        .collect();
    match (plain.trim(), media_type) {
        ("", "image/jpeg") => "photo.jpg".to_owned(),
        ("", "image/png") => "photo.png".to_owned(),
        ("", _) => "file".to_owned(),
        (name, _) => name.to_owned(),
    }
}

fn percent_decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, after @ ..] = rest {
        let code = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()).filter(|_| *first == b'%') {
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
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether an address is one of the public internet: none of IANA's special-purpose registries (RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b));
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    // Addresses that only wrap one of IPv4 are what they wrap.
    if let Some(wrapped) = address.to_ipv4_mapped() {
        return is_public_v4(wrapped);
    }
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match parts {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => is_public_v4(embedded(high, low)),
        // Global unicast is 2000::/3; within it, what is for documentation and for protocols.
        [0x2001, 0xdb8, ..] | [0x3fff, 0..0x1000, ..] => false,
        [0x2001, second, ..] => second >= 0x200,
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests;

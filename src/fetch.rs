//! Files from the internet, fetched because somebody typed their address: guarded against addresses that lead inside.
//!
//! Invariant: a connection is made only to an address that was checked in the moment of resolving it, at every redirect anew; no fetch
//! outlasts its time or outgrows its limit; what comes is laid down on the disk as it comes, never held whole.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
    sync::Arc,
    time::Duration,
};

use reqwest::{
    Response, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::LOCATION,
    redirect::Policy,
};

mod drive;
mod name;
mod spool;

pub(crate) use self::name::usual;
use self::spool::Spool;
pub use self::spool::{Laid, SpooledContent};
use crate::accept_loop::is_shortage;

/// What we are to the sites that are asked: some answer nobody who does not say it.
const USER_AGENT: &str = concat!("Sheetdesk/", env!("CARGO_PKG_VERSION"));

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a site may say nothing.
const READ_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a fetch may take in all: the largest file comes within it at 7 Mbit/s.
const FETCH_TIMEOUT: Duration = Duration::from_secs(60);
/// Redirects that are followed.
const REDIRECTS: usize = 5;
/// The most that is fetched, in bytes: what Telegram takes of a bot (Bot API: "Sending files").
pub const LIMIT: u64 = 50_000_000;
/// What a browser shows or runs is no file to be passed on; its address is.
const PAGES: [&str; 6] = [
    "application/javascript",
    "application/json",
    "application/xhtml+xml",
    "application/xml",
    "text/html",
    "text/javascript",
];

/// Fetches files; cheap to clone.
#[derive(Clone)]
pub struct Fetcher {
    http: reqwest::Client,
    allowed: Allowed,
    spool: Spool,
}

/// Which addresses may be connected to.
pub(crate) type Allowed = fn(IpAddr) -> bool;

/// What was found behind an address; cheap to clone.
#[derive(Debug, Clone)]
pub enum Fetched {
    /// A file.
    File(Arc<File>),
    /// A page to be read in a browser, which is passed on as its address.
    Page,
}

/// A fetched file.
#[derive(Debug)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its media type, without parameters, in lower case.
    pub media_type: String,
    /// What is in it.
    pub content: SpooledContent,
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
    /// It is shown only to people who have signed in.
    #[error("the file is shown only to people who have signed in")]
    Private,
    /// This machine has no room for it, or lacks something else that fetching takes; that is no fault of the file's.
    #[error("the file cannot be taken in here: {0}")]
    Here(io::ErrorKind),
}

impl Fetcher {
    /// A fetcher that goes nowhere but to the public internet, and lays down what it has below `directory`, which belongs to this process
    /// alone. A rustls provider must be installed before.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(directory: &Path) -> Result<Self, reqwest::Error> {
        Self::of(directory, is_public, &[])
    }

    /// Tests name hosts and say where they are.
    pub(crate) fn of(
        directory: &Path,
        allowed: Allowed,
        hosts: &[(&str, SocketAddr)],
    ) -> Result<Self, reqwest::Error> {
        let mut builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
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
            spool: Spool::in_directory(directory),
        })
    }

    /// Fetches what is behind an address.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn fetch(&self, address: &str) -> Result<Fetched, FetchError> {
        let found = tokio::time::timeout(FETCH_TIMEOUT, self.follow(address)).await;
        found.unwrap_or(Err(FetchError::Unreachable))
    }

    async fn follow(&self, address: &str) -> Result<Fetched, FetchError> {
        let asked = Url::parse(address).map_err(|_| FetchError::Forbidden)?;
        let of_drive = drive::is_file(&asked);
        let mut url = drive::direct(asked);
        for _ in 0..=REDIRECTS {
            self.check(&url)?;
            if of_drive && drive::is_sign_in(&url) {
                return Err(FetchError::Private);
            }
            let response = self.http.get(url.clone()).send().await;
            let response = response.map_err(|error| failure(&error))?;
            let status = response.status();
            if of_drive && matches!(status.as_u16(), 401 | 403) {
                return Err(FetchError::Private);
            }
            if !status.is_redirection() {
                return self.read(response, &url).await;
            }
            let target = response.headers().get(LOCATION);
            let target = target.and_then(|target| url.join(target.to_str().ok()?).ok());
            url = target.ok_or(FetchError::Status(status.as_u16()))?;
        }
        Err(FetchError::Unreachable)
    }

    async fn read(&self, mut response: Response, url: &Url) -> Result<Fetched, FetchError> {
        if !response.status().is_success() {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        let media_type = name::media_type(response.headers());
        if PAGES.contains(&media_type.as_str()) {
            return Ok(Fetched::Page);
        }
        let length = response.content_length();
        if length.is_some_and(|length| length > LIMIT) {
            return Err(FetchError::TooLarge);
        }
        let name = name::name(response.headers(), url, &media_type);
        let disk = |error: io::Error| FetchError::Here(error.kind());
        let mut writing = self.spool.begin().await.map_err(disk)?;
        let cut = |_| FetchError::Unreachable;
        while let Some(chunk) = response.chunk().await.map_err(cut)? {
            if writing.size() + chunk.len() as u64 > LIMIT {
                return Err(FetchError::TooLarge);
            }
            writing.write(&chunk).await.map_err(disk)?;
        }
        if writing.size() == 0 {
            // Telegram takes no empty file.
            return Err(FetchError::Status(204));
        }
        let content = SpooledContent::SpooledFile(writing.end().await.map_err(disk)?);
        Ok(Fetched::File(Arc::new(File {
            name,
            media_type,
            content,
        })))
    }

    /// A name is checked when it is resolved; an address in figures is resolved by nobody.
    fn check(&self, url: &Url) -> Result<(), FetchError> {
        let web = matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none();
        let host = url.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
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
        let error = inner.downcast_ref::<io::Error>();
        if let Some(error) = error.filter(|error| is_shortage(error)) {
            return FetchError::Here(error.kind());
        }
        cause = inner.source();
    }
    FetchError::Unreachable
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
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            is_public_v4(embedded(high, low))
        }
        // Global unicast is 2000::/3; within it, what is for documentation and for protocols.
        [0x2001, 0xdb8, ..] | [0x3fff, 0..0x1000, ..] => false,
        [0x2001, second, ..] => second >= 0x200,
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests;

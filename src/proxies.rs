//! The ways out to a service: proxies in the order in which they are tried, or none.
//!
//! Invariant: a client takes one way at a time; one that failed is left for the next, and the first is tried again after a while. Nothing shown holds a name or a password.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hyper::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use reqwest::Url;
use tokio::time::Instant;

use crate::clock;

/// How long another way than the first is taken before the first is tried again.
const RETURN: Duration = Duration::from_mins(5);

/// How often the other end of a tunnel is asked whether it is there, and how long it may take to answer.
const ALIVE: Duration = Duration::from_secs(10);

/// The port of a SOCKS proxy whose address names none (RFC 1928).
const SOCKS_PORT: u16 = 1080;

/// A proxy's address: http, https, socks5 (names are looked up here) or socks5h (by the proxy), with a name and a password if it wants them.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyUrl(Url);

/// Proxies in the order in which they are tried; none for straight connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyList(pub Vec<ProxyUrl>);

/// The ways of one client, of which one is taken at a time; a cheap handle.
#[derive(Clone)]
pub struct Proxies(Arc<Inner>);

struct Inner {
    /// At least one.
    ways: Vec<Way>,
    taken: Mutex<Taken>,
}

struct Taken {
    index: usize,
    since: Instant,
}

/// One way out by itself, for a trial.
pub struct Path {
    /// The proxy on it, as it is shown; none on the straight way.
    pub proxy: Option<String>,
    /// The same for a client.
    pub proxies: Proxies,
}

enum Way {
    Straight,
    /// Whatever HTTPS_PROXY and NO_PROXY say.
    Environment(Matcher),
    Proxy(ProxyUrl, Matcher),
}

impl ProxyUrl {
    /// `None` where the text is no address of a proxy.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut url = Url::parse(text).ok()?;
        let is_socks = matches!(url.scheme(), "socks5" | "socks5h");
        let is_known = is_socks || matches!(url.scheme(), "http" | "https");
        if !is_known || url.host_str().is_none_or(str::is_empty) {
            return None;
        }
        if is_socks && url.port().is_none() {
            url.set_port(Some(SOCKS_PORT)).ok()?;
        }
        let bare = matches!(url.path(), "" | "/");
        if !bare || url.query().is_some() || url.fragment().is_some() {
            return None;
        }
        // What the connections cannot read would be no proxy to them, without a word.
        let anywhere = Uri::from_static("https://example.com");
        let intercepts = matcher(&url).intercept(&anywhere).is_some();
        intercepts.then_some(Self(url))
    }
}

impl fmt::Display for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.0.host_str().unwrap_or_default();
        write!(f, "{}://{host}", self.0.scheme())?;
        match self.0.port_or_known_default() {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Proxies {
    /// What the settings name, or without them what the environment does.
    #[must_use]
    pub fn new(list: Option<&ProxyList>) -> Self {
        let proxy = |url: &ProxyUrl| Way::Proxy(url.clone(), matcher(&url.0));
        let ways = match list {
            None => vec![Way::Environment(Matcher::from_env())],
            Some(ProxyList(urls)) if urls.is_empty() => vec![Way::Straight],
            Some(ProxyList(urls)) => urls.iter().map(proxy).collect(),
        };
        Self(Arc::new(Inner {
            ways,
            taken: Mutex::new(Taken {
                index: 0,
                since: clock::monotonic(),
            }),
        }))
    }

    /// Each way to an address by itself: those of the settings, or that of the environment, and behind them the straight one.
    #[must_use]
    pub fn each(list: Option<&ProxyList>, destination: &str) -> Vec<Path> {
        let straight = ProxyList(Vec::new());
        let mut paths = match list {
            Some(ProxyList(urls)) => urls.iter().map(Path::through).collect(),
            None => Vec::from_iter(Path::of_environment(destination)),
        };
        paths.push(Path {
            proxy: None,
            proxies: Self::new(Some(&straight)),
        });
        paths
    }

    /// The way that a new connection takes now, for [`Proxies::failed`].
    #[must_use]
    pub fn current(&self) -> usize {
        self.current_at(clock::monotonic())
    }

    fn current_at(&self, now: Instant) -> usize {
        let mut taken = self.taken();
        if taken.index > 0 && now.duration_since(taken.since) >= RETURN {
            *taken = Taken {
                index: 0,
                since: now,
            };
        }
        taken.index
    }

    /// Leaves a way on which no connection came about for the next one.
    pub fn failed(&self, way: usize) {
        let mut taken = self.taken();
        // Others that took it may have said so already.
        if self.0.ways.len() == 1 || taken.index != way {
            return;
        }
        *taken = Taken {
            index: (way + 1) % self.0.ways.len(),
            since: clock::monotonic(),
        };
        tracing::warn!(
            from = %self.0.ways[way],
            to = %self.0.ways[taken.index],
            "no connection through this proxy; the next one is taken"
        );
    }

    /// The proxy between here and `destination` on a way; `None` for a straight connection.
    #[must_use]
    pub fn between(&self, way: usize, destination: &Uri) -> Option<Intercept> {
        match &self.0.ways[way] {
            Way::Straight => None,
            Way::Environment(matcher) | Way::Proxy(_, matcher) => matcher.intercept(destination),
        }
    }

    /// The same for a client of `reqwest`, which knows the environment by itself.
    pub fn apply(&self, client: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        match self.0.ways.first() {
            None | Some(Way::Environment(_)) => client,
            Some(Way::Straight) => client.no_proxy(),
            Some(Way::Proxy(..)) => {
                let proxies = self.clone();
                client
                    .proxy(reqwest::Proxy::custom(move |_| proxies.url()))
                    // A tunnel whose far end is gone looks alive from here.
                    .http2_keep_alive_interval(ALIVE)
                    .http2_keep_alive_timeout(ALIVE)
            }
        }
    }

    fn url(&self) -> Option<Url> {
        match &self.0.ways[self.current()] {
            Way::Proxy(url, _) => Some(url.0.clone()),
            Way::Straight | Way::Environment(_) => None,
        }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Path {
    fn through(url: &ProxyUrl) -> Self {
        let alone = ProxyList(vec![url.clone()]);
        Self {
            proxy: Some(url.to_string()),
            proxies: Proxies::new(Some(&alone)),
        }
    }

    /// Through the proxy of the environment, where one stands there for this destination.
    fn of_environment(destination: &str) -> Option<Self> {
        let proxies = Proxies::new(None);
        let proxy = proxies.between(0, &destination.parse().ok()?)?;
        let uri = proxy.uri();
        let host = uri.authority()?.as_str();
        // A name and a password may stand before it.
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let scheme = uri.scheme_str().unwrap_or("http");
        Some(Self {
            proxy: Some(format!("{scheme}://{host} (HTTPS_PROXY)")),
            proxies,
        })
    }
}

/// Takes every destination to this proxy.
fn matcher(url: &Url) -> Matcher {
    Matcher::builder().all(url.as_str()).build()
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Straight => f.write_str("no proxy"),
            Self::Environment(_) => f.write_str("the environment"),
            Self::Proxy(url, _) => url.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_proxies_and_what_is_none() {
        for (text, shown) in [
            ("http://10.0.0.1:3128", Some("http://10.0.0.1:3128")),
            (
                "https://user:pa%40ss@proxy.example",
                Some("https://proxy.example:443"),
            ),
            (
                "socks5://proxy.example",
                Some("socks5://proxy.example:1080"),
            ),
            (
                "socks5h://me:secret@[::1]:9050/",
                Some("socks5h://[::1]:9050"),
            ),
            ("socks5h://прокси.example:1080", None),
            ("proxy.example:3128", None),
            ("ftp://proxy.example", None),
            ("http://", None),
            ("http://proxy.example/path", None),
            ("http://proxy.example?x", None),
        ] {
            let url = ProxyUrl::parse(text);
            assert_eq!(
                url.as_ref().map(ToString::to_string).as_deref(),
                shown,
                "{text}"
            );
            assert!(!format!("{url:?}").contains("secret"));
        }
    }

    #[test]
    fn the_next_is_taken_where_one_fails_and_the_first_again_after_a_while() {
        let urls = [
            "http://one:1",
            "socks5h://name:word@two:2",
            "http://three:3",
        ];
        let list = ProxyList(
            urls.iter()
                .filter_map(|text| ProxyUrl::parse(text))
                .collect(),
        );
        let proxies = Proxies::new(Some(&list));
        let destination = Uri::from_static("https://api.telegram.org");
        let between = |way| proxies.between(way, &destination).expect("a proxy");
        assert_eq!(proxies.current(), 0);
        proxies.failed(0);
        proxies.failed(0);
        assert_eq!(
            proxies.current(),
            1,
            "two that failed on one way leave it once"
        );
        assert_eq!(between(1).raw_auth(), Some(("name", "word")));
        assert_eq!(between(1).uri().host(), Some("two"));
        let now = clock::monotonic();
        assert_eq!(proxies.current_at(now + RETURN / 2), 1);
        assert_eq!(proxies.current_at(now + RETURN), 0);
        for way in 0..3 {
            proxies.failed(way);
        }
        assert_eq!(proxies.current(), 0, "after the last comes the first");
    }

    #[test]
    fn none_named_is_straight() {
        let proxies = Proxies::new(Some(&ProxyList(Vec::new())));
        proxies.failed(proxies.current());
        let destination = Uri::from_static("https://api.telegram.org");
        assert!(proxies.between(proxies.current(), &destination).is_none());
    }
}

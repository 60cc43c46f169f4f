//! The ways out: through SOCKS5 and HTTP proxies, with and without a password, and one that dies in the middle.

use std::{
    io::{Error, ErrorKind, Result},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use sheetdesk::testbed::PROMOTIONS;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

use crate::play::{PATIENCE, Play, hears};

/// What a proxy with a password wants.
const NAME_AND_PASSWORD: &str = "desk:pa ss";
/// The same in an address.
const IN_ADDRESS: &str = "desk:pa%20ss@";

#[derive(Clone, Copy)]
enum Kind {
    /// RFC 1928 and 1929.
    Socks5,
    /// CONNECT, or the whole address in the first line.
    Http,
    /// Takes connections and says nothing.
    Silent,
}

/// A proxy on the loopback; with it go its connections.
struct Proxy {
    address: String,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Proxy {
    async fn start(kind: Kind, password: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        let task = tokio::spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let counted = Arc::clone(&counted);
                open.spawn(async move {
                    let (client, mut server) = match kind {
                        Kind::Socks5 => socks5(stream, password).await?,
                        Kind::Http => http(stream, password).await?,
                        Kind::Silent => {
                            tokio::time::sleep(PATIENCE).await;
                            return Err(refused());
                        }
                    };
                    counted.fetch_add(1, Ordering::Relaxed);
                    let mut client = client;
                    copy_bidirectional(&mut client, &mut server).await
                });
            }
        });
        Self {
            address,
            connections,
            task,
        }
    }

    fn served(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    fn dies(self) {
        self.task.abort();
    }
}

fn refused() -> Error {
    Error::from(ErrorKind::PermissionDenied)
}

async fn socks5(mut client: TcpStream, password: Option<&str>) -> Result<(TcpStream, TcpStream)> {
    let mut greeting = [0; 2];
    client.read_exact(&mut greeting).await?;
    let mut methods = vec![0; greeting[1].into()];
    client.read_exact(&mut methods).await?;
    let method = if password.is_some() { 2 } else { 0 };
    if !methods.contains(&method) {
        client.write_all(&[5, 0xff]).await?;
        return Err(refused());
    }
    client.write_all(&[5, method]).await?;
    if let Some(password) = password {
        let mut said = Vec::new();
        client.read_u8().await?;
        for separator in [&b":"[..], b""] {
            let mut part = vec![0; client.read_u8().await?.into()];
            client.read_exact(&mut part).await?;
            said.extend_from_slice(&part);
            said.extend_from_slice(separator);
        }
        let right = said == password.as_bytes();
        client.write_all(&[1, u8::from(!right)]).await?;
        if !right {
            return Err(refused());
        }
    }
    let mut request = [0; 4];
    client.read_exact(&mut request).await?;
    let host = match request[3] {
        1 => {
            let mut address = [0; 4];
            client.read_exact(&mut address).await?;
            std::net::Ipv4Addr::from(address).to_string()
        }
        3 => {
            let mut name = vec![0; client.read_u8().await?.into()];
            client.read_exact(&mut name).await?;
            String::from_utf8_lossy(&name).into_owned()
        }
        _ => return Err(refused()),
    };
    let port = client.read_u16().await?;
    let server = TcpStream::connect((host, port)).await?;
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
    Ok((client, server))
}

async fn http(mut client: TcpStream, password: Option<&str>) -> Result<(TcpStream, TcpStream)> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if client.read_buf(&mut head).await? == 0 {
            return Err(refused());
        }
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let wanted = password.map(|words| format!("Basic {}", BASE64_STANDARD.encode(words)));
    if wanted.is_some_and(|wanted| !text.contains(&wanted)) {
        client
            .write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            .await?;
        return Err(refused());
    }
    let mut words = text.split(' ');
    let (method, target) = (words.next(), words.next().ok_or_else(refused)?);
    if method == Some("CONNECT") {
        let server = TcpStream::connect(target).await?;
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
        return Ok((client, server));
    }
    let rest = target.strip_prefix("http://").ok_or_else(refused)?;
    let host = rest.split('/').next().ok_or_else(refused)?;
    let mut server = TcpStream::connect(host).await?;
    server.write_all(&head).await?;
    Ok((client, server))
}

/// An appeal goes into the sheet and its answer into the chat, by the ways that are set.
async fn carries_both_ways(play: Play) {
    let service = play.start().await;
    play.registers().await;
    play.opens_appeal().await;
    play.types(2, "специалист_ответ", "Отчёт ушёл на почту")
        .await;
    play.hears("Отчёт ушёл на почту").await;
    play.settled().await;
    play.ends(service).await;
}

#[tokio::test]
async fn both_services_are_reached_through_proxies_with_and_without_a_password() {
    for (telegram, sheets, password) in [
        (Kind::Socks5, Kind::Http, None),
        (Kind::Http, Kind::Socks5, Some(NAME_AND_PASSWORD)),
    ] {
        let scheme = |kind| match kind {
            Kind::Socks5 => "socks5h",
            Kind::Http | Kind::Silent => "http",
        };
        let user = password.map_or("", |_| IN_ADDRESS);
        let mut play = Play::set().await;
        let proxies = [
            Proxy::start(telegram, password).await,
            Proxy::start(sheets, password).await,
        ];
        for (name, kind, proxy) in [
            ("TELEGRAM__PROXY", telegram, &proxies[0]),
            ("SHEETS__PROXY", sheets, &proxies[1]),
        ] {
            let address = format!("{}://{user}{}", scheme(kind), proxy.address);
            play.testbed.configure(name, &address);
        }
        carries_both_ways(play).await;
        assert!(proxies.iter().all(|proxy| proxy.served() > 0));
    }
}

#[tokio::test]
async fn a_proxy_that_is_not_there_gives_way_to_the_next() {
    let mut play = Play::set().await;
    let gone = Proxy::start(Kind::Socks5, None).await;
    let closed = gone.address.clone();
    gone.dies();
    // A wrong password is no better than none who listens.
    let strict = Proxy::start(Kind::Http, Some(NAME_AND_PASSWORD)).await;
    let silent = Proxy::start(Kind::Silent, None).await;
    let serving = Proxy::start(Kind::Socks5, None).await;
    let list = format!(
        "socks5://{closed}, http://desk:wrong@{}, socks5h://{}, socks5://{}",
        strict.address, silent.address, serving.address
    );
    play.testbed.configure("SHEETS__PROXY", &list);
    play.testbed.configure("TELEGRAM__PROXY", &list);
    carries_both_ways(play).await;
    assert_eq!(strict.served(), 0);
    assert!(serving.served() > 0);
}

#[tokio::test]
async fn a_proxy_that_dies_in_a_broadcast_loses_nobody_and_doubles_nobody() {
    const KEY: (&str, &str) = ("Название", "Двойное вознаграждение");
    const RECIPIENTS: i64 = 60;
    let mut play = Play::set().await;
    let people = play.enlists(RECIPIENTS);
    let first = Proxy::start(Kind::Socks5, None).await;
    let second = Proxy::start(Kind::Socks5, None).await;
    let list = format!("socks5://{}, socks5://{}", first.address, second.address);
    play.testbed.configure("TELEGRAM__PROXY", &list);
    play.testbed.configure("TELEGRAM__RATE_PER_SECOND", "30");
    let service = play.start().await;
    play.settled().await;
    let says = |wanted: &'static str| {
        let wanted = move |text: &str| text.starts_with(wanted);
        play.testbed
            .cell_where(PROMOTIONS, KEY, "Рассылка", wanted, PATIENCE)
    };
    let called = play.testbed.callback(PROMOTIONS).await;
    called.expect("the call is taken");
    says("готово: ").await.expect("it can go");
    play.testbed
        .type_into(PROMOTIONS, KEY, "Действие", "Опубликовать")
        .expect("there is such a row");
    let called = play.testbed.callback(PROMOTIONS).await;
    called.expect("the call is taken");
    let heard = |person: &simulator::telegram::Person| {
        let messages = person.messages();
        let told = |text: &str| text.contains("двойная комиссия");
        messages
            .iter()
            .filter(|message| told(&message.content.text))
            .count()
    };
    hears(&people[0], "двойная комиссия").await;
    let some = || people.iter().filter(|person| heard(person) > 0).count();
    let begun = async {
        while some() < 10 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, begun).await;
    waited.expect("the broadcast has begun");
    first.dies();
    says("разослана ").await.expect("the broadcast is over");
    let unknown = usize::try_from(play.settled().await.outbox.unknown).expect("few");
    let counts: Vec<_> = people.iter().map(heard).collect();
    assert!(counts.iter().all(|count| *count <= 1), "{counts:?}");
    let missed = counts.iter().filter(|count| **count == 0).count();
    assert!(missed <= unknown, "{missed} missed, {unknown} unknown");
    assert!(second.served() > 0);
    play.ends(service).await;
}

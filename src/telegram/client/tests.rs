//! The client against servers that answer, refuse, break off and keep silent.
//!
//! Invariant: no error bears the address, and with it the token.

use serde_json::json;
use tokio::{io::AsyncReadExt as _, net::TcpListener};

use super::*;
use crate::{
    domain::{
        ids::{OutboxId, Seq},
        text::Html,
    },
    proxies::Proxies,
    telegram::fake::{self, Fake, TOKEN, ok, refused},
};

async fn send_message(client: &BotClient) -> Result<MessageId, TelegramError> {
    let send = Send::talk(
        OutboxId::Reply(Seq(1), 0),
        ChatId(42),
        Html::escape("ответ"),
    );
    let sent = client
        .send_message(&send, &MessageText::marked_up(&send.text))
        .await;
    sent.map(|sent| sent.message)
}

#[tokio::test]
async fn a_message_goes_out_and_its_id_comes_back() {
    let fake = Fake::start(|_| {
        ok(&json!({"message_id": 17, "date": 0, "chat": {"id": 42, "type": "private"}}))
    })
    .await;
    let client = fake.client();
    assert_eq!(*client.health().borrow(), Health::Down);
    assert_eq!(send_message(&client).await, Ok(MessageId(17)));
    assert_eq!(*client.health().borrow(), Health::Ok);
    let calls = fake.calls();
    assert_eq!(
        (calls[0].method.as_str(), &calls[0].body["text"]),
        ("sendMessage", &json!("ответ"))
    );
}

#[tokio::test]
async fn a_429_is_heard_as_throttling() {
    let fake = Fake::start(|_| refused(429, "Too Many Requests: retry after 3")).await;
    let client = fake.client();
    assert!(matches!(
        client.me().await,
        Err(TelegramError::Refused {
            code: 429,
            retry_after: None,
            ..
        })
    ));
    assert_eq!(*client.health().borrow(), Health::Throttled);
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let port = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let client = fake::client(&format!("http://{port}/"));
    let error = send_message(&client).await.unwrap_err();
    assert!(matches!(error, TelegramError::NotSent(_)), "{error}");
    assert!(!format!("{error} {error:?}").contains(TOKEN), "{error:?}");
    assert_eq!(*client.health().borrow(), Health::Down);
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_request_leaves_it_unknown() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = fake::client(&format!("http://{}", listener.local_addr().unwrap()));
    let server = async {
        let (mut connection, _) = listener.accept().await.unwrap();
        let read = connection.read(&mut [0; 4096]).await.unwrap();
        assert!(read > 0);
    };
    let (result, ()) = tokio::join!(client.me(), server);
    let error = result.unwrap_err();
    assert!(matches!(error, TelegramError::Lost(_)), "{error}");
    assert!(!format!("{error} {error:?}").contains(TOKEN), "{error:?}");
}

#[tokio::test]
async fn a_call_that_is_never_answered_is_unknown() {
    fake::install_provider();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/bot{TOKEN}/getMe", listener.local_addr().unwrap());
    let http = reqwest::Client::builder()
        .timeout(Duration::from_millis(50))
        .build()
        .unwrap();
    let error = transport::failure(http.post(address).send().await.unwrap_err());
    assert!(matches!(error, TelegramError::Lost(_)), "{error}");
    assert!(!format!("{error} {error:?}").contains(TOKEN), "{error:?}");
}

#[tokio::test]
async fn a_file_that_has_vanished_is_gone_and_says_nothing_of_the_bot() {
    let fake = Fake::start(|_| {
        ok(&json!({"file_id": "f", "file_unique_id": "u", "file_path": "voice/1.ogg"}))
    })
    .await;
    let client = fake.client();
    let error = client.download("f").await.unwrap_err();
    assert!(
        matches!(error, TelegramError::Refused { code: 410, .. }),
        "{error}"
    );
    assert_eq!(
        (error.service_refusal(), client.service_refusal()),
        (None, None)
    );
}

#[test]
fn an_address_must_be_one() {
    for address in ["", "api.telegram.org", "ftp://api.telegram.org"] {
        let client = BotClient::new(address, Secret::new(TOKEN.to_owned()), Proxies::new(None));
        assert!(matches!(client, Err(BuildError::Address)), "{address}");
    }
}

//! Carries queued updates to the webhook.
//! Invariant: only an answer with a 2xx status takes an update out of the queue; anything else is
//! tried again, with the same bytes.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};

use tokio::time::Instant;

use super::webhook::{Failure, Post};
use super::{Shared, marks};
use crate::clock::Moment;
use crate::weather::Weather;

/// The header that proves where an update comes from (Bot API, `setWebhook`).
const SECRET_HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";

/// Sends what is due until the stand-in stops.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut changes = shared.changes();
    loop {
        changes.mark_unchanged();
        let (posts, next) = departures(&shared);
        for post in posts {
            shared.tasks.spawn(deliver(Arc::clone(&shared), post));
        }
        let retry = async {
            match next {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = shared.stop.cancelled() => return,
            changed = changes.changed() => if changed.is_err() { return },
            () = retry => {}
        }
    }
}

/// What may be sent now; nothing while everything is down.
fn departures(shared: &Shared) -> (Vec<Post>, Option<Instant>) {
    let mut state = shared.lock();
    match state.sky.now() {
        Weather::Down => (Vec::new(), None),
        _ => state.webhook.depart(Moment::now().steady),
    }
}

async fn deliver(shared: Arc<Shared>, post: Post) {
    let outcome = tokio::select! {
        () = shared.stop.cancelled() => return,
        outcome = attempt(&shared, &post) => outcome,
    };
    shared.change(|state| {
        match &outcome {
            Ok(()) => state.calls.delivered += 1,
            Err(_) => state.calls.undelivered += 1,
        }
        let trouble = outcome.as_ref().err().map(Failure::note);
        let departure = &post.departure;
        state
            .trail
            .add(marks::delivered(departure.lane, &departure.body, trouble));
        state.webhook.landed(&post, outcome, Moment::now());
    });
}

async fn attempt(shared: &Shared, post: &Post) -> Result<(), Failure> {
    let body = shared.lock().on_the_wire(&post.departure.body);
    let mut request = shared
        .client
        .post(post.url.clone())
        .header(CONTENT_TYPE, "application/json")
        .body(body);
    if let Some(secret) = &post.secret {
        request = request.header(SECRET_HEADER, secret);
    }
    let response = request.send().await.map_err(|error| broken(&error))?;
    let status = response.status();
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .map(Duration::from_secs);
    // The server reads the answer to its end before it counts it.
    response.bytes().await.map_err(|error| broken(&error))?;
    if status.is_success() {
        return Ok(());
    }
    Err(Failure {
        message: format!("Wrong response from the webhook: {status}"),
        retry_after,
    })
}

fn broken(error: &reqwest::Error) -> Failure {
    let message = if error.is_timeout() {
        "Read timeout expired"
    } else if error.is_connect() {
        "Connection refused"
    } else {
        "Connection closed"
    };
    Failure {
        message: message.to_owned(),
        retry_after: None,
    }
}

//! `/livez` and `/readyz`: what an orchestrator and a person are told about us.
//!
//! Invariant: being cut off from Telegram or Google never makes us unready; only not being able to keep updates does.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Value, json};

use super::backend::{Backend, Readiness, ServicePhase};
use crate::health::Health;

impl Readiness {
    fn status(&self) -> (StatusCode, &'static str) {
        let whole = self.telegram == Health::Ok && self.sheets == Health::Ok;
        match (self.phase, self.storing) {
            (ServicePhase::Starting, _) => (StatusCode::SERVICE_UNAVAILABLE, "starting"),
            (ServicePhase::Stopping, _) => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
            (ServicePhase::Running, false) => (StatusCode::SERVICE_UNAVAILABLE, "degraded"),
            (ServicePhase::Running, true) if whole => (StatusCode::OK, "ready"),
            (ServicePhase::Running, true) => (StatusCode::OK, "degraded"),
        }
    }
}

/// `/livez` and `/healthz`: the server answers, and that is all they say.
pub(super) async fn live() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// `/readyz`: 200 while updates can be stored.
pub(super) async fn ready<B: Backend>(State(backend): State<Arc<B>>) -> (StatusCode, Json<Value>) {
    let now = backend.readiness();
    let (status, word) = now.status();
    let journal = if now.storing {
        Health::Ok
    } else {
        Health::Down
    };
    let parts = json!({"journal": journal, "telegram": now.telegram, "sheets": now.sheets});
    let mut body = json!({"status": word, "parts": parts});
    if let Some(until) = now.silent_until {
        body["telegram_silent_until"] = until.into();
    }
    for tab in now.tabs_down {
        body["tabs"][tab] = json!(Health::Down);
    }
    (status, Json(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_phase_and_journal_decide_about_readiness() {
        use {Health::*, ServicePhase::*};
        for (phase, storing, telegram, sheets, code, word) in [
            (Running, true, Ok, Ok, 200, "ready"),
            (Running, true, Down, Ok, 200, "degraded"),
            (Running, true, Ok, Throttled, 200, "degraded"),
            (Running, true, Down, Down, 200, "degraded"),
            (Running, false, Ok, Ok, 503, "degraded"),
            (Starting, true, Ok, Ok, 503, "starting"),
            (Stopping, true, Ok, Ok, 503, "stopping"),
            (Stopping, false, Down, Down, 503, "stopping"),
        ] {
            let readiness = Readiness {
                phase,
                storing,
                telegram,
                sheets,
                silent_until: None,
                tabs_down: Vec::new(),
            };
            let (status, said) = readiness.status();
            assert_eq!((status.as_u16(), said), (code, word), "{readiness:?}");
        }
    }
}

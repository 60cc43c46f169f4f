//! What stands behind the demo's page: the service, the tour and the storm, for whoever presses a button.
//!
//! Invariant: an act that was begun is carried out, even if nobody waits for it any more.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use simulator::page::{Acted, Backstage};
use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    service::{DemoService, Tempo},
    storm::{self, Storm},
    tour::{GO_ON, Played, Player, SCRIPT},
};
use crate::testbed::{Newcomer, Testbed, TestbedError};

/// A storm may be made shorter or longer, within reason; in seconds.
const LENGTHS: std::ops::RangeInclusive<u64> = 5..=600;
/// What is said to whoever wants something in the midst of a storm.
const STORM_IS_ON: &str = "Идёт буря: подождите её конца. The storm is on: wait until it is over.";

/// The parts; clones share them.
#[derive(Clone)]
pub(super) struct DemoBackstage {
    testbed: Arc<Testbed>,
    service: Arc<DemoService>,
    player: Arc<Player>,
    storm: Arc<Storm>,
    /// Those who were on the staff list and not registered when all began.
    newcomers: Arc<[Newcomer]>,
    changes: Arc<watch::Sender<u64>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl DemoBackstage {
    pub(super) fn of(
        testbed: &Arc<Testbed>,
        service: &Arc<DemoService>,
        player: &Arc<Player>,
    ) -> Self {
        let storm = Storm::of(testbed, service);
        let changes = Arc::new(watch::Sender::new(0));
        tokio::spawn(forward(service.told(), Arc::clone(&changes)));
        tokio::spawn(forward(player.changes(), Arc::clone(&changes)));
        tokio::spawn(forward(storm.changes(), Arc::clone(&changes)));
        Self {
            testbed: Arc::clone(testbed),
            service: Arc::clone(service),
            player: Arc::clone(player),
            storm,
            newcomers: testbed.newcomers().into(),
            changes,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        }
    }

    /// Gives up whatever is being played, and waits until nobody acts any more.
    pub(super) async fn close(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    async fn carry_out(&self, name: &str, body: &Value) -> Result<Value, String> {
        let words = |error: TestbedError| error.to_string();
        if self.storm.is_on() && name != "tour/leave" {
            return Err(STORM_IS_ON.to_owned());
        }
        match name {
            "service/start" => self.service.start(Tempo::Watched).await.map_err(words)?,
            "service/stop" => drop(self.service.stop().await.map_err(words)?),
            "service/kill" => drop(self.service.kill().await.map_err(words)?),
            "tour/goto" => self.go_to(body)?,
            "tour/leave" => self.player.leave().await.map_err(words)?,
            "storm/start" => self.start_storm(body).await?,
            other => {
                return Err(format!(
                    "{other:?}: здесь так не умеют; nobody here can do that"
                ));
            }
        }
        Ok(json!({}))
    }

    /// The steps up to this one are played, one after the other, while the page looks on.
    fn go_to(&self, body: &Value) -> Result<(), String> {
        let id = body["step"].as_str().unwrap_or_default();
        let Some(last) = SCRIPT.iter().position(|about| about.id == id) else {
            return Err(format!("{id:?}: нет такого шага; there is no such step"));
        };
        let player = Arc::clone(&self.player);
        self.spawn(async move {
            if let Played::Failed(words) = player.play_to(last).await {
                println!("{}\n{}\n{GO_ON}", words.ru, words.en);
            }
        });
        Ok(())
    }

    async fn start_storm(&self, body: &Value) -> Result<(), String> {
        let length = match body["seconds"].as_u64() {
            None => storm::LENGTH,
            Some(seconds) if LENGTHS.contains(&seconds) => Duration::from_secs(seconds),
            Some(_) => return Err("от 5 до 600 секунд; from 5 to 600 seconds".to_owned()),
        };
        if self.player.is_playing() {
            return Err(
                "Идёт шаг экскурсии: подождите. A step of the tour is being played: wait."
                    .to_owned(),
            );
        }
        if !self.storm.begin() {
            return Err(STORM_IS_ON.to_owned());
        }
        let (storm, player) = (Arc::clone(&self.storm), Arc::clone(&self.player));
        self.spawn(async move { storm.rage(player.crowd().await, length).await });
        Ok(())
    }

    /// Does something apart from whoever asked for it, until the demo ends.
    fn spawn(&self, act: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.tasks
            .spawn(async move { stop.run_until_cancelled(act).await });
    }
}

impl Backstage for DemoBackstage {
    fn state(&self) -> Value {
        let told = self.service.told();
        let mut service = json!(*told.borrow());
        service["url"] = json!(format!("http://{}/readyz", self.testbed.address()));
        let newcomers = self.newcomers.iter();
        let newcomers =
            newcomers.map(|one| json!({"code": one.code, "name": one.name, "phone": one.phone}));
        json!({
            "service": service,
            "tour": self.player.state(),
            "storm": self.storm.state(),
            "partner_codes": newcomers.collect::<Vec<_>>(),
        })
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn act<'a>(&'a self, name: &'a str, body: Value) -> Acted<'a> {
        let (whole, name) = (self.clone(), name.to_owned());
        let (told, outcome) = tokio::sync::oneshot::channel();
        self.spawn(async move {
            // Whoever asked may have gone.
            let _ = told.send(whole.carry_out(&name, &body).await);
        });
        Box::pin(async move {
            let ending = || "демонстрация заканчивается; the demo is ending".to_owned();
            outcome.await.unwrap_or_else(|_| Err(ending()))
        })
    }
}

/// A new number for every change of a part.
async fn forward<T>(mut part: watch::Receiver<T>, changes: Arc<watch::Sender<u64>>) {
    while part.changed().await.is_ok() {
        changes.send_modify(|number| *number += 1);
    }
}

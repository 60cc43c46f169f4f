//! Plays with the service in this very process.
//!
//! Invariant: a flow that ends here has left nothing to do.

use sheetdesk::{
    app::{Ended, Reply, Request, ask},
    stage::Service,
};

use simulator::telegram::MessageId;

use crate::play::{PATIENCE, Play};

impl Play {
    /// The service runs.
    pub(crate) async fn open() -> (Self, Service) {
        let play = Self::set().await;
        let service = play.start().await;
        (play, service)
    }

    /// The service runs, and Marina is registered.
    pub(crate) async fn registered() -> (Self, Service) {
        let (play, service) = Self::open().await;
        play.registers().await;
        (play, service)
    }

    /// The service runs, and Marina has appeal № 2 in the sheet.
    pub(crate) async fn with_appeal() -> (Self, Service) {
        let (play, service) = Self::registered().await;
        play.opens_appeal().await;
        (play, service)
    }

    pub(crate) async fn start(&self) -> Service {
        self.stage.open().await.expect("the service starts")
    }

    /// The operator lets the held answers go.
    pub(crate) async fn releases(&self) {
        let reply = ask(&self.stage.data_dir(), &Request::ReleaseAnswers).await;
        assert!(matches!(reply, Ok(Reply::Released(_))), "{reply:?}");
    }

    /// Marina writes; the message's number.
    pub(crate) fn writes(&self, text: &str) -> MessageId {
        let update = self.marina.write(text);
        self.marina.message_of(update).expect("the message is there")
    }

    /// Marina's message gets its reaction.
    pub(crate) async fn sees_reaction(&self, message: MessageId) {
        self.stage
            .reaction(&self.marina, message, PATIENCE)
            .await
            .expect("the reaction is there");
    }

    /// The end of a flow: everything done, then stopped.
    pub(crate) async fn ends(self, service: Service) {
        self.settled().await;
        assert_eq!(service.stop().await, Ended::Stopped);
    }
}

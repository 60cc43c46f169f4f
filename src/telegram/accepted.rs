//! What Telegram tells of a message of ours that it has taken.
//!
//! Invariant: what a file is, is read out of the answer and never out of the call: Telegram may make something else of it.

use serde::Deserialize;

use crate::domain::{
    ids::MessageId,
    media::{Media, MediaKind},
};

/// The part of a sent `Message` that we keep.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Message")]
pub struct SentMessage {
    /// The message.
    pub message: MessageId,
    /// The picture or video in it, as it can be sent again.
    pub media: Option<Media>,
    /// The topic, or the thread, in which it stands.
    pub topic: Option<MessageId>,
}

impl SentMessage {
    /// A message of which nothing more is known.
    #[must_use]
    pub fn of(message: MessageId) -> Self {
        Self {
            message,
            media: None,
            topic: None,
        }
    }
}

/// Bot API: `Message`.
#[derive(Deserialize)]
struct Message {
    message_id: i64,
    message_thread_id: Option<i64>,
    /// Its sizes, the largest last.
    photo: Option<Vec<File>>,
    video: Option<File>,
    animation: Option<File>,
    /// Also present for an animation.
    document: Option<File>,
}

/// The part that `PhotoSize`, `Video`, `Animation` and `Document` have in common.
#[derive(Deserialize)]
struct File {
    file_id: String,
}

impl From<Message> for SentMessage {
    fn from(message: Message) -> Self {
        let photo = message.photo.and_then(|mut sizes| sizes.pop());
        let found = [
            (MediaKind::Photo, photo),
            (MediaKind::Video, message.video),
            (MediaKind::Animation, message.animation),
            (MediaKind::Document, message.document),
        ];
        let mut media = found.into_iter().filter_map(|(kind, file)| {
            let file = file?.file_id;
            Some(Media { kind, file })
        });
        Self {
            message: MessageId(message.message_id),
            media: media.next(),
            topic: message.message_thread_id.map(MessageId),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_came_with_a_message_is_known_by_what_telegram_calls_it() {
        let file = |id: &str| json!({"file_id": id, "file_unique_id": "u", "file_size": 3});
        for (more, media) in [
            (json!({"text": "a"}), None),
            (json!({"photo": []}), None),
            (
                json!({"photo": [file("s"), file("m"), file("x")]}),
                Some((MediaKind::Photo, "x")),
            ),
            (json!({"video": file("v")}), Some((MediaKind::Video, "v"))),
            (
                json!({"document": file("a"), "animation": file("a")}),
                Some((MediaKind::Animation, "a")),
            ),
            (
                json!({"document": file("d"), "caption": "b"}),
                Some((MediaKind::Document, "d")),
            ),
            (json!({"sticker": file("t")}), None),
        ] {
            let mut answer =
                json!({"message_id": 9, "date": 0, "chat": {"id": 42, "type": "private"}});
            answer
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            let accepted = SentMessage {
                media: media.map(|(kind, file)| Media {
                    kind,
                    file: file.to_owned(),
                }),
                ..SentMessage::of(MessageId(9))
            };
            assert_eq!(
                serde_json::from_value::<SentMessage>(answer.clone()).unwrap(),
                accepted,
                "{answer}"
            );
        }
    }
}

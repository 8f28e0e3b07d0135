//! What has to be true of a schedule: at every moment, and when it has come to rest.

use pronto_protocol::model::Message;
use pronto_protocol::send_queue::QueuedMessage;

use crate::world::{Seen, World, Written};

impl World {
    /// Nobody may hear of a message that a crash could still take back.
    pub(crate) fn check_durable(&mut self, conversation: usize, message: &Message) {
        if !self.server.conversations[conversation].committed().contains(message) {
            self.wrong = Some(format!("{message:?} was heard of before it was durable"));
        }
    }

    /// Whether nothing more will happen to any message.
    pub(crate) fn is_settled(&self) -> bool {
        self.devices.iter().all(|device| {
            device.queue.items().all(QueuedMessage::is_wedged)
                && device.timelines.iter().zip(&self.server.conversations).all(|(timeline, stored)| {
                    timeline.cursor() == stored.committed().len() as u64 && !timeline.has_earlier()
                })
        })
    }

    /// Judges the end of a schedule.
    pub(crate) fn judge(&mut self) {
        let verdict = self
            .judge_store()
            .or_else(|| self.written.iter().find_map(|written| self.judge_message(written)))
            .or_else(|| self.judge_order())
            .or_else(|| self.judge_views());
        self.wrong = self.wrong.take().or(verdict);
    }

    fn judge_store(&self) -> Option<String> {
        for stored in &self.server.conversations {
            let messages = stored.committed();
            for (index, message) in messages.iter().enumerate() {
                if message.seq != index as u64 + 1 {
                    return Some(format!("the seq of {message:?} should be {}", index + 1));
                }
                if messages.iter().skip(index + 1).any(|later| later.message_id == message.message_id) {
                    return Some(format!("{message:?} is stored twice"));
                }
                if messages.get(index + 1).is_some_and(|later| later.created_at < message.created_at) {
                    return Some(format!("the message after {message:?} is older"));
                }
                let same = |written: &&Written| {
                    written.message_id == message.message_id && written.body == message.body
                };
                if self.written.iter().find(same).is_none() {
                    return Some(format!("nobody wrote {message:?}"));
                }
            }
        }
        None
    }

    fn judge_message(&self, written: &Written) -> Option<String> {
        let id = &written.message_id;
        let stored = self.server.conversations[written.conversation].committed();
        let is_stored = stored.iter().any(|message| message.message_id == *id);
        let author = &self.devices[written.device];
        let queued = author.queue.get(id);
        let kept = author.kept.get(id);
        let shown = author.timelines[written.conversation]
            .entries(&author.queue, 0)
            .iter()
            .filter(|entry| entry.message_id() == id)
            .count();
        match (is_stored, queued) {
            (true, None) if kept.is_none() && shown == 1 => None,
            (true, None) if kept.is_some() => {
                Some(format!("{id} is stored, but would be sent again after a reload"))
            }
            (true, None) => Some(format!("{id} is stored, but shown {shown} times to its author")),
            (true, Some(_)) => Some(format!("{id} is stored, but its author's device does not know")),
            (false, None) if written.discarded => None,
            (false, None) => Some(format!("{id} is lost")),
            (false, Some(item)) if !item.is_wedged() => Some(format!("{id} still waits")),
            (false, Some(_)) if shown == 1 && kept.is_some() => None,
            (false, Some(_)) => Some(format!("{id} is wedged, but shown {shown} times or not kept")),
        }
    }

    /// What one device wrote into one conversation, and never had wedged, is stored in the order of writing.
    fn judge_order(&self) -> Option<String> {
        let seq = |written: &Written| {
            let stored = self.server.conversations[written.conversation].committed();
            stored.iter().find(|message| message.message_id == written.message_id).map(|message| message.seq)
        };
        for (index, first) in self.written.iter().enumerate().filter(|(_, written)| !written.wedged) {
            let later = self.written.iter().skip(index + 1).filter(|second| {
                !second.wedged && second.device == first.device && second.conversation == first.conversation
            });
            for second in later {
                if let (Some(before), Some(after)) = (seq(first), seq(second))
                    && before > after
                {
                    return Some(format!("{} overtook {}", second.message_id, first.message_id));
                }
            }
        }
        None
    }

    fn judge_views(&self) -> Option<String> {
        for (place, device) in self.devices.iter().enumerate() {
            for (timeline, stored) in device.timelines.iter().zip(&self.server.conversations) {
                if !timeline.messages().eq(stored.committed()) {
                    return Some(format!("device {place} does not see what {} holds", stored.id));
                }
            }
        }
        None
    }
}

impl Seen {
    fn counts(&mut self) -> [&mut u32; 11] {
        [
            &mut self.repeats,
            &mut self.wedged,
            &mut self.reloads,
            &mut self.crashes_before_commit,
            &mut self.crashes_after_commit,
            &mut self.gaps,
            &mut self.polls,
            &mut self.stale_frames,
            &mut self.dead_sockets,
            &mut self.lags,
            &mut self.prepended,
        ]
    }

    pub(crate) fn add(&mut self, other: &Self) {
        let mut other = *other;
        for (sum, more) in self.counts().into_iter().zip(other.counts()) {
            *sum = sum.saturating_add(*more);
        }
    }

    pub(crate) fn all_happened(mut self) -> bool {
        self.counts().into_iter().all(|count| *count > 0)
    }
}

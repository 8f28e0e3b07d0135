//! A device in a schedule: the real client half, driven as a browser's page drives it. A reload leaves nothing of it
//! but the persisted queue.

use pronto_protocol::api::Cursor;
use pronto_protocol::connection::{Connection, Effect};
use pronto_protocol::frame::{Hello, ServerFrame};
use pronto_protocol::id::{ConversationId, MessageId, Millis};
use pronto_protocol::model::{Author, Message};
use pronto_protocol::send_queue::{Failure, QueuedMessage, SendQueue};
use pronto_protocol::timeline::Timeline;

use crate::world::{Answer, Ask, Break, Event, Request, World, Written};

pub(crate) struct Device {
    pub(crate) author: Author,
    /// Which page load this is; answers to an earlier one find nobody.
    pub(crate) life: u32,
    pub(crate) queue: SendQueue,
    /// What the browser's storage holds.
    pub(crate) kept: SendQueue,
    pub(crate) timelines: Vec<Timeline>,
    pub(crate) online: bool,
    pub(crate) link: Option<usize>,
    pub(crate) requests: Vec<u64>,
    connection: Connection,
    /// It reads the last page before it connects, and older ones later; the other kind resumes from the beginning.
    page_first: bool,
    loaded: Vec<bool>,
    reading: Vec<bool>,
    /// How wrong its clock goes.
    skew: i64,
    connection_timer: u64,
    queue_timer: u64,
}

fn fresh_timelines(conversations: usize) -> Vec<Timeline> {
    let id = |place| ConversationId::new(format!("c{place}")).expect("an id");
    (0..conversations).map(|place| Timeline::new(id(place))).collect()
}

impl Device {
    pub(crate) fn new(author: Author, conversations: usize, page_first: bool) -> Self {
        Self {
            author,
            life: 0,
            queue: SendQueue::default(),
            kept: SendQueue::default(),
            timelines: fresh_timelines(conversations),
            online: true,
            link: None,
            requests: Vec::new(),
            connection: Connection::new(),
            page_first,
            loaded: vec![false; conversations],
            reading: vec![false; conversations],
            skew: 0,
            connection_timer: 0,
            queue_timer: 0,
        }
    }

    fn is_loaded(&self) -> bool {
        !self.page_first || self.loaded.iter().all(|loaded| *loaded)
    }

    fn hello(&self) -> Hello {
        let cursor = |timeline: &Timeline| Cursor {
            conversation_id: timeline.conversation_id().clone(),
            after: timeline.cursor(),
        };
        Hello { session: None, cursors: self.timelines.iter().map(cursor).collect() }
    }
}

impl World {
    fn clock(&self, device: usize) -> Millis {
        Millis(self.now + self.devices[device].skew)
    }

    /// The page has loaded.
    pub(crate) fn wake_up(&mut self, device: usize) {
        if self.devices[device].is_loaded() {
            self.start(device);
        } else {
            for conversation in 0..self.devices[device].timelines.len() {
                self.read_on(device, conversation);
            }
        }
        self.pump(device);
    }

    fn start(&mut self, device: usize) {
        let now = self.clock(device);
        let effects = self.devices[device].connection.start(now);
        self.perform(device, effects);
    }

    pub(crate) fn reload(&mut self, device: usize) {
        self.tell(|| format!("device {device} reloads"));
        self.seen.reloads += 1;
        if let Some(link) = self.devices[device].link.take() {
            self.cut(link);
        }
        let stored = serde_json::to_string(&self.devices[device].kept).expect("a queue serializes");
        let conversations = self.devices[device].timelines.len();
        let page_first = self.dice.chance(50);
        let old = &mut self.devices[device];
        let mut fresh = Device::new(old.author, conversations, page_first);
        fresh.life = old.life + 1;
        fresh.online = old.online;
        fresh.skew = old.skew;
        fresh.kept = std::mem::take(&mut old.kept);
        fresh.queue = serde_json::from_str(&stored).expect("a kept queue parses");
        *old = fresh;
        self.wake_up(device);
    }

    pub(crate) fn set_clock(&mut self, device: usize) {
        self.devices[device].skew = self.dice.between(-7_200_000, 600_000);
        self.tell(|| format!("device {device} sets its clock"));
    }

    pub(crate) fn toggle_network(&mut self, device: usize) {
        if !self.devices[device].online {
            return self.network_back(device);
        }
        self.tell(|| format!("device {device} is offline"));
        self.devices[device].online = false;
        if let Some(link) = self.devices[device].link {
            self.links[link].black_hole = true;
        }
        let effects = self.devices[device].connection.offline();
        self.perform(device, effects);
    }

    pub(crate) fn network_back(&mut self, device: usize) {
        self.tell(|| format!("device {device} is online"));
        self.devices[device].online = true;
        let now = self.clock(device);
        let effects = self.devices[device].connection.online(now);
        self.perform(device, effects);
        self.devices[device].queue.hurry();
        self.pump(device);
    }

    /// Writes a message; or tries a wedged one again, or gives it up.
    pub(crate) fn person(&mut self, device: usize) {
        let wedged = self.devices[device].queue.items().find(|item| item.is_wedged());
        if let Some(wedged) = wedged.map(|item| item.message_id.clone())
            && self.dice.chance(60)
        {
            return self.decide_on(device, &wedged);
        }
        let conversation = self.dice.below(self.server.conversations.len());
        let message_id = MessageId::new(format!("d{device}-{}", self.written.len())).expect("an id");
        let body = match self.dice.below(40) {
            0 => " \n".into(),
            1 => "x".repeat(4_097),
            _ => format!("text {}", self.written.len()),
        };
        self.tell(|| format!("device {device} writes {message_id} into c{conversation}"));
        let id = self.devices[device].timelines[conversation].conversation_id().clone();
        let item = QueuedMessage::new(id, message_id.clone(), body.clone(), self.clock(device));
        self.written.push(Written {
            device,
            conversation,
            message_id,
            body,
            wedged: false,
            discarded: false,
        });
        self.devices[device].queue.push(item);
        self.keep(device);
        self.pump(device);
    }

    fn decide_on(&mut self, device: usize, wedged: &MessageId) {
        if self.dice.chance(60) {
            self.tell(|| format!("device {device} tries {wedged} again"));
            self.devices[device].queue.retry(wedged);
        } else {
            self.tell(|| format!("device {device} gives {wedged} up"));
            self.devices[device].queue.discard(wedged);
            for written in self.written.iter_mut().filter(|written| written.message_id == *wedged) {
                written.discarded = true;
            }
        }
        self.keep(device);
        self.pump(device);
    }

    fn keep(&mut self, device: usize) {
        if self.broken != Break::DevicePersistsTooLate {
            self.devices[device].kept = self.devices[device].queue.clone();
        }
    }

    /// Sends what is due, and sets the alarm for what is not.
    fn pump(&mut self, device: usize) {
        let now = self.clock(device);
        while let Some(outgoing) = self.devices[device].queue.next(now) {
            self.keep(device);
            let conversation = self.place(&outgoing.conversation_id);
            if self.broken == Break::DeviceSendsAllAtOnce {
                let all: Vec<QueuedMessage> = self.devices[device].queue.items().cloned().collect();
                for item in all.into_iter().filter(|item| item.message_id != outgoing.message.message_id) {
                    let mut message = outgoing.message.clone();
                    (message.message_id, message.body) = (item.message_id, item.body);
                    let conversation = self.place(&item.conversation_id);
                    self.request(device, Ask::Post { conversation, message });
                }
            }
            self.request(device, Ask::Post { conversation, message: outgoing.message });
        }
        if let Some(at) = self.devices[device].queue.wake_at() {
            let timer = self.number();
            self.devices[device].queue_timer = timer;
            self.after(at.since(now).min(600_000), Event::QueueTimer { device, timer });
        }
    }

    fn place(&self, id: &ConversationId) -> usize {
        self.server
            .conversations
            .iter()
            .position(|stored| stored.id == *id)
            .expect("a conversation of this world")
    }

    pub(crate) fn queue_timer(&mut self, device: usize, timer: u64) {
        if self.devices[device].queue_timer == timer {
            self.pump(device);
        }
    }

    pub(crate) fn connection_timer(&mut self, device: usize, timer: u64) {
        if self.devices[device].connection_timer == timer {
            let (now, jitter) = (self.clock(device), self.dice.unit());
            let was_open = self.devices[device].connection.is_open();
            let effects = self.devices[device].connection.tick(now, jitter);
            self.seen.dead_sockets += u32::from(was_open && effects.contains(&Effect::Close));
            self.perform(device, effects);
        }
    }

    fn perform(&mut self, device: usize, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Open(generation) => self.open_link(device, generation),
                Effect::Poll(generation) => {
                    let cursors = self.devices[device].timelines.iter().map(Timeline::cursor).collect();
                    let wait_ms = self.devices[device].connection.poll_wait_ms();
                    self.request(device, Ask::Poll { generation, cursors, wait_ms });
                }
                Effect::Close => {
                    if let Some(link) = self.devices[device].link.take() {
                        self.links[link].left = true;
                        self.cut(link);
                    }
                }
                Effect::Send(frame) => {
                    if let Some(link) = self.devices[device].link {
                        self.send_up(link, frame);
                    }
                }
                Effect::WakeAt(at) => {
                    let (timer, wait) = (self.number(), at.since(self.clock(device)));
                    self.devices[device].connection_timer = timer;
                    self.after(wait, Event::ConnectionTimer { device, timer });
                }
            }
        }
    }

    pub(crate) fn link_up(&mut self, link: usize) {
        let (device, generation) = (self.links[link].device, self.links[link].generation);
        if !self.links[link].open || self.links[link].life != self.devices[device].life {
            return;
        }
        let hello = self.devices[device].hello();
        let effects = self.devices[device].connection.opened(generation, hello);
        self.perform(device, effects);
    }

    pub(crate) fn link_down(&mut self, link: usize) {
        let (device, generation) = (self.links[link].device, self.links[link].generation);
        if self.links[link].life == self.devices[device].life {
            let (now, jitter) = (self.clock(device), self.dice.unit());
            let effects = self.devices[device].connection.closed(generation, now, jitter);
            self.perform(device, effects);
        }
    }

    pub(crate) fn frame_down(&mut self, link: usize, frame: &ServerFrame) {
        let (device, generation) = (self.links[link].device, self.links[link].generation);
        if self.links[link].life == self.devices[device].life
            && (self.links[link].open || self.links[link].left)
        {
            self.hear(device, generation, frame);
        }
    }

    fn hear(&mut self, device: usize, generation: u32, frame: &ServerFrame) {
        let (now, jitter) = (self.clock(device), self.dice.unit());
        match self.devices[device].connection.frame(generation, frame, now, jitter) {
            None => self.seen.stale_frames += 1,
            Some(effects) => {
                self.perform(device, effects);
                match frame {
                    ServerFrame::Message(message) => self.take_in(device, message.clone()),
                    ServerFrame::CaughtUp(cursor) => {
                        let conversation = self.place(&cursor.conversation_id);
                        self.devices[device].timelines[conversation].knows(cursor.after);
                        self.read_on(device, conversation);
                    }
                    _ => {}
                }
            }
        }
    }

    /// A stored message came by, whichever way.
    fn take_in(&mut self, device: usize, message: Message) {
        let conversation = self.place(&message.conversation_id);
        self.tell(|| format!("device {device} has {message:?}"));
        self.check_durable(conversation, &message);
        if self.devices[device].queue.acknowledged(&message.message_id).is_some() {
            self.keep(device);
        }
        self.devices[device].timelines[conversation].apply(message);
        self.read_on(device, conversation);
        self.pump(device);
    }

    /// Reads what is known to be missing: the last page, or what comes after the cursor, or older history at the end.
    fn read_on(&mut self, device: usize, conversation: usize) {
        let state = &self.devices[device];
        let timeline = &state.timelines[conversation];
        let ask = if state.page_first && !state.loaded[conversation] {
            Ask::Last { conversation }
        } else if timeline.has_gap() {
            Ask::After { conversation, after: timeline.cursor() }
        } else if let Some(before) = timeline.first().filter(|_| timeline.has_earlier()) {
            Ask::Before { conversation, before }
        } else {
            return;
        };
        if std::mem::replace(&mut self.devices[device].reading[conversation], true) {
            return;
        }
        self.seen.gaps += u32::from(matches!(ask, Ask::After { .. }));
        self.request(device, ask);
    }

    pub(crate) fn read_again(&mut self, device: usize, life: u32, conversation: usize) {
        if self.devices[device].life == life {
            self.devices[device].reading[conversation] = false;
            self.read_on(device, conversation);
        }
    }

    pub(crate) fn returned(&mut self, request: Request, answer: Answer) {
        let device = request.device;
        let waits = self.devices[device].requests.iter().position(|number| *number == request.number);
        let Some(place) = waits.filter(|_| self.devices[device].life == request.life) else { return };
        self.devices[device].requests.swap_remove(place);
        match request.ask {
            Ask::Post { message, .. } => self.post_returned(device, &message.message_id, answer),
            Ask::Poll { generation, .. } => self.poll_returned(device, generation, answer),
            Ask::After { conversation, .. }
            | Ask::Before { conversation, .. }
            | Ask::Last { conversation } => {
                self.page_returned(device, conversation, answer);
            }
        }
    }

    fn post_returned(&mut self, device: usize, id: &MessageId, answer: Answer) {
        let failure = match answer {
            Answer::Sent(message) => return self.take_in(device, message),
            Answer::Refused { code, retry_after_ms } => Failure::Refused { code, retry_after_ms },
            _ => Failure::Network,
        };
        let (now, jitter) = (self.clock(device), self.dice.unit());
        self.devices[device].queue.failed(id, failure, now, jitter);
        if self.devices[device].queue.get(id).is_some_and(QueuedMessage::is_wedged) {
            self.tell(|| format!("{id} is wedged on device {device}"));
            self.seen.wedged += 1;
            for written in self.written.iter_mut().filter(|written| written.message_id == *id) {
                written.wedged = true;
            }
        }
        self.keep(device);
        self.pump(device);
    }

    fn poll_returned(&mut self, device: usize, generation: u32, answer: Answer) {
        if let Answer::Polled(frames) = answer {
            for frame in &frames {
                self.hear(device, generation, frame);
            }
            let now = self.clock(device);
            let effects = self.devices[device].connection.polled(generation, now);
            self.perform(device, effects);
        } else {
            let (now, jitter) = (self.clock(device), self.dice.unit());
            let effects = self.devices[device].connection.closed(generation, now, jitter);
            self.perform(device, effects);
        }
    }

    fn page_returned(&mut self, device: usize, conversation: usize, answer: Answer) {
        let Answer::Page { messages, last_seq } = answer else {
            let life = self.devices[device].life;
            return self.after(1_000, Event::ReadAgain { device, life, conversation });
        };
        self.devices[device].reading[conversation] = false;
        for message in &messages {
            if self.devices[device].queue.acknowledged(&message.message_id).is_some() {
                self.keep(device);
            }
        }
        let timeline = &mut self.devices[device].timelines[conversation];
        let older = timeline.first().is_some_and(|first| messages.iter().any(|message| message.seq < first));
        if older {
            self.seen.prepended += u32::from(timeline.prepend_page(messages));
        } else {
            let was_loaded = std::mem::replace(&mut self.devices[device].loaded[conversation], true);
            let timeline = &mut self.devices[device].timelines[conversation];
            if was_loaded {
                for message in messages {
                    timeline.apply(message);
                }
            } else {
                timeline.start(messages);
            }
            timeline.knows(last_seq);
        }
        if self.devices[device].is_loaded() {
            self.start(device);
        }
        self.read_on(device, conversation);
        self.pump(device);
    }
}

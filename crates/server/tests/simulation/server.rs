//! The server's side of a schedule: its real rules ([`decide`]), around a store that forgets at a crash whatever was
//! not committed, and a bus that repeats, reorders and loses.

use pronto_protocol::api::{Cursor, ErrorCode};
use pronto_protocol::frame::{ClientFrame, Ping, ServerFrame, Welcome};
use pronto_protocol::id::{ConversationId, Millis};
use pronto_protocol::model::{Author, Channel, Message};
use pronto_server::conversation::{Change, Command, ConversationState, Refusal, Road, decide};

use crate::world::{Answer, Ask, Break, Event, Request, World};

/// One conversation in the store.
pub(crate) struct Stored {
    pub(crate) id: ConversationId,
    state: ConversationState,
    messages: Vec<Message>,
    /// How much of it is committed.
    committed: usize,
    committed_state: ConversationState,
}

impl Stored {
    pub(crate) fn committed(&self) -> &[Message] {
        &self.messages[..self.committed]
    }

    fn after(&self, seq: u64) -> &[Message] {
        self.committed().get(seq as usize..).unwrap_or(&[])
    }

    /// What the transaction of one message does; whether it was stored before, and how it stands now.
    fn append(
        &mut self,
        author: Author,
        request: &pronto_protocol::api::SendMessage,
        now: Millis,
        broken: Break,
    ) -> Result<(bool, Message), Refusal> {
        let known = self.messages.iter().find(|known| known.message_id == request.message_id);
        let known = known.filter(|_| broken != Break::ServerForgetsIds);
        let earlier = known.map(|known| (known.author, known.body.as_str(), [].as_slice()));
        let command = Command::Append {
            author,
            body: &request.body,
            files: &request.attachments,
            earlier,
            promise: None,
            away: false,
            road: Road::Open,
        };
        let changes = decide(&self.state, command, now)?;
        let stored = changes.iter().find_map(|change| match *change {
            Change::Stored { seq, author, at } => Some((seq, author, at)),
            _ => None,
        });
        let Some((seq, author, at)) = stored else {
            return Ok((true, known.expect("only a known message changes nothing").clone()));
        };
        let message = Message {
            message_id: request.message_id.clone(),
            conversation_id: self.id.clone(),
            seq,
            author,
            author_name: None,
            channel: Channel::Widget,
            body: request.body.clone(),
            created_at: at,
            quick_replies: Vec::new(),
            attachments: Vec::new(),
        };
        for change in &changes {
            self.state = self.state.clone().after(change);
        }
        self.messages.push(message.clone());
        Ok((false, message))
    }
}

struct WaitingPoll {
    request: Request,
    cursors: Vec<u64>,
}

pub(crate) struct Server {
    pub(crate) conversations: Vec<Stored>,
    pub(crate) up: bool,
    /// How wrong its clock goes.
    pub(crate) skew: i64,
    epoch: u32,
    /// Answers that wait for the commit of what they answer.
    batch: Vec<(Request, Answer)>,
    polls: Vec<WaitingPoll>,
}

impl Server {
    pub(crate) fn new(conversations: usize) -> Self {
        let opened = ConversationState::opened(Millis(0), false);
        let conversation = |place: usize| Stored {
            id: ConversationId::new(format!("c{place}")).expect("an id"),
            state: opened.clone(),
            messages: Vec::new(),
            committed: 0,
            committed_state: opened.clone(),
        };
        Self {
            conversations: (0..conversations).map(conversation).collect(),
            up: true,
            skew: 0,
            epoch: 0,
            batch: Vec::new(),
            polls: Vec::new(),
        }
    }
}

impl World {
    pub(crate) fn arrive(&mut self, request: Request) {
        if !self.server.up {
            return self.answer(request, Answer::Failed);
        }
        match &request.ask {
            Ask::Post { .. } => self.post(request),
            Ask::After { conversation, after } => {
                let all = self.server.conversations[*conversation].after(*after);
                let page = all.iter().take(2).cloned().collect();
                self.answer_page(request, page);
            }
            Ask::Before { conversation, before } => {
                let all = self.server.conversations[*conversation].committed();
                let end = (*before as usize).saturating_sub(1).min(all.len());
                let page = all[end.saturating_sub(2)..end].to_vec();
                self.answer_page(request, page);
            }
            Ask::Last { conversation } => {
                let all = self.server.conversations[*conversation].committed();
                let page = all[all.len().saturating_sub(2)..].to_vec();
                self.answer_page(request, page);
            }
            Ask::Poll { cursors, wait_ms, .. } => {
                let (cursors, wait_ms) = (cursors.clone(), *wait_ms);
                self.poll(request, cursors, wait_ms);
            }
        }
    }

    fn answer_page(&mut self, request: Request, messages: Vec<Message>) {
        let (Ask::After { conversation, .. } | Ask::Before { conversation, .. } | Ask::Last { conversation }) =
            request.ask
        else {
            return;
        };
        let last_seq = self.server.conversations[conversation].committed().len() as u64;
        self.answer(request, Answer::Page { messages, last_seq });
    }

    /// Runs the rules inside the running transaction; the answer waits for its commit.
    fn post(&mut self, request: Request) {
        let Ask::Post { conversation, message } = &request.ask else { return };
        if !self.calm && self.dice.chance(4) {
            return self.refuse_for_once(request);
        }
        let author = self.devices[request.device].author;
        let now = Millis(self.now + self.server.skew);
        let number = request.number;
        match self.server.conversations[*conversation].append(author, message, now, self.broken) {
            Ok((again, message)) => {
                self.seen.repeats += u32::from(again);
                self.tell(|| {
                    format!("request {number} becomes {message:?}{}", if again { " again" } else { "" })
                });
                if self.broken == Break::ServerAnswersTooEarly {
                    self.answer(request.clone(), Answer::Sent(message.clone()));
                }
                self.server.batch.push((request, Answer::Sent(message)));
                if self.server.batch.len() == 1 {
                    let (wait, epoch) = (self.dice.between(1, 30), self.server.epoch);
                    self.after(wait, Event::Commit { epoch });
                }
            }
            Err(refusal) => {
                let code = match refusal {
                    Refusal::IdReused => ErrorCode::IdReused,
                    Refusal::BodyEmpty => ErrorCode::BodyEmpty,
                    Refusal::BodyTooLong => ErrorCode::BodyTooLong,
                    Refusal::Blocked => ErrorCode::Blocked,
                    Refusal::WindowClosed => ErrorCode::WindowClosed,
                    Refusal::OverBudget => ErrorCode::OverBudget,
                };
                self.answer(request, Answer::Refused { code, retry_after_ms: None });
            }
        }
    }

    fn refuse_for_once(&mut self, request: Request) {
        let codes = [
            ErrorCode::Unauthorized,
            ErrorCode::NotFound,
            ErrorCode::TooMany,
            ErrorCode::StorageFull,
            ErrorCode::Unavailable,
            ErrorCode::Unknown,
        ];
        let code = codes[self.dice.below(codes.len())];
        let retry_after_ms = (code == ErrorCode::TooMany).then_some(3_000);
        self.tell(|| format!("request {} is refused: {}", request.number, code.as_str()));
        self.answer(request, Answer::Refused { code, retry_after_ms });
    }

    /// The end of a transaction. The server may die right before it, or right after.
    pub(crate) fn commit(&mut self, epoch: u32) {
        if epoch != self.server.epoch {
            return;
        }
        if !self.calm && self.dice.chance(6) {
            self.seen.crashes_before_commit += 1;
            return self.crash("before commit");
        }
        let mut news = Vec::new();
        for (place, stored) in self.server.conversations.iter_mut().enumerate() {
            news.extend((stored.committed..stored.messages.len()).map(|index| (place, index as u64 + 1)));
            stored.committed = stored.messages.len();
            stored.committed_state = stored.state.clone();
        }
        self.tell(|| format!("commit of {} messages", news.len()));
        if !self.calm && self.dice.chance(6) {
            self.seen.crashes_after_commit += 1;
            return self.crash("after commit");
        }
        for (request, answer) in std::mem::take(&mut self.server.batch) {
            self.answer(request, answer);
        }
        for (conversation, seq) in news {
            self.publish(conversation, seq);
        }
        self.answer_polls();
    }

    pub(crate) fn crash(&mut self, when: &str) {
        if !self.server.up {
            return;
        }
        self.tell(|| format!("the server dies {when}"));
        self.server.up = false;
        self.server.epoch += 1;
        for stored in &mut self.server.conversations {
            stored.messages.truncate(stored.committed);
            stored.state = stored.committed_state.clone();
        }
        let batch = std::mem::take(&mut self.server.batch).into_iter().map(|(request, _)| request);
        let polls = std::mem::take(&mut self.server.polls).into_iter().map(|poll| poll.request);
        for request in batch.chain(polls) {
            self.answer(request, Answer::Failed);
        }
        for link in 0..self.links.len() {
            self.cut(link);
        }
        let wait = self.dice.between(50, 8_000);
        self.after(wait, Event::Restart);
    }

    pub(crate) fn restart(&mut self) {
        if !self.server.up {
            self.tell(|| "the server is back".into());
            self.server.up = true;
        }
    }

    /// Tells every socket of a committed message, over a bus that may repeat, reorder or lose it.
    fn publish(&mut self, conversation: usize, seq: u64) {
        for link in 0..self.links.len() {
            if !self.links[link].open || self.links[link].sent.is_none() {
                continue;
            }
            let wait = self.dice.between(0, 60);
            if self.dice.chance(5) {
                self.seen.lags += 1;
                if self.broken != Break::BusLosesSilently {
                    self.after(wait, Event::Lag { link });
                }
                continue;
            }
            if self.dice.chance(5) {
                self.after(wait + 40, Event::Bus { link, conversation, seq });
            }
            self.after(wait, Event::Bus { link, conversation, seq });
        }
    }

    /// The bus brought word of one message to the task of a socket, which passes it on as it comes.
    pub(crate) fn bus(&mut self, link: usize, conversation: usize, seq: u64) {
        if !self.links[link].open {
            return;
        }
        let message = self.server.conversations[conversation].committed().get(seq as usize - 1).cloned();
        let Some(message) = message else { return };
        if let Some(sent) = self.links[link].sent.as_mut().and_then(|sent| sent.get_mut(conversation))
            && seq == *sent + 1
        {
            *sent = seq;
        }
        self.send_down(link, ServerFrame::Message(message));
    }

    /// The socket's task was told that it missed something: it reads on after what it has sent without a gap.
    pub(crate) fn lag(&mut self, link: usize) {
        if !self.links[link].open {
            return;
        }
        let Some(sent) = self.links[link].sent.clone() else { return };
        let frames = self.missed(&sent);
        self.links[link].sent =
            Some(self.server.conversations.iter().map(|stored| stored.committed as u64).collect());
        for frame in frames {
            self.send_down(link, frame);
        }
    }

    fn missed(&self, cursors: &[u64]) -> Vec<ServerFrame> {
        let mut frames = Vec::new();
        for (stored, after) in self.server.conversations.iter().zip(cursors) {
            frames.extend(stored.after(*after).iter().cloned().map(ServerFrame::Message));
            frames.push(ServerFrame::CaughtUp(Cursor {
                conversation_id: stored.id.clone(),
                after: stored.committed as u64,
            }));
        }
        frames
    }

    pub(crate) fn frame_up(&mut self, link: usize, frame: ClientFrame) {
        if !self.links[link].open {
            return;
        }
        match frame {
            ClientFrame::Hello(hello) => {
                let cursors: Vec<u64> = hello.cursors.iter().map(|cursor| cursor.after).collect();
                let now = Millis(self.now + self.server.skew);
                self.send_down(link, ServerFrame::Welcome(Welcome { now, heartbeat_ms: 25_000 }));
                self.links[link].sent = Some(cursors);
                self.lag(link);
            }
            ClientFrame::Ping(Ping { n }) => self.send_down(link, ServerFrame::Pong(Ping { n })),
            ClientFrame::Typing(_) | ClientFrame::Receipts(_) => {}
        }
    }

    fn poll(&mut self, request: Request, cursors: Vec<u64>, wait_ms: u32) {
        self.seen.polls += 1;
        if self.behind(&cursors) || wait_ms == 0 {
            let frames = self.missed(&cursors);
            return self.answer(request, Answer::Polled(frames));
        }
        let number = request.number;
        self.server.polls.push(WaitingPoll { request, cursors });
        self.after(i64::from(wait_ms), Event::PollDue { number });
    }

    fn behind(&self, cursors: &[u64]) -> bool {
        self.server.conversations.iter().zip(cursors).any(|(stored, after)| stored.committed as u64 > *after)
    }

    fn answer_polls(&mut self) {
        let (ready, waiting) =
            std::mem::take(&mut self.server.polls).into_iter().partition(|poll| self.behind(&poll.cursors));
        self.server.polls = waiting;
        for poll in ready {
            let poll: WaitingPoll = poll;
            let frames = self.missed(&poll.cursors);
            self.answer(poll.request, Answer::Polled(frames));
        }
    }

    pub(crate) fn poll_due(&mut self, number: u64) {
        let Some(place) = self.server.polls.iter().position(|poll| poll.request.number == number) else {
            return;
        };
        let poll = self.server.polls.remove(place);
        self.answer(poll.request, Answer::Polled(Vec::new()));
    }
}

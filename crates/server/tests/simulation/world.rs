//! One schedule: who there is, what time it is, what happens next, and the network in between.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use pronto_protocol::api::{ErrorCode, SendMessage};
use pronto_protocol::frame::{ClientFrame, ServerFrame};
use pronto_protocol::id::MessageId;
use pronto_protocol::model::{Author, Message};

use crate::device::Device;
use crate::dice::Dice;
use crate::server::Server;

/// What is broken on purpose, to see that the simulation would notice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Break {
    Nothing,
    /// The server does not look whether it has a message already.
    ServerForgetsIds,
    /// The server answers before it commits.
    ServerAnswersTooEarly,
    /// The bus loses messages and tells nobody.
    BusLosesSilently,
    /// The device sends before it has persisted.
    DevicePersistsTooLate,
    /// The device sends all that waits at once.
    DeviceSendsAllAtOnce,
}

/// What a client asks by HTTP.
#[derive(Clone)]
pub(crate) enum Ask {
    Post { conversation: usize, message: SendMessage },
    After { conversation: usize, after: u64 },
    Before { conversation: usize, before: u64 },
    Last { conversation: usize },
    Poll { generation: u32, cursors: Vec<u64>, wait_ms: u32 },
}

/// What comes back; `Failed` when nothing does.
#[derive(Clone)]
pub(crate) enum Answer {
    Sent(Message),
    Refused { code: ErrorCode, retry_after_ms: Option<u64> },
    Page { messages: Vec<Message>, last_seq: u64 },
    Polled(Vec<ServerFrame>),
    Failed,
}

#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) number: u64,
    pub(crate) device: usize,
    pub(crate) life: u32,
    pub(crate) ask: Ask,
}

pub(crate) enum Event {
    /// The person at a device does something.
    Person(usize),
    /// Something goes wrong somewhere.
    Chaos,
    /// From now on nothing goes wrong any more.
    Calm,
    ConnectionTimer {
        device: usize,
        timer: u64,
    },
    QueueTimer {
        device: usize,
        timer: u64,
    },
    /// A device tries once more to read what it lacks.
    ReadAgain {
        device: usize,
        life: u32,
        conversation: usize,
    },
    Arrive(Request),
    Return(Request, Answer),
    LinkUp(usize),
    FrameUp(usize, ClientFrame),
    FrameDown(usize, Box<ServerFrame>),
    LinkDown(usize),
    Commit {
        epoch: u32,
    },
    Bus {
        link: usize,
        conversation: usize,
        seq: u64,
    },
    Lag {
        link: usize,
    },
    PollDue {
        number: u64,
    },
    Restart,
}

struct Timed {
    at: i64,
    order: u64,
    event: Event,
}

impl PartialEq for Timed {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}
impl Eq for Timed {}
impl PartialOrd for Timed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Timed {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

/// A message that a person sent, and what became of it.
pub(crate) struct Written {
    pub(crate) device: usize,
    pub(crate) conversation: usize,
    pub(crate) message_id: MessageId,
    pub(crate) body: String,
    /// It was wedged once: from then on its author decides its place.
    pub(crate) wedged: bool,
    pub(crate) discarded: bool,
}

/// How often the interesting things happened, to see that they do.
#[derive(Default, Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) repeats: u32,
    pub(crate) wedged: u32,
    pub(crate) reloads: u32,
    pub(crate) crashes_before_commit: u32,
    pub(crate) crashes_after_commit: u32,
    pub(crate) gaps: u32,
    pub(crate) polls: u32,
    pub(crate) stale_frames: u32,
    pub(crate) dead_sockets: u32,
    pub(crate) lags: u32,
    pub(crate) prepended: u32,
}

/// A socket between a device and the server.
pub(crate) struct Link {
    pub(crate) device: usize,
    pub(crate) life: u32,
    pub(crate) generation: u32,
    /// The server side: which seq of each conversation was sent last, once the hello was heard.
    pub(crate) sent: Option<Vec<u64>>,
    pub(crate) open: bool,
    /// Nothing comes through, and nobody is told.
    pub(crate) black_hole: bool,
    /// The device closed it; what is on its way comes out all the same.
    pub(crate) left: bool,
    up_clock: i64,
    down_clock: i64,
}

pub(crate) struct World {
    pub(crate) dice: Dice,
    pub(crate) now: i64,
    pub(crate) calm: bool,
    pub(crate) broken: Break,
    pub(crate) devices: Vec<Device>,
    pub(crate) server: Server,
    pub(crate) links: Vec<Link>,
    pub(crate) written: Vec<Written>,
    pub(crate) seen: Seen,
    /// No socket ever opens here: a proxy forbids it.
    pub(crate) sockets_barred: bool,
    /// What was found wrong.
    pub(crate) wrong: Option<String>,
    script: Option<Vec<String>>,
    heap: BinaryHeap<Reverse<Timed>>,
    counter: u64,
}

/// By then everything that was on its way when the calm began has arrived.
const REST_MS: i64 = 100_000;
const CALM_LIMIT_MS: i64 = 3_600_000;
const STEP_LIMIT: u32 = 60_000;

/// What a schedule came to.
pub(crate) struct Outcome {
    pub(crate) wrong: Option<String>,
    pub(crate) seen: Seen,
    pub(crate) script: Vec<String>,
}

/// Plays the schedule of `seed`; with its script when `tell` is set.
pub(crate) fn play(seed: u64, broken: Break, tell: bool) -> Outcome {
    let mut dice = Dice::new(seed);
    let conversations = 1 + dice.below(2);
    let visitors = 1 + dice.below(2);
    let mut world = World {
        now: 1_790_000_000_000,
        calm: false,
        broken,
        devices: Vec::new(),
        server: Server::new(conversations),
        links: Vec::new(),
        written: Vec::new(),
        seen: Seen::default(),
        sockets_barred: dice.chance(25),
        wrong: None,
        script: tell.then(Vec::new),
        heap: BinaryHeap::new(),
        counter: 0,
        dice,
    };
    for place in 0..=visitors {
        let author = if place < visitors { Author::Visitor } else { Author::Agent };
        let page_first = world.dice.chance(40);
        world.devices.push(Device::new(author, conversations, page_first));
    }
    world.begin(conversations);
    world.run();
    Outcome { wrong: world.wrong, seen: world.seen, script: world.script.unwrap_or_default() }
}

impl World {
    fn begin(&mut self, conversations: usize) {
        let length = self.dice.between(5_000, 60_000);
        for device in 0..self.devices.len() {
            for _ in 0..=self.dice.below(3 + conversations) {
                let at = self.dice.between(0, length);
                self.after(at, Event::Person(device));
            }
            self.wake_up(device);
        }
        let first = self.dice.between(100, 4_000);
        self.after(first, Event::Chaos);
        self.after(length, Event::Calm);
    }

    fn run(&mut self) {
        let mut calm_since = None;
        for _ in 0..STEP_LIMIT {
            let Some(Reverse(timed)) = self.heap.pop() else { break };
            self.now = timed.at;
            self.step(timed.event);
            if self.wrong.is_some() {
                return;
            }
            if self.calm {
                let since = *calm_since.get_or_insert(self.now);
                if self.now - since > REST_MS && self.is_settled() {
                    return self.judge();
                }
                if self.now - since > CALM_LIMIT_MS {
                    break;
                }
            }
        }
        self.judge();
        self.wrong.get_or_insert_with(|| "it never came to rest, though nothing went wrong any more".into());
    }

    fn step(&mut self, event: Event) {
        match event {
            Event::Person(device) => self.person(device),
            Event::Chaos => self.chaos(),
            Event::Calm => self.calm_down(),
            Event::ConnectionTimer { device, timer } => self.connection_timer(device, timer),
            Event::QueueTimer { device, timer } => self.queue_timer(device, timer),
            Event::ReadAgain { device, life, conversation } => self.read_again(device, life, conversation),
            Event::Arrive(request) => self.arrive(request),
            Event::Return(request, answer) => self.returned(request, answer),
            Event::LinkUp(link) => self.link_up(link),
            Event::FrameUp(link, frame) => self.frame_up(link, frame),
            Event::FrameDown(link, frame) => self.frame_down(link, &frame),
            Event::LinkDown(link) => self.link_down(link),
            Event::Commit { epoch } => self.commit(epoch),
            Event::Bus { link, conversation, seq } => self.bus(link, conversation, seq),
            Event::Lag { link } => self.lag(link),
            Event::PollDue { number } => self.poll_due(number),
            Event::Restart => self.restart(),
        }
    }

    /// Puts a line into the script.
    pub(crate) fn tell(&mut self, line: impl FnOnce() -> String) {
        if let Some(script) = &mut self.script {
            let line = line();
            script.push(format!("{:>8} {line}", self.now - 1_790_000_000_000));
        }
    }

    pub(crate) fn after(&mut self, wait: i64, event: Event) {
        self.counter += 1;
        let at = self.now + wait.max(0);
        self.heap.push(Reverse(Timed { at, order: self.counter, event }));
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    pub(crate) fn latency(&mut self) -> i64 {
        if !self.calm && self.dice.chance(10) {
            self.dice.between(500, 45_000)
        } else {
            self.dice.between(5, 150)
        }
    }

    /// Something goes wrong, and soon the next.
    fn chaos(&mut self) {
        if self.calm {
            return;
        }
        let device = self.dice.below(self.devices.len());
        match self.dice.below(8) {
            0 | 1 => self.reload(device),
            2 => self.cut_somewhere(false),
            3 => self.cut_somewhere(true),
            4 => self.toggle_network(device),
            5 => self.crash("at rest"),
            6 => self.set_clock(device),
            _ => self.server.skew = self.dice.between(-600_000, 60_000),
        }
        let next = self.dice.between(100, 9_000);
        self.after(next, Event::Chaos);
    }

    fn calm_down(&mut self) {
        self.tell(|| "calm: from now on nothing goes wrong".into());
        self.calm = true;
        self.restart();
        for device in 0..self.devices.len() {
            self.network_back(device);
        }
    }

    fn cut_somewhere(&mut self, silently: bool) {
        let open: Vec<usize> = (0..self.links.len()).filter(|link| self.links[*link].open).collect();
        if open.is_empty() {
            return;
        }
        let link = open[self.dice.below(open.len())];
        self.tell(|| format!("link {link} {}", if silently { "goes silent" } else { "is cut" }));
        if silently {
            self.links[link].black_hole = true;
        } else {
            self.cut(link);
        }
    }

    /// Ends a link; what is still on the way is lost, and the device hears of it in a while.
    pub(crate) fn cut(&mut self, link: usize) {
        if std::mem::replace(&mut self.links[link].open, false) && !self.links[link].black_hole {
            let wait = self.latency();
            self.after(wait, Event::LinkDown(link));
        }
    }

    pub(crate) fn open_link(&mut self, device: usize, generation: u32) {
        let life = self.devices[device].life;
        let link = Link {
            device,
            life,
            generation,
            sent: None,
            open: true,
            black_hole: false,
            left: false,
            up_clock: 0,
            down_clock: 0,
        };
        self.links.push(link);
        let number = self.links.len() - 1;
        self.devices[device].link = Some(number);
        let wait = self.latency();
        let barred = self.sockets_barred || !self.server.up || !self.devices[device].online;
        if barred || (!self.calm && self.dice.chance(10)) {
            self.links[number].open = false;
            self.after(wait, Event::LinkDown(number));
        } else {
            self.after(wait, Event::LinkUp(number));
        }
    }

    /// Frames of one socket keep their order, as TCP does; a dead socket swallows them.
    pub(crate) fn send_up(&mut self, link: usize, frame: ClientFrame) {
        let arrives = (self.now + self.latency()).max(self.links[link].up_clock);
        self.links[link].up_clock = arrives;
        if !self.links[link].black_hole {
            self.after(arrives - self.now, Event::FrameUp(link, frame));
        }
    }

    pub(crate) fn send_down(&mut self, link: usize, frame: ServerFrame) {
        let arrives = (self.now + self.latency()).max(self.links[link].down_clock);
        self.links[link].down_clock = arrives;
        if !self.links[link].black_hole {
            self.after(arrives - self.now, Event::FrameDown(link, Box::new(frame)));
        }
    }

    /// Sends a request over a network that loses, delays and doubles it.
    pub(crate) fn request(&mut self, device: usize, ask: Ask) {
        let number = self.number();
        let request = Request { number, device, life: self.devices[device].life, ask };
        self.devices[device].requests.push(number);
        let wait = self.latency();
        if !self.devices[device].online {
            return self.after(1, Event::Return(request, Answer::Failed));
        }
        if self.calm || self.dice.chance(80) {
            return self.after(wait, Event::Arrive(request));
        }
        match self.dice.below(3) {
            0 => {
                self.tell(|| format!("request {number} is lost"));
                let wait = if self.dice.chance(50) { wait } else { 40_000 };
                self.after(wait, Event::Return(request, Answer::Failed));
            }
            1 => {
                self.tell(|| format!("request {number} is doubled"));
                let later = wait + self.latency();
                self.after(later, Event::Arrive(request.clone()));
                self.after(wait, Event::Arrive(request));
            }
            _ => {
                self.tell(|| format!("the answer to request {number} will be lost"));
                let later = wait + if self.dice.chance(50) { 100 } else { 40_000 };
                let failed = Event::Return(request.clone(), Answer::Failed);
                self.after(later, failed);
                self.after(wait, Event::Arrive(Request { life: u32::MAX, ..request }));
            }
        }
    }

    /// Sends the answer back; one whose request's answer is bound to be lost finds nobody.
    pub(crate) fn answer(&mut self, request: Request, answer: Answer) {
        let wait = self.latency();
        self.after(wait, Event::Return(request, answer));
    }
}

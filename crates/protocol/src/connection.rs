//! When to be connected, and by which road: phases, heartbeat, backoff. What is said over the connection and where
//! each conversation stands is not known here: the caller hands in the hello with its cursors, and reads the frames.

use crate::backoff::{RETRY_AFTER_MAX_MS, backoff, is_due};
use crate::frame::{ClientFrame, Hello, Ping, ServerFrame};
use crate::id::Millis;

/// How long a socket may take from its opening to the server's welcome.
pub const CONNECT_TIMEOUT_MS: i64 = 15_000;

/// How long a poll waits at the server for something to tell.
const POLL_WAIT_MS: u32 = 25_000;

/// How long a poll may take before it is taken for lost.
pub const POLL_TIMEOUT_MS: i64 = 40_000;

/// After how many sockets in a row that never lasted the long poll takes over.
pub const SOCKET_TRIES: u32 = 3;

/// How long the long poll serves before a socket is tried again.
pub const SOCKET_AGAIN_MS: i64 = 300_000;

/// A connection that held this long has worked: the next backoff begins anew.
const LASTING_MS: i64 = 10_000;
/// How long a doubtful socket has to answer one ping.
const PROBE_MS: i64 = 5_000;
/// The least time from one poll to the next, should the answers come at once.
const POLL_PACE_MS: i64 = 500;
const HEARTBEAT_MIN_MS: u32 = 1_000;
const HEARTBEAT_MAX_MS: u32 = 120_000;

/// Where a connection stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Not started: nobody has written yet.
    Idle,
    /// On the way; not welcomed yet.
    Connecting {
        /// Which attempt.
        generation: u32,
    },
    /// Frames flow.
    Open {
        /// Which attempt.
        generation: u32,
    },
    /// The next attempt comes at `until`.
    Waiting {
        /// When.
        until: Millis,
    },
    /// The browser says there is no network; waits for its word.
    Offline,
    /// Ended by the caller, or by a server that does not know the session any more.
    Stopped,
}

/// By which road frames come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Road {
    /// `GET /v1/socket`.
    Socket,
    /// `POST /v1/poll`, over and over; what the client has to say goes by requests of its own.
    Poll,
}

/// What the caller has to do, in order.
#[derive(Clone, PartialEq, Eq)]
pub enum Effect {
    /// Open a socket; report by [`Connection::opened`], [`Connection::frame`] and [`Connection::closed`].
    Open(u32),
    /// Send one poll with the current cursors and [`Connection::poll_wait_ms`]; hand its frames to [`Connection::frame`], then report by
    /// [`Connection::polled`], or by [`Connection::closed`] when it fails.
    Poll(u32),
    /// Close the socket or abort the poll, and forget it.
    Close,
    /// Say this on the socket.
    Send(ClientFrame),
    /// Call [`Connection::tick`] at this time; replaces any earlier such wish.
    WakeAt(Millis),
}

/// One client's connection to its server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Connection {
    phase: Phase,
    road: Road,
    /// The number of the newest attempt; whatever an older one still says is dropped.
    generation: u32,
    /// Attempts in a row that came to nothing.
    failures: u32,
    /// Sockets in a row that did not last.
    broken_sockets: u32,
    heartbeat_ms: i64,
    pings: u32,
    opened_at: Millis,
    /// When the next ping or poll goes out.
    next_at: Millis,
    /// When the attempt is taken for dead.
    dead_at: Millis,
    /// Whether a poll is under way.
    polling: bool,
    /// When the long poll gives the socket another try.
    socket_at: Millis,
}

impl Default for Connection {
    fn default() -> Self {
        Self::new()
    }
}

impl Connection {
    /// A connection that has not been started.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            phase: Phase::Idle,
            road: Road::Socket,
            generation: 0,
            failures: 0,
            broken_sockets: 0,
            heartbeat_ms: 25_000,
            pings: 0,
            opened_at: Millis(0),
            next_at: Millis(0),
            dead_at: Millis(0),
            polling: false,
            socket_at: Millis(0),
        }
    }

    /// Where it stands.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// By which road the current or last attempt goes.
    #[must_use]
    pub const fn road(&self) -> Road {
        self.road
    }

    /// The `wait_ms` of a poll that is sent now. The first waits for nothing, so that its answer tells soon that the road
    /// is good.
    #[must_use]
    pub const fn poll_wait_ms(&self) -> u32 {
        if self.is_open() { POLL_WAIT_MS } else { 0 }
    }

    /// Attempts in a row that came to nothing; what a notice may wait for before it worries anyone.
    #[must_use]
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    /// Connects, unless it is on already.
    pub fn start(&mut self, now: Millis) -> Vec<Effect> {
        match self.phase {
            Phase::Idle | Phase::Stopped => self.connect(now),
            _ => Vec::new(),
        }
    }

    /// Ends it.
    pub fn stop(&mut self) -> Vec<Effect> {
        self.leave(Phase::Stopped)
    }

    /// The socket of this generation is open: says hello.
    pub fn opened(&mut self, generation: u32, hello: Hello) -> Vec<Effect> {
        if self.phase != (Phase::Connecting { generation }) {
            return Vec::new();
        }
        vec![Effect::Send(ClientFrame::Hello(hello))]
    }

    /// A frame came. Gives nothing when it is of an older generation: then drop it; otherwise it is the caller's to
    /// apply, after these effects.
    pub fn frame(
        &mut self,
        generation: u32,
        frame: &ServerFrame,
        now: Millis,
        jitter: f64,
    ) -> Option<Vec<Effect>> {
        if self.current() != Some(generation) {
            return None;
        }
        match frame {
            ServerFrame::Welcome(welcome) if self.road == Road::Socket => {
                let heartbeat = welcome.heartbeat_ms.clamp(HEARTBEAT_MIN_MS, HEARTBEAT_MAX_MS);
                self.heartbeat_ms = i64::from(heartbeat);
                self.opened_at = now;
                self.phase = Phase::Open { generation };
                self.next_at = now.plus(self.heartbeat_ms);
                self.alive(now);
                Some(self.wake())
            }
            ServerFrame::Bye(bye) => {
                self.settle(now);
                if matches!(bye.reason.as_str(), "unauthorized" | "erased") {
                    return Some(self.leave(Phase::Stopped));
                }
                let named = i64::from(bye.retry_ms).min(RETRY_AFTER_MAX_MS);
                let wait = named.saturating_add(backoff(self.failures.saturating_add(1), jitter));
                Some(self.leave(Phase::Waiting { until: now.plus(wait) }))
            }
            _ => {
                if self.road == Road::Socket && self.is_open() {
                    self.alive(now);
                }
                Some(Vec::new())
            }
        }
    }

    /// The poll of this generation was answered and its frames were handed in: the next one follows.
    pub fn polled(&mut self, generation: u32, now: Millis) -> Vec<Effect> {
        if self.current() != Some(generation) || self.road != Road::Poll {
            return Vec::new();
        }
        if !self.is_open() {
            self.opened_at = now;
            self.phase = Phase::Open { generation };
        }
        self.failures = 0;
        self.polling = false;
        if is_due(self.socket_at, now, SOCKET_AGAIN_MS) {
            self.road = Road::Socket;
            return self.connect(now);
        }
        self.poll_when_due(now)
    }

    /// The socket closed, or a poll failed.
    pub fn closed(&mut self, generation: u32, now: Millis, jitter: f64) -> Vec<Effect> {
        if self.current() == Some(generation) { self.lost(now, jitter) } else { Vec::new() }
    }

    /// Time has passed. Too early a call does nothing but repeat the wish to be woken.
    pub fn tick(&mut self, now: Millis, jitter: f64) -> Vec<Effect> {
        match self.phase {
            Phase::Idle | Phase::Offline | Phase::Stopped => Vec::new(),
            Phase::Waiting { until } if is_due(until, now, 2 * RETRY_AFTER_MAX_MS) => self.connect(now),
            Phase::Waiting { .. } => self.wake(),
            Phase::Connecting { .. } | Phase::Open { .. } => {
                if is_due(self.dead_at, now, 4 * i64::from(HEARTBEAT_MAX_MS)) {
                    return self.lost(now, jitter);
                }
                match self.road {
                    _ if !self.is_open() => self.wake(),
                    Road::Poll => self.poll_when_due(now),
                    Road::Socket if is_due(self.next_at, now, self.heartbeat_ms) => self.ping(now),
                    Road::Socket => self.wake(),
                }
            }
        }
    }

    /// The browser says the network is back, or the page is seen again after a while: connects without waiting, or
    /// finds out quickly whether the open socket is still alive.
    pub fn online(&mut self, now: Millis) -> Vec<Effect> {
        match self.phase {
            Phase::Idle | Phase::Stopped | Phase::Connecting { .. } => Vec::new(),
            Phase::Offline | Phase::Waiting { .. } => {
                self.failures = 0;
                self.broken_sockets = 0;
                self.road = Road::Socket;
                self.connect(now)
            }
            Phase::Open { .. } if self.road == Road::Poll => Vec::new(),
            Phase::Open { .. } => {
                self.dead_at = self.dead_at.min(now.plus(PROBE_MS));
                self.ping(now)
            }
        }
    }

    /// The browser says the network is gone.
    pub fn offline(&mut self) -> Vec<Effect> {
        match self.phase {
            Phase::Idle | Phase::Stopped | Phase::Offline => Vec::new(),
            _ => self.leave(Phase::Offline),
        }
    }

    /// The effect that says `frame`, where an open socket can; otherwise a request has to, or nothing.
    #[must_use]
    pub fn say(&self, frame: ClientFrame) -> Option<Effect> {
        (self.is_open() && self.road == Road::Socket).then_some(Effect::Send(frame))
    }

    /// Whether frames flow.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open { .. })
    }

    /// The generation that may speak now.
    const fn current(&self) -> Option<u32> {
        match self.phase {
            Phase::Connecting { generation } | Phase::Open { generation } => Some(generation),
            _ => None,
        }
    }

    fn connect(&mut self, now: Millis) -> Vec<Effect> {
        let mut effects = self.close();
        self.generation = self.generation.wrapping_add(1);
        self.phase = Phase::Connecting { generation: self.generation };
        match self.road {
            Road::Socket => {
                self.dead_at = now.plus(CONNECT_TIMEOUT_MS);
                effects.push(Effect::Open(self.generation));
                effects.append(&mut self.wake());
            }
            Road::Poll => {
                self.next_at = now;
                effects.append(&mut self.poll_when_due(now));
            }
        }
        effects
    }

    /// Sends the next poll, or says when.
    fn poll_when_due(&mut self, now: Millis) -> Vec<Effect> {
        if self.polling || !is_due(self.next_at, now, POLL_PACE_MS) {
            return self.wake();
        }
        self.polling = true;
        self.next_at = now.plus(POLL_PACE_MS);
        self.dead_at = now.plus(POLL_TIMEOUT_MS);
        let mut effects = vec![Effect::Poll(self.generation)];
        effects.append(&mut self.wake());
        effects
    }

    fn ping(&mut self, now: Millis) -> Vec<Effect> {
        self.pings = self.pings.wrapping_add(1);
        self.next_at = now.plus(self.heartbeat_ms);
        let mut effects = vec![Effect::Send(ClientFrame::Ping(Ping { n: self.pings }))];
        effects.append(&mut self.wake());
        effects
    }

    /// The server was heard: it is given two more pings, and the time to answer the second.
    fn alive(&mut self, now: Millis) {
        self.dead_at = now.plus(3 * self.heartbeat_ms);
    }

    /// Judges an attempt that has ended by how long it held.
    fn settle(&mut self, now: Millis) {
        if self.is_open() && now.since(self.opened_at) >= LASTING_MS {
            self.failures = 0;
            if self.road == Road::Socket {
                self.broken_sockets = 0;
            }
        }
    }

    /// The attempt has failed, or the connection broke: waits, then takes the road that promises more.
    fn lost(&mut self, now: Millis, jitter: f64) -> Vec<Effect> {
        let lasted = self.is_open() && now.since(self.opened_at) >= LASTING_MS;
        self.settle(now);
        self.failures = self.failures.saturating_add(1);
        match self.road {
            // One broken socket more leads back here, so a network that is down is tried by both roads in turn.
            Road::Poll => {
                self.road = Road::Socket;
                self.broken_sockets = SOCKET_TRIES - 1;
            }
            Road::Socket if lasted => {}
            Road::Socket => {
                self.broken_sockets = self.broken_sockets.saturating_add(1);
                if self.broken_sockets >= SOCKET_TRIES {
                    self.road = Road::Poll;
                    self.socket_at = now.plus(SOCKET_AGAIN_MS);
                }
            }
        }
        self.leave(Phase::Waiting { until: now.plus(backoff(self.failures, jitter)) })
    }

    fn leave(&mut self, phase: Phase) -> Vec<Effect> {
        let mut effects = self.close();
        self.phase = phase;
        effects.append(&mut self.wake());
        effects
    }

    fn close(&mut self) -> Vec<Effect> {
        self.polling = false;
        if self.current().is_some() { vec![Effect::Close] } else { Vec::new() }
    }

    fn wake(&self) -> Vec<Effect> {
        let at = match self.phase {
            Phase::Idle | Phase::Offline | Phase::Stopped => return Vec::new(),
            Phase::Waiting { until } => until,
            Phase::Connecting { .. } => self.dead_at,
            Phase::Open { .. } if self.road == Road::Poll && self.polling => self.dead_at,
            Phase::Open { .. } => self.next_at.min(self.dead_at),
        };
        vec![Effect::WakeAt(at)]
    }
}

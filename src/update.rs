//! What happens: [`Event`]s come in, [`State`] changes, [`Effect`]s go out. Total and pure: no clock, no dice, no
//! browser; the same state, event and moment give the same effects.

mod answer;
mod line;
mod pass;
mod settle;
mod ui;

use pronto_protocol::api::{OpenSession, Poll, SetReceipts};
use pronto_protocol::frame::{ClientFrame, ServerFrame};
use pronto_protocol::id::{ConversationId, MessageId, Millis};
use pronto_protocol::model::{Message, Receipts};
use pronto_protocol::send_queue::{Failure, Outgoing, QueuedMessage};

use crate::state::{Identity, State};
use crate::window::Place;

/// The time and a throw of the dice, handed in with each event.
#[derive(Clone, Copy)]
pub struct Moment {
    /// The device's clock.
    pub now: Millis,
    /// In 0..1.
    pub dice: f64,
}

/// What can happen.
pub enum Event {
    /// The page is there; what was stored, and what was sent before the wasm came.
    Start(Start),
    /// The person did something.
    Ui(Ui),
    /// The loader said something.
    Loader(Loader),
    /// A request ended.
    Answer(Answer),
    /// Something of the socket with this generation.
    Socket(u32, Socket),
    /// Another tab changed the shared storage.
    Elsewhere(Elsewhere),
    /// The browser's word on the network.
    Online(bool),
    /// The page is shown or hidden.
    Visible(bool),
    /// The page comes back from the browser's cache: no request of before is running any more.
    Resumed,
    /// Storage refused to keep something.
    NotKept,
    /// The alarm that was set has come.
    Alarm,
}

/// What the device holds at the beginning.
#[derive(Default)]
pub struct Start {
    /// Kept from before.
    pub identity: Option<Identity>,
    /// Kept from before, in any order.
    pub queue: Vec<QueuedMessage>,
    /// Sent before the wasm came, in order.
    pub early: Vec<Draft>,
    /// Whether the browser says there is a network.
    pub online: bool,
    /// Whether storage works.
    pub keeps: bool,
    /// Whether the page is shown.
    pub visible: bool,
}

/// Words on their way into the queue, with the ids the device minted for them.
pub struct Draft {
    /// The text as typed.
    pub body: String,
    /// For this message.
    pub message_id: MessageId,
    /// To be used if this is the first.
    pub identity: Identity,
}

/// What a person does.
pub enum Ui {
    /// Send the composer's text.
    Send(Draft),
    /// The composer's text changed; it has this many characters now.
    Typed(usize),
    /// Send a failed message again.
    Retry(MessageId),
    /// Take a failed message away.
    Discard(MessageId),
    /// The thread was scrolled.
    Scrolled(Place),
    /// Go to the end of the thread.
    End,
    /// Go there by the button that is gone then.
    ToEnd,
    /// Have the answer sent to this address too; empty takes it away.
    Mail(String),
    /// Write another address.
    ChangeMail,
    /// Load older messages.
    Earlier,
}

/// What the loader says.
pub enum Loader {
    /// The panel is shown.
    Open,
    /// The panel is shown without having been asked for: the focus stays where it is.
    Shown,
    /// The panel is hidden.
    Close,
    /// Whoever writes here leaves this device.
    Logout,
    /// The customer's page, its address without query and fragment.
    Page {
        /// Its address.
        url: String,
        /// Its title.
        title: String,
    },
    /// The business has signed who this is; and who the device becomes by that.
    Pass(String, Identity),
    /// Put this into the composer, if it is empty.
    Prefill(String),
    /// The business is closed, or is not.
    Closed(bool),
}

/// How a request ended.
pub enum Answer {
    /// The session was opened.
    Session(Result<Opened, Failure>),
    /// A message was sent; this is how it was stored.
    Sent(MessageId, Result<Sent, Failure>),
    /// The business's word was exchanged.
    Named(Result<Named, Failure>),
    /// The e-mail was kept or taken away.
    Mailed(Result<(), Failure>),
    /// The newest page.
    Newest(Result<Page, Failure>),
    /// A page after the cursor.
    After(Result<Page, Failure>),
    /// A page before the loaded history.
    Before(Result<Page, Failure>),
    /// The poll of this generation.
    Polled(u32, Result<Vec<ServerFrame>, Failure>),
    /// The session was ended, or could not be: this device has forgotten it.
    Ended,
}

/// Where a conversation stands.
#[derive(Default)]
pub struct Standing {
    /// The seq of its last message; 0 when it has none.
    pub last_seq: u64,
    /// How far the visitor's devices have come.
    pub visitor: Receipts,
    /// How far the business has come.
    pub business: Receipts,
    /// By when the visitor was told they have an answer.
    pub promise_by: Option<Millis>,
}

/// A session.
#[derive(Default)]
pub struct Opened {
    /// Where its conversation stands.
    pub standing: Standing,
    /// Whether the server can send the answer by e-mail too.
    pub can_email: bool,
    /// To where.
    pub email: Option<String>,
}

/// A session of somebody whom the business has named.
#[derive(Default)]
pub struct Named {
    /// This device's conversation if it is theirs, otherwise their newest; none if they have none.
    pub conversation_id: Option<ConversationId>,
    /// Where it stands.
    pub opened: Opened,
    /// Whether the device's next secret opens it, and not the one it had.
    pub renewed: bool,
}

/// A message as it was stored.
pub struct Sent {
    /// With its seq.
    pub message: Message,
    /// By when there will be an answer.
    pub promise_by: Option<Millis>,
}

/// A page of a conversation's messages.
pub struct Page {
    /// The conversation.
    pub standing: Standing,
    /// In order of seq.
    pub messages: Vec<Message>,
    /// How many are unseen in the other conversations.
    pub elsewhere: usize,
}

/// What a socket does.
pub enum Socket {
    /// It is open.
    Opened,
    /// It brought a frame.
    Frame(Box<ServerFrame>),
    /// It is gone.
    Closed,
}

/// What another tab did.
pub enum Elsewhere {
    /// It wrote first.
    Identity(Identity),
    /// It wrote a message.
    Queued(QueuedMessage),
    /// A message of its queue arrived, or was given up.
    Dropped(MessageId),
    /// Whoever wrote there has left this device.
    Left,
}

/// What the browser has to do.
#[derive(Clone, PartialEq)]
pub enum Effect {
    /// Keep who this device is.
    KeepIdentity(Identity),
    /// Keep a message of the queue.
    KeepMessage(QueuedMessage),
    /// Forget a message of the queue.
    DropMessage(MessageId),
    /// Forget all that was kept, and what stands in the composer.
    Forget,
    /// Ask the server.
    Ask {
        /// The session's secret.
        secret: String,
        /// Where.
        conversation_id: ConversationId,
        /// For what.
        request: Request,
    },
    /// Open a socket of this generation, in place of any other.
    Dial(u32),
    /// Close the socket and abort the poll.
    Hang,
    /// Say this on the socket.
    Say(ClientFrame),
    /// Send [`Event::Alarm`] then, in place of any earlier wish.
    WakeAt(Millis),
    /// Empty the composer.
    ClearComposer,
    /// Put this into the composer, if it is empty.
    Prefill(String),
    /// Put the caret into the composer.
    Focus,
    /// Put it into the field for the e-mail, once that is drawn.
    FocusMail,
    /// Show the end of the thread.
    ScrollToEnd,
    /// Keep what is seen where it is while the thread changes below it.
    Hold,
    /// Tell the loader.
    Tell(Tell),
}

/// A request to the server.
#[derive(Clone, PartialEq)]
pub enum Request {
    /// Bind the secret, open the conversation.
    Session(OpenSession),
    /// Send a message.
    Send(Outgoing),
    /// The newest page.
    Newest,
    /// The page after this seq.
    After(u64),
    /// The page before this seq.
    Before(u64),
    /// How far this side has come.
    Receipts(SetReceipts),
    /// The person types.
    Typing,
    /// Where the answer goes too; empty for nowhere.
    Mail(String),
    /// A long poll of this generation.
    Poll(u32, Poll),
    /// Exchanges a token, under the next secret where this device has none of theirs yet.
    Pass(String, String),
    /// The session's end.
    End,
}

/// What the loader is told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tell {
    /// So many messages are unread.
    Unread(usize),
    /// The person has written.
    Wrote,
    /// The business has answered.
    Reply,
    /// Nobody is known here any more.
    Logout,
    /// The business's word on who this is was taken, or was not.
    Named(bool),
}

/// Takes in one event.
pub fn update(state: &mut State, event: Event, moment: Moment) -> Vec<Effect> {
    state.now = moment.now;
    let mut out = Vec::new();
    match event {
        Event::Start(start) => ui::start(state, start, moment, &mut out),
        Event::Ui(ui) => ui::ui(state, ui, moment, &mut out),
        Event::Loader(loader) => ui::loader(state, loader, &mut out),
        Event::Answer(answer) => answer::answer(state, answer, moment, &mut out),
        Event::Socket(generation, socket) => line::socket(state, generation, socket, moment, &mut out),
        Event::Elsewhere(elsewhere) => ui::elsewhere(state, elsewhere, &mut out),
        Event::Online(online) => line::online(state, online, moment, &mut out),
        Event::Visible(visible) => line::visible(state, visible, moment, &mut out),
        Event::Resumed => {
            state.queue.restored();
            line::online(state, state.online, moment, &mut out);
        }
        Event::NotKept => state.keeps = false,
        Event::Alarm => line::alarm(state, moment, &mut out),
    }
    settle::settle(state, moment, &mut out);
    out
}

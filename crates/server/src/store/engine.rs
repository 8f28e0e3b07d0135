//! Runs store functions on a database: each in one transaction, on threads that own the connections. No query of a
//! table of ours stands here.

pub(super) mod connection;
pub(crate) mod migrate;
mod postgres;
mod sqlite;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use self::connection::{Connection, DbError};
use super::types::{StoreError, StoreOptions, StoreUrl};

/// How long a command waits for its turn, or for a database that is gone, before it is given up.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// How long an answer is waited for after that: a command that runs is not cut short, only no longer waited for.
const ANSWER_PATIENCE: Duration = Duration::from_secs(30);
/// Commands that may wait for a thread.
const QUEUE: usize = 8192;

/// One store function on its way through a thread.
pub(super) trait Job: Send {
    /// Runs it in the transaction that is open. May be called again after a rollback.
    fn run(&mut self, connection: &mut Connection) -> Result<(), DbError>;
    /// Hands the outcome to whoever asked, after the commit.
    fn finish(self: Box<Self>, outcome: Result<(), StoreError>);
    /// When nobody wants it any more.
    fn deadline(&self) -> Instant;
}

struct Command<T, F> {
    function: F,
    value: Option<T>,
    answer: oneshot::Sender<Result<T, StoreError>>,
    deadline: Instant,
}

impl<T, F> Job for Command<T, F>
where
    T: Send,
    F: FnMut(&mut Connection) -> Result<T, DbError> + Send,
{
    fn run(&mut self, connection: &mut Connection) -> Result<(), DbError> {
        let function = std::panic::AssertUnwindSafe(|| (self.function)(connection));
        let value = std::panic::catch_unwind(function)
            .unwrap_or_else(|_| Err(DbError::Other("a store function panicked".to_owned())))?;
        self.value = Some(value);
        Ok(())
    }

    fn finish(self: Box<Self>, outcome: Result<(), StoreError>) {
        let outcome = match (outcome, self.value) {
            (Ok(()), Some(value)) => Ok(value),
            (Ok(()), None) => Err(StoreError::Other("a store function was not run".to_owned())),
            (Err(error), _) => Err(error),
        };
        // Whoever asked may be gone; what was committed stays committed.
        drop(self.answer.send(outcome));
    }

    fn deadline(&self) -> Instant {
        self.deadline
    }
}

pub(super) type Queue = mpsc::Sender<Box<dyn Job>>;

/// The threads of one database. Dropping the last clone ends them when their queues are empty.
#[derive(Clone)]
pub(super) struct Engine {
    writes: Queue,
    reads: Queue,
    threads: Arc<Threads>,
}

/// What has to be waited for when the store closes.
#[derive(Default)]
pub(super) struct Threads(std::sync::Mutex<Vec<std::thread::JoinHandle<()>>>);

impl Threads {
    fn spawn(&self, name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(run)
            .map_err(|error| StoreError::Other(format!("no thread for the database: {error}")))?;
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(thread);
        Ok(())
    }
}

impl Engine {
    /// Opens the database and brings its tables up to date. Blocks; call it off the async threads.
    pub(super) fn open(url: &StoreUrl, options: &StoreOptions) -> Result<Self, StoreError> {
        match url {
            StoreUrl::Sqlite(path) => sqlite::open(path, options),
            StoreUrl::Postgres(url) => postgres::open(url),
        }
    }

    /// Runs `function` in a transaction that may write.
    pub(super) async fn write<T, F>(&self, function: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Connection) -> Result<T, DbError> + Send + 'static,
    {
        submit(&self.writes, function).await
    }

    /// Runs `function` in a transaction that only reads.
    pub(super) async fn read<T, F>(&self, function: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Connection) -> Result<T, DbError> + Send + 'static,
    {
        submit(&self.reads, function).await
    }

    /// Lets the queues run empty and waits for the threads. Other clones can no longer be waited for after this.
    pub(super) async fn close(self) {
        let Self { writes, reads, threads } = self;
        drop((writes, reads));
        let join = move || {
            let threads =
                std::mem::take(&mut *threads.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
            for thread in threads {
                drop(thread.join());
            }
        };
        drop(tokio::task::spawn_blocking(join).await);
    }
}

async fn submit<T, F>(queue: &Queue, function: F) -> Result<T, StoreError>
where
    T: Send + 'static,
    F: FnMut(&mut Connection) -> Result<T, DbError> + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    let deadline = Instant::now() + PATIENCE;
    let command = Command { function, value: None, answer, deadline };
    queue.send_timeout(Box::new(command), PATIENCE).await.map_err(|_| StoreError::Unavailable)?;
    match tokio::time::timeout(PATIENCE + ANSWER_PATIENCE, answered).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) | Err(_) => Err(StoreError::Unavailable),
    }
}

/// A queue many threads take from.
pub(super) type SharedQueue = Arc<std::sync::Mutex<mpsc::Receiver<Box<dyn Job>>>>;

fn take(queue: &SharedQueue) -> Option<Box<dyn Job>> {
    queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).blocking_recv()
}

//! Postgres: threads that own a connection each, and find a new one when theirs is gone. No query of a table of ours
//! stands here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use postgres::{Client, Config, NoTls};
use tokio::sync::mpsc;

use super::connection::{Connection, DbError, PostgresConnection};
use super::{Engine, Job, QUEUE, SharedQueue, Threads, migrate};
use crate::store::types::StoreError;

const WRITERS: usize = 12;
const READERS: usize = 4;
const BACKOFF_FIRST: Duration = Duration::from_millis(50);
const BACKOFF_MAX: Duration = Duration::from_secs(1);
const CONNECT: Duration = Duration::from_secs(3);

pub(super) fn open(url: &str) -> Result<Engine, StoreError> {
    // The parser's own words may quote the password.
    let mut config: Config =
        url.parse().map_err(|_| StoreError::Other("the Postgres URL cannot be read".to_owned()))?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT);
    }
    config.tcp_user_timeout(super::PATIENCE).application_name("pronto");

    let mut first = connect(&config)?;
    migrate::migrate(&mut first)?;

    let threads = Arc::new(Threads::default());
    let writes = spawn(&threads, "store-write", WRITERS, &config, "begin")?;
    let reads =
        spawn(&threads, "store-read", READERS, &config, "begin isolation level repeatable read read only")?;
    Ok(Engine { writes, reads, threads })
}

fn spawn(
    threads: &Threads,
    name: &str,
    count: usize,
    config: &Config,
    begin: &'static str,
) -> Result<super::Queue, StoreError> {
    let (jobs, queue) = mpsc::channel(QUEUE);
    let queue: SharedQueue = Arc::new(std::sync::Mutex::new(queue));
    for _ in 0..count {
        let mut worker = Worker { config: config.clone(), connection: None, begin };
        let queue = Arc::clone(&queue);
        threads.spawn(name, move || {
            while let Some(job) = super::take(&queue) {
                worker.work(job);
            }
        })?;
    }
    Ok(jobs)
}

fn connect(config: &Config) -> Result<Connection, DbError> {
    let mut client: Client = config.connect(NoTls)?;
    client.batch_execute("set statement_timeout = 5000; set synchronous_commit = on")?;
    Ok(Connection::Postgres(Box::new(PostgresConnection::new(client))))
}

struct Worker {
    config: Config,
    connection: Option<Connection>,
    begin: &'static str,
}

/// How a try ended.
enum Tried {
    Done,
    /// Nothing was committed, for this reason; it can be tried again.
    Again(String),
    Failed(DbError),
}

impl Worker {
    /// Runs `job`, again and again while the database is gone, until its deadline.
    fn work(&mut self, mut job: Box<dyn Job>) {
        let mut pause = BACKOFF_FIRST;
        let mut reason = "all connections were busy".to_owned();
        while Instant::now() < job.deadline() {
            match self.attempt(job.as_mut()) {
                Tried::Done => return job.finish(Ok(())),
                Tried::Failed(error) => return job.finish(Err(error.into())),
                Tried::Again(why) => {
                    tracing::debug!(why, "the database is gone");
                    reason = why;
                    let left = job.deadline().saturating_duration_since(Instant::now());
                    std::thread::sleep(pause.min(left));
                    pause = (pause * 2).min(BACKOFF_MAX);
                }
            }
        }
        tracing::warn!(reason, "a command was given up: the database is gone");
        job.finish(Err(StoreError::Unavailable));
    }

    fn attempt(&mut self, job: &mut dyn Job) -> Tried {
        let mut connection =
            match self.connection.take().filter(is_alive).map_or_else(|| connect(&self.config), Ok) {
                Ok(connection) => connection,
                Err(DbError::Gone(why)) => return Tried::Again(why),
                Err(error) => return Tried::Failed(error),
            };
        let ran = connection.batch(self.begin).and_then(|()| job.run(&mut connection));
        let tried = match ran {
            Ok(()) => match connection.batch("commit") {
                Ok(()) => Tried::Done,
                // Whether it was committed is not known; the caller's idempotency key finds out.
                Err(error) => Tried::Failed(error),
            },
            Err(error) => {
                connection.roll_back();
                if let DbError::Gone(why) = error { Tried::Again(why) } else { Tried::Failed(error) }
            }
        };
        self.connection = Some(connection);
        tried
    }
}

fn is_alive(connection: &Connection) -> bool {
    !matches!(connection, Connection::Postgres(postgres) if postgres.client.is_closed())
}

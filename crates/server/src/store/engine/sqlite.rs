//! SQLite: one thread writes and commits together what has queued up, a few read, one moves the log into the file.
//! No query of a table of ours stands here.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc as thread_channel;
use std::time::{Duration, Instant};

use rusqlite::OpenFlags;
use tokio::sync::mpsc;

use super::connection::{Connection, DbError};
use super::{Engine, Job, QUEUE, SharedQueue, Threads, migrate};
use crate::store::types::{StoreError, StoreOptions};

const READERS: usize = 4;
/// Commands in one commit. More would make the first wait for the last without sparing much of the one fsync.
const BATCH: usize = 256;
const STATEMENTS: usize = 128;
const BUSY: Duration = Duration::from_secs(5);
/// How often the log is moved into the file while there is writing.
const CHECKPOINT_EVERY: Duration = Duration::from_millis(500);
/// Above this many pages of 4 KB in the log, writing waits a moment so that the log can start over.
const LOG_PAGES_MAX: i64 = 16 * 1024;

pub(super) fn open(path: &Path, options: &StoreOptions) -> Result<Engine, StoreError> {
    let writer = connect(path, options)?;
    let mut writer = Connection::Sqlite(writer);
    migrate::migrate(&mut writer)?;

    let threads = Arc::new(Threads::default());
    let (reads, queue) = mpsc::channel(QUEUE);
    let queue: SharedQueue = Arc::new(std::sync::Mutex::new(queue));
    for _ in 0..READERS {
        let (mut connection, queue) = (Connection::Sqlite(connect_reader(path)?), Arc::clone(&queue));
        threads.spawn("store-read", move || {
            while let Some(job) = super::take(&queue) {
                alone(&mut connection, job, "begin");
            }
        })?;
    }
    let (written, checkpoints) = thread_channel::sync_channel(1);
    let log = connect(path, &StoreOptions::default())?;
    threads.spawn("store-checkpoint", move || keep_log_short(&log, &checkpoints))?;
    let (writes, queue) = mpsc::channel(QUEUE);
    threads.spawn("store-write", move || write(writer, queue, &written))?;
    Ok(Engine { writes, reads, threads })
}

fn connect(path: &Path, options: &StoreOptions) -> Result<rusqlite::Connection, StoreError> {
    let sentence =
        |error| StoreError::Other(format!("the database {} cannot be opened: {error}", path.display()));
    let connection = rusqlite::Connection::open(path).map_err(sentence)?;
    connection.busy_timeout(BUSY).map_err(sentence)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection
        .execute_batch("pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 0;")
        .map_err(sentence)?;
    if let Some(pages) = options.max_pages {
        connection.pragma_update(None, "max_page_count", pages).map_err(sentence)?;
    }
    Ok(connection)
}

fn connect_reader(path: &Path) -> Result<rusqlite::Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        rusqlite::Connection::open_with_flags(PathBuf::from(path), flags).map_err(DbError::from)?;
    connection.busy_timeout(BUSY).map_err(DbError::from)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.execute_batch("pragma query_only = on").map_err(DbError::from)?;
    Ok(connection)
}

fn write(
    mut connection: Connection,
    mut queue: mpsc::Receiver<Box<dyn Job>>,
    written: &thread_channel::SyncSender<()>,
) {
    let mut batch = Vec::new();
    while let Some(first) = queue.blocking_recv() {
        batch.push(first);
        while batch.len() < BATCH {
            let Ok(job) = queue.try_recv() else { break };
            batch.push(job);
        }
        together(&mut connection, std::mem::take(&mut batch));
        // Full means that the other thread has been told already.
        let _told = written.try_send(());
    }
}

/// Runs `jobs` in one transaction, a savepoint each. If the transaction as a whole comes to nothing, each runs alone,
/// so that one command cannot take others down with it.
fn together(connection: &mut Connection, mut jobs: Vec<Box<dyn Job>>) {
    if jobs.len() > 1
        && let Ok(outcomes) = try_together(connection, &mut jobs)
    {
        for (job, outcome) in jobs.into_iter().zip(outcomes) {
            job.finish(outcome);
        }
        return;
    }
    connection.roll_back();
    for job in jobs {
        alone(connection, job, "begin immediate");
    }
}

fn try_together(
    connection: &mut Connection,
    jobs: &mut [Box<dyn Job>],
) -> Result<Vec<Result<(), StoreError>>, DbError> {
    connection.execute("begin immediate", &[])?;
    let mut outcomes = Vec::with_capacity(jobs.len());
    for job in jobs {
        connection.execute("savepoint command", &[])?;
        let outcome = job.run(connection);
        if outcome.is_err() {
            connection.execute("rollback to command", &[])?;
        }
        connection.execute("release command", &[])?;
        outcomes.push(outcome.map_err(StoreError::from));
    }
    connection.execute("commit", &[])?;
    Ok(outcomes)
}

fn alone(connection: &mut Connection, mut job: Box<dyn Job>, begin: &'static str) {
    if job.deadline() < Instant::now() {
        return job.finish(Err(StoreError::Unavailable));
    }
    let mut run = || {
        connection.execute(begin, &[])?;
        job.run(connection)?;
        connection.execute("commit", &[])
    };
    let outcome = run();
    if outcome.is_err() {
        connection.roll_back();
    }
    job.finish(outcome.map(drop).map_err(StoreError::from));
}

/// Moves the log into the file off the commit path, until the writer ends; then once more, to leave one tidy file.
fn keep_log_short(connection: &rusqlite::Connection, written: &thread_channel::Receiver<()>) {
    while written.recv().is_ok() {
        std::thread::sleep(CHECKPOINT_EVERY);
        let pages = checkpoint(connection, "pragma wal_checkpoint(passive)");
        if pages > LOG_PAGES_MAX {
            checkpoint(connection, "pragma wal_checkpoint(restart)");
        }
    }
    checkpoint(connection, "pragma wal_checkpoint(truncate)");
}

/// Pages in the log.
fn checkpoint(connection: &rusqlite::Connection, pragma: &str) -> i64 {
    connection.query_row(pragma, [], |row| row.get(1)).unwrap_or_else(|error| {
        tracing::warn!(%error, "the database's log could not be moved into its file");
        0
    })
}

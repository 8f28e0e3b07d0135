//! Clears away uploads that never became part of a message, and files whose rows are gone. A file that could not be removed
//! is tried again at the next round.

use std::time::Duration;

use pronto_protocol::id::Millis;

use crate::clock::now;
use crate::files::Files;
use crate::store::{Store, StoreError};

const EVERY: Duration = Duration::from_secs(60 * 60);

/// Clears away every hour, until it is dropped.
pub async fn run(store: Store, files: Files) {
    loop {
        match store.drop_unsent(now()).await {
            Ok(0) => {}
            Ok(dropped) => tracing::info!(dropped, "uploads that nobody sent were cleared away"),
            Err(error) => tracing::warn!(%error, "uploads that nobody sent stay until the next round"),
        }
        remove(&store, &files, now()).await;
        tokio::time::sleep(EVERY).await;
    }
}

/// Removes the files whose rows are gone.
pub async fn remove(store: &Store, files: &Files, now: Millis) {
    if let Err(error) = try_remove(store, files, now).await {
        tracing::warn!(%error, "files that are to be removed stay until the next round");
    }
}

async fn try_remove(store: &Store, files: &Files, now: Millis) -> Result<(), StoreError> {
    let gone = store.removed_files().await?;
    let mut removed = Vec::with_capacity(gone.len());
    for file in gone {
        match files.remove(&file).await {
            Ok(()) => removed.push(file),
            Err(error) => tracing::warn!(?error, "a file could not be removed"),
        }
    }
    if removed.is_empty() { Ok(()) } else { store.forget_removed(removed, now).await }
}

//! Brings the tables of a database up to this version. Forward only: a database of a newer version is refused.

use super::connection::{Connection, DbError};
use crate::store::types::StoreError;

/// The migrations in order; the first has number 1. One that was released is never changed.
const MIGRATIONS: [&str; 11] = [
    include_str!("../../../migrations/0001_first.sql"),
    include_str!("../../../migrations/0002_claims.sql"),
    include_str!("../../../migrations/0003_promise.sql"),
    include_str!("../../../migrations/0004_email.sql"),
    include_str!("../../../migrations/0005_away.sql"),
    include_str!("../../../migrations/0006_ledger.sql"),
    include_str!("../../../migrations/0007_erasure.sql"),
    include_str!("../../../migrations/0008_rating.sql"),
    include_str!("../../../migrations/0010_quick_replies.sql"),
    include_str!("../../../migrations/0011_identity.sql"),
    include_str!("../../../migrations/0012_files.sql"),
];

/// The version of the tables that this program knows.
pub(crate) const KNOWN: i64 = MIGRATIONS.len() as i64;

/// Names this program's lock among those of everyone who uses the same Postgres server.
const POSTGRES_LOCK: &str = "select pg_advisory_xact_lock(5788461973)";

/// Applies what is missing, all of it in one transaction.
///
/// # Errors
/// [`StoreError::Newer`] when a newer program has been here; then nothing was changed.
pub(in crate::store) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    connection.batch(match connection {
        Connection::Sqlite(_) => "begin immediate",
        Connection::Postgres(_) => "begin",
    })?;
    let outcome = apply(connection);
    if outcome.is_err() {
        connection.roll_back();
    }
    outcome
}

fn apply(connection: &mut Connection) -> Result<(), StoreError> {
    if matches!(connection, Connection::Postgres(_)) {
        connection.batch(POSTGRES_LOCK)?;
    }
    connection.batch("create table if not exists schema_migration (version bigint primary key)")?;
    let found = version(connection)?;
    if found > KNOWN {
        return Err(StoreError::Newer { found, known: KNOWN });
    }
    for (number, sql) in (1..).zip(MIGRATIONS).filter(|(number, _)| *number > found) {
        connection.batch(sql)?;
        connection.execute("insert into schema_migration (version) values ($1)", &[number.into()])?;
    }
    Ok(connection.batch("commit")?)
}

/// The version of the tables; 0 before the first migration. The table of versions has to be there.
pub(in crate::store) fn version(connection: &mut Connection) -> Result<i64, DbError> {
    let row = connection.query_one("select coalesce(max(version), 0) from schema_migration", &[])?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// The version of the tables of a SQLite file, read without changing it; 0 when it holds none of ours.
pub(crate) fn version_of_file(connection: &rusqlite::Connection) -> rusqlite::Result<i64> {
    let ours = "select count(*) from sqlite_schema where name = 'schema_migration'";
    if connection.query_row(ours, [], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(0);
    }
    connection.query_row("select coalesce(max(version), 0) from schema_migration", [], |row| row.get(0))
}

//! One connection, to either database, behind the few verbs that the store's functions need. Statements are prepared
//! once per connection. No table of ours is named here.

use std::collections::HashMap;
use std::error::Error as _;

use ::postgres::types::private::BytesMut;
use ::postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::store::types::StoreError;

/// Why a store function failed, as far as the threads have to tell it apart.
#[derive(Debug)]
pub(in crate::store) enum DbError {
    /// The disk is full.
    Full,
    /// The database is gone, or asks to try again.
    Gone(String),
    /// Anything else; never holds a value of a row.
    Other(String),
}

impl From<DbError> for StoreError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Full => Self::Full,
            DbError::Gone(_) => Self::Unavailable,
            DbError::Other(text) => Self::Other(text),
        }
    }
}

impl From<rusqlite::Error> for DbError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull};
        match error.sqlite_error_code() {
            Some(DiskFull) => Self::Full,
            Some(DatabaseBusy | DatabaseLocked) => Self::Gone(error.to_string()),
            _ => Self::Other(error.to_string()),
        }
    }
}

impl From<::postgres::Error> for DbError {
    fn from(error: ::postgres::Error) -> Self {
        let Some(db) = error.as_db_error() else {
            let text = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            return if error.is_closed() || is_io(&error) { Self::Gone(text) } else { Self::Other(text) };
        };
        // Code and message only: the detail of a Postgres error quotes the row.
        let text = format!("{} ({})", db.message(), db.code().code());
        match db.code().code() {
            "53100" => Self::Full,
            // Serialization, deadlock, too many connections, cancelled, starting up or shutting down, read-only standby.
            "40001" | "40P01" | "53300" | "57014" | "57P01" | "57P02" | "57P03" | "25006" => Self::Gone(text),
            code if code.starts_with("08") => Self::Gone(text),
            _ => Self::Other(text),
        }
    }
}

fn is_io(error: &::postgres::Error) -> bool {
    error.source().is_some_and(|source| source.is::<std::io::Error>())
}

/// A value handed to a statement.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) enum Value<'a> {
    Text(&'a str),
    Int(i64),
    Null,
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value<'_> {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

// Seqs and counts; they stay far below the sign bit.
impl From<u64> for Value<'_> {
    fn from(int: u64) -> Self {
        Self::Int(i64::try_from(int).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Value<'_> {
    fn from(yes: bool) -> Self {
        Self::Int(i64::from(yes))
    }
}

impl From<pronto_protocol::id::Millis> for Value<'_> {
    fn from(at: pronto_protocol::id::Millis) -> Self {
        Self::Int(at.0)
    }
}

impl<'a, T: Into<Self>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

// Postgres keeps no NUL in a text, so neither does SQLite.
fn without_nul(text: &str) -> std::borrow::Cow<'_, str> {
    crate::conversation::clean(text)
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef};
        Ok(match self {
            Self::Text(text) => match without_nul(text) {
                std::borrow::Cow::Borrowed(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
                std::borrow::Cow::Owned(text) => ToSqlOutput::Owned(Owned::Text(text)),
            },
            Self::Int(int) => ToSqlOutput::Borrowed(ValueRef::Integer(*int)),
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
        })
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Text(text) => without_nul(text).to_sql(ty, out),
            Self::Int(int) if *ty == Type::INT4 => i32::try_from(*int)?.to_sql(ty, out),
            Self::Int(int) => int.to_sql(ty, out),
            Self::Null => Ok(IsNull::Yes),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::TEXT, Type::INT8, Type::INT4].contains(ty)
    }

    to_sql_checked!();
}

/// A row of an answer.
#[derive(Debug)]
pub(in crate::store) struct Row(Vec<Cell>);

#[derive(Debug)]
enum Cell {
    Text(String),
    Int(i64),
    Null,
}

impl Row {
    /// The text of a column, taken out of the row.
    pub(in crate::store) fn text(&mut self, column: usize) -> Result<String, DbError> {
        self.opt_text(column)?.ok_or_else(|| surprise(column))
    }

    pub(in crate::store) fn opt_text(&mut self, column: usize) -> Result<Option<String>, DbError> {
        match self.0.get_mut(column) {
            Some(Cell::Text(text)) => Ok(Some(std::mem::take(text))),
            Some(Cell::Null) => Ok(None),
            _ => Err(surprise(column)),
        }
    }

    pub(in crate::store) fn int(&self, column: usize) -> Result<i64, DbError> {
        self.opt_int(column)?.ok_or_else(|| surprise(column))
    }

    pub(in crate::store) fn opt_int(&self, column: usize) -> Result<Option<i64>, DbError> {
        match self.0.get(column) {
            Some(Cell::Int(int)) => Ok(Some(*int)),
            Some(Cell::Null) => Ok(None),
            _ => Err(surprise(column)),
        }
    }

    pub(in crate::store) fn seq(&self, column: usize) -> Result<u64, DbError> {
        u64::try_from(self.int(column)?).map_err(|_| surprise(column))
    }

    pub(in crate::store) fn at(&self, column: usize) -> Result<pronto_protocol::id::Millis, DbError> {
        self.int(column).map(pronto_protocol::id::Millis)
    }

    pub(in crate::store) fn opt_at(
        &self,
        column: usize,
    ) -> Result<Option<pronto_protocol::id::Millis>, DbError> {
        Ok(self.opt_int(column)?.map(pronto_protocol::id::Millis))
    }

    /// An identifier of the wire.
    pub(in crate::store) fn id<T: TryFrom<String>>(&mut self, column: usize) -> Result<T, DbError> {
        T::try_from(self.text(column)?).map_err(|_| surprise(column))
    }
}

fn surprise(column: usize) -> DbError {
    DbError::Other(format!("column {column} of an answer is not what it was asked for"))
}

/// A connection of either kind. A transaction is always open while a store function runs.
pub(in crate::store) enum Connection {
    /// SQLite, in this process.
    Sqlite(rusqlite::Connection),
    /// A Postgres server.
    Postgres(Box<PostgresConnection>),
}

/// A client and what it has prepared.
pub(in crate::store) struct PostgresConnection {
    pub(super) client: ::postgres::Client,
    statements: HashMap<(&'static str, bool), ::postgres::Statement>,
}

impl PostgresConnection {
    pub(super) fn new(client: ::postgres::Client) -> Self {
        Self { client, statements: HashMap::new() }
    }

    fn prepared(&mut self, sql: &'static str, locking: bool) -> Result<::postgres::Statement, DbError> {
        if let Some(statement) = self.statements.get(&(sql, locking)) {
            return Ok(statement.clone());
        }
        let statement = if locking {
            self.client.prepare(&format!("{sql} for update of c"))?
        } else {
            self.client.prepare(sql)?
        };
        self.statements.insert((sql, locking), statement.clone());
        Ok(statement)
    }

    fn query(&mut self, sql: &'static str, locking: bool, values: &[Value<'_>]) -> Result<Vec<Row>, DbError> {
        let statement = self.prepared(sql, locking)?;
        let rows = self.client.query(&statement, &params(values))?;
        rows.iter().map(postgres_row).collect()
    }
}

impl Connection {
    /// Runs a statement; how many rows it touched.
    pub(in crate::store) fn execute(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<u64, DbError> {
        match self {
            Self::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                bind(&mut statement, values)?;
                Ok(statement.raw_execute()? as u64)
            }
            Self::Postgres(connection) => {
                let statement = connection.prepared(sql, false)?;
                Ok(connection.client.execute(&statement, &params(values))?)
            }
        }
    }

    /// All rows of an answer.
    pub(in crate::store) fn query(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, DbError> {
        match self {
            Self::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                let columns = statement.column_count();
                bind(&mut statement, values)?;
                let mut rows = statement.raw_query();
                let mut answer = Vec::new();
                while let Some(row) = rows.next()? {
                    answer.push(sqlite_row(row, columns)?);
                }
                Ok(answer)
            }
            Self::Postgres(connection) => connection.query(sql, false, values),
        }
    }

    /// The first row of an answer.
    pub(in crate::store) fn query_one(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Option<Row>, DbError> {
        Ok(self.query(sql, values)?.into_iter().next())
    }

    /// The first row of an answer, locked until the transaction ends: the row of the table that the statement calls
    /// `c`. SQLite has one writer, so there it is locked already.
    pub(in crate::store) fn lock_one(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Option<Row>, DbError> {
        match self {
            Self::Sqlite(_) => self.query_one(sql, values),
            Self::Postgres(connection) => Ok(connection.query(sql, true, values)?.into_iter().next()),
        }
    }

    /// Runs statements without values or answer.
    pub(in crate::store) fn batch(&mut self, sql: &str) -> Result<(), DbError> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Self::Postgres(connection) => Ok(connection.client.batch_execute(sql)?),
        }
    }

    /// Ends a transaction that went wrong. Where SQLite ended it itself there is nothing to do, and where Postgres is
    /// gone the connection will be replaced.
    pub(in crate::store) fn roll_back(&mut self) {
        if matches!(self, Self::Sqlite(connection) if connection.is_autocommit()) {
            return;
        }
        if let Err(error) = self.batch("rollback") {
            tracing::debug!(?error, "a transaction could not be rolled back");
        }
    }
}

fn params<'a>(values: &'a [Value<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

// SQLite numbers `$1` by first appearance, not by its digit; so every parameter is looked up by its name.
fn bind(statement: &mut rusqlite::Statement<'_>, values: &[Value<'_>]) -> Result<(), DbError> {
    for index in 1..=statement.parameter_count() {
        let place = statement.parameter_name(index).and_then(|name| name.get(1..)?.parse::<usize>().ok());
        let value = place.and_then(|place| values.get(place.checked_sub(1)?));
        let value = value.ok_or_else(|| DbError::Other(format!("no value for parameter {index}")))?;
        statement.raw_bind_parameter(index, value)?;
    }
    Ok(())
}

fn sqlite_row(row: &rusqlite::Row<'_>, columns: usize) -> Result<Row, DbError> {
    use rusqlite::types::ValueRef;
    let cell = |column| {
        Ok(match row.get_ref(column)? {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(int) => Cell::Int(int),
            ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Real(_) | ValueRef::Blob(_) => return Err(surprise(column)),
        })
    };
    (0..columns).map(cell).collect::<Result<_, _>>().map(Row)
}

fn postgres_row(row: &::postgres::Row) -> Result<Row, DbError> {
    let cell = |(column, described): (usize, &::postgres::Column)| {
        Ok(match *described.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(column)?.map_or(Cell::Null, Cell::Int),
            Type::INT4 => {
                row.try_get::<_, Option<i32>>(column)?.map_or(Cell::Null, |int| Cell::Int(int.into()))
            }
            Type::TEXT => row.try_get::<_, Option<String>>(column)?.map_or(Cell::Null, Cell::Text),
            _ => return Err(surprise(column)),
        })
    };
    row.columns().iter().enumerate().map(cell).collect::<Result<_, _>>().map(Row)
}

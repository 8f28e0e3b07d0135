//! Copies of a SQLite database: taken while the server runs, put back while it does not. A Postgres database has its
//! own tools for this, and is left to them.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use crate::store::{KNOWN_VERSION, StoreUrl, version_of_file};

/// Pages copied between two looks at whether somebody wants to write.
const PAGES: std::ffi::c_int = 1024;

/// Why there is no copy; each is a sentence for the operator.
#[derive(Debug)]
pub enum BackupError {
    /// Postgres has its own tools.
    Postgres,
    /// The file to copy is not there.
    Missing(PathBuf),
    /// The file to write is there already.
    Exists(PathBuf),
    /// The file is damaged, or is not a database of ours.
    Damaged(PathBuf),
    /// The copy is of a newer version of this program.
    Newer {
        /// Its version.
        found: i64,
        /// The newest this program knows.
        known: i64,
    },
    /// A file could not be read or written.
    Io(PathBuf, String),
}

impl fmt::Display for BackupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres => f.write_str("Use pg_dump and pg_restore for a Postgres database."),
            Self::Missing(path) => write!(f, "There is no database at {}.", path.display()),
            Self::Exists(path) => {
                write!(f, "{} is there already: choose another path or say --force.", path.display())
            }
            Self::Damaged(path) => write!(f, "{} is not an undamaged Pronto database.", path.display()),
            Self::Newer { found, known } => {
                write!(f, "The backup has version {found}, this program knows {known}: use a newer program.")
            }
            Self::Io(path, error) => write!(f, "{} cannot be copied: {error}.", path.display()),
        }
    }
}

impl std::error::Error for BackupError {}

/// Copies the database at `url` to the new file `to`; the server may run meanwhile. Blocks.
///
/// # Errors
/// [`BackupError`]; then there is no file at `to` that was not there before.
pub fn backup(url: &StoreUrl, to: &Path) -> Result<(), BackupError> {
    let from = sqlite_path(url)?;
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    checked(from)?;
    copy(from, to)
}

/// Puts the copy at `from` in the place of the database at `url`. The server must not run meanwhile. An existing
/// database is replaced only by `force`. Blocks.
///
/// # Errors
/// [`BackupError`]; then the database is as it was.
pub fn restore(url: &StoreUrl, from: &Path, force: bool) -> Result<(), BackupError> {
    let to = sqlite_path(url)?;
    if to.exists() && !force {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let found = checked(from)?;
    if found > KNOWN_VERSION {
        return Err(BackupError::Newer { found, known: KNOWN_VERSION });
    }
    copy(from, to)
}

fn sqlite_path(url: &StoreUrl) -> Result<&Path, BackupError> {
    match url {
        StoreUrl::Sqlite(path) => Ok(path),
        StoreUrl::Postgres(_) => Err(BackupError::Postgres),
    }
}

/// The version of the undamaged database at `path`.
fn checked(path: &Path) -> Result<i64, BackupError> {
    if !path.is_file() {
        return Err(BackupError::Missing(path.to_owned()));
    }
    let check = || {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let verdict: String = connection.query_row("pragma integrity_check", [], |row| row.get(0))?;
        Ok::<_, rusqlite::Error>((verdict, version_of_file(&connection)?))
    };
    match check() {
        Ok((verdict, version)) if verdict == "ok" && version > 0 => Ok(version),
        Ok(_) | Err(_) => Err(BackupError::Damaged(path.to_owned())),
    }
}

/// Copies into a file beside `to`, which then takes its name: nobody ever sees half a copy.
fn copy(from: &Path, to: &Path) -> Result<(), BackupError> {
    let mut half = to.as_os_str().to_owned();
    half.push(".part");
    let half = PathBuf::from(half);
    let outcome = copy_whole(from, &half).and_then(|()| take_place(&half, to));
    if let Err(error) = outcome {
        drop(std::fs::remove_file(&half));
        return Err(BackupError::Io(to.to_owned(), error));
    }
    Ok(())
}

fn copy_whole(from: &Path, to: &Path) -> Result<(), String> {
    remove(to).map_err(|error| error.to_string())?;
    let whole = || {
        let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        source.busy_timeout(Duration::from_secs(5))?;
        let mut target = Connection::open(to)?;
        Backup::new(&source, &mut target)?.run_to_completion(PAGES, Duration::from_millis(5), None)?;
        // One file, without a log beside it.
        target.query_row("pragma journal_mode = delete", [], |_| Ok(()))
    };
    whole().map_err(|error: rusqlite::Error| error.to_string())
}

fn take_place(half: &Path, to: &Path) -> Result<(), String> {
    let take = || {
        std::fs::File::open(half)?.sync_all()?;
        // The log of the database that was here would be replayed into the one that comes.
        for suffix in ["-wal", "-shm"] {
            let mut beside = to.as_os_str().to_owned();
            beside.push(suffix);
            remove(Path::new(&beside))?;
        }
        std::fs::rename(half, to)
    };
    take().map_err(|error: io::Error| error.to_string())
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

//! The folder of files that go with messages: what has come of an upload, and what is whole. Who may do what, and which
//! message a file belongs to, is not known here; files are named by ids that the server mints.

pub mod bare;
pub mod kind;
pub mod name;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pronto_protocol::model::attachment::UploadLimits;
use tokio::sync::Semaphore;

use kind::Kind;

/// The largest chunk of one request.
pub const CHUNK_BYTES: u32 = 1 << 20;
/// The most files of one message.
pub const PER_MESSAGE: u32 = 10;
/// How many files are looked at at once: each is in memory meanwhile.
const LOOKED_AT: usize = 2;

/// Why a file could not be written or read.
#[derive(Debug)]
pub enum FileError {
    /// The disk is full; what was there before still is.
    Full,
    /// The upload has come to another place than the chunk begins at.
    Elsewhere(u64),
    /// Of a kind that is not taken, or not what it claims to be.
    Refused,
    /// The folder cannot be used; for the log.
    Other(io::Error),
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Other(error),
        }
    }
}

/// What a file turned out to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Looked {
    /// Its kind.
    pub kind: &'static Kind,
    /// Its size, without what was taken out of it.
    pub bytes: u64,
    /// An image's width and height as it is shown.
    pub size: Option<(u32, u32)>,
}

/// The folder; clones are the same.
#[derive(Clone)]
pub struct Files {
    folder: Arc<Path>,
    looking: Arc<Semaphore>,
    file_bytes: u64,
    site_bytes: u64,
}

impl Files {
    /// The files in `folder`, which is made when it is needed.
    #[must_use]
    pub fn new(folder: PathBuf, file_bytes: u64, site_bytes: u64) -> Self {
        let looking = Arc::new(Semaphore::new(LOOKED_AT));
        Self { folder: folder.into(), looking, file_bytes, site_bytes }
    }

    /// What may be uploaded.
    #[must_use]
    pub const fn limits(&self) -> UploadLimits {
        UploadLimits { file_bytes: self.file_bytes, per_message: PER_MESSAGE, chunk_bytes: CHUNK_BYTES }
    }

    /// How many bytes of files one site may keep.
    #[must_use]
    pub const fn site_bytes(&self) -> u64 {
        self.site_bytes
    }

    /// Makes the folder, and tries to write into it.
    ///
    /// # Errors
    /// When that fails.
    pub fn check(&self) -> io::Result<()> {
        fs::create_dir_all(self.part("").as_path())?;
        let probe = self.part("probe");
        fs::write(&probe, b"pronto")?;
        fs::remove_file(&probe)
    }

    /// Where a whole file lies.
    #[must_use]
    pub fn path(&self, id: &str) -> PathBuf {
        self.folder.join(id)
    }

    fn part(&self, id: &str) -> PathBuf {
        self.folder.join("part").join(id)
    }

    /// How many bytes of an upload are here.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn offset(&self, id: &str) -> Result<u64, FileError> {
        let path = self.part(id);
        blocking(move || Ok(length(&path)?)).await
    }

    /// Adds a piece of an upload; how far it has come then. Bytes are only ever added behind those that are here.
    ///
    /// # Errors
    /// [`FileError::Elsewhere`] when it does not begin where the upload has come to; [`FileError::Full`].
    pub async fn write(&self, id: &str, offset: u64, piece: Vec<u8>) -> Result<u64, FileError> {
        let path = self.part(id);
        let write = move || {
            fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
            let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
            let has = file.metadata()?.len();
            if has != offset {
                return Err(FileError::Elsewhere(has));
            }
            file.seek(SeekFrom::Start(offset))?;
            if let Err(error) = file.write_all(&piece) {
                // A piece that came in part is no piece: whoever asks hears of the place before it.
                let _ = file.set_len(offset);
                return Err(error.into());
            }
            Ok(offset + piece.len() as u64)
        };
        blocking(write).await
    }

    /// Looks at an upload that is whole, takes out of it what nobody meant to send, and keeps it. A second time finds it
    /// kept.
    ///
    /// # Errors
    /// [`FileError::Refused`] for a file that is not taken; [`FileError::Full`].
    pub async fn finish(&self, id: &str) -> Result<Looked, FileError> {
        let _one_of_few = self.looking.acquire().await;
        let (part, whole, fresh) = (self.part(id), self.path(id), self.part(&format!("{id}.new")));
        let finish = move || {
            // A crash between the renaming and the row leaves the file whole.
            let source = if part.exists() { &part } else { &whole };
            let mut bytes = Vec::new();
            File::open(source)?.read_to_end(&mut bytes)?;
            let kind = kind::of(&bytes).ok_or(FileError::Refused)?;
            let bare::Bare { bytes, size } = bare::bare(kind, bytes).ok_or(FileError::Refused)?;
            let mut file = File::create(&fresh)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&fresh, &whole)?;
            File::open(whole.parent().unwrap_or(Path::new(".")))?.sync_all()?;
            gone(&part)?;
            Ok(Looked { kind, bytes: bytes.len() as u64, size })
        };
        blocking(finish).await
    }

    /// Removes whatever is here of a file.
    ///
    /// # Errors
    /// When something is here and cannot be removed.
    pub async fn remove(&self, id: &str) -> Result<(), FileError> {
        let paths = [self.path(id), self.part(id), self.part(&format!("{id}.new"))];
        blocking(move || Ok(paths.iter().try_for_each(|path| gone(path))?)).await
    }
}

fn length(path: &Path) -> io::Result<u64> {
    match fs::metadata(path) {
        Ok(found) => Ok(found.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

fn gone(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FileError> + Send + 'static,
) -> Result<T, FileError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(FileError::Other(io::Error::other("it was cut off"))))
}

//! Files that go with messages: what is known of an upload, which message carries it, and the key to the links that open
//! it. What is in a file lies in a folder that this knows nothing of.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use pronto_protocol::id::{AttachmentId, ConversationId, Millis};
use pronto_protocol::model::attachment::Attachment;
use pronto_protocol::model::{Message, Side};
use sha2::Sha256;

use super::conversations::lock;
use super::engine::connection::{Connection, DbError, Row, Value};
use super::{Store, StoreError};
use crate::clock::now;
use crate::files::Looked;
use crate::files::kind::named;
use crate::files::name::fitting;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// How long an upload may stand in no message.
pub const UNSENT_MS: i64 = DAY_MS;
/// For how long a removed file is looked for: a chunk may have been on its way while its row went.
const REMOVED_MS: i64 = 60 * 60 * 1000;
/// The most uploads of one side of a conversation that stand in no message.
const UNSENT_MAX: i64 = 30;

macro_rules! attachment_columns {
    () => {
        "a.attachment_id, a.file_id, a.side, a.name, a.bytes, a.media_type, a.whole_bytes, a.width, a.height, a.seq"
    };
}

/// An upload that is to begin.
#[derive(Clone, PartialEq, Eq)]
pub struct NewAttachment {
    /// In which conversation.
    pub conversation_id: ConversationId,
    /// The idempotency key.
    pub attachment_id: AttachmentId,
    /// Under which name it lies in the folder, should it be new.
    pub file_id: String,
    /// Whose it is.
    pub side: Side,
    /// What it is called.
    pub name: String,
    /// How large it will be.
    pub bytes: u64,
    /// How many bytes of files its site may keep.
    pub site_bytes: u64,
    /// The time.
    pub now: Millis,
}

/// An upload, or what became of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AttachmentRow {
    /// The idempotency key.
    pub attachment_id: AttachmentId,
    /// Under which name it lies in the folder.
    pub file_id: String,
    /// Whose it is.
    pub side: Side,
    /// How large it was said to be.
    pub bytes: u64,
    /// The file, once it is whole.
    pub whole: Option<Attachment>,
    /// Whether a message carries it.
    pub is_sent: bool,
}

/// What became of a [`NewAttachment`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum UploadBegun {
    /// It begins.
    New(AttachmentRow),
    /// It had begun before.
    Before(AttachmentRow),
    /// Its id stands for another file.
    IdReused,
    /// Its visitor is blocked.
    Blocked,
    /// Too many of this side stand in no message.
    TooMany,
    /// The site's files take all the room they may.
    SiteFull,
    /// There is no such conversation.
    NoConversation,
}

/// What a link leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Linked {
    /// A file.
    File {
        /// Under which name it lies in the folder.
        file_id: String,
        /// What it is.
        attachment: Attachment,
    },
    /// The link has run out.
    Over,
    /// Nothing: no such file, or not a link of this server's.
    Nothing,
}

impl Store {
    /// Begins an upload, or finds the one that was begun.
    ///
    /// # Errors
    /// When the database does not answer or is full; so with every method here.
    pub async fn begin_upload(&self, new: NewAttachment) -> Result<UploadBegun, StoreError> {
        self.engine.write(move |c| begin(c, &new)).await
    }

    /// An upload, or a file that a message carries.
    ///
    /// # Errors
    /// As [`Store::begin_upload`].
    pub async fn attachment(
        &self,
        conversation_id: &ConversationId,
        attachment_id: &AttachmentId,
    ) -> Result<Option<AttachmentRow>, StoreError> {
        let (conversation_id, attachment_id) = (conversation_id.clone(), attachment_id.clone());
        self.engine.read(move |c| one(c, &conversation_id, &attachment_id)).await
    }

    /// Writes down what a whole file turned out to be; how it stands then.
    ///
    /// # Errors
    /// As [`Store::begin_upload`].
    pub async fn finish_upload(
        &self,
        conversation_id: &ConversationId,
        attachment_id: &AttachmentId,
        looked: Looked,
    ) -> Result<Option<AttachmentRow>, StoreError> {
        let (conversation_id, attachment_id) = (conversation_id.clone(), attachment_id.clone());
        let write = move |c: &mut Connection| {
            let sql = "update attachment set media_type = $3, whole_bytes = $4, width = $5, height = $6 \
                where conversation_id = $1 and attachment_id = $2 and media_type is null";
            let side = |pick: fn((u32, u32)) -> u32| looked.size.map(pick).map(i64::from);
            let values = [
                conversation_id.as_str().into(),
                attachment_id.as_str().into(),
                looked.kind.media_type.into(),
                looked.bytes.into(),
                side(|(width, _)| width).into(),
                side(|(_, height)| height).into(),
            ];
            c.execute(sql, &values)?;
            one(c, &conversation_id, &attachment_id)
        };
        self.engine.write(write).await
    }

    /// Gives up an upload that no message carries; whether there was one.
    ///
    /// # Errors
    /// As [`Store::begin_upload`].
    pub async fn drop_upload(
        &self,
        conversation_id: &ConversationId,
        attachment_id: &AttachmentId,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let (conversation_id, attachment_id) = (conversation_id.clone(), attachment_id.clone());
        let write = move |c: &mut Connection| {
            let values = [conversation_id.as_str().into(), attachment_id.as_str().into(), now.into()];
            c.execute(
                "insert into removed_file (file_id, removed_at) select file_id, $3 from attachment \
                 where conversation_id = $1 and attachment_id = $2 and seq is null on conflict do nothing",
                &values,
            )?;
            let sql =
                "delete from attachment where conversation_id = $1 and attachment_id = $2 and seq is null";
            Ok(c.execute(sql, &values[..2])? > 0)
        };
        self.engine.write(write).await
    }

    /// Gives up all uploads that stood in no message for too long.
    ///
    /// # Errors
    /// As [`Store::begin_upload`].
    pub async fn drop_unsent(&self, now: Millis) -> Result<u64, StoreError> {
        let write = move |c: &mut Connection| {
            let before = now.plus(-UNSENT_MS);
            c.execute(
                "insert into removed_file (file_id, removed_at) select file_id, $2 from attachment \
                 where seq is null and created_at < $1 on conflict do nothing",
                &[before.into(), now.into()],
            )?;
            c.execute("delete from attachment where seq is null and created_at < $1", &[before.into()])
        };
        self.engine.write(write).await
    }

    /// Files that are to be removed from the folder.
    ///
    /// # Errors
    /// As [`Store::begin_upload`].
    pub async fn removed_files(&self) -> Result<Vec<String>, StoreError> {
        let read = |c: &mut Connection| {
            let rows = c.query("select file_id from removed_file order by removed_at", &[])?;
            rows.into_iter().map(|mut row| row.text(0)).collect()
        };
        self.engine.read(read).await
    }

    /// Forgets files that were removed, once nothing more of them can come.
    ///
    /// # Errors
    /// As [`Store::begin_upload`].
    pub async fn forget_removed(&self, files: Vec<String>, now: Millis) -> Result<(), StoreError> {
        let write = move |c: &mut Connection| {
            let sql = "delete from removed_file where file_id = $1 and removed_at < $2";
            files
                .iter()
                .try_for_each(|file| c.execute(sql, &[file.into(), now.plus(-REMOVED_MS).into()]).map(drop))
        };
        self.engine.write(write).await
    }

    /// What a link leads to at `now`.
    ///
    /// # Errors
    /// As [`Store::begin_upload`].
    pub async fn linked(
        &self,
        file_id: &str,
        until: i64,
        signature: &str,
        now: Millis,
    ) -> Result<Linked, StoreError> {
        let (file_id, signature) =
            (file_id.to_owned(), URL_SAFE_NO_PAD.decode(signature).unwrap_or_default());
        let read = move |c: &mut Connection| {
            let Some(key) = key(c)? else { return Ok(Linked::Nothing) };
            if mac(&key, &file_id, until)?.verify_slice(&signature).is_err() {
                return Ok(Linked::Nothing);
            }
            if now.0 / 1000 > until {
                return Ok(Linked::Over);
            }
            let sql = concat!("select ", attachment_columns!(), " from attachment a where a.file_id = $1");
            let row = c.query_one(sql, &[(&file_id).into()])?.map(|mut row| read(&mut row)).transpose()?;
            let found = row.and_then(|row| Some((row.file_id, row.whole?)));
            Ok(found.map_or(Linked::Nothing, |(file_id, attachment)| Linked::File { file_id, attachment }))
        };
        self.engine.read(read).await
    }
}

/// Makes the key to the links, where there is none.
pub(super) fn make_key(c: &mut Connection, fresh: &str) -> Result<(), DbError> {
    let sql = "insert into link_key (number, secret) select 1, $1 where not exists (select 1 from link_key) \
        on conflict do nothing";
    c.execute(sql, &[fresh.into()]).map(drop)
}

fn key(c: &mut Connection) -> Result<Option<String>, DbError> {
    let row = c.query_one("select secret from link_key where number = 1", &[])?;
    row.map(|mut row| row.text(0)).transpose()
}

fn mac(key: &str, file_id: &str, until: i64) -> Result<Hmac<Sha256>, DbError> {
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes());
    let mut mac = mac.map_err(|error| DbError::Other(format!("the key to the links is none: {error}")))?;
    mac.update(format!("pronto-file-1\n{file_id}\n{until}").as_bytes());
    Ok(mac)
}

/// A link that opens the file for one to two days, the same one all day, so that a browser keeps what it has seen.
fn link(key: &str, file_id: &str, now: Millis) -> Result<String, DbError> {
    let until = (now.0 / DAY_MS + 2) * DAY_MS / 1000;
    let signature = URL_SAFE_NO_PAD.encode(mac(key, file_id, until)?.finalize().into_bytes());
    Ok(format!("/files/{file_id}?until={until}&sig={signature}"))
}

fn begin(c: &mut Connection, new: &NewAttachment) -> Result<UploadBegun, DbError> {
    let Some(locked) = lock(c, &new.conversation_id)? else { return Ok(UploadBegun::NoConversation) };
    let id = Value::Text(new.conversation_id.as_str());
    let said = c.query_one(
        "select name from attachment where conversation_id = $1 and attachment_id = $2",
        &[id, new.attachment_id.as_str().into()],
    )?;
    if let Some(mut said) = said {
        let same = said.text(0)? == new.name;
        let row = one(c, &new.conversation_id, &new.attachment_id)?;
        let found = row.filter(|row| same && row.side == new.side && row.bytes == new.bytes);
        return Ok(found.map_or(UploadBegun::IdReused, UploadBegun::Before));
    }
    if locked.state.blocked && new.side == Side::Visitor {
        return Ok(UploadBegun::Blocked);
    }
    let sql = "select count(*) from attachment where conversation_id = $1 and side = $2 and seq is null";
    let unsent = c.query_one(sql, &[id, new.side.as_str().into()])?.map_or(Ok(0), |row| row.int(0))?;
    if unsent >= UNSENT_MAX {
        return Ok(UploadBegun::TooMany);
    }
    let sql = "select cast(coalesce(sum(bytes), 0) as bigint) from attachment where site_key = $1";
    let kept = c.query_one(sql, &[locked.site.as_str().into()])?.map_or(Ok(0), |row| row.seq(0))?;
    if kept.saturating_add(new.bytes) > new.site_bytes {
        return Ok(UploadBegun::SiteFull);
    }
    let sql = "insert into attachment (conversation_id, attachment_id, file_id, site_key, side, name, bytes, created_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    let values = [
        id,
        new.attachment_id.as_str().into(),
        (&new.file_id).into(),
        locked.site.as_str().into(),
        new.side.as_str().into(),
        (&new.name).into(),
        new.bytes.into(),
        new.now.into(),
    ];
    c.execute(sql, &values)?;
    let row = one(c, &new.conversation_id, &new.attachment_id)?;
    Ok(row.map_or(UploadBegun::NoConversation, UploadBegun::New))
}

fn one(
    c: &mut Connection,
    conversation_id: &ConversationId,
    attachment_id: &AttachmentId,
) -> Result<Option<AttachmentRow>, DbError> {
    let sql = concat!(
        "select ",
        attachment_columns!(),
        " from attachment a where a.conversation_id = $1 and a.attachment_id = $2"
    );
    let row = c.query_one(sql, &[conversation_id.as_str().into(), attachment_id.as_str().into()])?;
    let Some(mut row) = row.map(|mut row| read(&mut row)).transpose()? else { return Ok(None) };
    if let (Some(attachment), Some(key)) = (&mut row.whole, key(c)?) {
        attachment.url = Some(link(&key, &row.file_id, now())?);
    }
    Ok(Some(row))
}

fn read(row: &mut Row) -> Result<AttachmentRow, DbError> {
    let (attachment_id, file_id): (AttachmentId, _) = (row.id(0)?, row.text(1)?);
    let (side, name) = (Side::parse(&row.text(2)?), row.text(3)?);
    let size =
        |column: usize| Ok::<_, DbError>(row.opt_int(column)?.and_then(|pixels| u32::try_from(pixels).ok()));
    let (width, height, bytes, is_sent) = (size(7)?, size(8)?, row.seq(4)?, row.opt_int(9)?.is_some());
    let whole_bytes = row.opt_int(6)?.and_then(|bytes| u64::try_from(bytes).ok());
    let whole = row.opt_text(5)?.zip(whole_bytes).map(|(media_type, bytes)| {
        let name = named(&media_type).map_or_else(|| name.clone(), |kind| fitting(&name, kind));
        let attachment_id = attachment_id.clone();
        Attachment { attachment_id, name, media_type, bytes, width, height, url: None }
    });
    Ok(AttachmentRow { attachment_id, file_id, side, bytes, whole, is_sent })
}

/// The files that a message of `side` may carry, in the order in which it names them; `None` when one of them is not whole,
/// not of that side, in another message, or named twice.
pub(super) fn wanted(
    c: &mut Connection,
    conversation_id: &ConversationId,
    side: Side,
    ids: &[AttachmentId],
) -> Result<Option<Vec<Attachment>>, DbError> {
    let mut files = Vec::with_capacity(ids.len());
    for (place, id) in ids.iter().enumerate() {
        let row = one(c, conversation_id, id)?.filter(|row| row.side == side && !row.is_sent);
        let twice = ids.iter().take(place).any(|earlier| earlier == id);
        let Some(file) = row.and_then(|row| row.whole).filter(|_| !twice) else { return Ok(None) };
        files.push(file);
    }
    Ok(Some(files))
}

/// Writes down which message carries its files.
pub(super) fn carry(c: &mut Connection, message: &Message) -> Result<(), DbError> {
    let sql = "update attachment set seq = $3, place = $4 where conversation_id = $1 and attachment_id = $2";
    for (place, file) in (0_u64..).zip(&message.attachments) {
        let id = message.conversation_id.as_str().into();
        c.execute(sql, &[id, file.attachment_id.as_str().into(), message.seq.into(), place.into()])?;
    }
    Ok(())
}

/// Gives messages the files that go with them. They may be of several conversations.
pub(super) fn fill<'a>(
    c: &mut Connection,
    messages: impl IntoIterator<Item = &'a mut Message>,
) -> Result<(), DbError> {
    let mut messages: Vec<&mut Message> = messages.into_iter().collect();
    let mut secret = None;
    // Messages of one conversation stand side by side, so each costs one look.
    for run in messages.chunk_by_mut(|a, b| a.conversation_id == b.conversation_id) {
        let seqs = || run.iter().map(|message| message.seq);
        let (Some(first), Some(last)) = (seqs().min(), seqs().max()) else { continue };
        let Some(id) = run.first().map(|message| message.conversation_id.clone()) else { continue };
        let sql = concat!(
            "select ",
            attachment_columns!(),
            " from attachment a where a.conversation_id = $1 and a.seq between $2 and $3 order by a.seq, a.place"
        );
        for mut row in c.query(sql, &[id.as_str().into(), first.into(), last.into()])? {
            let seq = row.seq(9)?;
            let row = read(&mut row)?;
            let Some(message) = run.iter_mut().find(|message| message.seq == seq) else { continue };
            if secret.is_none() {
                secret = key(c)?;
            }
            let Some(mut file) = row.whole else { continue };
            file.url = secret.as_deref().map(|key| link(key, &row.file_id, now())).transpose()?;
            message.attachments.push(file);
        }
    }
    Ok(())
}

/// Forgets the files of a conversation, those in no message too; how many there were.
pub(super) fn forget(c: &mut Connection, id: &ConversationId, now: Millis) -> Result<u64, DbError> {
    c.execute(
        "insert into removed_file (file_id, removed_at) select file_id, $2 from attachment where conversation_id = $1 \
         on conflict do nothing",
        &[id.as_str().into(), now.into()],
    )?;
    c.execute("delete from attachment where conversation_id = $1", &[id.as_str().into()])
}

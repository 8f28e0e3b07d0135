//! Uploads: begun, sent piece by piece, looked at and named in a message. What a file is belongs to [`crate::files`]; who may
//! have a part in a conversation to `party`.

pub mod link;

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use pronto_protocol::api::{ErrorBody, ErrorCode, NewUpload, Upload};
use pronto_protocol::id::{AttachmentId, ConversationId};

use crate::auth::secret;
use crate::files::{CHUNK_BYTES, FileError, Files, name};
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Body64, Path};
use crate::http::party::Party;
use crate::http::state::{App, now};
use crate::store::{AttachmentRow, NewAttachment, UploadBegun};

const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
/// After this much of a chunk, what has come is kept: a network that goes away costs no more.
const PIECE: usize = 64 * 1024;
/// How long one request may bring bytes; what has come by then is kept, and the client goes on from there.
const READ_TIMEOUT: Duration = Duration::from_secs(25);

type Which = Path<(ConversationId, AttachmentId)>;

/// How an upload stands, in the body and in the headers.
pub struct Standing(StatusCode, Upload);

impl IntoResponse for Standing {
    fn into_response(self) -> Response {
        let Self(status, upload) = self;
        let headers = [(OFFSET, HeaderValue::from(upload.offset)), (LENGTH, HeaderValue::from(upload.bytes))];
        (status, headers, Json(upload)).into_response()
    }
}

/// Begins an upload, or finds the one that was begun.
#[utoipa::path(
    post, path = "/v1/conversations/{id}/attachments", tag = "conversation",
    params(("id" = String, Path, description = "The conversation's id")),
    request_body = NewUpload,
    responses(
        (status = 201, description = "It begins", body = Upload),
        (status = 200, description = "It had begun before", body = Upload),
        (status = 507, description = "The site's files, or the disk, take all the room there is", body = ErrorBody),
        (status = "4XX", description = "Too large, an id used before, not yours, or too many", body = ErrorBody),
    ),
    security(("visitor" = []), ("agent" = []), ("backend" = [])),
)]
pub async fn begin(
    State(app): State<App>,
    party: Party,
    Path(id): Path<ConversationId>,
    Body64(new): Body64<NewUpload>,
) -> Answer<Standing> {
    let files = taken(&app)?;
    let row = party.conversation(&app, &id).await?;
    if new.bytes == 0 {
        return Err(Refused::new(ErrorCode::MediaRefused, "The file is empty."));
    }
    if new.bytes > files.limits().file_bytes {
        let most = files.limits().file_bytes / 1_000_000;
        return Err(Refused::new(ErrorCode::TooLarge, format!("A file has {most} MB at most.")));
    }
    app.budgets.session_uploads.take(*party.session(), now())?;
    let begun = app.store.begin_upload(NewAttachment {
        conversation_id: row.conversation.conversation_id,
        attachment_id: new.attachment_id,
        file_id: secret::mint_id(),
        side: party.side(),
        name: name::clean(&new.name),
        bytes: new.bytes,
        site_bytes: files.site_bytes(),
        now: now(),
    });
    match begun.await? {
        UploadBegun::New(row) => Ok(Standing(StatusCode::CREATED, upload(row, 0))),
        UploadBegun::Before(row) => {
            let offset = offset(files, &row).await?;
            Ok(Standing(StatusCode::OK, upload(row, offset)))
        }
        UploadBegun::IdReused => {
            Err(Refused::new(ErrorCode::IdReused, "This id was used before for another file."))
        }
        UploadBegun::Blocked => {
            Err(Refused::new(ErrorCode::Blocked, "This business takes no more messages from you."))
        }
        UploadBegun::TooMany => Err(Refused::too_many(WAIT_MS)),
        UploadBegun::SiteFull => Err(Refused::new(
            ErrorCode::StorageFull,
            "There is no room for more files here, so this one was not taken. Write without it.",
        )),
        UploadBegun::NoConversation => Err(Refused::not_found()),
    }
}

/// Until some of the uploads that stand in no message may have been sent.
const WAIT_MS: u64 = 60_000;

/// Adds a chunk.
#[utoipa::path(
    patch, path = "/v1/conversations/{id}/attachments/{attachment_id}", tag = "conversation",
    params(("id" = String, Path, description = "The conversation's id"), ("attachment_id" = String, Path, description = "The upload's id"), ("Upload-Offset" = u64, Header, description = "Where the chunk begins")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 200, description = "How the upload stands; the file, once it is whole", body = Upload),
        (status = 507, description = "The disk is full; what was there before still is", body = ErrorBody),
        (status = "4XX", description = "Another offset, a kind that is not taken, not yours, or too many", body = ErrorBody),
    ),
    security(("visitor" = []), ("agent" = []), ("backend" = [])),
)]
pub async fn write(
    State(app): State<App>,
    party: Party,
    Path((id, attachment_id)): Which,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let files = taken(&app)?;
    let row = theirs(&app, &party, &id, &attachment_id).await?;
    if row.whole.is_some() {
        let bytes = row.bytes;
        return Ok(Standing(StatusCode::OK, upload(row, bytes)).into_response());
    }
    let from = headers.get(OFFSET).and_then(|value| value.to_str().ok()?.parse().ok());
    let from =
        from.ok_or_else(|| Refused::bad_request("Say with `Upload-Offset` where the chunk begins."))?;
    let at = match receive(files, &row, from, body).await {
        Ok(at) => at,
        Err(FileError::Elsewhere(at)) => return Ok(elsewhere(at)),
        Err(error) => return Err(failed(&error)),
    };
    if at < row.bytes {
        return Ok(Standing(StatusCode::OK, upload(row, at)).into_response());
    }
    let looked = match files.finish(&row.file_id).await {
        Ok(looked) => looked,
        Err(FileError::Refused) => {
            drop_now(&app, files, &id, &row).await?;
            return Err(failed(&FileError::Refused));
        }
        Err(error) => return Err(failed(&error)),
    };
    let row = app.store.finish_upload(&id, &attachment_id, looked).await?.ok_or_else(Refused::not_found)?;
    Ok(Standing(StatusCode::OK, upload(row, at)).into_response())
}

/// Takes what a request brings, as far as it comes; how far the upload has come then.
async fn receive(files: &Files, row: &AttachmentRow, from: u64, body: Body) -> Result<u64, FileError> {
    let deadline = tokio::time::Instant::now() + READ_TIMEOUT;
    let (mut stream, mut at, mut piece) = (body.into_data_stream(), from, Vec::new());
    let has = files.offset(&row.file_id).await?;
    if has != from {
        return Err(FileError::Elsewhere(has));
    }
    // Behind the end of the chunk or of the file nothing is taken.
    let end = row.bytes.min(from + u64::from(CHUNK_BYTES));
    while at + (piece.len() as u64) < end {
        let next = tokio::time::timeout_at(deadline, stream.next()).await;
        let Ok(Some(Ok(bytes))) = next else { break };
        let room = usize::try_from(end - at).unwrap_or(usize::MAX) - piece.len();
        piece.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or(&bytes));
        if piece.len() >= PIECE {
            at = files.write(&row.file_id, at, std::mem::take(&mut piece)).await?;
        }
    }
    if piece.is_empty() { Ok(at) } else { files.write(&row.file_id, at, piece).await }
}

/// How an upload stands, or the file that a message carries.
#[utoipa::path(
    get, path = "/v1/conversations/{id}/attachments/{attachment_id}", tag = "conversation",
    params(("id" = String, Path, description = "The conversation's id"), ("attachment_id" = String, Path, description = "The upload's id")),
    responses(
        (status = 200, description = "How it stands; `HEAD` has it in the headers", body = Upload),
        (status = "4XX", description = "Not yours, or not there", body = ErrorBody),
    ),
    security(("visitor" = []), ("agent" = []), ("backend" = [])),
)]
pub async fn show(
    State(app): State<App>,
    party: Party,
    Path((id, attachment_id)): Which,
) -> Answer<Standing> {
    let files = taken(&app)?;
    party.conversation(&app, &id).await?;
    let row = app.store.attachment(&id, &attachment_id).await?;
    let row = row.filter(|row| row.is_sent || row.side == party.side()).ok_or_else(Refused::not_found)?;
    let offset = offset(files, &row).await?;
    Ok(Standing(StatusCode::OK, upload(row, offset)))
}

/// Gives up what no message carries.
#[utoipa::path(
    delete, path = "/v1/conversations/{id}/attachments/{attachment_id}", tag = "conversation",
    params(("id" = String, Path, description = "The conversation's id"), ("attachment_id" = String, Path, description = "The upload's id")),
    responses(
        (status = 204, description = "Gone"),
        (status = "4XX", description = "Not yours, not there, or in a message", body = ErrorBody),
    ),
    security(("visitor" = []), ("agent" = []), ("backend" = [])),
)]
pub async fn give_up(
    State(app): State<App>,
    party: Party,
    Path((id, attachment_id)): Which,
) -> Answer<StatusCode> {
    let files = taken(&app)?;
    let row = theirs(&app, &party, &id, &attachment_id).await?;
    if !drop_now(&app, files, &id, &row).await? {
        return Err(Refused::not_found());
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn drop_now(app: &App, files: &Files, id: &ConversationId, row: &AttachmentRow) -> Answer<bool> {
    let dropped = app.store.drop_upload(id, &row.attachment_id, now()).await?;
    if dropped && let Err(error) = files.remove(&row.file_id).await {
        tracing::warn!(?error, "a file stays until the next clearing");
    }
    Ok(dropped)
}

fn taken(app: &App) -> Answer<&Files> {
    app.files.as_ref().ok_or_else(|| Refused::new(ErrorCode::NotFound, "This server takes no files."))
}

/// An upload of the caller's own side that no message carries.
async fn theirs(
    app: &App,
    party: &Party,
    id: &ConversationId,
    attachment_id: &AttachmentId,
) -> Answer<AttachmentRow> {
    party.conversation(app, id).await?;
    let row = app.store.attachment(id, attachment_id).await?;
    row.filter(|row| !row.is_sent && row.side == party.side()).ok_or_else(Refused::not_found)
}

async fn offset(files: &Files, row: &AttachmentRow) -> Answer<u64> {
    if row.whole.is_some() {
        return Ok(row.bytes);
    }
    files.offset(&row.file_id).await.map_err(|error| failed(&error))
}

fn upload(row: AttachmentRow, offset: u64) -> Upload {
    let (attachment_id, bytes) = (row.attachment_id, row.bytes);
    Upload { attachment_id, offset, bytes, chunk_bytes: CHUNK_BYTES, attachment: row.whole }
}

fn elsewhere(at: u64) -> Response {
    let refused = failed(&FileError::Elsewhere(at));
    ([(OFFSET, HeaderValue::from(at))], refused).into_response()
}

fn failed(error: &FileError) -> Refused {
    match error {
        FileError::Full => Refused::new(
            ErrorCode::StorageFull,
            "The server's disk is full. What has come of the file is kept: go on later.",
        ),
        FileError::Elsewhere(_) => {
            Refused::new(ErrorCode::WrongOffset, "The upload has come to another place: go on from there.")
        }
        FileError::Refused => Refused::new(
            ErrorCode::MediaRefused,
            "Files of this kind are not taken here, or the file is damaged. Pictures (PNG, JPEG, WebP, GIF), PDF, \
             documents, audio, video, ZIP and plain text are.",
        ),
        FileError::Other(error) => {
            tracing::error!(%error, "the folder of files cannot be used");
            Refused::internal()
        }
    }
}

//! Files that go with a message: what they are once they are stored. How they get there stands in [`crate::api`].

use serde::{Deserialize, Serialize};

use crate::id::AttachmentId;

/// The longest name of a file, in Unicode scalar values; longer ones are cut, their ending kept.
pub const FILE_NAME_MAX_CHARS: usize = 120;

/// A file that goes with a message.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attachment {
    /// Minted by the device that uploaded it.
    pub attachment_id: AttachmentId,
    /// What to call it: up to 120 characters, without controls, separators of folders, or marks that turn the reading
    /// direction. What its sender said, never what it is.
    pub name: String,
    /// What its content is, for example `image/jpeg`; decided by the server from the bytes.
    pub media_type: String,
    /// How large it is.
    pub bytes: u64,
    /// An image's width in pixels, as it is shown; absent where it is no image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// An image's height in pixels, as it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Where it can be had for at least a day, by whoever has the link; an address of the chat's own origin begins with
    /// `/`. Absent where a message only names its files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

// A link opens the file, and a name is a person's words: neither reaches a log by way of `{:?}`.
impl std::fmt::Debug for Attachment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Attachment(")?;
        f.write_str(self.attachment_id.as_str())?;
        f.write_str(")")
    }
}

/// What may be uploaded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UploadLimits {
    /// The largest file, in bytes.
    pub file_bytes: u64,
    /// The most files of one message.
    pub per_message: u32,
    /// The largest chunk of one request, in bytes.
    pub chunk_bytes: u32,
}

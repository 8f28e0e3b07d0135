//! Files that go with messages, as the golden files show them.

use pronto_protocol::api::{NewUpload, SendMessage, Upload};
use pronto_protocol::id::AttachmentId;
use pronto_protocol::model::Message;
use pronto_protocol::model::attachment::{Attachment, UploadLimits};

use super::{Golden, message, send_message};

fn attachment() -> Attachment {
    Attachment {
        attachment_id: AttachmentId::new("3d813cbb-47fb-32ba-91df-831e1593ac29").unwrap(),
        name: "segale.jpg".into(),
        media_type: "image/jpeg".into(),
        bytes: 182_044,
        width: Some(1600),
        height: Some(1200),
        url: Some("/files/9f86d081884c7d659a2feaa0c55ad015?until=1790090000&sig=Rk9SR0VEUk9S".into()),
    }
}

pub(crate) fn limits() -> UploadLimits {
    UploadLimits { file_bytes: 10_485_760, per_message: 10, chunk_bytes: 1_048_576 }
}

pub(crate) fn bodies(golden: &mut Golden) {
    golden.check(
        "send_message_files",
        &SendMessage { body: String::new(), attachments: vec![attachment().attachment_id], ..send_message() },
    );
    golden.check(
        "message_files",
        &Message { body: String::new(), attachments: vec![attachment()], ..message() },
    );
    golden.check(
        "new_upload",
        &NewUpload { attachment_id: attachment().attachment_id, name: "segale.jpg".into(), bytes: 190_112 },
    );
    let begun = Upload {
        attachment_id: attachment().attachment_id,
        offset: 65_536,
        bytes: 190_112,
        chunk_bytes: 1_048_576,
        attachment: None,
    };
    golden.check("upload", &begun);
    golden.check("upload_done", &Upload { offset: 190_112, attachment: Some(attachment()), ..begun });
}

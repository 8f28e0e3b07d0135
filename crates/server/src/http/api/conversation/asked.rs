//! Whether what a site asks for before the first message is there. A browser asks people; this asks every program.

use pronto_protocol::api::ErrorCode;
use pronto_protocol::id::VisitorId;
use pronto_protocol::model::ask::{Asked, FieldKind, Missing};

use crate::http::error::{Answer, Refused};
use crate::http::state::App;
use crate::store::Site;

/// Lets pass who has a conversation already, and who brings what the site asks for. It is asked where the first
/// conversation is opened, since that is where the answers are kept: without it there is nothing to write to.
///
/// # Errors
/// `form_incomplete`, with the first thing that is missing.
pub(super) async fn check(
    app: &App,
    site: &Site,
    visitor: Option<&VisitorId>,
    asked: Option<&Asked>,
) -> Answer<()> {
    let Some(form) = &site.settings.pre_chat else { return Ok(()) };
    let contact = match visitor {
        Some(id) if !app.store.conversations_of(id).await?.is_empty() => return Ok(()),
        Some(id) => app.store.contact(id).await?,
        None => None,
    };
    let known = |kind| {
        contact.as_ref().is_some_and(|contact| match kind {
            FieldKind::Name => contact.name.is_some(),
            FieldKind::Email => contact.email.is_some(),
            FieldKind::Text | FieldKind::Unknown => false,
        })
    };
    match form.missing(asked, known) {
        None => Ok(()),
        Some(missing) => Err(Refused::new(ErrorCode::FormIncomplete, sentence(missing))),
    }
}

fn sentence(missing: Missing<'_>) -> String {
    let what = match missing {
        Missing::Consent => {
            return "This business asks you to agree to its consent text before you write. Send it in \
            `context.asked.consent`, in its own words."
                .to_owned();
        }
        Missing::Field(field) => match field.kind {
            _ if !field.label.is_empty() => format!("“{}”", field.label),
            FieldKind::Name => "your name".to_owned(),
            FieldKind::Email => "your e-mail address".to_owned(),
            FieldKind::Text | FieldKind::Unknown => "a field without a label".to_owned(),
        },
    };
    format!(
        "This business asks for {what} before you write. Send it in `context.asked.answers` when you open the session."
    )
}

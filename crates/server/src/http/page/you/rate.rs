//! The page on which a visitor rates a settled conversation, and changes that while it is settled.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use pronto_protocol::id::{ConversationId, SiteKey};
use pronto_protocol::model::Status;
use pronto_protocol::model::yours::{Rating, SetRating, VisitorConversation};
use serde::Deserialize;

use super::{SCRIPT, Yours};
use crate::http::api::conversation::rating;
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Caller, FormBody, Path, Query};
use crate::http::page::hosted::Wanted;
use crate::http::page::template::escape;
use crate::http::party::Visitor;
use crate::http::state::App;

/// What the form sends.
#[derive(Deserialize)]
pub struct Rated {
    #[serde(default)]
    session: String,
    #[serde(default)]
    conversation: String,
    /// Empty while it is only asked for.
    #[serde(default)]
    score: String,
    #[serde(default)]
    words: String,
}

/// Shows the form; keeps what it sends, and shows it again with thanks.
pub async fn rate(
    State(app): State<App>,
    Path(key): Path<SiteKey>,
    Query(wanted): Query<Wanted>,
    caller: Caller,
    headers: HeaderMap,
    FormBody(said): FormBody<Rated>,
) -> Answer<Response> {
    caller.check_form()?;
    let site = app.store.site(&key).await?.ok_or_else(Refused::not_found)?;
    let yours = Yours::new(&app, &site, &wanted, &headers, said.session);
    let (Some(visitor), Ok(id)) = (yours.who().await?, ConversationId::new(said.conversation)) else {
        return yours.overview().await;
    };
    let score = said.score.parse().ok();
    if let Some(score) = score
        && settled(&app, &visitor, &id).await?.is_some()
    {
        rating::rate(&app, visitor.clone(), &id, SetRating { score, words: said.words }).await?;
    }
    match settled(&app, &visitor, &id).await? {
        Some(talk) => draw(&yours, &talk, score.is_some()),
        None => yours.overview().await,
    }
}

/// The conversation, where it is theirs and settled.
async fn settled(app: &App, visitor: &Visitor, id: &ConversationId) -> Answer<Option<VisitorConversation>> {
    let talks = app.store.talks_of(&visitor.visitor_id).await?;
    let is_it = |talk: &VisitorConversation| {
        talk.conversation.conversation_id == *id && talk.conversation.status == Status::Resolved
    };
    Ok(talks.into_iter().find(is_it))
}

fn draw(yours: &Yours<'_>, talk: &VisitorConversation, thanks: bool) -> Answer<Response> {
    let text = |key: &str| yours.text(key);
    let given = talk.rating.as_ref();
    let score = |score: u8| {
        let checked = if given.is_some_and(|rating| rating.score == score) { " checked" } else { "" };
        format!(
            "<label><input type=\"radio\" name=\"score\" value=\"{score}\" required{checked}>{}</label>",
            text(&format!("rate.{score}"))
        )
    };
    let scores: String = (1..=5).rev().map(score).collect();
    let thanks =
        if thanks { format!("<p role=\"status\">{}</p>", text("rate.thanks")) } else { String::new() };
    let content = format!(
        "<input type=\"hidden\" name=\"conversation\" value=\"{}\"><fieldset aria-labelledby=\"title\">{scores}</fieldset>\
         <label>{}<textarea name=\"words\" rows=\"3\" maxlength=\"1000\" dir=\"auto\">{}</textarea></label><button>{}</button>",
        escape(talk.conversation.conversation_id.as_str()),
        text("rate.words"),
        escape(given.map_or("", |rating: &Rating| rating.words.as_str())),
        text("composer.send"),
    );
    let back = yours.form("you", &format!("<button class=\"quiet\">{}</button>", text("you.title")));
    let main = format!("{thanks}<div class=\"rate\">{}</div>{back}", yours.form("you/rate", &content));
    yours.titled("rate.title", SCRIPT, &main)
}

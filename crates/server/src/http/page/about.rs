//! How long a business takes to answer and how that is measured, for anyone to read: a page of its own, and what the panel
//! shows in itself when its sentence is pressed. With script, lengths are written out by the browser's own `Intl`.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use pronto_protocol::id::{Millis, SiteKey};
use pronto_protocol::model::report::{Quantile, ReplyTimeDocument};
use pronto_protocol::model::{OpenState, ReplyVerdict};

use super::hosted::{Wanted, language};
use super::sheet::{Sheet, iso, put};
use super::template::escape;
use super::words::{Language, wait_of};
use crate::billing::time_zone;
use crate::http::api::report::badge::arc;
use crate::http::api::report::document;
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Path, Query};
use crate::http::state::{App, now};
use crate::store::Site;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

const STYLE: &str = include_str!("about/about.css");

/// The page.
pub async fn show(
    State(app): State<App>,
    Path(key): Path<SiteKey>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Answer<Response> {
    let site = app.store.site(&key).await?.ok_or_else(Refused::not_found)?;
    let language = language(&app, &site, &wanted.lang, &headers);
    let mut response =
        About::new(&site, language, &wanted.theme, &document(&app, &site, now()).await?).draw()?;
    let answer = response.headers_mut();
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
    answer.insert(header::VARY, HeaderValue::from_static("accept-language"));
    Ok(response)
}

/// What the page is drawn from.
struct About<'a> {
    sheet: Sheet<'a>,
    language: Language<'a>,
    document: &'a ReplyTimeDocument,
    zone: TimeZone,
    now: Millis,
}

impl<'a> About<'a> {
    fn new(site: &'a Site, language: Language<'a>, theme: &'a str, document: &'a ReplyTimeDocument) -> Self {
        let zone = TimeZone::get(&time_zone(&site.settings)).unwrap_or(TimeZone::UTC);
        let title = language.text("about.title");
        let sheet = Sheet { site, language, theme, title, style: STYLE, script: "", framed: true };
        Self { sheet, language, document, zone, now: document.reply.as_of }
    }

    fn draw(&self) -> Answer<Response> {
        let status = self.language.status(&self.document.reply, self.document.hours.as_ref(), self.now);
        let change = self.change(&status);
        let opens = self.document.hours.as_ref().and_then(|hours| hours.changes_at);
        let status = put(&status, &[("time", opens.map(|at| self.time(at)).unwrap_or_default())]);
        let minutes = self.document.reply.minutes.map(f64::from);
        let main = format!(
            "<header>{}<div><h1>{}</h1><p class=\"say\">{status}</p>{change}</div></header>{}{}{}\
             <a href=\"/v1/sites/{}/reply-time\" target=\"_blank\" rel=\"noopener\">{}</a>",
            ring(minutes),
            self.text("about.title"),
            self.waits(),
            self.basis(),
            self.method(),
            escape(self.sheet.site.key.as_str()),
            self.text("about.raw"),
        );
        self.sheet.answer(&main)
    }

    fn text(&self, key: &str) -> String {
        self.sheet.text(key)
    }

    /// When that changes, where the sentence above does not say it.
    fn change(&self, status: &str) -> String {
        let key = match self.document.hours {
            Some(OpenState { open: true, .. }) => "hours.until",
            _ if status.contains("{time}") => return String::new(),
            _ => "hours.again",
        };
        let at = self.document.hours.as_ref().and_then(|hours| hours.changes_at);
        let said = at.map(|at| put(self.language.text(key), &[("time", self.time(at))]));
        said.map(|said| format!("<p class=\"say\">{said}</p>")).unwrap_or_default()
    }

    /// What somebody who writes now can expect; why there is nothing to say, where there is not.
    fn waits(&self) -> String {
        let content = match self.document.reply.verdict {
            Some(ReplyVerdict::OftenUnanswered) => format!("<p>{}</p>", self.text("about.often")),
            Some(ReplyVerdict::Measured) if !self.document.quantiles.is_empty() => {
                let rows = self.document.quantiles.iter().map(|quantile| self.row(quantile));
                format!("<ol>{}</ol>", rows.collect::<String>())
            }
            _ => format!("<p>{}</p>", self.text("about.new")),
        };
        format!("<section><h2>{}</h2>{content}</section>", self.text("about.now"))
    }

    fn row(&self, quantile: &Quantile) -> String {
        let wait = |seconds| self.wait(seconds);
        let (said, bounds) = match (quantile.wait_s, quantile.low_s, quantile.high_s) {
            (None, ..) => (self.text("about.never"), String::new()),
            (Some(seconds), Some(low), Some(high)) => {
                let parts = [("low", wait(low)), ("high", wait(high))];
                (wait(seconds), put(self.language.text("about.between"), &parts))
            }
            (Some(seconds), Some(low), None) => {
                (wait(seconds), put(self.language.text("about.above"), &[("low", wait(low))]))
            }
            (Some(seconds), ..) => (wait(seconds), String::new()),
        };
        let share = self.text(&format!("about.p{}", quantile.percent));
        let minutes = quantile.wait_s.map(|seconds| f64::from(seconds) / 60.0);
        format!("<li>{}<p>{share}<b>{said}</b><small>{bounds}</small></p></li>", ring(minutes))
    }

    fn basis(&self) -> String {
        let ReplyTimeDocument { reply, promises, .. } = self.document;
        let from = reply.as_of.plus(-DAY_MS * i64::from(self.document.window_days.saturating_sub(1)));
        let period = [("from", self.day(from)), ("to", self.day(reply.as_of))];
        let kept = if promises.kept + promises.missed == 0 {
            self.text("about.none")
        } else {
            let all = promises.kept + promises.missed;
            put(self.language.text("about.of"), &[("n", promises.kept.to_string()), ("m", all.to_string())])
        };
        let share = f64::from(self.document.never_permille) / 1000.0;
        let rows = [
            ("period", put(self.language.text("about.from_to"), &period)),
            ("as_of", self.time(reply.as_of)),
            ("sample", reply.sample.to_string()),
            ("unanswered", reply.unanswered.to_string()),
            ("share", format!("<data value=\"{share}\">{:.1} %</data>", share * 100.0)),
            ("promises", kept),
        ];
        let rows = rows
            .map(|(key, value)| format!("<dt>{}</dt><dd>{value}</dd>", self.text(&format!("about.{key}"))));
        format!("<section><h2>{}</h2><dl>{}</dl></section>", self.text("about.basis"), rows.concat())
    }

    fn method(&self) -> String {
        let said = ["clock", "open", "now", "set"];
        let said = said.map(|key| format!("<p>{}</p>", self.text(&format!("about.how_{key}"))));
        format!("<section><h2>{}</h2>{}</section>", self.text("about.how"), said.concat())
    }

    fn wait(&self, seconds: u32) -> String {
        let (number, unit) = wait_of(seconds);
        format!(
            "<data value=\"{number}\" data-unit=\"{unit}\">{}</data>",
            escape(&self.language.wait(seconds))
        )
    }

    fn time(&self, at: Millis) -> String {
        let said = self.language.moment(at, &self.zone, self.now);
        format!("<time datetime=\"{}\">{}</time>", iso(at), escape(&said))
    }

    fn day(&self, at: Millis) -> String {
        let day = Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(self.zone.clone()).date();
        format!("<time class=\"day\" datetime=\"{}\">{day}</time>", iso(at))
    }
}

/// The ring: its arc is the wait, and a day closes it.
fn ring(minutes: Option<f64>) -> String {
    let circle = "cx=\"20\" cy=\"20\" r=\"17\"";
    let arc = minutes.map(|minutes| {
        let length = arc(minutes);
        format!(
            "<circle class=\"arc\" {circle} pathLength=\"100\" stroke-dasharray=\"{length} 200\" \
             transform=\"rotate(-90 20 20)\"/>"
        )
    });
    format!(
        "<svg viewBox=\"0 0 40 40\" aria-hidden=\"true\"><circle {circle}/>{}</svg>",
        arc.unwrap_or_default()
    )
}

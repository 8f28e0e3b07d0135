//! How long a business takes to answer and how that is measured, for anyone to read: a page of its own, and what the panel
//! shows in itself when its sentence is pressed. It is whole without script; with it, times stand in the reader's zone and
//! lengths are written out, by the browser's own `Intl`.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use pronto_protocol::id::{Millis, SiteKey};
use pronto_protocol::model::report::{Quantile, ReplyTimeDocument};
use pronto_protocol::model::{OpenState, ReplyVerdict};

use super::colour::readable;
use super::hosted::{Wanted, language};
use super::template::escape;
use super::words::{Language, wait_of};
use super::{assets, html};
use crate::billing::time_zone;
use crate::config::web_origin;
use crate::http::api::report::badge::arc;
use crate::http::api::report::document;
use crate::http::error::{Answer, Refused};
use crate::http::extract::{Path, Query};
use crate::http::state::{App, now};
use crate::store::Site;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

const STYLE: &str = "*{box-sizing:border-box;margin:0}body{background:var(--paper);color:var(--ink);font:16px/24px system-ui,\
    sans-serif;-webkit-text-size-adjust:100%}main{max-width:600px;margin:auto;padding:24px 16px 32px}header{display:flex;gap:16px;\
    align-items:center}h1{font-size:20px;line-height:28px;letter-spacing:-.01em;text-wrap:balance;overflow-wrap:anywhere}\
    h2{font-size:16px;line-height:24px;margin:32px 0 8px}p{text-wrap:pretty}section p+p{margin-top:12px}.say,small,dt{color:var(--ink2)}\
    svg{flex:none;width:40px;height:40px;fill:none;stroke:var(--line);stroke-width:3.5;stroke-linecap:round}header svg{width:64px;\
    height:64px}.arc{stroke:var(--accent)}ol{list-style:none;padding:0}li{display:flex;gap:16px;align-items:center;padding:12px 0;\
    border-top:1px solid var(--line)}li:first-child{border:0}li p{flex:1}b{display:block;font-size:20px;line-height:28px;\
    font-variant-numeric:tabular-nums}small{display:block;font-size:13px;line-height:18px}dl{display:grid;grid-template-columns:\
    auto 1fr}dt,dd{padding:8px 0;border-top:1px solid var(--line);font-variant-numeric:tabular-nums;min-width:0;\
    overflow-wrap:anywhere}dt:first-of-type,dt:first-of-type+dd{border:0}dd{text-align:end;text-wrap:balance;padding-inline-start:16px}a{display:inline-block;padding:10px 0;\
    margin-top:16px;color:inherit;text-underline-offset:3px}:focus-visible{outline:2px solid var(--ink);outline-offset:2px}\
    @media(forced-colors:active){.arc{stroke:Highlight}}@media print{:root{--paper:#fff}}";

const SCRIPT: &str = r#"(() => {
const page = document.documentElement, lang = page.lang, far = { day: "numeric", month: "long" };
page.dataset.theme = new URLSearchParams(location.search).get("theme") || "";
for (const time of document.querySelectorAll("time")) {
const at = new Date(time.dateTime), day = { weekday: "short", ...(Math.abs(at - Date.now()) > 5e8 && far) };
time.textContent = at.toLocaleString(lang, time.className ? far : { ...day, hour: "numeric", minute: "2-digit" });
}
for (const data of document.querySelectorAll("data")) {
const { unit } = data.dataset, style = unit ? { style: "unit", unit, unitDisplay: "long" } : { style: "percent" };
data.textContent = (+data.value).toLocaleString(lang, { maximumFractionDigits: 1, ...style });
}
addEventListener("keydown", (event) => event.key === "Escape" && frameElement?.closest("dialog")?.close());
})()"#;

/// The page.
pub async fn show(
    State(app): State<App>,
    Path(key): Path<SiteKey>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Answer<Response> {
    let site = app.store.site(&key).await?.ok_or_else(Refused::not_found)?;
    let language = language(&app, &site, &wanted.lang, &headers);
    let drawn = Sheet::new(&site, language, &document(&app, &site, now()).await?).draw();
    let hashes = assets::inline_hashes(&drawn);
    let origins = site.settings.allowed_origins.iter().filter_map(|origin| web_origin(origin));
    let ancestors = origins.fold("'self'".to_owned(), |all, origin| all + " " + &origin);
    let policy = format!(
        "default-src 'none'; script-src{}; style-src{}; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; frame-ancestors {ancestors}",
        hashes.scripts, hashes.styles
    );
    let mut response = html(&policy, drawn)?;
    let answer = response.headers_mut();
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
    answer.insert(header::VARY, HeaderValue::from_static("accept-language"));
    Ok(response)
}

/// What the page is drawn from.
struct Sheet<'a> {
    site: &'a Site,
    language: Language<'a>,
    document: &'a ReplyTimeDocument,
    zone: TimeZone,
    now: Millis,
}

impl<'a> Sheet<'a> {
    fn new(site: &'a Site, language: Language<'a>, document: &'a ReplyTimeDocument) -> Self {
        let zone = TimeZone::get(&time_zone(&site.settings)).unwrap_or(TimeZone::UTC);
        Self { site, language, document, zone, now: document.reply.as_of }
    }

    fn draw(&self) -> String {
        let title = self.text("about.title");
        let status = self.language.status(&self.document.reply, self.document.hours.as_ref(), self.now);
        let change = self.change(&status);
        let opens = self.document.hours.as_ref().and_then(|hours| hours.changes_at);
        let status = put(&status, &[("time", opens.map(|at| self.time(at)).unwrap_or_default())]);
        let minutes = self.document.reply.minutes.map(f64::from);
        format!(
            "<!doctype html><html lang=\"{}\" dir=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\"><meta name=\"robots\" \
             content=\"noindex\"><title>{title}</title><style>{}{STYLE}</style></head><body><main><header>{}<div>\
             <h1>{title}</h1><p class=\"say\">{status}</p>{}</div></header>{}{}{}<a href=\"/v1/sites/{}/reply-time\" \
             target=\"_blank\" rel=\"noopener\">{}</a></main><script>{SCRIPT}</script></body></html>",
            escape(self.language.locale),
            self.language.dir(),
            self.colours(),
            ring(minutes),
            change,
            self.waits(),
            self.basis(),
            self.method(),
            escape(self.site.key.as_str()),
            self.text("about.raw"),
        )
    }

    /// One text as markup.
    fn text(&self, key: &str) -> String {
        put(self.language.text(key), &[("name", escape(&self.site.settings.name))])
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

    fn colours(&self) -> String {
        let accent = &self.site.settings.accent;
        let light = readable(accent, "#17201c", "#fbfaf7", 4.5);
        let dark = readable(accent, "#ecefea", "#14171a", 4.5);
        let night = format!(
            "{{--paper:#14171a;--ink:#ecefea;--ink2:#a9b3ac;--line:#2d3338;--accent:{dark};color-scheme:dark}}"
        );
        format!(
            ":root{{--paper:#fbfaf7;--ink:#17201c;--ink2:#434e48;--line:#dedbd2;--accent:{light};color-scheme:light}}\
             @media(prefers-color-scheme:dark){{:root:not([data-theme=light]){night}}}:root[data-theme=dark]{night}"
        )
    }
}

/// `text` as markup, with markup in its places.
fn put(text: &str, parts: &[(&str, String)]) -> String {
    parts.iter().fold(escape(text), |text, (name, part)| text.replace(&format!("{{{name}}}"), part))
}

fn iso(at: Millis) -> String {
    Timestamp::from_millisecond(at.0).unwrap_or_default().to_string()
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

//! The reply-time document, the badge and the report through a real socket: the counts give the figure again, nothing is
//! said that is not known, and strangers see only what is public.

#[expect(dead_code, reason = "other test files use the rest")]
mod common;

use common::{As, Options, TestApp, settings, site};
use pronto_protocol::id::{ConversationId, MessageId, Millis, VisitorId};
use pronto_protocol::model::report::{PromiseCount, ReplyTimeDocument, Report};
use pronto_protocol::model::{Author, Status, VisitorContext};
use pronto_reply::clock::{Observation, reply_time};
use pronto_server::http::state::now;
use pronto_server::store::{SeedConversation, SeedMessage};
use reqwest::StatusCode;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// A question so long ago, its answer, and its promise.
struct Asked {
    ago: i64,
    answered_after: Option<i64>,
    promised_within: Option<i64>,
}

fn asked(ago: i64, answered_after: Option<i64>) -> Asked {
    Asked { ago, answered_after, promised_within: None }
}

async fn history(app: &TestApp, key: &str, asked: &[Asked]) {
    let now = now();
    let seed = |(number, question): (usize, &Asked)| {
        let name = format!("{key}-{number}");
        let at = now.plus(-question.ago);
        let message = |author: Author, at: Millis, promise: Option<Millis>| SeedMessage {
            message_id: MessageId::new(author.as_str()).expect("an id"),
            author,
            author_name: None,
            body: "ciao".to_owned(),
            at,
            promise,
        };
        let promise = question.promised_within.map(|within| at.plus(within));
        let answer = question.answered_after.map(|wait| message(Author::Agent, at.plus(wait), None));
        SeedConversation {
            site: site(key),
            visitor_id: VisitorId::new(name.clone()).expect("an id"),
            conversation_id: ConversationId::new(name).expect("an id"),
            context: VisitorContext::default(),
            status: Status::Open,
            messages: [message(Author::Visitor, at, promise)].into_iter().chain(answer).collect(),
        }
    };
    app.app.store.seed(asked.iter().enumerate().map(seed).collect()).await.expect("history");
}

/// The median from the document's counts, as its own method says.
fn recomputed(document: &ReplyTimeDocument) -> Option<u32> {
    let (mut share, mut at_risk) =
        (1.0, document.counts.iter().map(|bin| f64::from(bin.answered + bin.waiting)).sum::<f64>());
    for bin in &document.counts {
        share *= 1.0 - f64::from(bin.answered) / at_risk;
        at_risk -= f64::from(bin.answered + bin.waiting);
        if bin.answered > 0 && share <= 0.5 + 1e-9 {
            return Some(pronto_reply::clock::step_minutes(i64::from(bin.up_to_s) * 1000));
        }
    }
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_s_counts_give_its_figure_again() {
    let app = TestApp::new().await;
    let mut dice = 7_u64;
    let mut questions = Vec::new();
    for number in 0..200_i64 {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let wait = i64::try_from(dice >> 40).expect("a wait");
        let ago = 28 * 24 * HOUR - number * 3 * HOUR;
        questions.push(asked(ago, (!dice.is_multiple_of(7)).then_some(wait).filter(|wait| *wait < ago)));
    }
    history(&app, "shop", &questions).await;
    let answer = app.get("/v1/sites/shop/reply-time", &As::Nobody).await;
    assert_eq!(answer.short(), "200", "{}", answer.text);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("cache-control"), "public, max-age=60");
    let document: ReplyTimeDocument = serde_json::from_str(&answer.text).expect("the document");
    let counted: u32 = document.counts.iter().map(|bin| bin.answered + bin.waiting).sum();
    assert_eq!((counted, document.reply.sample), (200, 200));
    assert!(document.counts.is_sorted_by_key(|bin| bin.up_to_s));
    let turns = app.app.store.turns(&site("shop"), Millis(0)).await.expect("turns");
    let observations: Vec<_> = turns
        .iter()
        .map(|turn| Observation {
            asked_at: turn.asked_at.0,
            answered_at: turn.answered_at.map(|at| at.0),
            given_up_at: None,
        })
        .collect();
    let plain = reply_time(&observations, document.reply.as_of.0).minutes;
    assert!(plain.is_some());
    assert_eq!(recomputed(&document), plain);
    assert!((100..200).contains(&document.never_permille), "{}", document.never_permille);

    let tag = answer.header("etag").to_owned();
    let again = app.request(reqwest::Method::GET, "/v1/sites/shop/reply-time", &As::Nobody);
    let again = TestApp::finish(again.header("if-none-match", tag)).await;
    assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    assert_eq!(app.get("/v1/sites/none/reply-time", &As::Nobody).await.short(), "404 not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_badge_says_what_is_known_and_no_more() {
    let app = TestApp::new().await;
    let badge = async |path: &str| app.get(path, &As::Nobody).await;
    let new = badge("/badge/shop.svg").await;
    assert_eq!((new.short().as_str(), new.header("content-type")), ("200", "image/svg+xml"));
    assert!(new.text.contains(">New here: no figure yet</text>"), "{}", new.text);
    let policy = new.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-") && policy.ends_with("sandbox"),
        "{policy}"
    );
    assert_eq!(new.header("cross-origin-resource-policy"), "cross-origin");

    let quick: Vec<Asked> = (1..=40).map(|n| asked(n * HOUR, Some((6 + n % 4) * MINUTE))).collect();
    history(&app, "shop", &quick).await;
    let measured = badge("/badge/shop.svg?lang=it-CH").await;
    assert!(measured.text.contains(">Di solito risponde entro 10 minuti</text>"), "{}", measured.text);
    let never: Vec<Asked> = (1..=28).map(|n| asked(n * 24 * HOUR, (n < 4).then_some(MINUTE))).collect();
    history(&app, "other", &never).await;
    assert!(badge("/badge/other.svg?lang=en").await.text.contains(">Often gets no answer</text>"));
    for nothing in ["/badge/none.svg", "/badge/shop", "/badge/shop.png", "/badge/..svg", "/badge/%3Cx%3E.svg"]
    {
        assert_eq!(badge(nothing).await.short(), "404 not_found", "{nothing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_about_it_says_the_same_in_words() {
    let app = TestApp::new().await;
    let page = async |path: &str| app.get(path, &As::Nobody).await;
    let new = page("/c/shop/reply-time?lang=en").await;
    assert!(new.text.contains("<p class=\"say\">New here: no figure yet</p>"), "{}", new.text);
    assert!(new.text.contains("A figure needs ten questions") && !new.text.contains("<ol>"), "{}", new.text);
    let policy = new.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'sha256-")
            && policy
                .ends_with("require-trusted-types-for 'script'; frame-ancestors 'self' https://shop.example"),
        "{policy}"
    );
    assert_eq!((new.header("cache-control"), new.header("set-cookie")), ("public, max-age=60", ""));

    let questions: Vec<Asked> = (1..=40)
        .map(|n| Asked {
            ago: n * 12 * HOUR,
            answered_after: (n % 10 > 0).then_some((6 + n % 4) * MINUTE),
            promised_within: Some(if n % 2 == 0 { HOUR } else { MINUTE }),
        })
        .collect();
    let named = settings("<b>{low}</b>");
    app.app.store.put_site(&site("shop"), &named, false, now()).await.expect("a site");
    history(&app, "shop", &questions).await;
    let measured = page("/c/shop/reply-time?lang=it").await.text;
    let document = app.get("/v1/sites/shop/reply-time", &As::Nobody).await;
    let document: ReplyTimeDocument = serde_json::from_str(&document.text).expect("the document");
    assert_eq!(document.reply.minutes, Some(10));
    for part in [
        "<html lang=\"it\" dir=\"ltr\">".to_owned(),
        "Quanto ci mette &lt;b&gt;{low}&lt;/b&gt; a rispondere".to_owned(),
        "Di solito risponde entro 10 minuti".to_owned(),
        format!("<dt>Domande</dt><dd>{}</dd>", document.reply.sample),
        format!("<dt>Promesse mantenute</dt><dd>{} su 40</dd>", document.promises.kept),
        "<a href=\"/v1/sites/shop/reply-time\"".to_owned(),
    ] {
        assert!(measured.contains(&part), "{part} in {measured}");
    }
    assert_eq!(measured.matches("<li>").count(), document.quantiles.len());
    assert!(measured.contains("data-unit=\"minute\">") && !measured.contains("<b>{low}"), "{measured}");
    assert!(page("/c/shop/reply-time?lang=xx").await.text.contains("<html lang=\"en\""));
    assert_eq!(page("/c/none/reply-time").await.short(), "404 not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_and_its_tables() {
    let app = TestApp::new().await;
    let questions: Vec<Asked> = (0..60)
        .map(|n| Asked {
            ago: n * 24 * HOUR + HOUR,
            answered_after: (n % 5 > 0).then_some(if n % 2 == 0 { 10 * MINUTE } else { 40 * MINUTE }),
            promised_within: (n < 30).then_some(30 * MINUTE),
        })
        .collect();
    history(&app, "shop", &questions).await;
    let owner = app.owner().await;
    assert_eq!(app.get("/v1/inbox/sites/shop/report", &As::Nobody).await.short(), "401 unauthorized");
    let answer = app.get("/v1/inbox/sites/shop/report", &owner).await;
    let report: Report = serde_json::from_str(&answer.text).expect("the report");
    assert_eq!(report.time_zone, "UTC");
    assert_eq!(report.weeks.len(), 12);
    assert_eq!(report.weeks.iter().map(|week| week.questions).sum::<u32>(), 60);
    assert_eq!(report.weeks.iter().map(|week| week.unanswered).sum::<u32>(), 12);
    assert_eq!(report.weeks.first().map(|week| week.p50_s), Some(None), "nothing is made up for empty weeks");
    assert_eq!(report.hours.iter().map(|hour| hour.questions).sum::<u32>(), 60);
    assert!(report.hours.iter().all(|hour| (1..=7).contains(&hour.weekday) && hour.hour < 24));
    // Of the 30 that were promised an answer, 12 had it in time; 12 had it late, and 6 have none.
    assert_eq!(report.document.promises, PromiseCount { kept: 12, missed: 18 });
    assert_eq!(report.curve.first().map(|point| point.waiting_permille), Some(1000));
    assert!(
        report.curve.is_sorted_by(|a, b| a.wait_s < b.wait_s && a.waiting_permille >= b.waiting_permille)
    );
    assert_eq!((report.others.badge_rate_permille, report.others.badge_shown), (800, false));

    let table =
        async |part: &str| app.get(&format!("/v1/inbox/sites/shop/report.csv?part={part}"), &owner).await;
    let weeks = table("weeks").await;
    assert_eq!(weeks.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(weeks.header("content-disposition"), "attachment; filename=\"shop-weeks.csv\"");
    assert!(weeks.text.starts_with("monday,questions,unanswered,p50_s,p75_s,p90_s\r\n"), "{}", weeks.text);
    assert_eq!(weeks.text.lines().count(), 13);
    let kept: u32 = table("promises")
        .await
        .text
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').nth(1)?.parse::<u32>().ok())
        .sum();
    assert_eq!(kept, 12);
    for (part, first) in [("curve", "wait_s,"), ("hours", "weekday,"), ("months", "month,")] {
        assert!(table(part).await.text.starts_with(first), "{part}");
    }
    assert_eq!(table("all").await.short(), "400 bad_request");
    assert_eq!(app.get("/v1/inbox/sites/none/report", &owner).await.short(), "404 not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn clocks_that_jump_and_hours_that_never_open_spoil_nothing() {
    let app = TestApp::with(Options::default()).await;
    let mut never_open = settings("shop");
    never_open.hours = Some(pronto_protocol::model::OpeningHours {
        time_zone: "Europe/Rome".to_owned(),
        spans: Vec::new(),
        exceptions: Vec::new(),
    });
    app.app.store.put_site(&site("shop"), &never_open, false, now()).await.expect("a site");
    let mut odd: Vec<Asked> = (1..=20).map(|n| asked(n * HOUR, Some(5 * MINUTE))).collect();
    odd.push(asked(-HOUR, None));
    odd.push(asked(HOUR, Some(-2 * HOUR)));
    history(&app, "shop", &odd).await;
    let owner = app.owner().await;
    let answer = app.get("/v1/inbox/sites/shop/report", &owner).await;
    let report: Report = serde_json::from_str(&answer.text).expect("the report");
    let counted: u32 = report.document.counts.iter().map(|bin| bin.answered + bin.waiting).sum();
    assert_eq!(
        (counted, report.time_zone.as_str()),
        (21, "Europe/Rome"),
        "a question of the future is none yet"
    );
    assert_eq!(report.document.hours.as_ref().map(|hours| hours.open), Some(false));
    let who = app.visitor("shop", "c1").await;
    let sent = app.write(&who, "c1", "m1", "ciao").await;
    assert_eq!(
        (sent.short().as_str(), sent.json().get("promise_by")),
        ("201", None),
        "never open, never promised"
    );
}

//! The reports' page: the way there, what is asked for, and what stands on it when it comes, fails or is another site's.

use expect_test::{Expect, expect};
use pronto_inbox::state::Route;
use pronto_inbox::state::report::is_empty;
use pronto_inbox::update::request::{Answer, Failed, Request};
use pronto_inbox::update::{Event, Ui};
use pronto_protocol::api::ErrorCode;
use pronto_protocol::id::{Millis, SiteKey};
use pronto_protocol::model::ReplyTime;
use pronto_protocol::model::report::{
    OtherDefinitions, PromiseCount, ReplyTimeDocument, Report, ReportWeek, WaitCount,
};

use super::desk::{Desk, refused, site};

#[track_caller]
fn check(desk: Desk, expected: Expect) {
    expected.assert_eq(&desk.lines());
}

/// A report of one week with so many questions, each answered within a minute.
pub(crate) fn report(questions: u32) -> Report {
    let counts = WaitCount { up_to_s: 60, answered: questions, waiting: 0 };
    Report {
        document: ReplyTimeDocument {
            site: site(),
            reply: ReplyTime {
                minutes: None,
                sample: questions,
                unanswered: 0,
                as_of: Millis(1_700_000_000_000),
                p75_minutes: None,
                p90_minutes: None,
                verdict: None,
                slower_now: false,
            },
            quantiles: Vec::new(),
            never_permille: 0,
            window_days: 30,
            counts: if questions > 0 { vec![counts] } else { Vec::new() },
            hours: None,
            promises: PromiseCount::default(),
            method: "As it is done.".into(),
        },
        time_zone: "Europe/Rome".into(),
        curve: Vec::new(),
        weeks: vec![ReportWeek {
            monday: "2026-11-23".into(),
            questions,
            unanswered: 0,
            p50_s: None,
            p75_s: None,
            p90_s: None,
            promises: PromiseCount::default(),
        }],
        hours: Vec::new(),
        months: Vec::new(),
        others: OtherDefinitions {
            badge_rate_permille: 0,
            badge_time_s: None,
            badge_shown: false,
            median_open_s: None,
            median_sample: 0,
        },
        ratings: [0; 5],
    }
}

fn answer(questions: u32) -> Answer {
    Answer::Report(Box::new(report(questions)))
}

/// Notes what the page has to show.
fn shown(desk: &mut Desk) {
    let inside = desk.state.inside().expect("inside");
    let page = &inside.report;
    let what = match &page.report {
        None => "nothing".to_owned(),
        Some(report) if is_empty(report) => "nobody asked".to_owned(),
        Some(report) => format!("{} questions", report.document.reply.sample),
    };
    let problem = page.problem.clone().map_or_else(String::new, |problem| format!(", {problem}"));
    let line = format!("{}: {what}, {:?}{problem}", inside.site, page.loading);
    desk.note(&line);
}

#[test]
fn a_report_is_asked_for_at_each_arrival_and_stays_meanwhile() {
    let mut desk = Desk::inside("", vec![]);
    desk.does("goes there", Ui::Go(Route::Reports));
    shown(&mut desk);
    desk.answered(answer(0));
    shown(&mut desk);
    desk.does("leaves", Ui::Go(Route::List));
    desk.event("comes back", Event::Routed(Route::Reports));
    shown(&mut desk);
    desk.answered(answer(3));
    shown(&mut desk);
    let said = desk.state.announcement.clone().map(|(sentence, _)| sentence).unwrap_or_default();
    desk.note(&said);
    check(
        desk,
        expect![[r#"
        goes there
            address #reports Push
            GET /v1/inbox/sites/bakery/report +csrf
            focus the heading
            bakery: nothing, Busy
        the server answers
            bakery: nobody asked, Idle
        leaves
            address # Push
        comes back
            GET /v1/inbox/sites/bakery/report +csrf
            focus the heading
            bakery: nobody asked, Busy
        the server answers
            bakery: 3 questions, Idle
            Measured anew
    "#]],
    );
}

#[test]
fn a_page_loaded_at_its_address_asks_by_itself() {
    let mut desk = Desk::at("reports");
    desk.answered(Answer::Me(super::desk::me()));
    check(
        desk,
        expect![[r#"
            boot
                GET /v1/inbox/me
            the server answers
                recall ana
                GET /v1/inbox/conversations?site=bakery&order=promise +csrf
                GET /v1/inbox/sites/bakery/costs +csrf
                GET /v1/inbox/sites/bakery/report +csrf
                open socket 1
        "#]],
    );
}

#[test]
fn a_report_that_does_not_come_is_tried_again() {
    let mut desk = Desk::inside("reports", vec![]);
    desk.answer_failed(Request::Report(site()), Failed::Network);
    shown(&mut desk);
    desk.does("tries again", Ui::Measure);
    desk.answered(answer(3));
    shown(&mut desk);
    desk.does("measures again", Ui::Measure);
    desk.failed(refused(ErrorCode::Internal));
    shown(&mut desk);
    desk.does("leaves", Ui::Go(Route::List));
    desk.answer_failed(Request::Report(site()), Failed::Network);
    check(
        desk,
        expect![[r#"
        the server fails
            focus the problem
            bakery: nothing, Failed, The server did not answer. Check your connection and try again.
        tries again
            GET /v1/inbox/sites/bakery/report +csrf
        the server answers
            bakery: 3 questions, Idle
        measures again
            GET /v1/inbox/sites/bakery/report +csrf
        the server fails
            focus the problem
            bakery: 3 questions, Failed, The server has trouble right now. Try again in a moment.
        leaves
            address # Push
        the server fails
    "#]],
    );
}

#[test]
fn another_site_has_its_own_and_a_late_answer_is_dropped() {
    let other = SiteKey::new("florist").expect("a key");
    let mut desk = Desk::inside("reports", vec![]);
    desk.answer_to(Request::Report(site()), answer(3));
    shown(&mut desk);
    desk.does("chooses the florist", Ui::Site(other.clone()));
    shown(&mut desk);
    desk.answer_to(Request::Report(site()), answer(3));
    desk.answer_failed(Request::Report(site()), Failed::Network);
    shown(&mut desk);
    desk.answer_to(Request::Report(other), answer(8));
    shown(&mut desk);
    check(
        desk,
        expect![[r#"
            the server answers
                bakery: 3 questions, Idle
            chooses the florist
                GET /v1/inbox/conversations?site=florist&order=promise +csrf
                GET /v1/inbox/sites/florist/costs +csrf
                address #reports Replace
                GET /v1/inbox/sites/florist/report +csrf
                focus the heading
                florist: nothing, Busy
            the server answers
            the server fails
                florist: nothing, Busy
            the server answers
                florist: 8 questions, Idle
        "#]],
    );
}

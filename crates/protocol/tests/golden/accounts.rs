//! What is counted and charged, as the golden files show it.

use pronto_protocol::model::cost::*;
use pronto_protocol::model::report::*;
use pronto_protocol::model::*;

use super::{NOW, conversation_id, message_id, money, reply_time, site};

pub(crate) fn entry() -> LedgerEntry {
    LedgerEntry {
        entry: 7,
        kind: EntryKind::Charge,
        conversation_id: conversation_id(),
        message_id: message_id(),
        channel: Channel::Widget,
        sent_at: NOW,
        delivered_at: NOW,
        book: Some("late-reply-2018".into()),
        market: Some("IT".into()),
        amount: Some(money(45_000)),
        reason: PriceReason::Late,
        late_ms: 7_200_000,
    }
}

pub(crate) fn statement() -> Statement {
    let entry = entry();
    Statement {
        site: site(),
        month: "2026-09".into(),
        time_zone: "Europe/Rome".into(),
        as_of: NOW,
        lines: vec![StatementLine {
            channel: entry.channel,
            book: entry.book.clone(),
            market: entry.market.clone(),
            reason: entry.reason,
            messages: 1,
            amount: entry.amount.clone(),
        }],
        totals: vec![money(45_000)],
        unknown: 0,
        entries: vec![entry],
        entries_total: 1,
        months: vec!["2026-09".into()],
    }
}

pub(crate) fn costs() -> Costs {
    Costs {
        month_to_date: vec![money(135_000)],
        unknown: 1,
        budget: Some(money(10_000_000)),
        saving: Some(Saving { amount: money(90_000), conversations: 2 }),
        books: vec![BookSummary {
            name: "late-reply-2018".into(),
            title: "Free within 24 hours, then a price per message".into(),
            currency: "EUR".into(),
            from: "2018-08-01".into(),
            markets: vec!["IT".into()],
        }],
    }
}

pub(crate) fn document() -> ReplyTimeDocument {
    ReplyTimeDocument {
        site: site(),
        reply: reply_time(),
        quantiles: vec![Quantile { percent: 50, wait_s: Some(720), low_s: Some(540), high_s: None }],
        never_permille: 54,
        window_days: 30,
        counts: vec![WaitCount { up_to_s: 720, answered: 39, waiting: 3 }],
        hours: Some(OpenState { open: true, changes_at: Some(NOW) }),
        promises: PromiseCount { kept: 38, missed: 4 },
        method: "Kaplan-Meier.".into(),
    }
}

pub(crate) fn report() -> Report {
    let promises = PromiseCount { kept: 9, missed: 1 };
    Report {
        document: document(),
        time_zone: "Europe/Rome".into(),
        curve: vec![CurvePoint { wait_s: 60, waiting_permille: 900 }],
        weeks: vec![ReportWeek {
            monday: "2026-09-14".into(),
            questions: 10,
            unanswered: 1,
            p50_s: Some(600),
            p75_s: Some(3_000),
            p90_s: None,
            promises,
        }],
        hours: vec![ReportHour { weekday: 1, hour: 9, questions: 4, p50_s: Some(300) }],
        months: vec![ReportMonth {
            month: "2026-09".into(),
            totals: vec![money(135_000)],
            late: vec![money(135_000)],
            unknown: 0,
        }],
        others: OtherDefinitions {
            badge_rate_permille: 930,
            badge_time_s: Some(540),
            badge_shown: true,
            median_open_s: Some(600),
            median_sample: 12,
        },
        ratings: [0, 1, 2, 5, 9],
    }
}

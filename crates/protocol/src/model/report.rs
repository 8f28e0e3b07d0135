//! The measured reply time in full: the public document, and the owner's report. Only shapes; `pronto-reply` measures.

use serde::{Deserialize, Serialize};

use crate::id::SiteKey;
use crate::model::cost::Money;
use crate::model::{OpenState, ReplyTime};

/// `GET /v1/sites/{key}/reply-time`: public, cacheable, with the raw counts to recompute it from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReplyTimeDocument {
    /// The site.
    pub site: SiteKey,
    /// What the launcher shows.
    pub reply: ReplyTime,
    /// What someone who writes at `reply.as_of` is told; empty while there is no figure.
    pub quantiles: Vec<Quantile>,
    /// Of a thousand questions of the window that are over or older than a week, so many never got an answer.
    pub never_permille: u32,
    /// The window of `counts`, in days.
    pub window_days: u32,
    /// Each wait of the window by its length, shortest first.
    pub counts: Vec<WaitCount>,
    /// Whether it is open; absent without opening hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<OpenState>,
    /// Promises kept and missed within the window.
    pub promises: PromiseCount,
    /// How it is computed, in English sentences.
    pub method: String,
}

/// By when a share of those who ask is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quantile {
    /// The share in percent: 50, 75 or 90.
    pub percent: u8,
    /// The wait in seconds; absent where that share is never reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_s: Option<u32>,
    /// The lower end of its 95 % confidence interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low_s: Option<u32>,
    /// The upper end; absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high_s: Option<u32>,
}

/// So many waits of up to this length.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaitCount {
    /// Seconds, the upper end of the bin; the bin before ends where this one begins.
    pub up_to_s: u32,
    /// That ended with a person's answer.
    pub answered: u32,
    /// That had lasted so long without one when they were counted or given up.
    pub waiting: u32,
}

/// How promises fared.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PromiseCount {
    /// Answered by the promised time.
    pub kept: u32,
    /// Answered later, or still not.
    pub missed: u32,
}

/// `GET /v1/inbox/sites/{key}/report`; `report.csv?part=curve|weeks|hours|promises|months|ratings` has each picture's table.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Report {
    /// The public document.
    pub document: ReplyTimeDocument,
    /// The zone of its weeks, hours and months.
    pub time_zone: String,
    /// The share of questions still unanswered after a wait; falls from 1,000.
    pub curve: Vec<CurvePoint>,
    /// The last 12 weeks, oldest first.
    pub weeks: Vec<ReportWeek>,
    /// Hours of the week in which somebody asked within the last 12 weeks.
    pub hours: Vec<ReportHour>,
    /// The last 12 months, oldest first.
    pub months: Vec<ReportMonth>,
    /// The same data on the definitions others publish.
    pub others: OtherDefinitions,
    /// How often visitors gave each score within the last 12 weeks, from 1 to 5.
    #[serde(default)]
    pub ratings: [u32; 5],
}

/// A point of the survival curve.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CurvePoint {
    /// After so many seconds …
    pub wait_s: u32,
    /// … so many of a thousand still wait.
    pub waiting_permille: u32,
}

/// One week of questions, by when they were asked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReportWeek {
    /// Its Monday, `YYYY-MM-DD`.
    pub monday: String,
    /// Questions.
    pub questions: u32,
    /// Of them without an answer.
    pub unanswered: u32,
    /// Median wait in seconds; absent where the curve does not reach it. So below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50_s: Option<u32>,
    /// Three quarters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p75_s: Option<u32>,
    /// Nine tenths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p90_s: Option<u32>,
    /// Promises of the week.
    pub promises: PromiseCount,
}

/// One hour of the week.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReportHour {
    /// 1 = Monday … 7 = Sunday.
    pub weekday: u8,
    /// 0 to 23.
    pub hour: u8,
    /// Questions.
    pub questions: u32,
    /// Median wait in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50_s: Option<u32>,
}

/// One month's cost.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReportMonth {
    /// `YYYY-MM`.
    pub month: String,
    /// All messages, one sum per currency.
    pub totals: Vec<Money>,
    /// Of that, for answers after the window had closed.
    pub late: Vec<Money>,
    /// Messages of unknown price.
    pub unknown: u32,
}

/// What others would show for the same conversations.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OtherDefinitions {
    /// Facebook's metric: the share answered in the last 30 days, of a thousand.
    pub badge_rate_permille: u32,
    /// Facebook's metric: the mean of the fastest 90 %, in seconds; absent without answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub badge_time_s: Option<u32>,
    /// Whether Facebook's badge would be shown: 90 % answered and 15 minutes or less in the last 7 days.
    pub badge_shown: bool,
    /// Intercom's median: answered within the last 7 days, by the opening-hours clock, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median_open_s: Option<u32>,
    /// How many conversations that rests on; under 5 it is not shown there.
    pub median_sample: u32,
}

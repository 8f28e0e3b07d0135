//! The demo's data: a bakery with a month of made-up conversations, marked as made up, and a new shop that has none, so
//! that its silence can be seen. Nothing here is used outside demo mode, and no rule of the domain lives here.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use pronto_protocol::id::{BadId, ConversationId, MessageId, Millis, SiteKey, VisitorId};
use pronto_protocol::model::contact::Shield;
use pronto_protocol::model::cost::{Billing, BookChoice, Money};
use pronto_protocol::model::{
    Author, Channel, DayException, DaySpan, OpenSpan, OpeningHours, SiteSettings, Status, VisitorContext,
};
use pronto_reply::clock::{Observation, WINDOW_MS, quantile_ms, reply_time};
use pronto_reply::hours::Hours;

use crate::http::reply::{hours_of, promised};
use crate::store::{SeedConversation, SeedMessage, Store, StoreError};

/// The bakery's key.
pub const BAKERY: &str = "panificio";
/// The key of the shop without a history.
pub const NEW_SHOP: &str = "nuovo";

const ZONE: &str = "Europe/Rome";
const DAYS: u64 = 29;
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Makes the demo's sites and their history in a database without any site; in any other, only lets the shop's pages
/// frame those demo sites that are there, since the shop may have moved to another port.
///
/// `origins` are the demo shop's, the one that visitors are sent to first.
///
/// # Errors
/// When the store fails.
pub async fn seed(store: &Store, origins: &[String], now: Millis) -> Result<(), StoreError> {
    let (Ok(bakery), Ok(new_shop)) = (SiteKey::new(BAKERY), SiteKey::new(NEW_SHOP)) else { return Ok(()) };
    if store.sites().await?.is_empty() {
        store.put_site(&bakery, &bakery_settings(origins, now), true, now.plus(-30 * DAY_MS)).await?;
        store.put_site(&new_shop, &new_shop_settings(origins), true, now).await?;
        let history = history(&bakery, origins.first().map_or("", String::as_str), now);
        return store.seed(history.map_err(|_| StoreError::Other("a demo id is no id".to_owned()))?).await;
    }
    for key in [bakery, new_shop] {
        let Some(mut site) = store.site(&key).await?.filter(|site| site.demo) else { continue };
        let known = site.settings.allowed_origins.len();
        for origin in origins {
            if !site.settings.allowed_origins.contains(origin) {
                site.settings.allowed_origins.push(origin.clone());
            }
        }
        if site.settings.allowed_origins.len() > known {
            store.put_site(&key, &site.settings, true, now).await?;
        }
    }
    Ok(())
}

fn bakery_settings(origins: &[String], now: Millis) -> SiteSettings {
    let span = |weekday, from, to| OpenSpan { weekday, from, to };
    let mut spans: Vec<OpenSpan> =
        (2..=6).flat_map(|day| [span(day, 7 * 60, 13 * 60), span(day, 16 * 60 + 30, 19 * 60 + 30)]).collect();
    spans.push(span(7, 7 * 60 + 30, 12 * 60 + 30));
    SiteSettings {
        name: "Panificio Ferri".to_owned(),
        accent: "#0f5c4a".to_owned(),
        look: None,
        greeting: String::new(),
        locale: "it".to_owned(),
        allowed_origins: origins.to_vec(),
        hours: Some(OpeningHours { time_zone: ZONE.to_owned(), spans, exceptions: holidays(now) }),
        backend_url: None,
        away: String::new(),
        billing: Some(billing()),
        pre_chat: None,
        quick_replies: Vec::new(),
        shield: Shield::Auto,
    }
}

/// The next Christmas and the morning before it.
fn holidays(now: Millis) -> Vec<DayException> {
    let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
    let today = Timestamp::from_millisecond(now.0).unwrap_or_default().to_zoned(zone).date();
    let year = today.year() + i16::from((today.month(), today.day()) > (12, 25));
    let day = |day: u8, name: &str, spans: Vec<DaySpan>| DayException {
        date: format!("{year:04}-12-{day}"),
        spans,
        name: name.to_owned(),
    };
    let morning = vec![DaySpan { from: 6 * 60 + 30, to: 13 * 60 }];
    vec![day(24, "Vigilia di Natale", morning), day(25, "Natale", Vec::new())]
}

/// Answers within a day are free, later ones cost; a cap that a bakery might set itself.
fn billing() -> Billing {
    let book = "late-reply-2018".to_owned();
    Billing {
        time_zone: ZONE.to_owned(),
        books: vec![BookChoice { channel: Channel::Widget, book, from: None, until: None }],
        market: Some("IT".to_owned()),
        budget: Some(Money { micros: 2_000_000, currency: "EUR".to_owned() }),
    }
}

fn new_shop_settings(origins: &[String]) -> SiteSettings {
    SiteSettings {
        name: "Bottega Nuova".to_owned(),
        accent: "#7a3b10".to_owned(),
        look: None,
        hours: None,
        billing: None,
        ..bakery_settings(origins, Millis::default())
    }
}

/// A month of conversations that ends at `now`: the same for the same `now`.
fn history(site: &SiteKey, shop: &str, now: Millis) -> Result<Vec<SeedConversation>, BadId> {
    let talks: Vec<&str> =
        include_str!("demo/talks.txt").split("\n\n").filter(|talk| !talk.trim().is_empty()).collect();
    let hours = bakery_settings(&[], now).hours.as_ref().and_then(hours_of);
    let mut day = Day { now, hours: hours.as_ref(), chance: Chance(5) };
    let talk = |(number, talk): (usize, &&str)| conversation(site, shop, number, talk, &mut day);
    let mut made = talks.iter().enumerate().map(talk).collect::<Result<Vec<_>, _>>()?;
    promise(&mut made, hours.as_ref());
    Ok(made)
}

/// Gives each question the promise that it would have had in its moment, from what was known then.
fn promise(made: &mut [SeedConversation], hours: Option<&Hours>) {
    let asked = |seed: &SeedConversation| {
        let at = seed.messages.first()?.at.0;
        let answer = seed.messages.iter().find(|message| message.author == Author::Agent);
        Some(Observation { asked_at: at, answered_at: answer.map(|answer| answer.at.0), given_up_at: None })
    };
    let known: Vec<Observation> = made.iter().filter_map(asked).collect();
    for question in made.iter_mut().filter_map(|seed| seed.messages.first_mut()) {
        let at = question.at;
        let before: Vec<Observation> = known.iter().filter(|other| other.asked_at < at.0).copied().collect();
        let measured = reply_time(&before, at.0).minutes.and_then(|_| quantile_ms(&before, at.0, 0.9));
        question.promise = measured.and_then(|wait_ms| promised(at, wait_ms, hours));
    }
}

fn conversation(
    site: &SiteKey,
    shop: &str,
    number: usize,
    talk: &str,
    day: &mut Day<'_>,
) -> Result<SeedConversation, BadId> {
    let asked = day.asked_at();
    let answered = day.chance.unit() >= NEVER_ANSWERED;
    let mut messages = Vec::new();
    let mut at = asked;
    for (place, line) in talk.lines().enumerate() {
        let Some((who, body)) = line.split_once(": ") else { continue };
        let author_name = match who {
            "E" | "E+" => Some("Elena".to_owned()),
            "D" | "D+" => Some("Davide".to_owned()),
            _ => None,
        };
        let author = if author_name.is_some() { Author::Agent } else { Author::Visitor };
        at = match (place, author) {
            (0, _) => at,
            // What the bakery thinks of a day later: that a late word costs has to be seen somewhere.
            _ if who.ends_with('+') => {
                let later = 25 * HOUR_MS + i64::try_from(number).unwrap_or_default() * 3 * MINUTE_MS;
                day.worked(at.plus(later), 0)
            }
            (1, Author::Agent) => {
                let wait = day.chance.wait_ms();
                day.worked(at, wait)
            }
            (_, Author::Agent) => {
                let wait = day.chance.between(30_000, 6 * MINUTE_MS);
                day.worked(at, wait)
            }
            _ => at.plus(day.chance.between(20_000, 4 * MINUTE_MS)),
        };
        // What would lie in the future has not been said yet.
        if at > day.now || (author == Author::Agent && !answered) {
            break;
        }
        let message_id = MessageId::new(format!("demo-{number}-{place}"))?;
        messages.push(SeedMessage {
            message_id,
            author,
            author_name,
            body: body.to_owned(),
            at,
            promise: None,
        });
    }
    let settled = answered && day.now.since(at) > 2 * DAY_MS;
    Ok(SeedConversation {
        site: site.clone(),
        visitor_id: VisitorId::new(format!("demo-{number:04}"))?,
        conversation_id: ConversationId::new(format!("demo-{number:04}"))?,
        context: context(shop, talk),
        status: if settled { Status::Resolved } else { Status::Open },
        messages,
    })
}

fn context(shop: &str, talk: &str) -> VisitorContext {
    let (locale, zone) = match talk {
        _ if talk.contains("Guten Tag") => ("de-DE", "Europe/Berlin"),
        _ if talk.contains(" you ") => ("en-GB", "Europe/London"),
        _ => ("it-IT", ZONE),
    };
    VisitorContext {
        page_url: Some(format!("{shop}/")),
        page_title: Some("Panificio Ferri, pane a lievito madre a Parma".to_owned()),
        locale: Some(locale.to_owned()),
        time_zone: Some(zone.to_owned()),
        asked: None,
    }
}

/// When things happen in the bakery's days.
struct Day<'a> {
    now: Millis,
    hours: Option<&'a Hours>,
    chance: Chance,
}

impl Day<'_> {
    /// Some time between seven in the morning and nine at night, by the bakery's clock, of one of the last days; mostly while
    /// it is open.
    fn asked_at(&mut self) -> Millis {
        let any = self.chance.unit() < ASKED_ANY_TIME;
        loop {
            let at = self.some_time();
            if any || self.hours.is_none_or(|hours| hours.state(at.0).open) {
                return at;
            }
        }
    }

    fn some_time(&mut self) -> Millis {
        let back = i64::try_from(self.chance.below(DAYS)).unwrap_or_default();
        let minutes = self.chance.between(7 * 60, 21 * 60);
        let seconds = self.chance.between(0, 59);
        let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
        let midnight = Timestamp::from_millisecond(self.now.0)
            .and_then(|now| now.to_zoned(zone).start_of_day())
            .and_then(|today| today.checked_sub(back.days()));
        let at = midnight.map_or(self.now.0 - DAY_MS, |day| day.timestamp().as_millisecond());
        let at = at + (minutes * 60 + seconds) * 1_000;
        Millis(if at > self.now.0 { at - DAY_MS } else { at })
    }

    /// When `wait_ms` of opening time have gone by since `from`: nobody answers while the bakery is closed.
    fn worked(&self, from: Millis, wait_ms: i64) -> Millis {
        let Some(hours) = self.hours else { return from.plus(wait_ms) };
        let mut left = wait_ms;
        for (opens, closes) in hours.openings(from.0, from.0 + WINDOW_MS) {
            if left < closes - opens {
                return Millis(opens + left);
            }
            left -= closes - opens;
        }
        from.plus(WINDOW_MS)
    }
}

/// The share of questions that are asked whether the bakery is open or not.
const ASKED_ANY_TIME: f64 = 0.2;

/// The share of first questions that nobody ever answers.
const NEVER_ANSWERED: f64 = 0.055;

/// The shape of real waits for a first answer: (share answered by then, seconds). Between two of them the logarithm of the
/// wait runs straight. Measured on the first questions of a public community chat; only these figures were taken.
const WAITS: [(f64, f64); 9] = [
    (0.0, 5.0),
    (0.05, 38.0),
    (0.10, 59.0),
    (0.25, 133.0),
    (0.50, 357.0),
    (0.75, 1_112.0),
    (0.90, 4_341.0),
    (0.95, 10_663.0),
    (1.0, 73_209.0),
];

/// A small seeded generator (SplitMix64): the demo looks the same wherever it runs, and needs no dependency.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to, but not including, 1.
    fn unit(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap_or_default()) / (f64::from(u32::MAX) + 1.0)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    fn between(&mut self, from: i64, to: i64) -> i64 {
        let width = u64::try_from(to - from + 1).unwrap_or(1);
        from + i64::try_from(self.below(width)).unwrap_or_default()
    }

    /// A wait for a first answer, in milliseconds.
    fn wait_ms(&mut self) -> i64 {
        let share = self.unit();
        let seconds = WAITS.windows(2).find_map(|pair| {
            let [(from, short), (to, long)] = pair else { return None };
            let part = (share - from) / (to - from);
            (share < *to).then(|| (short.ln() + part * (long.ln() - short.ln())).exp())
        });
        std::time::Duration::from_secs_f64(seconds.unwrap_or(60.0))
            .as_millis()
            .try_into()
            .unwrap_or(MINUTE_MS)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::store::StoreUrl;
    use pronto_protocol::model::BODY_MAX_CHARS;

    const NOW: Millis = Millis(1_790_000_000_000);
    const SHOP: &str = "http://127.0.0.1:8081";

    fn made(now: Millis) -> Vec<SeedConversation> {
        history(&SiteKey::new(BAKERY).expect("a key"), SHOP, now).expect("ids that are ids")
    }

    #[test]
    fn a_month_of_talk_in_order_and_nothing_of_the_future() {
        for now in [NOW, NOW.plus(5 * 3_600_000), NOW.plus(200 * DAY_MS)] {
            let made = made(now);
            assert!(made.len() >= 80, "some scores");
            let ids: HashSet<_> =
                made.iter().flat_map(|c| &c.messages).map(|m| m.message_id.clone()).collect();
            assert_eq!(ids.len(), made.iter().map(|c| c.messages.len()).sum::<usize>(), "each id once");
            for conversation in &made {
                let messages = &conversation.messages;
                assert_eq!(messages.first().map(|first| first.author), Some(Author::Visitor));
                assert!(messages.iter().all(|m| now.since(m.at) >= 0 && now.since(m.at) < WINDOW_MS));
                assert!(messages.is_sorted_by_key(|m| m.at));
                assert!(
                    messages.iter().all(|m| !m.body.is_empty() && m.body.chars().count() <= BODY_MAX_CHARS)
                );
                assert!(messages.iter().all(|m| (m.author == Author::Agent) == m.author_name.is_some()));
            }
        }
    }

    #[test]
    fn promises_are_made_once_there_is_a_figure_and_not_all_are_kept() {
        for now in [NOW, NOW.plus(5 * 3_600_000), NOW.plus(200 * DAY_MS)] {
            let mut made = made(now);
            made.sort_by_key(|seed| seed.messages.first().map(|first| first.at));
            let promised = |seed: &SeedConversation| seed.messages.first().and_then(|first| first.promise);
            assert!(made.iter().take(10).all(|seed| promised(seed).is_none()), "ten questions come first");
            let fared = made.iter().filter_map(|seed| {
                let answer = seed.messages.iter().find(|message| message.author == Author::Agent);
                Some(
                    answer.is_some_and(|answer| Some(answer.at) <= promised(seed))
                        && promised(seed)? > Millis(0),
                )
            });
            let (kept, missed): (Vec<bool>, Vec<bool>) = fared.partition(|kept| *kept);
            assert!(kept.len() >= 10 && !missed.is_empty(), "{} kept, {} missed", kept.len(), missed.len());
        }
    }

    #[test]
    fn waits_have_the_shape_of_real_ones() {
        let mut chance = Chance(1);
        let seen: Vec<Observation> = (0..20_000)
            .map(|_| chance.wait_ms())
            .map(|wait| Observation {
                asked_at: NOW.0 - DAY_MS,
                answered_at: Some(NOW.0 - DAY_MS + wait),
                given_up_at: None,
            })
            .collect();
        for (share, seconds) in WAITS.iter().skip(1).take(7) {
            let ms = quantile_ms(&seen, NOW.0, *share).expect("all are answered");
            let off = (Millis(ms).0 as f64 / 1_000.0 / seconds).ln().abs();
            assert!(off < 0.08, "{share}: {ms} ms, wanted {seconds} s");
        }
    }

    #[tokio::test]
    async fn the_bakery_has_a_figure_and_the_new_shop_is_silent() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = StoreUrl::parse(&format!("sqlite:{}", folder.path().join("demo.db").display()))
            .expect("an address");
        let store = Store::open(&url).await.expect("a database");
        let origins = [SHOP.to_owned()];
        seed(&store, &origins, NOW).await.expect("seeded");

        let time = async |key: &str| {
            let key = SiteKey::new(key).expect("a key");
            let seen = store.turns(&key, NOW.plus(-WINDOW_MS)).await.expect("observations");
            let seen: Vec<_> = seen
                .into_iter()
                .map(|turn| Observation {
                    asked_at: turn.asked_at.0,
                    answered_at: turn.answered_at.map(|at| at.0),
                    given_up_at: None,
                })
                .collect();
            reply_time(&seen, NOW.0)
        };
        let ledger = store.ledger(&SiteKey::new(BAKERY).expect("a key"), (Millis(0), Millis(i64::MAX))).await;
        let ledger: Vec<_> = ledger.expect("entries").into_iter().map(|(_, entry)| entry).collect();
        let late = ledger.iter().filter(|entry| entry.late_ms > 0).count();
        assert!((3..=30).contains(&late) && ledger.len() > 5 * late, "{late} of {}", ledger.len());
        assert!(ledger.iter().all(|entry| entry.amount.is_some() && entry.delivered_at <= NOW.0));

        let bakery = time(BAKERY).await;
        assert!(matches!(bakery.minutes, Some(5..=15)), "{bakery:?}");
        assert!((2..=9).contains(&bakery.unanswered), "{bakery:?}");
        assert_eq!((time(NEW_SHOP).await.minutes, time(NEW_SHOP).await.sample), (None, 0));

        let moved = ["http://127.0.0.1:9999".to_owned()];
        seed(&store, &moved, NOW.plus(DAY_MS)).await.expect("seeded again");
        assert_eq!(time(BAKERY).await, bakery, "nothing is added twice");
        let site = store.site(&SiteKey::new(BAKERY).expect("a key")).await.expect("read").expect("there");
        assert_eq!(site.settings.allowed_origins, [SHOP, "http://127.0.0.1:9999"]);
        assert!(site.demo);
        store.close().await;
    }
}

//! The reply window: how long after a visitor's last message an answer is in time, and what may be sent now. Lengths are
//! data with the days they hold ([`Rules`]); what a message costs does not live here (see [`crate::price`]).

use crate::file::{BadFile, File, Section, follow};
use crate::price::days::{Zone, covers};
use crate::words::words;
use jiff::civil::Date;

words! {
    /// A road that messages take.
    Channel {
        /// The panel on the site, or the hosted page.
        Widget = "widget",
        /// The inbox.
        Inbox = "inbox",
        /// The business's backend.
        Api = "api",
        /// The WhatsApp Cloud API.
        Whatsapp = "whatsapp",
        /// E-mail.
        Email = "email",
    }
}

words! {
    /// What may be sent.
    MaySend {
        /// Any text, and templates too.
        FreeForm = "free_form",
        /// An approved template only.
        TemplateOnly = "template_only",
        /// Nothing at all.
        Nothing = "nothing",
    }
}

/// What is known of one conversation on one channel. Times are milliseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Talk {
    /// The road an answer would take.
    pub channel: Channel,
    /// The visitor's last message on it, or their last call; `None` when they have not written.
    pub last_from_visitor: Option<i64>,
    /// The ad or page button through which they came, if they did.
    pub ad: Option<Ad>,
    /// Blocked by the business: nothing goes to them.
    pub blocked: bool,
}

/// That a visitor came through an ad, or a page's button, that opens a free entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ad {
    /// When the message it brought came in.
    pub came_at: i64,
    /// When the first answer to it was delivered.
    pub answered_at: Option<i64>,
}

/// The window of one conversation on one channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// When it opened: the visitor's last message.
    pub opened_at: i64,
    /// The first instant at which it is closed.
    pub closes_at: i64,
    /// The first instant at which the free entry of an ad is closed, where there is one: while its first answer is still
    /// due, when that would come too late; once that is delivered, so long after the delivery.
    pub free_until: Option<i64>,
}

impl Window {
    /// Whether an answer sent at `at` is in time. A clock that jumped back before the message counts as in time.
    #[must_use]
    pub const fn is_open(&self, at: i64) -> bool {
        at < self.closes_at
    }

    /// Whether what is sent at `at` falls within the free entry of an ad.
    #[must_use]
    pub fn is_free_entry(&self, at: i64) -> bool {
        self.free_until.is_some_and(|until| at < until)
    }

    /// By how much something sent at `at` misses it, in milliseconds; 0 when it is in time.
    #[must_use]
    pub fn late_ms(&self, at: i64) -> i64 {
        at.saturating_sub(self.closes_at).max(0)
    }
}

/// How windows are, from which day to which, on each channel: `books/rules/windows.toml`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rules {
    rules: Vec<Rule>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Rule {
    channel: Channel,
    from: Option<Date>,
    until: Option<Date>,
    window_ms: i64,
    entry: Option<EntryRule>,
    before: MaySend,
    inside: MaySend,
    after: MaySend,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct EntryRule {
    answered_within_ms: i64,
    lasts_ms: i64,
}

const HOUR_MS: i64 = 3_600_000;
/// A window is at most a month long: more is a slip.
const MOST_HOURS: u32 = 744;

impl Rules {
    /// Those that come with this crate.
    #[must_use]
    pub fn built_in() -> Self {
        Self::parse("windows.toml", include_str!("../books/rules/windows.toml"))
            .unwrap_or(Self { rules: Vec::new() })
    }

    /// Reads rules from the text of a file.
    ///
    /// # Errors
    /// [`BadFile`] with the line, for unknown or missing keys, lengths that are not 1 to 744 hours, and days that overlap
    /// or leave a gap on a channel.
    pub fn parse(name: &str, text: &str) -> Result<Self, BadFile> {
        let file = File { name, text };
        let mut top = file.read()?;
        let _sources = top.texts("sources")?;
        let (mut rules, mut days) = (Vec::new(), Vec::new());
        for mut section in top.sections("windows")? {
            let rule = Rule::read(&mut section)?;
            days.push((rule.channel, (rule.from, rule.until, section.at)));
            section.finish()?;
            rules.push(rule);
        }
        top.finish()?;
        for channel in Channel::ALL {
            let own: Vec<_> = days.iter().filter(|(of, _)| of == channel).map(|(_, days)| *days).collect();
            follow(file, &format!("the windows of {}", channel.as_str()), &own)?;
        }
        Ok(Self { rules })
    }

    fn rule(&self, channel: Channel, day: Date) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.channel == channel && covers(rule.from, rule.until, day))
    }

    /// The window of a conversation, by the rules of the day on which the visitor wrote; `None` when they have not written,
    /// and where the channel has no rules for that day.
    #[must_use]
    pub fn window(&self, talk: &Talk, zone: &Zone) -> Option<Window> {
        let opened_at = talk.last_from_visitor?;
        let rule = self.rule(talk.channel, zone.day(opened_at))?;
        Some(Window {
            opened_at,
            closes_at: opened_at.saturating_add(rule.window_ms),
            free_until: talk.ad.and_then(|ad| self.free_until(talk.channel, ad, zone)),
        })
    }

    fn free_until(&self, channel: Channel, ad: Ad, zone: &Zone) -> Option<i64> {
        let entry = self.rule(channel, zone.day(ad.came_at))?.entry?;
        let due = ad.came_at.saturating_add(entry.answered_within_ms);
        match ad.answered_at {
            None => Some(due),
            Some(at) if at < due => Some(at.max(ad.came_at).saturating_add(entry.lasts_ms)),
            Some(_) => None,
        }
    }

    /// What may be sent to a visitor at `now`. It says nothing of what that costs.
    #[must_use]
    pub fn may_send(&self, talk: &Talk, zone: &Zone, now: i64) -> MaySend {
        let Some(rule) = self.rule(talk.channel, zone.day(now)).filter(|_| !talk.blocked) else {
            return MaySend::Nothing;
        };
        match self.window(talk, zone) {
            None => rule.before,
            Some(window) if window.is_open(now) => rule.inside,
            Some(_) => rule.after,
        }
    }

    /// The days on which rules of a channel begin or end.
    pub(crate) fn changes(&self, channel: Channel) -> impl Iterator<Item = Date> + '_ {
        let own = self.rules.iter().filter(move |rule| rule.channel == channel);
        own.flat_map(|rule| [rule.from, rule.until]).flatten()
    }
}

impl Rule {
    fn read(section: &mut Section<'_>) -> Result<Self, BadFile> {
        let channel = section.needed_text("channel")?;
        let known = Channel::parse(&channel.value);
        let channel = known.ok_or_else(|| {
            section.fault(channel.at, "no channel has that name: widget, inbox, api, whatsapp or email")
        })?;
        let (from, until) = (section.day("from")?, section.day("until")?);
        let hours = |section: &mut Section<'_>, key: &str| {
            let hours = section.count(key, MOST_HOURS)?;
            let hours =
                hours.ok_or_else(|| section.fault(section.at, format!("the key `{key}` is missing")))?;
            Ok::<i64, BadFile>(i64::from(hours) * HOUR_MS)
        };
        let window_ms = hours(section, "hours")?;
        let entry = match section.section("free_entry")? {
            None => None,
            Some(mut entry) => {
                let answered_within_ms = hours(&mut entry, "answered_within_hours")?;
                let lasts_ms = hours(&mut entry, "hours")?;
                entry.finish()?;
                Some(EntryRule { answered_within_ms, lasts_ms })
            }
        };
        let mut may = |key: &str| {
            let word = section.needed_text(key)?;
            let known = MaySend::parse(&word.value);
            known.ok_or_else(|| {
                section.fault(word.at, format!("`{key}` must be free_form, template_only or nothing"))
            })
        };
        let (before, inside, after) = (may("before")?, may("inside")?, may("after")?);
        let (from, until) = (from.map(|day| day.value), until.map(|day| day.value));
        Ok(Self { channel, from, until, window_ms, entry, before, inside, after })
    }
}

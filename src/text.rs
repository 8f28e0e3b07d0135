//! Every string of the panel in its source language, English, and how they come with the page in its own. No string for
//! a person stands anywhere else in `src/`.

#[cfg(target_arch = "wasm32")]
use std::cell::OnceCell;

use pronto_protocol::id::Millis;

/// The panel's words in one language.
#[derive(Clone, PartialEq)]
pub struct Words {
    locale: String,
    calendar: Calendar,
    texts: Vec<String>,
}

macro_rules! words {
    ($($(#[$doc:meta])* $word:ident $key:literal $english:literal;)*) => {
        #[derive(Clone, Copy)]
        #[expect(non_camel_case_types, reason = "each place in the table is called as its word")]
        enum Place { $($word,)* }

        impl Words {
            /// The keys of a locale file, each with its English text; in the keys' order, in which a page has its language's words.
            pub const ENGLISH: &'static [(&'static str, &'static str)] = &[$(($key, $english),)*];

            $($(#[$doc])* #[must_use] pub fn $word(&self) -> &str { self.at(Place::$word) })*
        }
    };
}

words! {
    /// Beside the name of one that is no person.
    automatic "panel.automatic" "automatic";
    /// The business hears this visitor no more.
    blocked "panel.blocked" "This business takes no more messages from you.";
    /// Reached the business.
    delivered "panel.delivered" "Delivered";
    /// Takes a failed message out of the thread.
    discard "panel.discard" "Discard";
    /// Loads older messages.
    earlier "panel.earlier" "Earlier messages";
    /// Offers to send the answer by e-mail too.
    mail "panel.mail" "Leave your e-mail and the answer comes there too.";
    /// It was none.
    mail_bad "panel.mail_bad" "This is no e-mail address. Check it and try again.";
    /// Writes another.
    mail_change "panel.mail_change" "Change";
    /// It was not kept.
    mail_failed "panel.mail_failed" "Not saved. Try again.";
    /// The name of its field.
    mail_label "panel.mail_label" "Your e-mail";
    /// Takes it away.
    mail_remove "panel.mail_remove" "Remove";
    /// Keeps it.
    mail_save "panel.mail_save" "Save";
    /// It was kept; `{email}` is a part of it.
    mail_saved "panel.mail_saved" "The answer also goes to {email}.";
    /// It is on its way.
    mail_saving "panel.mail_saving" "Saving";
    /// What it is used for.
    mail_use "panel.mail_use" "Used for answers in this conversation, and for nothing else.";
    /// Goes to the end of the thread; also the line above unread messages.
    new_messages "panel.new_messages" "New messages";
    /// Storage is blocked.
    not_kept "panel.not_kept" "This browser keeps nothing for this site: the conversation is gone when you leave the page.";
    /// Refused for good.
    not_sent "panel.not_sent" "Not sent.";
    /// Offline, nothing waits.
    offline "panel.offline" "You are offline. What you write goes out when you are back.";
    /// Offline, something waits.
    offline_waiting "panel.offline_waiting" "Not sent: you are offline. It goes out when you are back.";
    /// By when the answer comes, on another day.
    promise "panel.promise" "You will have an answer by {day}, {time}.";
    /// The promised time has passed without an answer.
    promise_past "panel.promise_past" "This is taking longer than we said.";
    /// By when the answer comes, today.
    promise_today "panel.promise_today" "You will have an answer by {time} today.";
    /// Seen by the business.
    read "panel.read" "Read";
    /// Online, but the server does not answer.
    reconnecting "panel.reconnecting" "No connection just now. New messages may be late; trying again.";
    /// A message that is on its way.
    sending "panel.sending" "Sending";
    /// Stored by the server.
    sent "panel.sent" "Sent";
    /// The thread's name.
    thread "panel.thread" "Conversation";
    /// A day separator.
    today "panel.today" "Today";
    /// The `{day}` of a promise.
    tomorrow "panel.tomorrow" "tomorrow";
    /// `{n}` is the number of characters over the limit.
    too_long "panel.too_long" "Too long by {n} characters. Shorten it to send it.";
    /// Sends a failed message again.
    try_again "panel.try_again" "Try again";
    /// `{name}` writes.
    typing "panel.typing" "{name} is writing";
    /// A server that cannot take messages; they are kept.
    unavailable "panel.unavailable" "Your message could not be taken just now. It is kept here and tried again.";
    /// A message that waits for the network.
    waiting "panel.waiting" "Waits for a connection";
    /// A day separator.
    yesterday "panel.yesterday" "Yesterday";
    /// Who wrote, for the visitor's own messages.
    you "panel.you" "You";
}

impl Words {
    /// The words of a page, in the order of [`Self::ENGLISH`], with times and days written the way of `locale`. Page and wasm
    /// are of one build.
    #[must_use]
    pub fn new(locale: &str, texts: Vec<String>) -> Self {
        Self { locale: locale.to_owned(), calendar: Calendar::new(), texts }
    }

    /// Those of the source language. No part of the wasm: a page brings its words along, in English too.
    #[must_use]
    pub fn english() -> Self {
        Self::new("en", Self::ENGLISH.iter().map(|(_, text)| (*text).to_owned()).collect())
    }

    /// Writes a moment in the visitor's zone.
    #[must_use]
    pub fn moment(&self, at: Millis, form: Form) -> String {
        self.calendar.write(&self.locale, at, form)
    }

    fn at(&self, place: Place) -> &str {
        self.texts.get(place as usize).map_or("", |text| text)
    }

    /// The language that times and days are written in.
    #[must_use]
    pub fn locale(&self) -> &str {
        &self.locale
    }
}

/// How a moment is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `14:05`.
    Time,
    /// `Monday, 3 August`.
    Day,
}

/// The browser's own way to write days and times in one language; made once, because making one is slow.
/// Its formats are made when the first date is written: the browser's first one takes it ten milliseconds and more.
#[cfg(target_arch = "wasm32")]
#[derive(Clone, Default, PartialEq)]
struct Calendar {
    time: OnceCell<js_sys::Function>,
    day: OnceCell<js_sys::Function>,
}

#[cfg(target_arch = "wasm32")]
impl Calendar {
    fn new() -> Self {
        Self::default()
    }

    fn format(locale: &str, wanted: &[(&str, &str)]) -> js_sys::Function {
        use wasm_bindgen::{JsCast, JsValue};
        let options = js_sys::Object::new();
        for (name, value) in wanted {
            // Setting a property of a fresh object cannot fail.
            let _ = js_sys::Reflect::set(&options, &JsValue::from_str(name), &JsValue::from_str(value));
        }
        let locales = js_sys::Array::of1(&JsValue::from_str(locale));
        js_sys::Intl::DateTimeFormat::new(locales.unchecked_ref(), options.unchecked_ref()).format()
    }

    fn write(&self, locale: &str, at: Millis, form: Form) -> String {
        let format = if form == Form::Time {
            self.time.get_or_init(|| Self::format(locale, &[("timeStyle", "short")]))
        } else {
            let wanted = [("weekday", "long"), ("day", "numeric"), ("month", "long")];
            self.day.get_or_init(|| Self::format(locale, &wanted))
        };
        let written =
            format.call1(&wasm_bindgen::JsValue::NULL, &wasm_bindgen::JsValue::from_f64(at.0 as f64));
        written.ok().and_then(|written| written.as_string()).unwrap_or_default()
    }
}

/// The same in UTC and without a language, for tests off the browser.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Clone, PartialEq)]
struct Calendar;

#[cfg(not(target_arch = "wasm32"))]
impl Calendar {
    fn new() -> Self {
        Self
    }

    fn write(&self, _locale: &str, at: Millis, form: Form) -> String {
        let minutes = at.0.div_euclid(60_000);
        match form {
            Form::Time => {
                format!("{:02}:{:02}", minutes.div_euclid(60).rem_euclid(24), minutes.rem_euclid(60))
            }
            Form::Day => format!("day {}", minutes.div_euclid(1440)),
        }
    }
}

/// Where `part` begins in `whole`. By bytes, because the library's own search weighs more than the whole of this file.
#[must_use]
pub fn find(whole: &str, part: &str) -> Option<usize> {
    whole.as_bytes().windows(part.len()).position(|piece| piece == part.as_bytes())
}

/// `sentence` with `value` in the place of `{name}`.
#[must_use]
pub fn fill(sentence: &str, place: &str, value: &str) -> String {
    let parts =
        find(sentence, place).and_then(|at| Some((sentence.get(..at)?, sentence.get(at + place.len()..)?)));
    parts.map_or_else(|| sentence.to_owned(), |(before, after)| [before, value, after].concat())
}

/// A number as text: the library's own way weighs a kilobyte, for widths and signs that nobody asks for.
#[must_use]
pub fn digits(mut number: u64) -> String {
    let mut digits = String::new();
    loop {
        digits.insert(0, char::from(b'0' + (number % 10) as u8));
        number /= 10;
        if number == 0 {
            return digits;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn a_place_is_filled_once() {
        let filled = [
            ("{n} à", "{n}", "{n}"),
            ("no place", "{n}", "1"),
            ("", "{n}", "1"),
            ("è {name}", "{name}", "Ana"),
        ]
        .map(|(sentence, place, value)| fill(sentence, place, value));
        expect![[r#"["{n} à", "no place", "", "è Ana"]"#]].assert_eq(&format!("{filled:?}"));
    }

    #[test]
    fn numbers_are_written_as_the_library_writes_them() {
        for number in [0, 9, 10, 4_096, u64::MAX] {
            assert_eq!(digits(number), number.to_string());
        }
    }

    #[test]
    fn every_key_is_told_apart() {
        let words = Words::new("en", Words::ENGLISH.iter().map(|(key, _)| (*key).to_owned()).collect());
        expect!["panel.thread panel.yesterday panel.mail_failed"].assert_eq(&format!(
            "{} {} {}",
            words.thread(),
            words.yesterday(),
            words.mail_failed()
        ));
    }
}

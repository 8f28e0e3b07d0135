//! The messages in order, with days between them.

use pronto_protocol::id::Millis;
use pronto_protocol::model::Author;
use pronto_protocol::timeline::Entry;

use super::drawing::Drawing;
use super::promise;
use super::row::{Row, row};
use crate::state::{Asking, Receipt, State};
use crate::text::{Form, fill};

/// Messages of one author this close together stand in one group.
const GROUP_MS: i64 = 300_000;
const DAY_MS: i64 = 86_400_000;

pub(super) fn thread(page: &mut Drawing, state: &State) {
    let words = &state.words;
    let loading = state.talk().is_some_and(|talk| talk.asking == Asking::Before);
    page.open(
        "div",
        &["class", "id", "tabindex", "role", "aria-label"],
        &["scroll", "scroll", "0", "region", words.thread()],
    );
    page.open("div", &["class"], &["fill"]);
    if state.talk().is_some_and(|talk| state.window.has_earlier(&talk.timeline)) {
        page.button("old", "earlier", "", loading, words.earlier());
    } else {
        page.leaf("p", "greeting", &state.config.greeting);
    }
    let lines = lines(state);
    page.open("ol", &["class"], &["thread"]);
    rows(page, state, &lines);
    page.close();
    answers(page, lines.last().filter(|_| state.window.is_at_end()));
    promise::promise(page, state);
    typing(page, state);
    page.close();
    page.close();
    if !state.sight.at_end && state.unread() > 0 {
        page.button("down", "down", "", false, words.new_messages());
    } else {
        page.nothing();
    }
}

/// What the newest message offers to answer by a press.
fn answers(page: &mut Drawing, newest: Option<&Line<'_>>) {
    let Some(Line { entry: Entry::Message(last), .. }) = newest else { return page.nothing() };
    page.open("div", &["class", "id"], &["acts", "quick"]);
    for reply in &last.quick_replies {
        page.button("", "say", reply, false, reply);
    }
    page.close();
}

fn typing(page: &mut Drawing, state: &State) {
    let Some(typing) = &state.typing else { return page.nothing() };
    page.open("p", &["class"], &["typing"]);
    page.open("span", &["class", "aria-hidden"], &["dots", "true"]);
    for _ in 0..3 {
        page.open("i", &[], &[]);
        page.close();
    }
    page.close();
    page.text(&fill(state.words.typing(), "{name}", &typing.text));
    page.close();
}

/// What a row needs to know of an entry, whether stored or waiting.
struct Line<'a> {
    entry: Entry<'a>,
    author: Author,
    at: Millis,
    day: String,
}

fn lines(state: &State) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let Some(talk) = state.talk() else { return lines };
    let (first, last) = state.window.of(&talk.timeline);
    for entry in talk.timeline.entries(&state.queue, first.saturating_sub(1)) {
        let (author, at, seq) = match entry {
            Entry::Message(message) => (message.author, message.created_at, message.seq),
            Entry::Echo(queued) => (Author::Visitor, queued.created_at, u64::MAX),
        };
        if seq > last {
            break;
        }
        lines.push(Line { entry, author, at, day: state.words.moment(at, Form::Day) });
    }
    lines
}

fn rows(page: &mut Drawing, state: &State, lines: &[Line<'_>]) {
    let mine = |line: &Line<'_>| line.author == Author::Visitor;
    let last_mine = lines.iter().rposition(mine).filter(|_| state.window.is_at_end());
    for (place, line) in lines.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|before| lines.get(before));
        let after = lines.get(place + 1);
        if before.is_none_or(|before| before.day != line.day) {
            page.open("li", &["class"], &["day"]);
            page.key(&["day", line.entry.message_id().as_str()].concat());
            page.text(day(state, line));
            page.close();
        }
        if matches!(line.entry, Entry::Message(message) if Some(message.seq) == state.mark) {
            page.open("li", &["class"], &["new"]);
            page.key("new");
            page.text(state.words.new_messages());
            page.close();
        }
        let joined = before.is_some_and(|before| joins(before, line));
        let last = after.is_none_or(|after| !joins(line, after));
        let content = content(state, line, joined, last, last_mine == Some(place));
        row(page, &content, &state.words);
    }
}

fn joins(first: &Line<'_>, second: &Line<'_>) -> bool {
    first.author == second.author
        && first.day == second.day
        && second.at.since(first.at) < GROUP_MS
        && name(first) == name(second)
}

fn name<'a>(line: &Line<'a>) -> Option<&'a str> {
    match line.entry {
        Entry::Message(message) => message.author_name.as_deref(),
        Entry::Echo(_) => None,
    }
}

fn day<'a>(state: &'a State, line: &'a Line<'_>) -> &'a str {
    let of = |at| state.words.moment(at, Form::Day);
    if line.day == of(state.now) {
        return state.words.today();
    }
    if line.day == of(state.now.plus(-DAY_MS)) {
        return state.words.yesterday();
    }
    &line.day
}

fn content<'a>(state: &'a State, line: &'a Line<'_>, joined: bool, last: bool, last_mine: bool) -> Row<'a> {
    let mine = line.author == Author::Visitor;
    let (body, files, receipt) = match line.entry {
        Entry::Message(message) => (&message.body, message.attachments.as_slice(), state.receipt(message)),
        Entry::Echo(queued) => (&queued.body, [].as_slice(), state.pending(queued.state)),
    };
    // A stored message tells its state only where it is the newest of its side: the rest are further along.
    let told = mine && (last_mine || matches!(receipt, Receipt::Waiting | Receipt::Failed));
    let by = if mine { state.words.you() } else { name(line).unwrap_or(&state.config.name) };
    let automatic = line.author == Author::Bot;
    Row {
        id: line.entry.message_id(),
        body,
        files,
        mine,
        joined,
        last: last || told,
        by: if automatic { [by, " · ", state.words.automatic()].concat() } else { by.to_owned() },
        day: &line.day,
        time: state.words.moment(line.at, Form::Time),
        receipt: told.then_some(receipt),
    }
}

//! The messages in order, with days between them.

use pronto_protocol::id::Millis;
use pronto_protocol::model::Author;
use pronto_protocol::timeline::Entry;
use yew::prelude::*;

use super::promise;
use super::row::{Row, row};
use crate::state::{Asking, Receipt, State};
use crate::text::{Form, fill};
use crate::update::{Event, Ui};

/// Messages of one author this close together stand in one group.
const GROUP_MS: i64 = 300_000;
const DAY_MS: i64 = 86_400_000;

pub(super) fn thread(state: &State, on: &Callback<Event>) -> Html {
    let earlier = on.reform(|_| Event::Ui(Ui::Earlier));
    let down = on.reform(|_| Event::Ui(Ui::ToEnd));
    let has_earlier = state.talk().is_some_and(|talk| talk.timeline.has_earlier());
    let loading = state.talk().is_some_and(|talk| talk.asking == Asking::Before);
    html! {
        <>
            <div class="scroll" id="scroll" tabindex="0" role="region" aria-label={state.words.thread().to_owned()}>
                <div class="fill">
                    if has_earlier {
                        <button class="old" type="button" disabled={loading} onclick={earlier}>
                            { state.words.earlier() }
                        </button>
                    } else {
                        <p class="greeting">{ &state.config.greeting }</p>
                    }
                    <ol class="thread">{ for rows(state, on) }</ol>
                    { promise::promise(state, on) }
                    { typing(state) }
                </div>
            </div>
            if !state.sight.at_end && state.unread() > 0 {
                <button class="down" type="button" onclick={down}>{ state.words.new_messages() }</button>
            }
        </>
    }
}

fn typing(state: &State) -> Html {
    let Some(typing) = &state.typing else { return Html::default() };
    html! {
        <p class="typing">
            <span class="dots" aria-hidden="true"><i /><i /><i /></span>
            { fill(state.words.typing(), "{name}", &typing.text) }
        </p>
    }
}

/// What a row needs to know of an entry, whether stored or waiting.
struct Line<'a> {
    entry: Entry<'a>,
    author: Author,
    at: Millis,
    day: String,
}

fn lines(state: &State) -> Vec<Line<'_>> {
    let Some(talk) = state.talk() else { return Vec::new() };
    let line = |entry| {
        let (author, at) = match entry {
            Entry::Message(message) => (message.author, message.created_at),
            Entry::Echo(queued) => (Author::Visitor, queued.created_at),
        };
        Line { entry, author, at, day: state.words.moment(at, Form::Day) }
    };
    talk.timeline.entries(&state.queue).into_iter().map(line).collect()
}

fn rows(state: &State, on: &Callback<Event>) -> Vec<Html> {
    let lines = lines(state);
    let last_mine = lines.iter().rposition(|line| line.author == Author::Visitor);
    let mut drawn = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|before| lines.get(before));
        let after = lines.get(place + 1);
        if before.is_none_or(|before| before.day != line.day) {
            let key = ["day", line.entry.message_id().as_str()].concat();
            drawn.push(html! { <li class="day" {key}>{ day(state, line) }</li> });
        }
        if matches!(line.entry, Entry::Message(message) if Some(message.seq) == state.mark) {
            drawn.push(html! { <li class="new" key="new">{ state.words.new_messages() }</li> });
        }
        let joined = before.is_some_and(|before| joins(before, line));
        let last = after.is_none_or(|after| !joins(line, after));
        let content = content(state, line, joined, last, last_mine == Some(place));
        drawn.push(row(&content, &state.words, on));
    }
    drawn
}

fn joins(first: &Line<'_>, second: &Line<'_>) -> bool {
    let named = |line: &Line<'_>| match line.entry {
        Entry::Message(message) => message.author_name.clone(),
        Entry::Echo(_) => None,
    };
    first.author == second.author
        && first.day == second.day
        && second.at.since(first.at) < GROUP_MS
        && named(first) == named(second)
}

fn day(state: &State, line: &Line<'_>) -> String {
    let of = |at| state.words.moment(at, Form::Day);
    if line.day == of(state.now) {
        return state.words.today().to_owned();
    }
    if line.day == of(state.now.plus(-DAY_MS)) {
        return state.words.yesterday().to_owned();
    }
    line.day.clone()
}

fn content<'a>(state: &'a State, line: &'a Line<'_>, joined: bool, last: bool, last_mine: bool) -> Row<'a> {
    let mine = line.author == Author::Visitor;
    let (body, receipt, name) = match line.entry {
        Entry::Message(message) => (&message.body, state.receipt(message), message.author_name.as_deref()),
        Entry::Echo(queued) => (&queued.body, state.pending(queued.state), None),
    };
    // A stored message tells its state only where it is the newest of its side: the rest are further along.
    let told = mine && (last_mine || matches!(receipt, Receipt::Waiting | Receipt::Failed));
    let by = if mine { state.words.you() } else { name.unwrap_or(&state.config.name) };
    let automatic = line.author == Author::Bot;
    Row {
        id: line.entry.message_id(),
        body,
        mine,
        joined,
        last: last || told,
        by: if automatic { [by, state.words.automatic()].join(" · ") } else { by.to_owned() },
        day: &line.day,
        time: state.words.moment(line.at, Form::Time),
        receipt: told.then_some(receipt),
    }
}

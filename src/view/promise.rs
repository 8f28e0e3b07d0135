//! By when the answer comes, and the offer to send it by e-mail too.

use pronto_protocol::id::Millis;
use yew::prelude::*;

use crate::state::{Mail, State, Trouble};
use crate::text::{Form, Words, fill};
use crate::update::{Event, Ui};

const DAY_MS: i64 = 86_400_000;

/// Both; nothing where nobody waits. The promise stands in a live region of its own, so it is told once, when it is made
/// and when it is broken.
pub(super) fn promise(state: &State, on: &Callback<Event>) -> Html {
    let by = state.promise();
    html! {
        <>
            <p class="promise" role="status">{ by.map(|by| sentence(&state.words, by, state.now)) }</p>
            { state.talk().map(|talk| &talk.mail).filter(|mail| mail.offered).map(|mail| offer(mail, &state.words, on)) }
        </>
    }
}

fn sentence(words: &Words, by: Millis, now: Millis) -> String {
    if by <= now {
        return words.promise_past().to_owned();
    }
    let (day, time) = (words.moment(by, Form::Day), words.moment(by, Form::Time));
    if day == words.moment(now, Form::Day) {
        return fill(words.promise_today(), "{time}", &time);
    }
    let tomorrow = day == words.moment(now.plus(DAY_MS), Form::Day);
    let day = if tomorrow { words.tomorrow() } else { &day };
    fill(&fill(words.promise(), "{day}", day), "{time}", &time)
}

fn offer(mail: &Mail, words: &Words, on: &Callback<Event>) -> Html {
    if mail.can != Some(true) {
        return Html::default();
    }
    let saving = mail.saving.is_some();
    let trouble = mail.trouble.map_or("", |trouble| match trouble {
        Trouble::NoAddress => words.mail_bad(),
        Trouble::NotSaved => words.mail_failed(),
    });
    let content = if mail.kept.is_empty() || mail.changing {
        html! {
            <>
                <label for="address">{ words.mail() }</label>
                <div class="acts">
                    <input id="address" type="email" autocomplete="email" required=true aria-describedby="use"
                        placeholder={words.mail_label().to_owned()} />
                    <button disabled={saving}>
                        { if saving { words.mail_saving() } else { words.mail_save() } }
                    </button>
                </div>
                <p id="use">{ words.mail_use() }</p>
            </>
        }
    } else {
        let change = on.reform(|_| Event::Ui(Ui::ChangeMail));
        let remove = on.reform(|_| Event::Ui(Ui::Mail(String::new())));
        html! {
            <>
                <p>{ fill(words.mail_saved(), "{email}", &masked(&mail.kept)) }</p>
                <div class="acts">
                    <button type="button" onclick={change}>{ words.mail_change() }</button>
                    <button type="button" disabled={saving} onclick={remove}>{ words.mail_remove() }</button>
                </div>
            </>
        }
    };
    html! { <form id="mail">{ content }<p class="why" role="status">{ trouble }</p></form> }
}

/// Enough of an address to recognise it: its first character and its host.
fn masked(email: &str) -> String {
    let (name, host) = email.split_at(email.bytes().rposition(|byte| byte == b'@').unwrap_or_default());
    let first = name.chars().next().map(String::from).unwrap_or_default();
    [&first, "…", host].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn an_address_is_recognised_and_not_shown() {
        let shown = ["anna@posta.example", "è@x.example", "@x", "nobody", ""].map(masked);
        expect!["a…@posta.example è…@x.example …@x …nobody …"].assert_eq(&shown.join(" "));
    }

    #[test]
    fn a_promise_names_its_day_where_it_is_not_today() {
        let words = Words::english("en");
        let said = [90, 1_440 + 90, 4_320 + 90, 0, -5]
            .map(|minutes| sentence(&words, Millis(minutes * 60_000), Millis(0)));
        expect![[r#"
            You will have an answer by 01:30 today.
            You will have an answer by tomorrow, 01:30.
            You will have an answer by day 3, 01:30.
            This is taking longer than we said.
            This is taking longer than we said."#]]
        .assert_eq(&said.join("\n"));
    }
}

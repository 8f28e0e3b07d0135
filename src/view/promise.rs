//! By when the answer comes, and the offer to send it by e-mail too.

use pronto_protocol::id::Millis;

use super::drawing::Drawing;
use crate::state::{Mail, State, Trouble};
use crate::text::{Form, Words, fill};

const DAY_MS: i64 = 86_400_000;

/// Both; nothing where nobody waits. The promise stands in a live region of its own, so it is told once, when it is made
/// and when it is broken.
pub(super) fn promise(page: &mut Drawing, state: &State) {
    page.open("p", &["class", "role"], &["promise", "status"]);
    match state.promise() {
        Some(by) => page.text(&sentence(&state.words, by, state.now)),
        None => page.nothing(),
    }
    page.close();
    match state.talk().map(|talk| &talk.mail) {
        Some(mail) if mail.offered && mail.can == Some(true) => offer(page, mail, &state.words),
        _ => page.nothing(),
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

fn offer(page: &mut Drawing, mail: &Mail, words: &Words) {
    let saving = mail.saving.is_some();
    page.open("form", &["id"], &["mail"]);
    if mail.kept.is_empty() || mail.changing {
        page.open("label", &["for"], &["address"]);
        page.text(words.mail());
        page.close();
        page.open("div", &["class"], &["acts"]);
        page.open(
            "input",
            &["id", "type", "autocomplete", "required", "aria-describedby", "placeholder"],
            &["address", "email", "email", "", "use", words.mail_label()],
        );
        page.close();
        page.open("button", if saving { &["disabled"] } else { &[] }, &[""]);
        page.text(if saving { words.mail_saving() } else { words.mail_save() });
        page.close();
        page.close();
        page.open("p", &["id"], &["use"]);
        page.text(words.mail_use());
        page.close();
    } else {
        page.leaf("p", "", &fill(words.mail_saved(), "{email}", &masked(&mail.kept)));
        page.open("div", &["class"], &["acts"]);
        page.button("", "mail-change", "", false, words.mail_change());
        page.button("", "mail-remove", "", saving, words.mail_remove());
        page.close();
    }
    page.open("p", &["class", "role"], &["why", "status"]);
    page.text(match mail.trouble {
        None => "",
        Some(Trouble::NoAddress) => words.mail_bad(),
        Some(Trouble::NotSaved) => words.mail_failed(),
    });
    page.close();
    page.close();
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
        let words = Words::english();
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

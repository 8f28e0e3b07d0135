//! Ring, name, reply time, opening hours.

use yew::prelude::*;

use crate::state::State;

/// Minutes of a day: the wait that closes the ring.
const DAY: u32 = 1440;

pub(super) fn header(state: &State) -> Html {
    let config = &state.config;
    html! {
        <header class="head">
            <svg class="ring" viewBox="0 0 40 40" aria-hidden="true">
                <circle cx="20" cy="20" r="17" />
                if let Some(minutes) = config.minutes {
                    <circle class="arc" cx="20" cy="20" r="17" pathLength="100" transform="rotate(-90 20 20)"
                        stroke-dasharray={percent(minutes).to_string() + " 200"} />
                }
            </svg>
            <div>
                <h1>{ &config.name }</h1>
                <p>{ &config.reply }</p>
                <p>{ hours(state) }</p>
            </div>
        </header>
    }
}

/// How much of the ring a wait fills: its square root, so that minutes stay visible beside a day.
fn percent(minutes: u32) -> u32 {
    (minutes.min(DAY) * 10_000 / DAY).isqrt()
}

/// The page's sentence, until its truth has run out.
fn hours(state: &State) -> &str {
    match &state.config.open {
        Some(hours) if hours.changes_at.is_some_and(|at| at <= state.now) => {
            if hours.open {
                state.words.closed_now()
            } else {
                state.words.open_now()
            }
        }
        _ => &state.config.hours,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn the_arc_grows_with_the_wait() {
        let shown = [0, 1, 5, 15, 60, 240, 1440, 9000].map(|minutes| (minutes, percent(minutes)));
        expect!["[(0, 0), (1, 2), (5, 5), (15, 10), (60, 20), (240, 40), (1440, 100), (9000, 100)]"]
            .assert_eq(&format!("{shown:?}"));
    }
}

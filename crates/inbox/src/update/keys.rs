//! The keyboard's commands. Which keys they are is the browser side's knowledge; whether they do anything is ours.

use super::{Effect, Key, Step, Target, threads};
use crate::state::{Dialog, Route, State};

pub(super) fn pressed(state: &mut State, key: Key) -> Vec<Effect> {
    let on = state.shortcuts;
    let route = state.route.clone();
    let Some(inside) = state.inside_mut().filter(|inside| on && inside.dialog.is_none()) else {
        return Vec::new();
    };
    match key {
        Key::Help => {
            inside.dialog = Some(Dialog::Help);
            Vec::new()
        }
        Key::Down | Key::Up if !is_page(&route) => walk(state, key == Key::Down),
        Key::Open => match inside.list.cursor.clone() {
            Some(id) => threads::go(state, Route::Thread(id), Step::Push),
            None => Vec::new(),
        },
        Key::Answer if route.conversation().is_some() => vec![Effect::Focus(Target::Composer)],
        Key::Resolve => threads::toggle_status(state),
        _ => Vec::new(),
    }
}

/// Whether a page stands where a thread would: there is nothing to walk through.
const fn is_page(route: &Route) -> bool {
    matches!(route, Route::Settings | Route::Reports | Route::Account | Route::Statement(_))
}

fn walk(state: &mut State, down: bool) -> Vec<Effect> {
    let Some(inside) = state.inside_mut() else { return Vec::new() };
    let Some(next) = inside.list.neighbour(inside.list.cursor.as_ref(), down).cloned() else {
        return Vec::new();
    };
    let at_end = inside.list.rows.last().is_some_and(|row| row.conversation.conversation_id == next);
    inside.list.cursor = Some(next.clone());
    let mut effects = vec![Effect::Focus(Target::Row(next))];
    if down && at_end {
        effects.append(&mut threads::list_end(state));
    }
    effects
}

//! What an owner writes into the settings' form. Nothing here is checked: that is the form's own, when it is saved.

use pronto_protocol::model::cost::BookSummary;

use crate::state::settings::Form;
use crate::state::settings::ask::AskForm;
use crate::state::settings::billing::BillingForm;
use crate::state::settings::hours::{Exception, Hours, Span, parse_time};
use crate::update::{AskUi, BillingUi, SettingsUi};

pub(super) fn write(form: &mut Form, books: &[BookSummary], edit: SettingsUi) {
    match edit {
        SettingsUi::Name(text) => form.name = text,
        SettingsUi::Accent(text) => form.accent = text,
        SettingsUi::Look(edit) => form.look.write(edit),
        SettingsUi::Greeting(text) => form.greeting = text,
        SettingsUi::Locale(text) => form.locale = text,
        SettingsUi::Origins(text) => form.origins = text,
        SettingsUi::Backend(text) => form.backend_url = text,
        SettingsUi::Shield(shield) => form.shield = shield,
        SettingsUi::Away(text) => form.away = text,
        SettingsUi::Ask(edit) => ask(&mut form.ask, edit),
        SettingsUi::Billing(edit) => billing(&mut form.billing, books, edit),
        edit => hours(&mut form.hours, edit),
    }
}

fn ask(form: &mut AskForm, edit: AskUi) {
    match edit {
        AskUi::Name(need) => form.name = need,
        AskUi::Email(need) => form.email = need,
        AskUi::Own(text) => form.own = text,
        AskUi::Consent(text) => form.consent = text,
        AskUi::Quick(text) => form.quick = text,
    }
}

fn hours(hours: &mut Hours, edit: SettingsUi) {
    match edit {
        SettingsUi::Zone(zone) => hours.time_zone = zone,
        SettingsUi::Limited(limited) => {
            hours.limited = limited;
            hours.suggest();
        }
        SettingsUi::CopyMonday => {
            let monday = hours.days.first().cloned().unwrap_or_default();
            for day in hours.days.iter_mut().take(5) {
                day.clone_from(&monday);
            }
        }
        SettingsUi::AddDay => hours.exceptions.push(Exception::default()),
        SettingsUi::RemoveDay(place) if place < hours.exceptions.len() => {
            hours.exceptions.remove(place);
        }
        SettingsUi::DayDate(place, date) => {
            if let Some(day) = hours.exceptions.get_mut(place) {
                day.date = date;
            }
        }
        SettingsUi::DayName(place, name) => {
            if let Some(day) = hours.exceptions.get_mut(place) {
                day.name = name;
            }
        }
        edit => span(hours, edit),
    }
}

fn span(hours: &mut Hours, edit: SettingsUi) {
    match edit {
        SettingsUi::AddSpan(of) => {
            if let Some(spans) = hours.spans_mut(of) {
                spans.push(next_span(spans));
            }
        }
        SettingsUi::RemoveSpan(of, place) => {
            if let Some(spans) = hours.spans_mut(of).filter(|spans| place < spans.len()) {
                spans.remove(place);
            }
        }
        SettingsUi::SpanFrom(of, place, text) => {
            if let Some(span) = hours.spans_mut(of).and_then(|spans| spans.get_mut(place)) {
                span.from = parse_time(&text);
            }
        }
        SettingsUi::SpanTo(of, place, text) => {
            if let Some(span) = hours.spans_mut(of).and_then(|spans| spans.get_mut(place)) {
                span.to = parse_time(&text);
            }
        }
        _ => {}
    }
}

/// What a shop would likely add: a morning, then an afternoon.
fn next_span(spans: &[Span]) -> Span {
    match spans.last() {
        None => Span { from: Some(9 * 60), to: Some(13 * 60) },
        Some(last) => {
            let from = last.to.map(|to| (to + 60).min(22 * 60));
            Span { from, to: from.map(|from| (from + 4 * 60).min(23 * 60)) }
        }
    }
}

fn billing(form: &mut BillingForm, books: &[BookSummary], edit: BillingUi) {
    match edit {
        BillingUi::Add => form.add(),
        BillingUi::Remove(place) if place < form.books.len() => {
            form.books.remove(place);
        }
        BillingUi::Market(market) => form.market = market,
        BillingUi::Budget(text) => form.budget = text,
        BillingUi::Currency(currency) => form.currency = currency,
        BillingUi::Zone(zone) => form.time_zone = zone,
        BillingUi::Book(place, name) => {
            // A budget that is not there yet will be in the currency of what is charged.
            let known = books.iter().find(|book| book.name == name);
            if let Some(book) = known.filter(|_| form.budget.trim().is_empty()) {
                form.currency.clone_from(&book.currency);
            }
            if let Some(book) = form.books.get_mut(place) {
                book.book = name;
            }
        }
        edit => choice(form, edit),
    }
}

fn choice(form: &mut BillingForm, edit: BillingUi) {
    let (BillingUi::Channel(place, _) | BillingUi::First(place, _) | BillingUi::Last(place, _)) = &edit
    else {
        return;
    };
    let Some(book) = form.books.get_mut(*place) else { return };
    match edit {
        BillingUi::Channel(_, channel) => book.channel = channel,
        BillingUi::First(_, date) => book.first = date,
        BillingUi::Last(_, date) => book.last = date,
        _ => {}
    }
}

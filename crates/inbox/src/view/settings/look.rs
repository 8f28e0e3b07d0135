//! Name, colours, corners and letters, with the panel's picture beside them.

use pronto_protocol::id::SiteKey;
use pronto_protocol::model::look::{self, Letters};
use yew::{Html, classes, html};

use super::super::parts::{Field, on_change, on_input};
use super::super::{Say, when};
use super::wrong_at;
use crate::state::State;
use crate::state::settings::colour::{
    EDGE_LEAST, PAPER, PAPER_DARK, Ratio, TEXT_BEST, TEXT_LEAST, edge, parse, text_on,
};
use crate::state::settings::look::{CORNERS, LookForm, LookUi};
use crate::state::settings::{Settings, Spot};
use crate::text::Strings;
use crate::text::visitors::VISITORS;
use crate::update::{SettingsUi, Ui};

pub(super) fn editor(state: &State, settings: &Settings, site: &SiteKey, locked: bool, say: &Say) -> Html {
    let (words, form) = (state.words(), &settings.form);
    let seen = on_change(say, |_| Ui::Settings(SettingsUi::See));
    let set = |make: fn(String) -> SettingsUi| on_input(say, move |text| Ui::Settings(make(text)));
    let name = Field {
        id: "site-name",
        label: words.set_name,
        hint: "",
        kind: "text",
        autocomplete: "organization",
        value: &form.name,
        disabled: locked,
    };
    html! {
        <fieldset class="block" disabled={locked} onchange={seen}>
            <legend>{ words.set_look }</legend>
            { name.draw(set(SettingsUi::Name)) }
            { wrong_at(state, settings, Spot::Name) }
            <div class="field">
                <label for="accent">{ words.set_accent }</label>
                <div class="colour">
                    <input type="color" aria-label={words.set_accent_pick} value={picker_value(&form.accent)}
                        oninput={set(SettingsUi::Accent)} />
                    <input id="accent" type="text" value={form.accent.clone()} maxlength="7" spellcheck="false" dir="ltr"
                        autocomplete="off" oninput={set(SettingsUi::Accent)} />
                    { sample(&form.accent, words) }
                </div>
                { contrasts(&form.accent, words) }
                { wrong_at(state, settings, Spot::Accent) }
            </div>
            { paper(state, settings, Spot::Paper, say) }
            { paper(state, settings, Spot::PaperDark, say) }
            { shapes(&form.look, words, say) }
            { pictures(settings, site, words) }
            <div class="field">
                <label for="greeting">{ words.set_greeting }</label>
                <textarea id="greeting" rows="2" value={form.greeting.clone()} dir="auto" aria-describedby="greeting-hint"
                    oninput={set(SettingsUi::Greeting)} />
                <p class="hint" id="greeting-hint">{ words.set_greeting_hint }</p>
                { wrong_at(state, settings, Spot::Greeting) }
            </div>
            { locale(&form.locale, state, say) }
        </fieldset>
    }
}

/// Every language that visitors are spoken to, by its name; one that was set by the API and has no file stays as it is.
fn locale(chosen: &str, state: &State, say: &Say) -> Html {
    let mut languages: Vec<(String, &str)> =
        VISITORS.iter().map(|tag| (when::language(state.lang, tag), *tag)).collect();
    languages.sort();
    let other = !VISITORS.contains(&chosen);
    html! {
        <div class="field">
            <label for="locale">{ state.words().set_locale }</label>
            <select id="locale" onchange={on_change(say, |text| Ui::Settings(SettingsUi::Locale(text)))}>
                if other { <option value={chosen.to_owned()} selected=true>{ chosen }</option> }
                { for languages.into_iter().map(|(name, tag)| html! {
                    <option value={tag} selected={tag == chosen}>{ name }</option>
                }) }
            </select>
        </div>
    }
}

/// The picker takes nothing but six digits.
fn picker_value(accent: &str) -> String {
    if parse(accent).is_some() { accent.to_ascii_lowercase() } else { "#000000".to_owned() }
}

/// The colour as a button would wear it; drawn, because a style attribute would need a looser policy.
fn sample(accent: &str, words: &Strings) -> Html {
    let Some(colour) = parse(accent) else { return html! {} };
    let (text, _) = text_on(colour);
    html! {
        <svg class="sample" viewBox="0 0 132 44" width="132" height="44" aria-hidden="true" focusable="false">
            <rect width="132" height="44" rx="22" fill={accent.to_owned()} />
            <text x="66" y="27" text-anchor="middle" font-size="15" fill={text}>{ words.sample }</text>
        </svg>
    }
}

fn contrasts(accent: &str, words: &Strings) -> Html {
    let Some(colour) = parse(accent) else {
        return html! { <p class="hint" role="status">{ words.wrong_accent }</p> };
    };
    let (_, text) = text_on(colour);
    let verdict = match text {
        TEXT_BEST.. => words.contrast_best,
        TEXT_LEAST.. => words.contrast_fine,
        _ => words.contrast_weak,
    };
    let seen = |ratio: Ratio| if ratio >= EDGE_LEAST { words.contrast_seen } else { words.contrast_unseen };
    let (light, dark) = (edge(colour, PAPER), edge(colour, PAPER_DARK));
    html! {
        <div role="status"><dl class="contrasts">
            { ratio(words.contrast_text, text, verdict, text >= TEXT_LEAST) }
            { ratio(words.contrast_light, light, seen(light), light >= EDGE_LEAST) }
            { ratio(words.contrast_dark, dark, seen(dark), dark >= EDGE_LEAST) }
        </dl></div>
    }
}

fn ratio(what: &str, ratio: Ratio, verdict: &str, fine: bool) -> Html {
    html! {
        <div class={classes!((!fine).then_some("weak"))}>
            <dt>{ what }</dt>
            <dd>
                <strong>{ format!("{}.{} : 1", ratio / 100, ratio / 10 % 10) }</strong>{ " " }{ verdict }
            </dd>
        </div>
    }
}

fn paper(state: &State, settings: &Settings, spot: Spot, say: &Say) -> Html {
    let (words, form) = (state.words(), &settings.form.look);
    let (id, label, value, own, make): (_, _, _, _, fn(String) -> LookUi) = match spot {
        Spot::PaperDark => {
            ("paper-dark", words.set_paper_dark, &form.paper_dark, look::PAPER_DARK, LookUi::PaperDark)
        }
        _ => ("paper", words.set_paper, &form.paper, look::PAPER, LookUi::Paper),
    };
    let set = || on_input(say, move |text| Ui::Settings(SettingsUi::Look(make(text))));
    let picked = if parse(value.trim()).is_some() { value.trim() } else { own };
    html! {
        <div class="field">
            <label for={id}>{ label }</label>
            <div class="colour">
                <input type="color" aria-label={format!("{label}: {}", words.set_accent_pick)} value={picked.to_ascii_lowercase()}
                    oninput={set()} />
                <input {id} type="text" value={value.clone()} placeholder={own} maxlength="7" spellcheck="false" dir="ltr"
                    autocomplete="off" aria-describedby={format!("{id}-hint")} oninput={set()} />
            </div>
            <p class="hint" id={format!("{id}-hint")}>{ words.set_paper_hint }</p>
            { wrong_at(state, settings, spot) }
        </div>
    }
}

fn shapes(form: &LookForm, words: &Strings, say: &Say) -> Html {
    let corner = |corners: u8| match corners {
        0 => words.corners_square.to_owned(),
        8 => words.corners_little.to_owned(),
        20 => words.corners_round.to_owned(),
        28 => words.corners_very.to_owned(),
        other => format!("{other} px"),
    };
    let other = Some(form.corners).filter(|corners| !CORNERS.contains(corners));
    let letters = [
        (Letters::System, words.letters_system),
        (Letters::Serif, words.letters_serif),
        (Letters::Rounded, words.letters_rounded),
        (Letters::Mono, words.letters_mono),
    ];
    html! {
        <>
            <div class="field">
                <label for="corners">{ words.set_corners }</label>
                <select id="corners" onchange={on_change(say, |text| Ui::Settings(SettingsUi::Look(LookUi::Corners(text))))}>
                    { for CORNERS.into_iter().chain(other).map(|corners| html! {
                        <option value={corners.to_string()} selected={corners == form.corners}>{ corner(corners) }</option>
                    }) }
                </select>
            </div>
            <div class="field">
                <label for="letters">{ words.set_letters }</label>
                <select id="letters" onchange={on_change(say, |text| Ui::Settings(SettingsUi::Look(LookUi::Letters(text))))}>
                    { for letters.into_iter().map(|(letters, name)| html! {
                        <option value={letters.as_str()} selected={letters == form.letters}>{ name }</option>
                    }) }
                </select>
            </div>
        </>
    }
}

/// The panel as it would be, by day and by night. Pictures: nothing in them can be reached or sent.
fn pictures(settings: &Settings, site: &SiteKey, words: &Strings) -> Html {
    let (accent, look) = &settings.seen;
    let address = look.picture(site, accent);
    let picture = |theme: &str, title: &str| {
        html! {
            <figure>
                <iframe src={format!("{address}&theme={theme}")} title={format!("{}: {title}", words.set_preview)} inert=true
                    tabindex="-1" loading="lazy" />
                <figcaption>{ title.to_owned() }</figcaption>
            </figure>
        }
    };
    html! {
        <div class="field">
            <p class="label">{ words.set_preview }</p>
            <div class="pictures">
                { picture("light", words.preview_light) }
                { picture("dark", words.preview_dark) }
            </div>
        </div>
    }
}

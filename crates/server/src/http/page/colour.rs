//! Colours from those that an owner chose, with the contrast guard: text has 7:1 to what is behind it (WCAG 2.2, 1.4.6), whatever
//! was chosen.

use std::borrow::Cow;
use std::fmt::Write as _;

use pronto_protocol::model::SiteSettings;
use pronto_protocol::model::look::{self, CORNERS, Letters, Look};

const INK: &str = "#17201c";
const LIGHT: &str = "#ecefea";
const WHITE: &str = "#ffffff";
const BLACK: &str = "#000000";
/// The contrast of text.
const TEXT: f64 = 7.0;
/// The contrast of a paper with its ink, so that the shades between them still have [`TEXT`].
const PAPER: f64 = 9.0;
/// Above this luminance black stands out more than white.
const BRIGHT: f64 = 0.179;

/// What the panel and its sheets are drawn with, by day and by night.
pub struct Palette {
    day: Side,
    night: Side,
    corners: u8,
    letters: &'static str,
}

/// One of the two: colours as `#rrggbb`.
struct Side {
    paper: Paper,
    /// Behind what the visitor wrote.
    accent: String,
    /// On that.
    on: String,
    /// The accent as text.
    accent_ink: String,
}

impl Palette {
    /// Of a site.
    #[must_use]
    pub fn of(settings: &SiteSettings) -> Self {
        let chosen = settings.look.clone().unwrap_or_default();
        let day = chosen.paper.as_deref().map_or_else(Paper::day, Paper::on);
        let night = chosen.paper_dark.as_deref().map_or_else(Paper::night, Paper::on);
        Self {
            day: day.with(&settings.accent),
            night: night.with(&settings.accent),
            corners: chosen.corners.unwrap_or(CORNERS),
            letters: stack(chosen.letters),
        }
    }

    /// What stands for `name` in a page's style: a colour, with `_dark` at its end for the night's, a radius or the letters.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<Cow<'static, str>> {
        let radius = |twentieths: u8| {
            Cow::Owned(format!("{}px", u16::from(self.corners) * u16::from(twentieths) / 20))
        };
        match name {
            "bubble" => return Some(radius(18)),
            "tip" => return Some(radius(6)),
            "field" => return Some(radius(14)),
            "letters" => return Some(Cow::Borrowed(self.letters)),
            _ => {}
        }
        let (side, name) = name.strip_suffix("_dark").map_or((&self.day, name), |name| (&self.night, name));
        side.all().into_iter().find(|(own, _)| *own == name).map(|(_, colour)| Cow::Owned(colour.to_owned()))
    }

    /// Custom properties for a page's root, by day and by night.
    #[must_use]
    pub fn properties(&self) -> String {
        let day = self.day.properties("light");
        let night = self.night.properties("dark");
        format!(
            ":root{{{day}}}@media(prefers-color-scheme:dark){{:root:not([data-theme=light]){{{night}}}}}\
             :root[data-theme=dark]{{{night}}}"
        )
    }
}

impl Side {
    fn all(&self) -> [(&'static str, &str); 12] {
        [
            ("paper", &self.paper.paper),
            ("raised", &self.paper.raised),
            ("sunken", &self.paper.sunken),
            ("theirs", &self.paper.theirs),
            ("ink", &self.paper.ink),
            ("ink2", &self.paper.ink2),
            ("line", &self.paper.line),
            ("warn", &self.paper.warn),
            ("danger", &self.paper.danger),
            ("accent", &self.accent),
            ("on", &self.on),
            ("accent_ink", &self.accent_ink),
        ]
    }

    fn properties(&self, scheme: &str) -> String {
        let mut all = String::new();
        for (name, colour) in self.all() {
            // It is infallible for a string.
            let _ = write!(all, "--{}:{colour};", name.replace('_', "-"));
        }
        all + "color-scheme:" + scheme
    }
}

/// A paper and what can be read on it, before there is an accent.
struct Paper {
    paper: String,
    raised: String,
    sunken: String,
    /// Behind what the business wrote.
    theirs: String,
    ink: String,
    /// Of what is said by the way.
    ink2: String,
    line: String,
    warn: String,
    danger: String,
}

impl Paper {
    fn from([paper, raised, sunken, theirs, ink, ink2, line, warn, danger]: [&str; 9]) -> Self {
        let [paper, raised, sunken, theirs] = [paper, raised, sunken, theirs].map(str::to_owned);
        let [ink, ink2, line, warn, danger] = [ink, ink2, line, warn, danger].map(str::to_owned);
        Self { paper, raised, sunken, theirs, ink, ink2, line, warn, danger }
    }

    /// Pronto's own by day.
    fn day() -> Self {
        Self::from([
            look::PAPER,
            "#ffffff",
            "#f1efe9",
            "#f1efe9",
            INK,
            "#434e48",
            "#dedbd2",
            "#6b4500",
            "#8e1f18",
        ])
    }

    /// Pronto's own by night.
    fn night() -> Self {
        Self::from([
            look::PAPER_DARK,
            "#1c2024",
            "#0f1113",
            "#1c2024",
            LIGHT,
            "#a9b3ac",
            "#2d3338",
            "#e8b54a",
            "#ff8b80",
        ])
    }

    /// What follows from a paper that was chosen; it is moved where nothing could be read on it.
    fn on(chosen: &str) -> Self {
        let bright = luminance(chosen) > BRIGHT;
        let (ink, far, own) = if bright { (INK, WHITE, Self::day()) } else { (LIGHT, BLACK, Self::night()) };
        let paper = readable(chosen, far, ink, PAPER);
        let sunken = mix(&paper, if bright { INK } else { BLACK }, if bright { 1 } else { 5 });
        let raised = mix(&paper, WHITE, if bright { 12 } else { 1 });
        let theirs = if bright { &sunken } else { &raised }.clone();
        let text = |colour: &str| readable(colour, ink, &theirs, TEXT);
        let ink2 = text(&mix(ink, &paper, 4));
        let (warn, danger, line) = (text(&own.warn), text(&own.danger), mix(&paper, ink, 3));
        Self { raised, sunken, ink: ink.to_owned(), ink2, line, warn, danger, theirs, paper }
    }

    fn with(self, accent: &str) -> Side {
        let behind = &self.theirs;
        let (accent, on, accent_ink) = if luminance(&self.paper) > BRIGHT {
            let on = on_accent(accent);
            let surface = readable(accent, if on == WHITE { BLACK } else { WHITE }, on, TEXT);
            (surface, on.to_owned(), readable(accent, BLACK, behind, TEXT))
        } else {
            // First towards the same hue in a brighter place, so that it stays a colour.
            let own = channels(accent).map(f64::from);
            let most = own.iter().fold(1.0, |most: f64, channel| most.max(*channel));
            let bright = own.map(|channel| (channel * 150.0 / most + 64.0).round() as u8);
            let lifted = readable(accent, &hex(bright), behind, TEXT);
            let lifted = readable(&lifted, WHITE, behind, TEXT);
            (lifted.clone(), readable("#06251c", BLACK, &lifted, TEXT), lifted)
        };
        Side { paper: self, accent, on, accent_ink }
    }
}

fn stack(letters: Option<Letters>) -> &'static str {
    match letters {
        Some(Letters::Serif) => "ui-serif,Georgia,serif",
        Some(Letters::Rounded) => {
            "ui-rounded,'Hiragino Maru Gothic ProN',Nunito,Quicksand,Comfortaa,system-ui,sans-serif"
        }
        Some(Letters::Mono) => "ui-monospace,Menlo,Consolas,monospace",
        Some(Letters::System | Letters::Unknown) | None => "system-ui,sans-serif",
    }
}

/// The launcher's style: `--a`, the accent, `--o`, the text on it, and what the look adds: `--r`, how round it is, and the letters.
#[must_use]
pub fn launcher(settings: &SiteSettings) -> String {
    let accent = &settings.accent;
    let mut style = format!("--a:{accent};--o:{}", on_accent(accent));
    let Look { corners, letters, .. } = settings.look.clone().unwrap_or_default();
    if let Some(corners) = corners {
        // It is infallible for a string.
        let _ = write!(style, ";--r:{corners}px");
    }
    if letters.is_some() {
        style += ";font-family:";
        style += stack(letters);
    }
    style
}

/// Whether `text` is a colour as it is taken everywhere here: `#rrggbb`.
#[must_use]
pub fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Black or white, whichever stands out more on `accent`.
#[must_use]
pub fn on_accent(accent: &str) -> &'static str {
    if luminance(accent) > BRIGHT { BLACK } else { WHITE }
}

/// The relative luminance of `#rrggbb`; black's for what cannot be read.
fn luminance(colour: &str) -> f64 {
    let linear = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let [red, green, blue] = channels(colour).map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// `colour` moved towards `ink` in steps until it stands out `least` to one on `paper`.
fn readable(colour: &str, ink: &str, paper: &str, least: f64) -> String {
    (0..=20)
        .map(|step| mix(colour, ink, step))
        .find(|found| contrast(found, paper) >= least)
        .unwrap_or_else(|| ink.to_owned())
}

/// So many twentieths of the way from one colour to another.
fn mix(from: &str, to: &str, twentieths: u8) -> String {
    let part = f64::from(twentieths) / 20.0;
    let (from, to) = (channels(from), channels(to));
    hex([0, 1, 2].map(|at| (f64::from(from[at]) * (1.0 - part) + f64::from(to[at]) * part).round() as u8))
}

fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    if one > other { one / other } else { other / one }
}

fn channels(colour: &str) -> [u8; 3] {
    [1, 3, 5].map(|from| u8::from_str_radix(colour.get(from..from + 2).unwrap_or("00"), 16).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(accent: &str, paper: Option<&str>) -> SiteSettings {
        let paper = paper.map(str::to_owned);
        let look = Look { paper: paper.clone(), paper_dark: paper, ..Look::default() };
        SiteSettings { accent: accent.to_owned(), look: Some(look), ..SiteSettings::default() }
    }

    #[test]
    fn text_on_the_accent_stands_out() {
        let cases = [("#000000", WHITE), ("#ffffff", BLACK), ("#b5472f", WHITE), ("#ffd400", BLACK)];
        for (accent, text) in cases {
            assert_eq!(on_accent(accent), text, "{accent}");
        }
    }

    #[test]
    fn what_needs_no_help_stays_as_it_was_chosen() {
        let own = Palette::of(&settings("#0f5c4a", None));
        assert_eq!(own.named("accent").as_deref(), Some("#0f5c4a"));
        assert_eq!(
            own.named("accent_ink").as_deref(),
            Some("#0e5746"),
            "a shade darker on what the business wrote"
        );
        assert_eq!(own.named("paper_dark").as_deref(), Some("#14171a"));
        assert_eq!(own.named("bubble").as_deref(), Some("18px"));
        let cream = Palette::of(&settings("#0f5c4a", Some("#fff6e5")));
        assert_eq!(cream.named("paper").as_deref(), Some("#fff6e5"));
        assert_eq!(own.named("nothing"), None);
        assert_eq!(launcher(&settings("#0f5c4a", None)), "--a:#0f5c4a;--o:#ffffff");
    }

    #[test]
    fn whatever_is_chosen_can_be_read() {
        let steps = [0x00, 0x33, 0x66, 0x99, 0xcc, 0xff];
        let mut all = Vec::new();
        for r in steps {
            for g in steps {
                all.extend(steps.map(|b| hex([r, g, b])));
            }
        }
        let papers = all.iter().map(|paper| Some(paper.as_str())).chain([None]);
        for paper in papers {
            for accent in all.iter().map(String::as_str).chain(["nonsense"]) {
                let Palette { day, night, .. } = Palette::of(&settings(accent, paper));
                for side in [&day, &night] {
                    let pairs = [
                        ("ink", "paper"),
                        ("ink", "raised"),
                        ("ink", "sunken"),
                        ("ink", "theirs"),
                        ("ink2", "paper"),
                        ("ink2", "raised"),
                        ("warn", "sunken"),
                        ("danger", "paper"),
                        ("danger", "raised"),
                        ("accent_ink", "paper"),
                        ("on", "accent"),
                    ];
                    let all = side.all();
                    let named =
                        |name| all.iter().find(|(own, _)| *own == name).map_or("", |(_, colour)| *colour);
                    for (text, behind) in pairs.map(|(text, behind)| (named(text), named(behind))) {
                        let ratio = contrast(text, behind);
                        assert!(
                            ratio >= TEXT,
                            "{text} on {behind}: {ratio}, accent {accent} on paper {paper:?}"
                        );
                    }
                }
            }
        }
    }
}

//! The badge: the launcher's sentence and its ring as a picture that a site can put anywhere. It says what the launcher
//! says, and nothing where there is nothing to say yet.

use crate::http::page::template::escape;

/// What stands on a badge.
pub struct Badge<'a> {
    /// The business's name, for those who cannot see the picture.
    pub name: &'a str,
    /// The sentence.
    pub sentence: &'a str,
    /// More about it, for those who cannot see the picture.
    pub about: &'a str,
    /// The usual wait in minutes, for the ring.
    pub minutes: Option<u32>,
    /// The language, for example `it`.
    pub locale: &'a str,
    /// Whether it is written from the right.
    pub rtl: bool,
}

const HEIGHT: u32 = 28;
/// Where the text begins: behind the ring.
const TEXT_AT: u32 = 32;
const PADDING: u32 = 12;

const STYLE: &str = ".p{fill:#fbfaf7;stroke:#dedbd2}.t{fill:#17201c;font:13px system-ui,-apple-system,'Segoe UI',\
    Roboto,'Helvetica Neue',Arial,sans-serif}.r{fill:none;stroke:#0f5c4a;stroke-width:3}.o{opacity:.3}\
    @media(prefers-color-scheme:dark){.p{fill:#14171a;stroke:#2d3338}.t{fill:#ecefea}.r{stroke:#5bc8a8}}";

/// The picture. Its text is told how long to be, so that it fits whatever face a browser has.
#[must_use]
pub fn draw(badge: &Badge<'_>) -> String {
    let length = length(badge.sentence);
    let width = TEXT_AT + length + PADDING;
    let at = |from_start: u32| if badge.rtl { width - from_start } else { from_start };
    let (ring, text) = (at(16), at(TEXT_AT));
    let direction = if badge.rtl { " direction=\"rtl\"" } else { "" };
    let circle = format!("cx=\"{ring}\" cy=\"14\" r=\"7.5\" pathLength=\"100\"");
    let arc = badge.minutes.map(|minutes| {
        format!(
            "<circle class=\"r\" {circle} stroke-dasharray=\"{} 200\" transform=\"rotate(-90 {ring} 14)\"/>",
            arc(f64::from(minutes))
        )
    });
    let title = format!("{}: {}", badge.name, badge.sentence);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{HEIGHT}\" \
         viewBox=\"0 0 {width} {HEIGHT}\" role=\"img\" aria-labelledby=\"t d\" xml:lang=\"{}\"><title id=\"t\">{}</title>\
         <desc id=\"d\">{}</desc><style>{STYLE}</style><rect class=\"p\" x=\".5\" y=\".5\" width=\"{}\" height=\"{}\" \
         rx=\"14\"/><circle class=\"r o\" {circle}/>{}<text class=\"t\" x=\"{text}\" y=\"18.5\" \
         textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\"{direction}>{}</text></svg>",
        escape(badge.locale),
        escape(&title),
        escape(badge.about),
        width - 1,
        HEIGHT - 1,
        arc.unwrap_or_default(),
        escape(badge.sentence),
    )
}

/// How much of the ring a wait fills, of 100: the whole for a day, as around the launcher.
#[must_use]
pub fn arc(minutes: f64) -> f64 {
    ((minutes / 1440.0).sqrt() * 1000.0).round().min(1000.0) / 10.0
}

/// About how wide a sentence is at 13 pixels.
fn length(sentence: &str) -> u32 {
    let tenths = sentence.chars().map(|c| match c {
        'i' | 'j' | 'l' | 't' | 'f' | 'I' | '.' | ',' | ':' | ';' | '\'' | '’' | '|' | '!' => 36,
        'm' | 'w' | 'M' | 'W' | '…' | '—' => 106,
        ' ' | 'r' => 44,
        c if c.is_ascii_uppercase() => 86,
        // Full-width scripts; combining marks take no room, and counting them would only spread the letters a little.
        '\u{1100}'..='\u{11ff}'
        | '\u{2e80}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{ff00}'..='\u{ff60}' => 130,
        _ => 70,
    });
    tenths.sum::<u32>().div_ceil(10).max(8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn badge<'a>(sentence: &'a str, name: &'a str, minutes: Option<u32>, rtl: bool) -> Badge<'a> {
        Badge { name, sentence, about: "10 questions", minutes, locale: "en", rtl }
    }

    #[test]
    fn names_and_sentences_cannot_leave_their_place() {
        let drawn = draw(&badge("\"/><script>x</script>", "</title><script>&'\"", None, false));
        assert!(!drawn.contains("<script"), "{drawn}");
        assert_eq!(drawn.matches("<title").count(), 1);
    }

    #[test]
    fn the_ring_is_full_at_a_day_and_empty_without_a_figure() {
        assert_eq!([1.0, 15.0, 1440.0, 43_200.0].map(arc), [2.6, 10.2, 100.0, 100.0]);
        let circles = |minutes| draw(&badge("x", "n", minutes, false)).matches("<circle").count();
        assert_eq!((circles(None), circles(Some(5))), (1, 2));
    }

    #[test]
    fn from_the_right_everything_is_mirrored() {
        let drawn = draw(&badge("تجيب عادة خلال ساعة", "n", Some(60), true));
        assert!(drawn.contains("direction=\"rtl\""), "{drawn}");
        let width = TEXT_AT + length("تجيب عادة خلال ساعة") + PADDING;
        assert!(drawn.contains(&format!("cx=\"{}\"", width - 16)), "{drawn}");
    }
}

//! The contrast of two colours, as WCAG 2.2 counts it. No drawing here.

/// A colour as red, green and blue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// The panel's light paper.
pub const PAPER: Rgb = Rgb(0xFB, 0xFA, 0xF7);
/// The panel's dark paper.
pub const PAPER_DARK: Rgb = Rgb(0x14, 0x17, 0x1A);
const WHITE: Rgb = Rgb(0xFF, 0xFF, 0xFF);
const INK: Rgb = Rgb(0x17, 0x20, 0x1C);

/// A contrast ratio in hundredths: 450 is 4.5 : 1.
pub type Ratio = u32;

/// What people with low vision need for a line of text.
pub const TEXT_BEST: Ratio = 700;
/// The least for text.
pub const TEXT_LEAST: Ratio = 450;
/// The least for the edge of a button.
pub const EDGE_LEAST: Ratio = 300;

/// The colour that `#rrggbb` names.
#[must_use]
pub fn parse(text: &str) -> Option<Rgb> {
    let hex =
        text.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let part = |from: usize| u8::from_str_radix(hex.get(from..from + 2)?, 16).ok();
    Some(Rgb(part(0)?, part(2)?, part(4)?))
}

/// The contrast of two colours, 100 to 2100.
#[must_use]
pub fn contrast(a: Rgb, b: Rgb) -> Ratio {
    let (a, b) = (luminance(a), luminance(b));
    let ratio = (a.max(b) + 0.05) / (a.min(b) + 0.05);
    // Rounded down: a figure may not look better than it is.
    (ratio * 100.0) as Ratio
}

/// The text colour that reads best on `accent`, and how well.
#[must_use]
pub fn text_on(accent: Rgb) -> (&'static str, Ratio) {
    let (white, ink) = (contrast(WHITE, accent), contrast(INK, accent));
    if white >= ink { ("#FFFFFF", white) } else { ("#17201C", ink) }
}

/// How well the launcher in `accent` stands out from `paper`: its disc, or the ring that is always drawn on it in three tenths of
/// its text's colour, whichever is seen better.
#[must_use]
pub fn edge(accent: Rgb, paper: Rgb) -> Ratio {
    let text = parse(text_on(accent).0).unwrap_or(accent);
    let mix = |a: u8, b: u8| ((u16::from(a) * 7 + u16::from(b) * 3) / 10) as u8;
    let ring = Rgb(mix(accent.0, text.0), mix(accent.1, text.1), mix(accent.2, text.2));
    contrast(accent, paper).max(contrast(ring, paper))
}

fn luminance(Rgb(r, g, b): Rgb) -> f64 {
    let linear = |channel: u8| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

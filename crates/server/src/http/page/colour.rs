//! Contrast, as WCAG 2 counts it, for colours that an owner chose.

/// The relative luminance of `#rrggbb`; black's for what cannot be read.
#[must_use]
pub fn luminance(colour: &str) -> f64 {
    let linear = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let [red, green, blue] = channels(colour).map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// `colour` moved towards `ink` in steps until it stands out `least` to one on `paper`.
#[must_use]
pub fn readable(colour: &str, ink: &str, paper: &str, least: f64) -> String {
    let (from, to) = (channels(colour), channels(ink));
    let moved = |step: u8| {
        let part = f64::from(step) / 20.0;
        let mix = |at: usize| (f64::from(from[at]) * (1.0 - part) + f64::from(to[at]) * part).round() as u8;
        format!("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2))
    };
    (0..=20).map(moved).find(|found| contrast(found, paper) >= least).unwrap_or_else(|| ink.to_owned())
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

    #[test]
    fn an_accent_is_moved_no_further_than_it_has_to_be() {
        let light = |accent| readable(accent, "#17201c", "#fbfaf7", 4.5);
        assert_eq!(light("#0f5c4a"), "#0f5c4a");
        assert_eq!(light("#000000"), "#000000");
        for accent in ["#ffd400", "#ffffff", "#ff8080", "nonsense"] {
            assert!(contrast(&light(accent), "#fbfaf7") >= 4.5, "{accent}");
            assert!(contrast(&readable(accent, "#ecefea", "#14171a", 4.5), "#14171a") >= 4.5, "{accent}");
        }
    }
}

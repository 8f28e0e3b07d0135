//! How a business's panel looks beside its accent.

use serde::{Deserialize, Serialize};

use super::wire_enum;

/// The roundest corners of the panel, in CSS pixels.
pub const CORNERS_MAX: u8 = 28;
/// How round they are where nobody chose.
pub const CORNERS: u8 = 20;
/// The light paper where nobody chose.
pub const PAPER: &str = "#fbfaf7";
/// The dark one.
pub const PAPER_DARK: &str = "#14171a";

wire_enum! {
    /// The letters: what the visitor's device has of this kind.
    Letters {
        /// The device's own.
        System = "system",
        /// With serifs.
        Serif = "serif",
        /// With round ends, where the device has such; its own elsewhere.
        Rounded = "rounded",
        /// All of one width.
        Mono = "mono",
    }
}

/// The look that an owner chose; what is absent is Pronto's own. Text keeps 7:1 to what is behind it whatever is chosen: ink, lines
/// and shades follow from the paper, and a paper on which nothing can be read so well is moved until it can.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Look {
    /// The panel's paper where the visitor has it light, `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<String>,
    /// The panel's paper where the visitor has it dark, `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper_dark: Option<String>,
    /// How round the panel's corners are, 0 to [`CORNERS_MAX`] CSS pixels; bubbles and fields follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corners: Option<u8>,
    /// The letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letters: Option<Letters>,
}

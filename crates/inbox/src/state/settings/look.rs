//! How the panel looks beside its accent: the form, and the address of its picture.

use pronto_protocol::id::SiteKey;
use pronto_protocol::model::look::{self, CORNERS_MAX, Letters, Look};

use super::colour::parse;

/// The corners that an owner chooses among, in CSS pixels.
pub const CORNERS: [u8; 4] = [0, 8, look::CORNERS, CORNERS_MAX];

/// The editable part of it. Empty papers are Pronto's own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LookForm {
    /// The light paper.
    pub paper: String,
    /// The dark one.
    pub paper_dark: String,
    /// How round; the API may have set another than the form offers.
    pub corners: u8,
    /// The letters.
    pub letters: Letters,
}

impl Default for LookForm {
    fn default() -> Self {
        Self::of(None)
    }
}

/// Why it was not saved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LookProblem {
    /// The light paper is no colour.
    Paper,
    /// The dark one is none.
    PaperDark,
}

/// A thing of it that an owner chose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LookUi {
    /// The light paper.
    Paper(String),
    /// The dark one.
    PaperDark(String),
    /// How round, as the choice names it.
    Corners(String),
    /// The letters, as the choice names them.
    Letters(String),
}

impl LookForm {
    /// The editor's form of what the server keeps.
    #[must_use]
    pub fn of(look: Option<&Look>) -> Self {
        let Look { paper, paper_dark, corners, letters } = look.cloned().unwrap_or_default();
        Self {
            paper: paper.unwrap_or_default(),
            paper_dark: paper_dark.unwrap_or_default(),
            corners: corners.unwrap_or(look::CORNERS),
            letters: letters.unwrap_or(Letters::System),
        }
    }

    /// Writes down what was chosen; a choice that is none changes nothing.
    pub fn write(&mut self, edit: LookUi) {
        match edit {
            LookUi::Paper(text) => self.paper = text,
            LookUi::PaperDark(text) => self.paper_dark = text,
            LookUi::Corners(text) => self.corners = text.parse().unwrap_or(self.corners),
            LookUi::Letters(text) => self.letters = Letters::parse(&text),
        }
    }

    /// What to save; absent where all is Pronto's own.
    ///
    /// # Errors
    /// A paper that is no colour.
    pub fn finish(&self) -> Result<Option<Look>, LookProblem> {
        let colour = |text: &str, problem| match text.trim() {
            "" => Ok(None),
            text => parse(text).map(|_| Some(text.to_owned())).ok_or(problem),
        };
        let look = Look {
            paper: colour(&self.paper, LookProblem::Paper)?,
            paper_dark: colour(&self.paper_dark, LookProblem::PaperDark)?,
            corners: Some(self.corners).filter(|corners| *corners != look::CORNERS),
            letters: Some(self.letters).filter(|letters| *letters != Letters::System),
        };
        Ok(Some(look).filter(|look| *look != Look::default()))
    }

    /// Where the panel's picture in this look and `accent` is, but for its theme. Colours that are none are left out.
    #[must_use]
    pub fn picture(&self, site: &SiteKey, accent: &str) -> String {
        let digits = |text: &str| {
            let text = text.trim();
            parse(text).map_or("", |_| text.trim_start_matches('#')).to_owned()
        };
        format!(
            "/playground/still/{site}?accent={}&paper={}&paper_dark={}&corners={}&letters={}",
            digits(accent),
            digits(&self.paper),
            digits(&self.paper_dark),
            self.corners,
            self.letters.as_str()
        )
    }
}

//! How much of a long thread is drawn. A thread of ten thousand messages is drawn as one of some hundreds: what is read, and
//! enough on both sides of it. Nothing of it is forgotten; it is drawn again when somebody scrolls there.

use pronto_protocol::timeline::Timeline;

/// How many messages come into the window at its edge.
const STEP: u64 = 50;
/// Above so many the window gives up the end that is further away.
const MOST: u64 = 200;
/// How near to the edge of what is drawn more of it is drawn, in CSS pixels.
const NEAR: i32 = 1_000;

/// Where the thread is scrolled to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// How much is drawn above what is seen, in CSS pixels.
    pub above: i32,
    /// How much below.
    pub below: i32,
}

/// What follows for the window from where the thread was scrolled to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn {
    /// Nothing, or what is drawn changes above what is seen only, which moves nothing.
    Stay,
    /// What is drawn changes below: what is seen has to be held where it is.
    Below,
    /// What comes next has to be loaded.
    Load,
}

/// The stored messages that are drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// The last one's seq; `None` up to the end, whatever comes.
    last: Option<u64>,
    /// How many, at the most.
    rows: u64,
}

impl Default for Window {
    fn default() -> Self {
        Self { last: None, rows: MOST }
    }
}

impl Window {
    /// Whether the end of the thread is drawn.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.last.is_none()
    }

    /// The seqs that are drawn, the first and the last.
    #[must_use]
    pub fn of(&self, timeline: &Timeline) -> (u64, u64) {
        let last = self.last.unwrap_or(timeline.cursor());
        (last.saturating_sub(self.rows) + 1, self.last.unwrap_or(u64::MAX))
    }

    /// Whether there is more before what is drawn, loaded or not.
    #[must_use]
    pub fn has_earlier(&self, timeline: &Timeline) -> bool {
        timeline.has_earlier() || self.hides(timeline)
    }

    /// Whether something is loaded before what is drawn.
    fn hides(&self, timeline: &Timeline) -> bool {
        timeline.first().is_some_and(|first| first < self.of(timeline).0)
    }

    /// Draws earlier messages, as many as are loaded; what is not has to be.
    pub fn up(&mut self, timeline: &Timeline) -> Turn {
        if !self.hides(timeline) {
            return Turn::Load;
        }
        self.rows += STEP;
        Turn::Stay
    }

    /// A page before `first` has come: it is drawn, unless somebody has gone elsewhere meanwhile.
    pub fn loaded(&mut self, first: Option<u64>, timeline: &Timeline) {
        if first.is_some_and(|first| self.of(timeline).0 <= first) {
            let last = self.last.unwrap_or(timeline.cursor());
            self.rows = self.rows.max(last.saturating_sub(timeline.first().unwrap_or(0)) + 1);
        }
    }

    /// Moves with what is read: gives up what has become far, and draws more near an edge. One of the two at a time, and the
    /// first goes first, so that who scrolls fast does not gather what they pass; what is held scrolls again by that.
    pub fn scrolled(&mut self, place: Place, timeline: &Timeline) -> Turn {
        if self.rows > MOST {
            let (first, _) = self.of(timeline);
            self.rows = MOST;
            if place.below < place.above {
                return Turn::Stay;
            }
            self.last = Some(first + MOST - 1);
            return Turn::Below;
        }
        if place.above < NEAR {
            return self.up(timeline);
        }
        if let Some(last) = self.last
            && place.below < NEAR
        {
            self.last = Some(last + STEP).filter(|next| *next < timeline.cursor());
            self.rows += self.last.unwrap_or(timeline.cursor()) - last;
            return Turn::Below;
        }
        Turn::Stay
    }
}

//! Two counts a week on either side of one line: what went well above it, what did not below.

use super::chart::{FULL, middle, share};

/// What is there at all is seen: the least length of a column.
const LEAST: i32 = 120;
const WIDEST: i32 = 800;

/// The picture.
#[derive(Debug)]
pub struct Columns {
    /// Where the line lies.
    pub line: i32,
    /// How wide each column is.
    pub width: i32,
    /// Each week's.
    pub columns: Vec<Column>,
}

/// A week's two counts.
#[derive(Debug)]
pub struct Column {
    /// Its middle.
    pub x: i32,
    /// Where the upper part begins.
    pub top: i32,
    /// Where the lower part ends.
    pub bottom: i32,
    /// What stands above.
    pub up: u32,
    /// What stands below.
    pub down: u32,
    /// Whether its numbers have room only in a wide picture.
    pub wide: bool,
}

/// The picture; none where there is nothing to count.
#[must_use]
pub fn columns(counts: &[(u32, u32)]) -> Option<Columns> {
    let most_up = counts.iter().map(|(up, _)| *up).max()?;
    let most_down = counts.iter().map(|(_, down)| *down).max()?;
    let whole = u64::from(most_up) + u64::from(most_down);
    if whole == 0 {
        return None;
    }
    let line = share(most_up.into(), whole)
        .clamp(if most_up > 0 { LEAST } else { 0 }, FULL - if most_down > 0 { LEAST } else { 0 });
    let length = |n: u32, room: i32, most: u32| {
        let length = i64::from(n) * i64::from(room) / i64::from(most.max(1));
        i32::try_from(length).unwrap_or(room).max(if n > 0 { LEAST } else { 0 })
    };
    let crowded = most_up.max(most_down) >= 100;
    let last = counts.len() - 1;
    let column = |(index, &(up, down)): (usize, &(u32, u32))| Column {
        x: middle(index, counts.len()),
        top: line - length(up, line, most_up),
        bottom: line + length(down, FULL - line, most_down),
        up,
        down,
        wide: crowded && index != last && !(last - index).is_multiple_of(3),
    };
    Some(Columns {
        line,
        width: (FULL * 6 / 10 / i32::try_from(counts.len()).unwrap_or(FULL)).min(WIDEST),
        columns: counts.iter().enumerate().map(column).collect(),
    })
}

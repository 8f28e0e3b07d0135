//! Reading other people's questions: a CSV file with the columns `asked_at` and `answered_at`. Parses and refuses; scores
//! nothing.
//!
//! Taken: columns in any order and more of them, `\r\n`, quotes, a byte order mark, empty lines, fractions of a second,
//! rows in any order. Refused, by file and line: what is no time, and a row of another length than the header.

use std::fs;
use std::path::Path;

/// A question and its answer, in milliseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Question {
    pub(crate) asked_at: i64,
    pub(crate) answered_at: Option<i64>,
}

/// The end of the year 9999 in seconds: whatever is later was not counted in seconds.
const LAST_S: f64 = 253_402_300_799.0;

/// All questions of the file, in the order in which they were asked.
pub(crate) fn read(path: &Path) -> Result<Vec<Question>, String> {
    let name = path.display();
    let bytes = fs::read(path).map_err(|e| format!("{name} cannot be read: {e}"))?;
    let text = String::from_utf8(bytes).map_err(|e| {
        let good = e.as_bytes().get(..e.utf8_error().valid_up_to()).unwrap_or_default();
        format!(
            "{name}:{}: this is not text in UTF-8",
            1 + good.iter().filter(|byte| **byte == b'\n').count()
        )
    })?;
    parse(&text).map_err(|(line, why)| format!("{name}:{line}: {why}"))
}

/// Why a file is refused: the line, from 1, and a clause for a person.
type Refusal = (usize, String);

fn parse(text: &str) -> Result<Vec<Question>, Refusal> {
    let mut rows = rows(text.strip_prefix('\u{feff}').unwrap_or(text))?.into_iter();
    let (line, header) = rows.next().ok_or((1, "there is no header".to_owned()))?;
    let column = |name: &str| {
        let mut places =
            header.iter().enumerate().filter(|(_, field)| field.trim().eq_ignore_ascii_case(name));
        match (places.next(), places.next()) {
            (Some((place, _)), None) => Ok(place),
            (None, _) => Err((line, format!("the header names no column `{name}`"))),
            (Some(_), Some(_)) => Err((line, format!("the header names `{name}` twice"))),
        }
    };
    let (asked, answered) = (column("asked_at")?, column("answered_at")?);
    let mut questions = Vec::new();
    for (line, row) in rows {
        if row.len() != header.len() {
            let (has, wants) = (row.len(), header.len());
            return Err((line, format!("the row has {has} fields, the header {wants}")));
        }
        let field = |place: usize| row.get(place).map_or("", |field| field.trim());
        let time = |text: &str| time(text).map_err(|why| (line, why));
        let answered_at = Some(field(answered)).filter(|text| !text.is_empty()).map(time).transpose()?;
        questions.push(Question { asked_at: time(field(asked))?, answered_at });
    }
    questions.sort_by_key(|question| (question.asked_at, question.answered_at));
    Ok(questions)
}

/// Seconds since 1970, as milliseconds.
#[expect(clippy::cast_possible_truncation, reason = "bounded right before")]
fn time(text: &str) -> Result<i64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=LAST_S).contains(&seconds) => Ok((seconds * 1000.0).round() as i64),
        Ok(seconds) if seconds > LAST_S => {
            Err(format!("`{text}` is beyond the year 9999; times are in seconds since 1970"))
        }
        _ => Err(format!("`{text}` is no time in seconds since 1970")),
    }
}

/// The fields of each row that is not empty, and the line it begins on.
fn rows(text: &str) -> Result<Vec<(usize, Vec<String>)>, Refusal> {
    let mut rows = Vec::new();
    let (mut row, mut field) = (Vec::new(), String::new());
    let (mut line, mut begun) = (1, 1);
    let mut quoted_since = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted_since.is_some() && chars.next_if_eq(&'"').is_some() => field.push('"'),
            '"' if quoted_since.is_some() => quoted_since = None,
            '"' if field.trim().is_empty() => {
                field.clear();
                quoted_since = Some(line);
            }
            ',' if quoted_since.is_none() => row.push(std::mem::take(&mut field)),
            '\n' if quoted_since.is_none() => {
                row.push(std::mem::take(&mut field));
                rows.push((begun, std::mem::take(&mut row)));
                line += 1;
                begun = line;
            }
            _ => {
                line += usize::from(c == '\n');
                field.push(c);
            }
        }
    }
    if let Some(line) = quoted_since {
        return Err((line, "a quote is never closed".to_owned()));
    }
    row.push(field);
    rows.push((begun, row));
    rows.retain(|(_, row)| row.iter().any(|field| !field.trim().is_empty()));
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::{Question, parse};

    fn question(asked_at: i64, answered_at: Option<i64>) -> Question {
        Question { asked_at, answered_at }
    }

    #[test]
    fn files_of_many_makers_are_read() {
        let plain = parse("asked_at,answered_at\n10,25\n20,\n");
        assert_eq!(plain, Ok(vec![question(10_000, Some(25_000)), question(20_000, None)]));
        let of_a_spreadsheet = "\u{feff}\"id\",\"Answered_At\",asked_at\r\n\"a, \"\"b\"\"\nc\",\"\",20\r\n\r\n7, \"25\" ,10.0\r\n,,";
        assert_eq!(parse(of_a_spreadsheet), plain);
        assert_eq!(
            parse("asked_at,answered_at\n20,5\n10.25,1e1"),
            Ok(vec![question(10_250, Some(10_000)), question(20_000, Some(5_000))]),
            "answers before their questions are borne, fractions and exponents too"
        );
        assert_eq!(parse("asked_at,answered_at\n"), Ok(Vec::new()));
    }

    #[test]
    fn nonsense_is_refused_by_its_line() {
        let refused = |text: &str| {
            parse(text).map_or_else(|(line, why)| format!("{line}: {why}"), |read| format!("{read:?}"))
        };
        assert_eq!(refused(""), "1: there is no header");
        assert_eq!(refused("asked,answered_at\n1,2"), "1: the header names no column `asked_at`");
        assert_eq!(refused("asked_at,answered_at,asked_at\n1,2,3"), "1: the header names `asked_at` twice");
        assert_eq!(refused("asked_at,answered_at\n1,2\n3\n"), "3: the row has 1 fields, the header 2");
        assert_eq!(refused("asked_at,answered_at\n1,2\n\n,4"), "4: `` is no time in seconds since 1970");
        assert_eq!(refused("asked_at,answered_at\n1,soon"), "2: `soon` is no time in seconds since 1970");
        for absurd in ["-1", "NaN", "2026-11-25", "-inf"] {
            let expected = format!("2: `{absurd}` is no time in seconds since 1970");
            assert_eq!(refused(&format!("asked_at,answered_at\n{absurd},")), expected);
        }
        assert_eq!(
            refused("asked_at,answered_at\n1519660926000,"),
            "2: `1519660926000` is beyond the year 9999; times are in seconds since 1970"
        );
        assert_eq!(refused("asked_at,answered_at\n1,\"2\n3,4"), "2: a quote is never closed");
    }
}

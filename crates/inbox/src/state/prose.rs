//! A message's text cut into words and addresses, so that a view can make links of them without ever parsing HTML.

/// A piece of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Piece<'a> {
    /// Plain text.
    Text(&'a str),
    /// An http or https address.
    Link(&'a str),
}

/// The pieces of `text`, in order; together they are the text again.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = next_address(rest) {
        let (before, from) = rest.split_at(start);
        let (address, after) = from.split_at(address_len(from));
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(Piece::Link(address));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// Where the next address begins: at the start of a word, with something behind its scheme.
fn next_address(text: &str) -> Option<usize> {
    ["https://", "http://"]
        .iter()
        .flat_map(|scheme| text.match_indices(scheme).map(|(place, scheme)| (place, scheme.len())))
        .filter(|(place, len)| {
            let before = text.get(..*place).and_then(|before| before.chars().next_back());
            let after = text.get(place + len..).and_then(|after| after.chars().next());
            before.is_none_or(|c| !c.is_alphanumeric()) && after.is_some_and(char::is_alphanumeric)
        })
        .map(|(place, _)| place)
        .min()
}

/// How long the address at the start of `text` is; a sentence's own punctuation does not belong to it.
fn address_len(text: &str) -> usize {
    let end = text.find(|c: char| c.is_whitespace() || "<>\"".contains(c)).unwrap_or(text.len());
    let word = text.get(..end).unwrap_or(text);
    word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'', '»', '”']).len()
}

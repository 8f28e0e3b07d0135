//! Price books: those that come with the crate, and how a bad one is refused.

use pronto_reply::price::Books;
use pronto_reply::price::book::BUILT_IN;
use pronto_reply::window::Rules;

#[test]
fn every_book_of_ours_can_be_read() {
    for (file, text) in BUILT_IN {
        let book = Books::default().add(file, text).unwrap_or_else(|bad| panic!("{bad}"));
        assert_eq!(format!("{}.toml", book.name), file);
    }
    let windows = include_str!("../books/rules/windows.toml");
    assert_eq!(
        Rules::parse("windows.toml", windows).unwrap_or_else(|bad| panic!("{bad}")),
        Rules::built_in()
    );
}

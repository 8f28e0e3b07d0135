//! The API's document, held against the file it was last reviewed as. `UPDATE_EXPECT=1` writes it anew.

use expect_test::expect_file;
use pronto_server::http::api::openapi::openapi;

#[test]
fn the_document_is_the_one_that_was_reviewed() {
    let mut text = openapi().to_pretty_json().expect("it can be written");
    text.push('\n');
    expect_file!["openapi.json"].assert_eq(&text);
}

#[test]
fn every_documented_path_is_in_the_protocol() {
    let protocol = include_str!("../../protocol/PROTOCOL.md");
    for path in openapi().paths.paths.keys() {
        assert!(protocol.contains(path.as_str()), "{path} is missing in PROTOCOL.md");
    }
}

//! PROTOCOL.md against the code: whoever writes another client reads the one and meets the other.

use std::fs;
use std::path::Path;

use pronto_protocol::api::ErrorCode;

fn document() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("PROTOCOL.md");
    fs::read_to_string(path).expect("PROTOCOL.md is there")
}

#[test]
fn the_table_of_errors_is_the_codes() {
    let row = |code: &ErrorCode| {
        let then = if code.is_transient() { "try again" } else { "stop" };
        format!("| `{}` | {} | {then} |", code.as_str(), code.status())
    };
    let document = document();
    let written: Vec<&str> = document
        .lines()
        .skip_while(|line| !line.starts_with("| Code |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert_eq!(written.len(), ErrorCode::ALL.len(), "one row for each code");
    for (line, code) in written.iter().zip(ErrorCode::ALL) {
        assert!(
            line.starts_with(&row(code)),
            "the row of `{}` should begin with {}",
            code.as_str(),
            row(code)
        );
    }
}

#[test]
fn every_file_it_names_is_there() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = document();
    let named: Vec<&str> =
        document.split('`').filter(|word| word.ends_with(".json") && word.starts_with("golden/")).collect();
    assert!(!named.is_empty());
    for name in named {
        assert!(folder.join(name).exists(), "{name} is not there");
    }
}

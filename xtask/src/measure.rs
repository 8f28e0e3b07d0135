//! `cargo xtask size` and `cargo xtask bench`: build what ships, then let a real browser measure it.
//!
//! The measuring itself is in tests/end_to_end, beside the stories that use the same harness.

use crate::shell::{Outcome, ROOT, TARGET, command};
use crate::{bundle, forecast, setup};
use std::process::{Command, ExitCode, Stdio};

/// What a page loads, at three moments.
pub(crate) fn size(options: &[String]) -> Outcome<ExitCode> {
    match options {
        [] => measure("end_to_end/size.mjs", &[]),
        [json] if json == "--json" => measure("end_to_end/size.mjs", &["--json"]),
        _ => Err("`cargo xtask size` takes --json and nothing else".to_owned()),
    }
}

/// From the click until text is taken; the widget beside others'; and the reply clock's benches, which need no browser.
pub(crate) fn bench(options: &[String]) -> Outcome<ExitCode> {
    match options {
        [what] if what == "typing" => measure("end_to_end/typing.mjs", &[]),
        [what, rest @ ..] if what == "widget" => {
            setup::bench_packages()?;
            measure("bench/widget.mjs", &rest.iter().map(String::as_str).collect::<Vec<_>>())
        }
        [what, ..] if what == "reply" || what == "clock" => forecast::bench(options),
        _ => Err("`cargo xtask bench` takes `typing`, `widget`, `reply` or `clock`".to_owned()),
    }
}

fn measure(script: &str, options: &[&str]) -> Outcome<ExitCode> {
    bundle::build()?;
    let mut node = node()?;
    node.arg(ROOT.join("tests").join(script)).args(options);
    let status = node.status().map_err(|e| format!("node did not start: {e}"))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Node with all that the harness asks of its environment.
pub(crate) fn node() -> Outcome<Command> {
    setup::node_packages()?;
    let mut node = command("node");
    node.env("PRONTO_CHROMIUM", setup::chromium()?)
        .env("PRONTO_BIN", bundle::server_binary())
        .env("PRONTO_BACKEND_BIN", TARGET.join("debug/examples/backend"))
        .stdin(Stdio::null());
    Ok(node)
}

//! `cargo xtask bench reply` and `cargo xtask bench clock`: how good the reply clock is, and how quick.
//!
//! The measuring is an example of `crates/reply`, since it wants that crate alone and in release form.

use crate::shell::{Outcome, TARGET, command, run};
use std::process::{Command, ExitCode};

/// Builds the example and hands it all that was asked for; what it prints is the answer.
pub(crate) fn bench(options: &[String]) -> Outcome<ExitCode> {
    let build =
        ["build", "--release", "--quiet", "--locked", "--package", "pronto-reply", "--example", "bench"];
    run(command("cargo").args(build))?;
    // Not from the repository's root: a file is named from where the person stands.
    let status = Command::new(TARGET.join("release/examples/bench"))
        .args(options)
        .status()
        .map_err(|e| format!("the bench did not start: {e}"))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

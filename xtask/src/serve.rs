//! `cargo xtask serve`: builds what changed and becomes the server.
//!
//! Knows no option of the server but the one it adds; the server parses and explains them all.

use crate::bundle;
use crate::shell::{Outcome, ROOT};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

/// Hands the options on. The server replaces this process, so signals and the exit code are its own.
pub(crate) fn serve(options: &[String]) -> Outcome<ExitCode> {
    bundle::build()?;
    let mut server = Command::new(bundle::server_binary());
    server.current_dir(&*ROOT).args(["serve", "--demo"]).args(options);
    Err(format!("the server did not start: {}", server.exec()))
}

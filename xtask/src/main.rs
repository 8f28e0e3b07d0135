//! `cargo xtask`: set-up, build, serve, test, size and bench, and which of them was asked for.
//!
//! No product code lives here and none of it ships. Everything a person reads on the way goes to standard error, so
//! that standard output stays what was asked for.

mod bundle;
mod forecast;
mod measure;
mod pack;
mod serve;
mod setup;
mod shell;
mod suites;
mod toolchain;

use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask <command>

  serve [options]   build what changed, then run the chat with its demo shop
                    --listen ADDR, --demo-listen ADDR, --data FOLDER, --database URL, --no-demo; what else
                    `pronto serve --help` names is handed on as it is
  test [--only S]   run every suite, or the one named S; `test --list` names them
  build             build the widget, the inbox and the server in release form
  size [--json]     what a page loads, as a real browser asked for it
  bench typing      from the click until text is taken, beside a bare static frame
  bench widget [--rounds N] [--json]
                    what the widget costs a page and its reader, beside two others from npm and a bare frame
  bench reply [--data FILE] [--json]
                    how good the reply time's forecasts are, over the questions of FILE or those of simulated
                    businesses; `bench reply --help` says what is judged, and how
  bench clock [--json]
                    what an event, a reading and a restart cost the reply clock, with few questions and with a million
  setup             get what the other commands need; they all begin with it
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(code) => code,
        Err(sentence) => {
            eprintln!("xtask: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> shell::Outcome<ExitCode> {
    let rest = args.get(1..).unwrap_or_default();
    match args.first().map(String::as_str) {
        Some("serve") => serve::serve(rest),
        Some("test") => suites::test(rest),
        Some("build") => bundle::build().map(|()| ExitCode::SUCCESS),
        Some("size") => measure::size(rest),
        Some("bench") => measure::bench(rest),
        Some("setup") => setup::everything().map(|()| ExitCode::SUCCESS),
        Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        Some(other) => {
            Err(format!("there is no command `{other}`; `cargo xtask help` names those there are"))
        }
        None => {
            eprint!("{HELP}");
            Ok(ExitCode::FAILURE)
        }
    }
}

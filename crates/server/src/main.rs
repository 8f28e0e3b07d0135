//! The binary `pronto`: reads the command line, does what it says, and tells a failure in one sentence.

use std::process::ExitCode;

use clap::Parser as _;
use pronto_server::config::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    match pronto_server::run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("pronto: {sentence}");
            ExitCode::FAILURE
        }
    }
}

//! Pronto's server: one binary with the widget, the inbox and the database inside.
//!
//! Here the command line is carried out. What a request means is in [`http`], what a conversation may do in
//! [`conversation`], all SQL in [`store`], and what goes out to businesses' backends in
//! [`relay`].

pub mod auth;
pub mod backup;
pub mod billing;
pub mod bus;
pub mod clock;
pub mod config;
pub mod conversation;
pub mod demo;
pub mod doctor;
pub mod files;
pub mod hours;
pub mod http;
pub mod relay;
pub mod start;
pub mod store;
pub mod sweep;
pub mod text;

use backup::BackupError;
use config::{Cli, Command, DatabaseArgs};
use store::StoreUrl;

/// Does what the command line says.
///
/// # Errors
/// One sentence for the operator.
pub async fn run(cli: Cli) -> Result<(), String> {
    match cli.command {
        Command::Serve(args) => start::serve(*args).await,
        Command::Backup(args) => copy(&args.database, move |url| backup::backup(url, &args.file)).await,
        Command::Doctor(args) => doctor::run(args).await,
        Command::Restore(args) => {
            copy(&args.database, move |url| backup::restore(url, &args.file, args.force)).await
        }
    }
}

async fn copy(
    database: &DatabaseArgs,
    work: impl FnOnce(&StoreUrl) -> Result<(), BackupError> + Send + 'static,
) -> Result<(), String> {
    let url = StoreUrl::parse(&database.url()).map_err(|error| error.to_string())?;
    let copied = tokio::task::spawn_blocking(move || work(&url)).await;
    copied.map_err(|_| "the copy was cut off.".to_owned())?.map_err(|error| error.to_string())
}

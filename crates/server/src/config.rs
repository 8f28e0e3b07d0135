//! What the operator asked for on the command line or in the environment, parsed once. Never decides anything itself.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};
use url::{Origin, Url};

use crate::files::Files;

/// Website chat that keeps its word: one binary with the widget, the inbox and the database inside.
#[derive(Parser, Debug)]
#[command(name = "pronto", version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the binary can do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Serve the chat, the inbox and the API.
    Serve(Box<ServeArgs>),
    /// Copy the database into one file while the server runs.
    Backup(BackupArgs),
    /// Bring a backup back while no server runs.
    Restore(RestoreArgs),
    /// Say what keeps the widget off a page, and which line helps.
    Doctor(DoctorArgs),
}

/// The arguments of `pronto doctor`.
#[derive(Args, Debug)]
pub struct DoctorArgs {
    /// The page to look at.
    pub url: Url,
    /// The chat's address, for a page that has no loader yet.
    #[arg(long, value_name = "URL", value_parser = public_url)]
    pub chat: Option<Url>,
}

/// Where the database is.
#[derive(Args, Clone, Debug)]
pub struct DatabaseArgs {
    /// The folder that holds the database where `--database` names none.
    #[arg(long, env = "PRONTO_DATA", default_value = "data", value_name = "FOLDER")]
    pub data: PathBuf,
    /// `sqlite:PATH` or `postgres://…`; the folder's own SQLite file when absent.
    #[arg(long, env = "PRONTO_DATABASE", hide_env_values = true, value_name = "URL")]
    pub database: Option<String>,
}

impl DatabaseArgs {
    /// `name` in the database's folder; in the data folder where the database is a server.
    #[must_use]
    pub fn beside(&self, name: &str) -> PathBuf {
        let file = self.database.as_deref().and_then(|url| url.strip_prefix("sqlite:"));
        match file.and_then(|file| Path::new(file).parent()) {
            Some(folder) => folder.join(name),
            None => self.data.join(name),
        }
    }

    /// The database's address: the one given, or the SQLite file in the data folder.
    #[must_use]
    pub fn url(&self) -> String {
        match &self.database {
            Some(url) => url.clone(),
            None => format!("sqlite:{}", self.data.join("pronto.db").display()),
        }
    }
}

/// Where files that go with messages are kept, and how much of them.
#[derive(Args, Clone, Debug)]
pub struct FileArgs {
    /// The folder for files that go with messages; `files` beside the database when absent.
    #[arg(long, env = "PRONTO_FILES", value_name = "FOLDER")]
    pub files: Option<PathBuf>,
    /// Take no files.
    #[arg(long, env = "PRONTO_NO_FILES", conflicts_with = "files")]
    pub no_files: bool,
    /// The largest file, in megabytes.
    #[arg(long, env = "PRONTO_FILE_MB", default_value_t = 10, value_name = "MB",
        value_parser = clap::value_parser!(u64).range(1..=100))]
    pub file_mb: u64,
    /// How many megabytes of files one site may keep.
    #[arg(long, env = "PRONTO_SITE_FILES_MB", default_value_t = 5_000, value_name = "MB")]
    pub site_files_mb: u64,
}

impl FileArgs {
    /// The folder, where files are taken.
    #[must_use]
    pub fn folder(&self, database: &DatabaseArgs) -> Option<Files> {
        const MB: u64 = 1_000_000;
        let folder = || self.files.clone().unwrap_or_else(|| database.beside("files"));
        (!self.no_files)
            .then(|| Files::new(folder(), self.file_mb * MB, self.site_files_mb.saturating_mul(MB)))
    }
}

/// How answers go out by e-mail; without these nobody is asked for an address.
#[derive(Args, Clone, Default, Debug)]
pub struct MailArgs {
    /// The mail server that carries answers to visitors who left an address: `smtps://USER:PASSWORD@HOST`,
    /// `smtp+starttls://…`, or `smtp://…` without encryption.
    #[arg(long, env = "PRONTO_SMTP", hide_env_values = true, value_name = "URL")]
    pub smtp: Option<Hidden>,
    /// A file that holds the mail server's password, where the URL does not.
    #[arg(long, env = "PRONTO_SMTP_PASSWORD_FILE", value_name = "FILE")]
    pub smtp_password_file: Option<PathBuf>,
    /// The sender of these mails, for example `Panificio Aurora <no-reply@chat.example>`.
    #[arg(long, env = "PRONTO_MAIL_FROM", value_name = "NAME <ADDRESS>")]
    pub mail_from: Option<Hidden>,
}

impl MailArgs {
    /// Whether mail can be sent.
    #[must_use]
    pub const fn is_set(&self) -> bool {
        self.smtp.is_some() && self.mail_from.is_some()
    }
}

/// A word of the operator's that no log may show. It is read where it is used, so that no message of the command line
/// quotes it.
#[derive(Clone)]
pub struct Hidden(pub String);

impl From<String> for Hidden {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// The arguments of `pronto backup`.
#[derive(Args, Debug)]
pub struct BackupArgs {
    /// Where the database is.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// The file to write; it must not be there yet.
    pub file: PathBuf,
}

/// The arguments of `pronto restore`.
#[derive(Args, Debug)]
pub struct RestoreArgs {
    /// Where the database goes.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// The backup to read.
    pub file: PathBuf,
    /// Replace the database that is there; no server may run on it.
    #[arg(long)]
    pub force: bool,
}

/// The arguments of `pronto serve`.
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    /// Where the chat, the inbox and the API listen.
    #[arg(long, env = "PRONTO_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    pub listen: SocketAddr,
    /// Where the demo shop listens: another origin than the chat's, as in life.
    #[arg(long, env = "PRONTO_DEMO_LISTEN", default_value = "127.0.0.1:8081", value_name = "ADDRESS:PORT")]
    pub demo_listen: SocketAddr,
    /// Where the database is.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// The address under which browsers reach the chat, when it is not the one listened on.
    #[arg(long, env = "PRONTO_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub public_url: Option<Url>,
    /// Where files are kept.
    #[command(flatten)]
    pub files: FileArgs,
    /// How answers go out by e-mail.
    #[command(flatten)]
    pub mail: MailArgs,
    /// Serve the demo shop with made-up history and a demo login.
    #[arg(long, env = "PRONTO_DEMO", overrides_with = "no_demo")]
    pub demo: bool,
    /// Serve no demo; the default.
    #[arg(long, overrides_with = "demo")]
    pub no_demo: bool,
    /// A folder of price books (`*.toml`) to choose from beside those of the program.
    #[arg(long, env = "PRONTO_PRICE_BOOKS", value_name = "FOLDER")]
    pub price_books: Option<PathBuf>,
    /// Let webhooks go to loopback and private addresses: for a backend on this machine or network.
    #[arg(long, env = "PRONTO_ALLOW_PRIVATE_BACKENDS")]
    pub allow_private_backends: bool,
    /// Take a visitor's address from `X-Forwarded-For`: only behind a proxy that sets it.
    #[arg(long, env = "PRONTO_BEHIND_PROXY")]
    pub behind_proxy: bool,
    /// For tests only: let anyone move the server's clock with `PUT /v1/test/clock`.
    #[arg(long, env = "PRONTO_TEST_CLOCK")]
    pub test_clock: bool,
}

fn public_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    match url.scheme() {
        "http" | "https" if url.path() == "/" => Ok(url),
        "http" | "https" => Err("the chat needs a host of its own, without a path".to_owned()),
        _ => Err("it has to start with http:// or https://".to_owned()),
    }
}

/// `address` as a browser on this machine can ask for it: "every address" is none that can be asked for.
#[must_use]
pub fn reachable(address: SocketAddr) -> SocketAddr {
    let mut address = address;
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::from([127, 0, 0, 1]));
    }
    address
}

/// `text` as a web origin, for example `https://shop.example`; `None` when it is anything else. Its host holds nothing
/// that means something in a policy or in markup: no wildcard, comma, semicolon or quote.
#[must_use]
pub fn web_origin(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    let bare =
        url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    // Hosts may hold much more than names do.
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    let bare = bare && url.host_str().is_some_and(|host| host.chars().all(is_plain));
    match (url.scheme(), url.origin()) {
        ("http" | "https", origin @ Origin::Tuple(..)) if bare => Some(origin.ascii_serialization()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn origins() {
        let cases = [
            "https://Shop.example",
            "https://shop.example/",
            "http://a:81",
            "https://a/x",
            "a.example",
            "*",
            "https://a; script-src *",
            "https://a;sandbox",
            "https://a,b",
            "https://a'b",
            "https://a\"b",
            "https://*",
            "https://*.example",
            "http://[::1]:81",
            "http://my_host-2.example",
            "javascript:alert(1)",
            "https://u@a",
            "https://bücher.example",
        ];
        let seen: Vec<String> = cases.iter().map(|case| format!("{case} → {:?}", web_origin(case))).collect();
        expect![[r#"
            https://Shop.example → Some("https://shop.example")
            https://shop.example/ → Some("https://shop.example")
            http://a:81 → Some("http://a:81")
            https://a/x → None
            a.example → None
            * → None
            https://a; script-src * → None
            https://a;sandbox → None
            https://a,b → None
            https://a'b → None
            https://a"b → None
            https://* → None
            https://*.example → None
            http://[::1]:81 → Some("http://[::1]:81")
            http://my_host-2.example → Some("http://my_host-2.example")
            javascript:alert(1) → None
            https://u@a → None
            https://bücher.example → Some("https://xn--bcher-kva.example")"#]]
        .assert_eq(&seen.join("\n"));
    }

    #[test]
    fn last_of_demo_and_no_demo_wins() {
        let demo = |args: &[&str]| match Cli::try_parse_from([&["pronto", "serve"], args].concat())
            .map(|c| c.command)
        {
            Ok(Command::Serve(args)) => args.demo,
            other => panic!("{other:?}"),
        };
        assert_eq!([demo(&[]), demo(&["--demo"]), demo(&["--demo", "--no-demo"])], [false, true, false]);
    }
}

//! A Postgres server of the test's own: in a temporary folder, on a Unix socket, ended when it is dropped.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// A running server.
pub(crate) struct Postgres {
    folder: tempfile::TempDir,
    binaries: PathBuf,
}

impl Postgres {
    /// The server that all tests share who need none of their own.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let started = Arc::new(Self::start());
            *shared = Arc::downgrade(&started);
            started
        })
    }

    /// A new server.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // As root the server runs as somebody else, who has to get in.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777))
            .expect("a folder for all");
        let server = Self { folder, binaries: binaries() };
        server.run(
            "initdb",
            &["--auth=trust", "--username=pronto", "--no-sync", "--locale=C", "--encoding=UTF8"],
        );
        server.go_on();
        server
    }

    /// Starts it, after [`Postgres::stop`].
    pub(crate) fn go_on(&self) {
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off -c max_connections=400",
            self.folder.path().display()
        );
        let log = self.folder.path().join("log").display().to_string();
        self.run("pg_ctl", &["start", "--wait", "--silent", "--log", &log, "--options", &options]);
    }

    /// Ends it as a crash would.
    pub(crate) fn stop(&self) {
        self.run("pg_ctl", &["stop", "--wait", "--silent", "--mode=immediate"]);
    }

    /// Makes an empty database; its URL.
    pub(crate) fn database(&self, name: &str) -> String {
        let mut client = self.client("postgres");
        client.batch_execute(&format!("create database {name}")).expect("a new database");
        self.url(name)
    }

    /// A connection of the test's own.
    pub(crate) fn client(&self, database: &str) -> postgres::Client {
        postgres::Client::connect(&self.url(database), postgres::NoTls)
            .expect("the server of this test answers")
    }

    pub(crate) fn url(&self, database: &str) -> String {
        let socket = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://pronto@{socket}/{database}")
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let program = self.binaries.join(program);
        let data = self.folder.path().join("data");
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", unprivileged(), "--"]).arg(&program);
            command
        } else {
            Command::new(&program)
        };
        // Output that a server inherits would keep the test runner waiting for it.
        let errors = std::fs::File::create(self.folder.path().join("errors")).expect("a file for errors");
        let status = command
            .current_dir("/")
            .arg("-D")
            .arg(data)
            .args(arguments)
            .stdout(std::process::Stdio::null())
            .stderr(errors)
            .status();
        let told = std::fs::read_to_string(self.folder.path().join("errors")).unwrap_or_default();
        let status = status.unwrap_or_else(|error| panic!("{} cannot be run: {error}", program.display()));
        assert!(status.success(), "{} failed: {told}", program.display());
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.folder.path().join("data/postmaster.pid").exists() {
            self.stop();
        }
    }
}

fn binaries() -> PathBuf {
    let in_path = std::env::var_os("PATH");
    let mut folders: Vec<PathBuf> = in_path.iter().flat_map(std::env::split_paths).collect();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(versions.map(|version| version.path().join("bin")));
    let has_all =
        |folder: &&PathBuf| ["initdb", "pg_ctl"].iter().all(|program| folder.join(program).is_file());
    let found = folders.iter().find(has_all).cloned();
    found.expect("these tests need Postgres: install it, or put the folder of initdb and pg_ctl into PATH")
}

fn is_root() -> bool {
    Path::new("/proc/self").metadata().is_ok_and(|metadata| metadata.uid() == 0)
}

/// A user of this system that Postgres agrees to run as.
fn unprivileged() -> &'static str {
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let is_there = |name: &&&str| users.lines().any(|line| line.split(':').next() == Some(**name));
    ["postgres", "nobody"]
        .iter()
        .find(is_there)
        .copied()
        .expect("as root these tests need the user postgres or nobody")
}

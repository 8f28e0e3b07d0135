//! Running programs, and the places that all of xtask shares.
//!
//! Never decides what to run; that is the other files' part.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// What every step ends with; the error is a whole sentence for a person.
pub(crate) type Outcome<T> = Result<T, String>;

/// The repository.
pub(crate) static ROOT: LazyLock<PathBuf> =
    LazyLock::new(|| Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_path_buf());

/// Where cargo builds for this machine; wasm and the packed web parts have folders of their own inside.
pub(crate) static TARGET: LazyLock<PathBuf> = LazyLock::new(|| {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    ROOT.join(target)
});

/// A command in the repository's root, without what `cargo run` told xtask about itself: build scripts that watch those
/// variables would otherwise run again on every change between `cargo build` and `cargo xtask build`.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(&*ROOT).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let own = name.to_str().is_some_and(|n| {
            n == "CARGO" || ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"].iter().any(|p| n.starts_with(p))
        });
        if own {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs to the end, with the program's output going to standard error.
pub(crate) fn run(command: &mut Command) -> Outcome<()> {
    let program = name_of(command);
    let status = command
        .stdout(Stdio::from(std::io::stderr()))
        .status()
        .map_err(|e| format!("`{program}` did not start: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{program}` failed ({status})")) }
}

/// As [`run`], and ended when it takes longer than `limit`: for steps that ask a network which may not be there.
pub(crate) fn run_within(command: &mut Command, limit: Duration) -> Outcome<()> {
    let program = name_of(command);
    let mut child = command
        .stdout(Stdio::from(std::io::stderr()))
        .spawn()
        .map_err(|e| format!("`{program}` did not start: {e}"))?;
    let begun = Instant::now();
    loop {
        match child.try_wait().map_err(|e| format!("`{program}` was lost: {e}"))? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(format!("`{program}` failed ({status})")),
            None if begun.elapsed() > limit => {
                let ended = child.kill().and_then(|()| child.wait());
                return Err(match ended {
                    Ok(_) => format!("`{program}` took longer than {} s", limit.as_secs()),
                    Err(e) => format!("`{program}` took too long and could not be ended: {e}"),
                });
            }
            None => std::thread::sleep(Duration::from_millis(100)),
        }
    }
}

/// What the program says on standard output, if it starts and succeeds.
pub(crate) fn ask(program: impl AsRef<OsStr>, args: &[&str]) -> Option<String> {
    let output = command(program).args(args).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Where a program of this name lies, as a shell would find it.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// The first of `names` that is on the path.
pub(crate) fn any_on_path(names: &[&str]) -> Option<PathBuf> {
    names.iter().find_map(|name| on_path(name))
}

/// Reads a text file, with the path in the error.
pub(crate) fn read(path: &Path) -> Outcome<Vec<u8>> {
    std::fs::read(path).map_err(|e| format!("{} cannot be read: {e}", path.display()))
}

/// Every file under `folder`, deepest paths included, in order; none when the folder is not there. Links to folders are not
/// followed: some lead back to where they are.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                open.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

fn name_of(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().take(2).map(|a| a.to_string_lossy().into_owned()));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::files;
    use std::fs;

    #[test]
    fn a_link_that_leads_back_is_not_followed() {
        let folder = std::env::temp_dir().join(format!("pronto-files-{}", std::process::id()));
        fs::create_dir_all(folder.join("within")).expect("a folder to look into");
        fs::write(folder.join("within/one"), "").expect("a file to find");
        std::os::unix::fs::symlink(&folder, folder.join("within/back")).expect("a link back");
        let found = files(&folder);
        fs::remove_dir_all(&folder).expect("what the test made can go");
        assert_eq!(found, [folder.join("within/back"), folder.join("within/one")]);
    }
}

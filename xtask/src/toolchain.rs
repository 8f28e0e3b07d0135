//! Which Rust compiles to wasm on this machine, and with which flags.
//!
//! Two ways are known: rustup's toolchain with its library source (A), or the `-web` packages of Debian and its kin
//! beside it (B). The flags go in through the environment of one command, so that builds for this machine never see them.

use crate::setup;
use crate::shell::{Outcome, ask, on_path, run_within};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const TARGET: &str = "wasm32-unknown-unknown";
const DEBIAN: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];
/// How long a network may take that is perhaps not there.
const FETCH: Duration = Duration::from_secs(180);
/// The workspace's `rust-version`; an older compiler in /usr is no use to it.
const OLDEST: (u32, u32) = (1, 95);

/// A compiler that makes wasm, with all it needs.
pub(crate) struct Wasm {
    /// What `RUSTUP_TOOLCHAIN` is set to; `None` keeps the active one.
    toolchain: Option<&'static str>,
    sysroot: PathBuf,
    /// `None` when the compiler brings its own.
    linker: Option<PathBuf>,
    /// One line: which way was taken, and why.
    pub(crate) taken: String,
    /// Part of every stamp: another compiler means another build.
    pub(crate) version: String,
}

impl Wasm {
    /// Looks at what is there, and fetches only when nothing is.
    pub(crate) fn choose() -> Outcome<Wasm> {
        if let Some(wasm) = Wasm::present() {
            return Ok(wasm);
        }
        let rustup = Wasm::fetch_with_rustup();
        if let Some(wasm) = rustup.is_ok().then(Wasm::present).flatten() {
            return Ok(wasm);
        }
        let apt = setup::apt_install(&DEBIAN);
        if let Some(wasm) = Wasm::present() {
            return Ok(wasm);
        }
        let whys: Vec<String> = [rustup.err(), apt.err()].into_iter().flatten().collect();
        Err(format!(
            "no Rust here can build for wasm ({}); run `rustup component add rust-src`, or install the packages {}",
            whys.join("; "),
            DEBIAN.join(" ")
        ))
    }

    fn present() -> Option<Wasm> {
        let active = ask("rustc", &["--print", "sysroot"])?;
        let version = ask("rustc", &["--version"])?;
        let why = "the active toolchain has the library source";
        Wasm::within(Path::new(&active), None, &version, why).or_else(|| {
            let version = ask("/usr/bin/rustc", &["--version"]).filter(|v| recent(v))?;
            let why = "the active toolchain lacks the library source, the packages in /usr have it";
            Wasm::within(Path::new("/usr"), Some("/usr"), &version, why)
        })
    }

    fn within(sysroot: &Path, toolchain: Option<&'static str>, version: &str, why: &str) -> Option<Wasm> {
        let rustlib = sysroot.join("lib/rustlib");
        if !rustlib.join("src/rust/library/std/Cargo.toml").is_file() {
            return None;
        }
        let host =
            ask("rustc", &["-vV"])?.lines().find_map(|l| l.strip_prefix("host: ").map(str::to_owned))?;
        let bundled = rustlib.join(host).join("bin/rust-lld").is_file();
        let linker = if bundled { None } else { Some(wasm_ld()?) };
        let taken = format!("wasm: {} ({why})", version.split(" (").next().unwrap_or(version));
        let sysroot = sysroot.to_path_buf();
        Some(Wasm { toolchain, sysroot, linker, taken, version: version.to_owned() })
    }

    fn fetch_with_rustup() -> Outcome<()> {
        if on_path("rustup").is_none() {
            return Err("rustup is not installed".to_owned());
        }
        eprintln!("wasm: asking rustup for the library source");
        let mut rustup = crate::shell::command("rustup");
        run_within(rustup.args(["component", "add", "rust-src"]), FETCH)
    }

    /// The environment of a build that ships: the library is compiled along, for size, and a panic is a bare trap.
    pub(crate) fn release(&self, command: &mut Command) {
        self.base(command);
        command.env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size").env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
            "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none",
        );
    }

    /// The environment and the target of a check.
    pub(crate) fn check(&self, command: &mut Command) {
        self.base(command);
        command.args(["--target", TARGET]);
    }

    /// Sees to it that this toolchain has clippy.
    pub(crate) fn clippy(&self) -> Outcome<()> {
        if self.sysroot.join("bin/cargo-clippy").is_file() {
            return Ok(());
        }
        match self.toolchain {
            Some(_) => setup::apt_install(&["rust-web-clippy"]),
            None => run_within(crate::shell::command("rustup").args(["component", "add", "clippy"]), FETCH),
        }
    }

    fn base(&self, command: &mut Command) {
        command
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
            .env_remove("RUSTFLAGS");
        if let Some(toolchain) = self.toolchain {
            command.env("RUSTUP_TOOLCHAIN", toolchain);
        }
        if let Some(linker) = &self.linker {
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
    }
}

/// LLVM's linker for wasm, the newest first.
fn wasm_ld() -> Option<PathBuf> {
    on_path("wasm-ld").or_else(|| (15..40).rev().find_map(|n| on_path(&format!("wasm-ld-{n}"))))
}

/// Whether `rustc --version`'s line names a compiler new enough for the workspace.
fn recent(version: &str) -> bool {
    let mut numbers = version.split_whitespace().nth(1).unwrap_or_default().split('.').map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= OLDEST,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_compiler_is_recent_by_its_numbers() {
        assert!(super::recent("rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)"));
        assert!(super::recent("rustc 1.95.0"));
        assert!(super::recent("rustc 1.100.0-nightly"));
        assert!(!super::recent("rustc 1.63.0"));
        assert!(!super::recent("no such thing"));
    }
}

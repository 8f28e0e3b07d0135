//! What the other commands need from the machine: trunk, wasm-bindgen, Node with the test packages, a browser, Postgres.
//!
//! Takes what is there in the right version first, what it once installed second, and installs last.

use crate::shell::{Outcome, ROOT, TARGET, any_on_path, ask, command, files, on_path, run};
use crate::toolchain::Wasm;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Their crate and their tool must be of one version; the crate's is pinned in Cargo.toml.
const WASM_BINDGEN: &str = "0.2.130";
const TRUNK: &str = "0.21.14";
const GECKODRIVER: &str = "0.37.1";

/// Programs that build the web parts, by the folders they lie in.
pub(crate) struct WebTools {
    trunk: PathBuf,
    bindgen: PathBuf,
}

impl WebTools {
    /// Finds or installs both.
    pub(crate) fn ready() -> Outcome<WebTools> {
        let trunk =
            tool("trunk", TRUNK, &["trunk", "--locked", "--no-default-features", "--features", "rustls"])?;
        // Without its lock file, which can name versions that a mirror lacks.
        let bindgen = tool("wasm-bindgen", WASM_BINDGEN, &["wasm-bindgen-cli"])?;
        Ok(WebTools { trunk, bindgen })
    }

    /// The program itself.
    pub(crate) fn trunk(&self) -> &Path {
        &self.trunk
    }

    /// A `PATH` on which trunk finds this very wasm-bindgen.
    pub(crate) fn path(&self) -> OsString {
        let folder = self.bindgen.parent().map(Path::to_path_buf);
        let rest = std::env::var_os("PATH").unwrap_or_default();
        std::env::join_paths(folder.into_iter().chain(std::env::split_paths(&rest))).unwrap_or(rest)
    }
}

/// What every stamp carries besides its sources.
pub(crate) fn versions() -> String {
    format!("trunk {TRUNK} wasm-bindgen {WASM_BINDGEN}")
}

/// Everything at once, as `cargo xtask setup` does.
pub(crate) fn everything() -> Outcome<()> {
    eprintln!("{}", Wasm::choose()?.taken);
    let tools = WebTools::ready()?;
    eprintln!("trunk: {}\nwasm-bindgen: {}", tools.trunk.display(), tools.bindgen.display());
    eprintln!("node packages: {}", node_packages()?.display());
    eprintln!("browser: {}", chromium()?.display());
    let (firefox, geckodriver) = firefox()?;
    eprintln!("browser: {} by {}", firefox.display(), geckodriver.display());
    eprintln!("browser: {}", webkit()?.map(|(_, path)| path.display().to_string()).join(", "));
    eprintln!("postgres: {}", postgres()?.display());
    Ok(())
}

fn tool(name: &str, version: &str, install: &[&str]) -> Outcome<PathBuf> {
    let right = |file: &PathBuf| {
        ask(file, &["--version"]).is_some_and(|said| said.split_whitespace().any(|w| w == version))
    };
    let home = tools_folder();
    let kept = home.join("bin").join(name);
    if let Some(file) = on_path(name).filter(right).or_else(|| Some(kept.clone()).filter(right)) {
        return Ok(file);
    }
    eprintln!("{name} {version} is not here: building it once into {} (minutes)", home.display());
    let mut cargo = command("cargo");
    cargo.arg("install").args(install).args(["--version", version, "--force", "--root"]).arg(&home);
    // A tool that runs for a second need not be compiled for minutes.
    cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1").env("CARGO_PROFILE_RELEASE_LTO", "off");
    cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16").env("CARGO_PROFILE_RELEASE_DEBUG", "false");
    cargo.env("CARGO_TARGET_DIR", TARGET.join("tools"));
    run(&mut cargo)?;
    Some(kept).filter(right).ok_or_else(|| format!("{name} was installed, but does not say it is {version}"))
}

/// The user's cache, so that a fresh clone does not build the tools again.
fn tools_folder() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
    cache.map_or_else(|| TARGET.join("tools"), |cache| cache.join("pronto/tools"))
}

/// `tests/node_modules`, as the lock file says it.
pub(crate) fn node_packages() -> Outcome<PathBuf> {
    packages("tests")
}

/// The frameworks that the handbook's examples are tried in, and what bundles them.
pub(crate) fn framework_packages() -> Outcome<PathBuf> {
    packages("tests/frameworks")
}

/// The widgets that `bench widget` measures beside ours.
pub(crate) fn bench_packages() -> Outcome<PathBuf> {
    packages("tests/bench")
}

/// The `node_modules` of `folder`, as its lock file says it.
fn packages(folder: &str) -> Outcome<PathBuf> {
    if on_path("node").is_none() || on_path("npm").is_none() {
        apt_install(&["nodejs", "npm"])
            .map_err(|e| format!("the tests need Node 18.19 or newer with npm: {e}"))?;
    }
    let home = ROOT.join(folder);
    let modules = home.join("node_modules");
    let lock = std::fs::read(home.join("package-lock.json"))
        .map_err(|e| format!("{folder}/package-lock.json: {e}"))?;
    let stamp = modules.join(".installed");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(modules);
    }
    run(command("npm").current_dir(&home).args(["ci", "--no-fund", "--no-audit", "--ignore-scripts"]))?;
    std::fs::write(&stamp, lock).map_err(|e| format!("{} cannot be written: {e}", stamp.display()))?;
    Ok(modules)
}

/// The browser that the tests drive.
pub(crate) fn chromium() -> Outcome<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
    let find = || std::env::var_os("CHROMIUM").map(PathBuf::from).or_else(|| any_on_path(&names));
    if find().is_none() {
        apt_install(&["chromium", "chromium-driver"]).map_err(|e| format!("the tests need Chromium: {e}"))?;
    }
    find().ok_or_else(|| "Chromium was installed, but is not on the path".to_owned())
}

/// Firefox and its driver. The driver's npm package would download a program, so it is built from its crate.
pub(crate) fn firefox() -> Outcome<(PathBuf, PathBuf)> {
    let names = ["firefox-esr", "firefox"];
    if any_on_path(&names).is_none() {
        eprintln!("the stories are told in Firefox too");
        apt_install(&["firefox-esr"]).map_err(|e| format!("the tests need Firefox: {e}"))?;
    }
    let browser = any_on_path(&names).ok_or("Firefox was installed, but is not on the path")?;
    Ok((browser, tool("geckodriver", GECKODRIVER, &["geckodriver"])?))
}

/// WebKit's driver and browser, a screen that nobody sees, and what gives a window on it the focus; by the names of the
/// variables that the harness reads.
pub(crate) fn webkit() -> Outcome<[(&'static str, PathBuf); 4]> {
    let find = || {
        Some([
            ("PRONTO_WEBKIT_DRIVER", on_path("WebKitWebDriver")?),
            ("PRONTO_WEBKIT", files_named(Path::new("/usr/lib"), "MiniBrowser").into_iter().next()?),
            ("PRONTO_XVFB", on_path("Xvfb")?),
            ("PRONTO_XDOTOOL", on_path("xdotool")?),
        ])
    };
    // The browser's language is the C library's, which makes it from the sources in `locales`.
    let languages = || Path::new("/usr/share/i18n/locales/it_IT").exists();
    if find().is_none() || !languages() {
        eprintln!("the stories are told in WebKit too");
        apt_install(&["webkit2gtk-driver", "xvfb", "xdotool", "locales"])
            .map_err(|e| format!("the tests need WebKit: {e}"))?;
    }
    find().ok_or_else(|| "WebKit was installed, but its parts are nowhere to be found".to_owned())
}

/// The folder of `initdb` and `postgres`; the tests start servers of their own with them.
pub(crate) fn postgres() -> Outcome<PathBuf> {
    let find = || {
        let on_path = on_path("initdb").and_then(|file| file.parent().map(Path::to_path_buf));
        on_path.or_else(|| {
            let all = files_named(Path::new("/usr/lib/postgresql"), "initdb");
            all.last().and_then(|file| file.parent().map(Path::to_path_buf))
        })
    };
    if find().is_none() {
        apt_install(&["postgresql"]).map_err(|e| format!("the tests need Postgres 15 or newer: {e}"))?;
    }
    find().ok_or_else(|| "Postgres was installed, but its initdb is nowhere to be found".to_owned())
}

fn files_named(folder: &Path, name: &str) -> Vec<PathBuf> {
    files(folder).into_iter().filter(|file| file.file_name().is_some_and(|n| n == name)).collect()
}

/// Debian's packages, where this machine has apt and we are root or may become it unasked.
pub(crate) fn apt_install(packages: &[&str]) -> Outcome<()> {
    let wanted = packages.join(" ");
    if on_path("apt-get").is_none() {
        return Err(format!("this machine has no apt-get, so install {wanted} by its own means"));
    }
    let root = ask("id", &["-u"]).as_deref() == Some("0");
    if !root && ask("sudo", &["-n", "true"]).is_none() {
        return Err(format!("only root may install packages, so run `apt-get install {wanted}` first"));
    }
    let apt = |args: &[&str]| {
        let mut apt = command(if root { "env" } else { "sudo" });
        if !root {
            apt.args(["-n", "env"]);
        }
        apt.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-y", "-q", "-o", "DPkg::Lock::Timeout=120"]);
        run(apt.args(args))
    };
    eprintln!("installing {wanted}");
    let install: Vec<&str> = ["install", "--no-install-recommends"].iter().chain(packages).copied().collect();
    apt(&install).or_else(|_| apt(&["update"]).and_then(|()| apt(&install)))
}

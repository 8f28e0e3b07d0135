//! Widget, inbox and server in release form, each built only when what it is made of changed.
//!
//! What goes into the packed folder, and how, is `pack`'s part.

use crate::setup::{self, WebTools};
use crate::shell::{Outcome, ROOT, TARGET, command, files, read, run};
use crate::toolchain::Wasm;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

/// The module that needs no glue, and so no trunk.
const PROOF: &str = "proof";

/// One of the things that become wasm.
struct Part {
    name: &'static str,
    folder: &'static str,
    /// What trunk is told besides.
    how: &'static [&'static str],
    /// Files and folders that the result is made of, besides what both share.
    sources: &'static [&'static str],
}

const PARTS: [Part; 3] = [
    Part { name: "widget", folder: "", how: &[], sources: &["src", "index.html", "Trunk.toml"] },
    Part { name: "inbox", folder: "crates/inbox", how: &[], sources: &["crates/inbox"] },
    Part { name: PROOF, folder: "", how: &[], sources: &["crates/proof"] },
];
/// Another app with the chat in it; nothing of it ships.
const EXAMPLE: Part = Part {
    name: "bakery",
    folder: "",
    how: &["--example", "bakery", "--public-url", "./", "examples/bakery/index.html"],
    sources: &["src", "examples", "www/package", "Trunk.toml"],
};
const SHARED: [&str; 4] = ["Cargo.toml", "Cargo.lock", "crates/protocol", "crates/reply"];

/// Everything, up to a server with the packed web parts inside.
pub(crate) fn build() -> Outcome<()> {
    web()?;
    server()
}

/// The web parts, packed.
pub(crate) fn web() -> Outcome<()> {
    made(&PARTS)?;
    crate::pack::pack(&built("widget"), &built("inbox"), &built(PROOF).join("proof.wasm"))
}

/// The example, in the folder that comes back.
pub(crate) fn example() -> Outcome<PathBuf> {
    made(std::slice::from_ref(&EXAMPLE))?;
    Ok(built(EXAMPLE.name))
}

/// Builds those of them that are not as their sources are now.
fn made(parts: &[Part]) -> Outcome<()> {
    let wasm = Wasm::choose()?;
    let stale: Vec<(&Part, String)> = parts
        .iter()
        .map(|part| (part, stamp(part, &wasm)))
        .filter(|(part, stamp)| std::fs::read_to_string(stamp_file(part)).ok().as_ref() != Some(stamp))
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    eprintln!("{}", wasm.taken);
    let tools = WebTools::ready()?;
    for (part, stamp) in stale {
        if part.name == PROOF {
            proof(&wasm)?;
        } else {
            trunk(part, &wasm, &tools)?;
        }
        std::fs::write(stamp_file(part), stamp)
            .map_err(|e| format!("the {} has no stamp: {e}", part.name))?;
    }
    Ok(())
}

/// The server, with what `web` packed inside.
pub(crate) fn server() -> Outcome<()> {
    run(command("cargo").args([
        "build",
        "--quiet",
        "--release",
        "--package",
        "pronto-server",
        "--bin",
        "pronto",
    ]))
}

/// The program that `server` builds.
pub(crate) fn server_binary() -> PathBuf {
    TARGET.join("release/pronto")
}

/// Where the wasm is compiled: apart from this machine's own builds, since its flags and its compiler are others.
pub(crate) fn wasm_target() -> PathBuf {
    TARGET.join("wasm")
}

fn built(name: &str) -> PathBuf {
    TARGET.join("web").join(name)
}

fn stamp_file(part: &Part) -> PathBuf {
    built(part.name).join(".stamp")
}

fn trunk(part: &Part, wasm: &Wasm, tools: &WebTools) -> Outcome<()> {
    eprintln!("building the {}", part.name);
    // trunk takes along what another part's build left there.
    let left = wasm_target().join("wasm-bindgen");
    if left.exists() {
        std::fs::remove_dir_all(&left)
            .map_err(|e| format!("{} could not be cleared: {e}", left.display()))?;
    }
    let mut trunk = command(tools.trunk());
    trunk
        .current_dir(ROOT.join(part.folder))
        .env("PATH", tools.path())
        .env("CARGO_TARGET_DIR", wasm_target());
    trunk.env("TRUNK_SKIP_VERSION_CHECK", "true").env_remove("NO_COLOR");
    // What is packed is slimmer than what trunk would vouch for.
    trunk.env("TRUNK_BUILD_NO_SRI", "true");
    trunk
        .args(["--log", "warn", "build", "--cargo-profile", "wasm-release", "--dist"])
        .arg(built(part.name))
        .args(part.how);
    wasm.release(&mut trunk);
    run(&mut trunk).map_err(|e| format!("the {} could not be built: {e}", part.name))
}

fn proof(wasm: &Wasm) -> Outcome<()> {
    eprintln!("building the proof");
    let mut cargo = command("cargo");
    cargo.env("CARGO_TARGET_DIR", wasm_target());
    cargo.args(["build", "--quiet", "--package", "pronto-proof", "--profile", "wasm-release"]);
    wasm.check(&mut cargo);
    wasm.release(&mut cargo);
    run(&mut cargo).map_err(|e| format!("the proof could not be built: {e}"))?;
    let module = wasm_target().join("wasm32-unknown-unknown/wasm-release/pronto_proof.wasm");
    std::fs::create_dir_all(built(PROOF))
        .and_then(|()| std::fs::copy(&module, built(PROOF).join("proof.wasm")))
        .map(drop)
        .map_err(|e| format!("{} was not built: {e}", module.display()))
}

/// A digest of everything the part is made of: contents, not times, so that a fresh checkout of the same is the same.
fn stamp(part: &Part, wasm: &Wasm) -> String {
    let mut hasher = DefaultHasher::new();
    wasm.version.hash(&mut hasher);
    setup::versions().hash(&mut hasher);
    include_str!("toolchain.rs").hash(&mut hasher);
    for source in SHARED.iter().chain(part.sources) {
        let path = ROOT.join(source);
        let all = if path.is_dir() { files(&path) } else { vec![path] };
        for file in all.iter().filter(|file| !file.starts_with(ROOT.join("crates/inbox/dist"))) {
            file.strip_prefix(&*ROOT).unwrap_or(file).hash(&mut hasher);
            read(file).unwrap_or_default().hash(&mut hasher);
        }
    }
    format!("{:016x}", hasher.finish())
}

//! `dist/packed`: the very files that the server embeds and sends, each with its brotli and gzip beside it.
//!
//! A file is written only when its content changed, so that the server is compiled again only when it must be.

mod glue;
mod modules;
mod names;
mod script;
mod short;
mod slim;
mod style;
mod trim;

use crate::shell::{Outcome, ROOT, files, read};

use brotli::enc::backward_references::BrotliEncoderMode;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Gathers what trunk built and what is shipped as it is.
pub(crate) fn pack(widget: &Path, inbox: &Path, proof: &Path) -> Outcome<()> {
    let mut wanted: BTreeMap<PathBuf, Vec<u8>> = BTreeMap::new();
    gather(widget, "frame.html", &mut wanted)?;
    gather(inbox, "inbox.html", &mut wanted)?;
    shorten_names(&mut wanted)?;
    hand_over_looks(widget, &mut wanted)?;
    let www = ROOT.join("www");
    add_modules(widget, &www.join("panel"), &mut wanted)?;
    // Its script asks for it by this name, and hardly ever.
    wanted.insert(PathBuf::from("assets/proof.wasm"), slim(proof, read(proof)?)?);
    for file in files(&www) {
        let name = file.strip_prefix(&www).unwrap_or(&file);
        let content = read(&file)?;
        if ["embed.js", "unread.js"].iter().any(|script| name == Path::new(script)) {
            wanted.insert(name.to_path_buf(), shorten(name, slim(name, content)?)?);
        } else if !["package", "locales", "panel"].iter().any(|folder| name.starts_with(folder)) {
            // The languages are in the server itself: their words travel inside a page, never as files.
            wanted.insert(Path::new("demo").join(name.strip_prefix("demo").unwrap_or(name)), content);
        }
    }
    write_all(&ROOT.join("dist/packed"), &wanted)
}

/// What the frame's page and the inbox load when they are asked for: under names that hold a digest, which the pages are told.
fn add_modules(widget: &Path, folder: &Path, wanted: &mut BTreeMap<PathBuf, Vec<u8>>) -> Outcome<()> {
    let text =
        |path: &Path| String::from_utf8(read(path)?).map_err(|_| format!("{} is not UTF-8", path.display()));
    let properties = style::properties(&slim::html(&text(&widget.join("index.html"))?));
    let mut sources = BTreeMap::new();
    for file in files(folder) {
        let name = file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().into_owned();
        let code =
            script::squeeze(&text(&file)?).ok_or_else(|| format!("{name} has a string that does not end"))?;
        sources.insert(name, style::follow(&code, &properties));
    }
    let packed = modules::pack(&sources)?;
    for page in ["frame.html", "inbox.html"] {
        if let Some(page) = wanted.get_mut(Path::new(page)) {
            let told = modules::tell(&String::from_utf8_lossy(page), &packed);
            *page = told.into_bytes();
        }
    }
    for module in packed.into_values() {
        wanted.insert(Path::new("assets").join(module.name), module.code.into_bytes());
    }
    Ok(())
}

/// The looks of what only the wasm draws leave the page for the wasm's script: nobody has to wait for them until they can type.
fn hand_over_looks(widget: &Path, wanted: &mut BTreeMap<PathBuf, Vec<u8>>) -> Outcome<()> {
    let built = read(&widget.join("index.html"))?;
    let properties = style::properties(&slim::html(&String::from_utf8_lossy(&built)));
    let page = wanted.get(Path::new("frame.html")).map(|page| String::from_utf8_lossy(page).into_owned());
    let (page, looks) =
        page.and_then(|page| style::lift(&page, &properties)).ok_or("the page has no looks to lift")?;
    let is_script = |name: &&PathBuf| {
        name.to_str().is_some_and(|name| name.starts_with("assets/pronto-widget-") && name.ends_with(".js"))
    };
    let name = wanted.keys().find(is_script).cloned().ok_or("the widget has no script")?;
    let script = wanted.remove(&name).unwrap_or_default();
    let script = [String::from_utf8_lossy(&script).as_ref(), &glue::look(&looks)].concat();
    // Trunk named it after what was in it before.
    let old = name.file_name().unwrap_or_default().to_string_lossy();
    let new = modules::named(old.trim_end_matches(".js"), &looks);
    let page = page.replace(old.as_ref(), &new);
    wanted.insert(Path::new("assets").join(&new), script.into_bytes());
    wanted.insert(PathBuf::from("frame.html"), page.into_bytes());
    Ok(())
}

/// A module and its script, which trunk named after it.
fn shorten_names(wanted: &mut BTreeMap<PathBuf, Vec<u8>>) -> Outcome<()> {
    let modules: Vec<String> =
        wanted.keys().filter_map(|name| name.to_str()?.strip_suffix("_bg.wasm").map(str::to_owned)).collect();
    for name in modules {
        let (module, glue) = (PathBuf::from(format!("{name}_bg.wasm")), PathBuf::from(format!("{name}.js")));
        let halves =
            wanted.get(&module).zip(wanted.get(&glue).and_then(|glue| std::str::from_utf8(glue).ok()));
        let (short, script) = halves
            .and_then(|(module, glue)| names::shorten(module, glue))
            .and_then(|(module, script)| Some((module, glue::shorten(&script)?)))
            .ok_or_else(|| format!("{} and {} do not fit each other", module.display(), glue.display()))?;
        wanted.insert(module, short);
        wanted.insert(glue, script.into_bytes());
    }
    Ok(())
}

fn gather(built: &Path, page: &str, wanted: &mut BTreeMap<PathBuf, Vec<u8>>) -> Outcome<()> {
    for file in files(built) {
        let name = file.strip_prefix(built).unwrap_or(&file);
        if name.starts_with(".stamp") || name.starts_with(".stage") {
            continue;
        }
        let content = slim(name, read(&file)?)?;
        let page = (name == Path::new("index.html")).then(|| PathBuf::from(page));
        wanted.insert(page.unwrap_or_else(|| Path::new("assets").join(name)), content);
    }
    Ok(())
}

/// The file without what only people and tools read.
fn slim(name: &Path, content: Vec<u8>) -> Outcome<Vec<u8>> {
    let text = |content: Vec<u8>| {
        String::from_utf8(content)
            .map_err(|_| format!("{} is not UTF-8, so it cannot be packed", name.display()))
    };
    Ok(match name.extension().and_then(|e| e.to_str()) {
        Some("js") => script::squeeze(&text(content)?)
            .ok_or_else(|| format!("{} has a string that does not end", name.display()))?
            .into_bytes(),
        Some("css") => slim::lines(&text(content)?).into_bytes(),
        Some("html") => {
            let page = slim::html(&text(content)?);
            let page = slim::scripts(&page, inline)
                .ok_or_else(|| format!("{} has a script with a string that does not end", name.display()))?;
            style::shorten(&slim::lines(&page))
                .ok_or_else(|| format!("{} has a style that does not end", name.display()))?
                .into_bytes()
        }
        Some("wasm") => {
            slim::wasm(&content).ok_or_else(|| format!("{} is not a WebAssembly module", name.display()))?
        }
        _ => content,
    })
}

/// How trunk's script begins to tell the page that the wasm runs.
const ANNOUNCED: &str = "dispatchEvent(new CustomEvent(\"TrunkApplicationStarted\"";

/// How trunk's script starts the wasm.
const STARTED: &str = "const wasm = await init(";

/// A page's own script; and trunk's without its last words, which nobody listens to, and started when the page is ready for it. One that is a function as a whole shares no name with another, so it gets short ones.
fn inline(code: &str) -> Option<String> {
    let code = code.split_once(ANNOUNCED).map_or(code, |(before, _)| before);
    let code = code.replacen(STARTED, "await window.pronto?.wait;init(", 1);
    let squeezed = script::squeeze(&code)?;
    if squeezed.starts_with("(()=>{") { trim::trim(&short::rename(&squeezed)?) } else { Some(squeezed) }
}

/// A script with short names for what it declares, and without the signs that it can do without.
fn shorten(name: &Path, content: Vec<u8>) -> Outcome<Vec<u8>> {
    let text = std::str::from_utf8(&content).ok();
    let short = text.and_then(short::rename).and_then(|code| trim::trim(&code));
    Ok(short.ok_or_else(|| format!("{} cannot be told apart into names", name.display()))?.into_bytes())
}

fn write_all(packed: &Path, wanted: &BTreeMap<PathBuf, Vec<u8>>) -> Outcome<()> {
    let mut keep = BTreeSet::new();
    for (name, content) in wanted {
        let file = packed.join(name);
        keep.insert(file.clone());
        let fresh = write_if_new(&file, content)?;
        // The frame's page is filled in for each request, so what is sent is compressed then.
        if !compressible(name) || name == Path::new("frame.html") {
            continue;
        }
        for (ending, compress) in [("br", brotli as fn(&[u8]) -> std::io::Result<Vec<u8>>), ("gz", gzip)] {
            let beside = PathBuf::from(format!("{}.{ending}", file.display()));
            keep.insert(beside.clone());
            if fresh || !beside.is_file() {
                let small =
                    compress(content).map_err(|e| format!("{} cannot be packed: {e}", name.display()))?;
                write_if_new(&beside, &small)?;
            }
        }
    }
    for stale in files(packed).into_iter().filter(|file| !keep.contains(file)) {
        std::fs::remove_file(&stale).map_err(|e| format!("{} cannot be removed: {e}", stale.display()))?;
    }
    Ok(())
}

/// Whether it had to be written.
fn write_if_new(file: &Path, content: &[u8]) -> Outcome<bool> {
    if std::fs::read(file).is_ok_and(|there| there == content) {
        return Ok(false);
    }
    let say = |e: std::io::Error| format!("{} cannot be written: {e}", file.display());
    file.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(say)?;
    std::fs::write(file, content).map_err(say)?;
    Ok(true)
}

/// What brotli's encoder can be told that it is given.
const GUESSES: [BrotliEncoderMode; 3] = [
    BrotliEncoderMode::BROTLI_MODE_GENERIC,
    BrotliEncoderMode::BROTLI_MODE_FONT,
    BrotliEncoderMode::BROTLI_FORCE_MSB_PRIOR,
];

fn compressible(name: &Path) -> bool {
    let ending = name.extension().and_then(|e| e.to_str()).unwrap_or_default();
    ["html", "js", "css", "wasm", "json", "svg", "txt", "xml", "webmanifest"].contains(&ending)
}

/// The shortest of what the encoder makes of it under its different guesses at what it is given: no one guess is the best for
/// scripts and for wasm.
fn brotli(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let packed = GUESSES.into_iter().map(|guess| brotli_as(guess, content)).collect::<Result<Vec<_>, _>>()?;
    Ok(packed.into_iter().min_by_key(Vec::len).unwrap_or_default())
}

fn brotli_as(mode: BrotliEncoderMode, content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    let asked = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: content.len(),
        mode,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*content, &mut packed, &asked)?;
    Ok(packed)
}

fn gzip(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(content)?;
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::{GUESSES, brotli, brotli_as, compressible, gzip, inline};
    use std::io::Read;
    use std::path::Path;

    #[test]
    fn packed_files_unpack_to_themselves() {
        let text = b"to be packed, packed, packed".repeat(50);
        let guessed = GUESSES.map(|guess| brotli_as(guess, &text).expect("packs"));
        for packed in &guessed {
            let mut back = Vec::new();
            brotli::Decompressor::new(packed.as_slice(), 4096).read_to_end(&mut back).expect("unpacks");
            assert_eq!(back, text);
        }
        assert_eq!(brotli(&text).expect("packs").len(), guessed.iter().map(Vec::len).min().expect("three"));
        let mut back = Vec::new();
        flate2::read::GzDecoder::new(gzip(&text).expect("packs").as_slice())
            .read_to_end(&mut back)
            .expect("unpacks");
        assert_eq!(back, text);
    }

    #[test]
    fn the_wasm_starts_when_the_page_is_ready() {
        let trunks = "import init from '/a.js';\nconst wasm = await init({ module_or_path: '/a.wasm' });\n\ndispatchEvent(new CustomEvent(\"TrunkApplicationStarted\", {detail: {wasm}}));";
        let ours = "import init from'/a.js';await window.pronto?.wait;init({module_or_path:'/a.wasm'});";
        assert_eq!(inline(trunks).as_deref(), Some(ours));
    }

    #[test]
    fn pictures_are_left_as_they_are() {
        assert!(compressible(Path::new("a/pronto-1_bg.wasm")));
        assert!(!compressible(Path::new("demo/bread.webp")));
    }
}

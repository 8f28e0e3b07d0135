//! `cargo xtask test`: the suites in order, each with its time, and one closing count over all of them.
//!
//! A suite that could not run has failed, and the others run all the same. What a suite checks is said where it lives.

use crate::shell::{Outcome, ROOT, command, files, on_path, run};
use crate::toolchain::Wasm;
use crate::{bundle, measure, setup};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// No suite takes this long on two cores, even from nothing; one that does hangs.
const LIMIT: Duration = Duration::from_secs(30 * 60);

/// The story that is about bytes and milliseconds; it goes first and alone.
const BUDGET: &str = "budget.test.mjs";

/// What the panel is built without, and is checked all the same.
const CHAT: &str = "pronto/chat";

struct Suite {
    name: &'static str,
    run: fn() -> Outcome<Counts>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
}

/// The stories that can go otherwise in another engine, by their paths in tests/end_to_end. Those of them that ask more of
/// the browser's debugger than WebDriver gives list themselves as Chromium's alone.
const EVERYWHERE: [&str; 4] =
    ["way.test.mjs", "panel.test.mjs", "embed/hostile.test.mjs", "languages/narrow.test.mjs"];

const SUITES: [Suite; 8] = [
    Suite { name: "format", run: format },
    Suite { name: "clippy", run: clippy },
    Suite { name: "clippy-wasm", run: clippy_wasm },
    Suite { name: "docs", run: docs },
    Suite { name: "rust", run: rust },
    Suite { name: "build", run: build },
    Suite { name: "budget", run: budget },
    Suite { name: "end-to-end", run: end_to_end },
];

/// Run only when they are named, until the stories are steady in both.
const BY_NAME: [Suite; 2] =
    [Suite { name: "end-to-end firefox", run: firefox }, Suite { name: "end-to-end webkit", run: webkit }];

/// Runs [`SUITES`], or the one that `--only` names.
pub(crate) fn test(options: &[String]) -> Outcome<ExitCode> {
    let chosen: Vec<&Suite> = match options {
        [] => SUITES.iter().collect(),
        [list] if list == "--list" => {
            SUITES.iter().chain(&BY_NAME).for_each(|suite| println!("{}", suite.name));
            return Ok(ExitCode::SUCCESS);
        }
        [only, name] if only == "--only" => {
            SUITES.iter().chain(&BY_NAME).filter(|suite| suite.name == name).collect()
        }
        _ => Vec::new(),
    };
    if chosen.is_empty() {
        return Err(
            "`cargo xtask test` takes `--list`, or `--only` with one of the names it lists".to_owned()
        );
    }
    let mut all = Counts::default();
    let mut lines = Vec::new();
    for suite in chosen {
        let (counts, line) = timed(suite);
        println!("{line}");
        all.passed += counts.passed;
        all.failed += counts.failed;
        lines.push(line);
    }
    println!("\n{}", lines.join("\n"));
    println!("{} passed, {} failed", all.passed, all.failed);
    Ok(if all.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn timed(suite: &Suite) -> (Counts, String) {
    println!("\n== {}", suite.name);
    let begun = Instant::now();
    let counts = (suite.run)().unwrap_or_else(|sentence| {
        println!("{sentence}");
        Counts { passed: 0, failed: 1 }
    });
    let took = begun.elapsed().as_secs_f32();
    let line = format!("{:<18} {:>6} ok {:>5} bad {took:>8.1} s", suite.name, counts.passed, counts.failed);
    (counts, line)
}

fn format() -> Outcome<Counts> {
    component("fmt", "rustfmt")?;
    one(command("cargo").args(["fmt", "--all", "--check"]))
}

fn clippy() -> Outcome<Counts> {
    component("clippy", "clippy")?;
    one(command("cargo").args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--features",
        CHAT,
        "--locked",
        "--",
        "-D",
        "warnings",
    ]))
}

fn clippy_wasm() -> Outcome<Counts> {
    let wasm = Wasm::choose()?;
    println!("{}", wasm.taken);
    let mut clippy = command("cargo");
    clippy.args([
        "clippy",
        "--locked",
        "--package",
        "pronto",
        "--package",
        "pronto-inbox",
        "--package",
        "pronto-proof",
        "--features",
        CHAT,
    ]);
    clippy.env("CARGO_TARGET_DIR", bundle::wasm_target());
    wasm.check(&mut clippy);
    wasm.clippy()?;
    one(clippy.args(["--", "-D", "warnings"]))
}

fn docs() -> Outcome<Counts> {
    let mut docs = command("cargo");
    one(docs
        .args(["doc", "--workspace", "--no-deps", "--features", CHAT, "--locked"])
        .env("RUSTDOCFLAGS", "-D warnings"))
}

fn rust() -> Outcome<Counts> {
    println!("postgres: {}", setup::postgres()?.display());
    let mut counts = Counts::default();
    let mut tests = command("cargo");
    let ended_well = follow(
        tests.args(["test", "--workspace", "--features", CHAT, "--no-fail-fast", "--locked"]),
        |line| {
            counts.add(cargo_counts(line));
        },
    )?;
    Ok(counts.checked(ended_well))
}

fn build() -> Outcome<Counts> {
    bundle::build()?;
    Ok(Counts { passed: 1, failed: 0 })
}

fn budget() -> Outcome<Counts> {
    node_tests(&mut measure::node()?, &[ROOT.join("tests/end_to_end").join(BUDGET)])
}

fn end_to_end() -> Outcome<Counts> {
    setup::framework_packages()?;
    example_backend()?;
    let is_story = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.ends_with(".test.mjs") && name != BUDGET
    };
    let stories: Vec<PathBuf> = files(&ROOT.join("tests/end_to_end")).into_iter().filter(is_story).collect();
    if stories.is_empty() {
        return Err("there is not one story in tests/end_to_end".to_owned());
    }
    let mut node = measure::node()?;
    node_tests(node.env("PRONTO_EXAMPLE", bundle::example()?), &stories)
}

fn firefox() -> Outcome<Counts> {
    let (browser, driver) = setup::firefox()?;
    everywhere("firefox", &[("PRONTO_FIREFOX", browser), ("PRONTO_GECKODRIVER", driver)])
}

fn webkit() -> Outcome<Counts> {
    everywhere("webkit", &setup::webkit()?)
}

fn everywhere(engine: &str, programs: &[(&str, PathBuf)]) -> Outcome<Counts> {
    example_backend()?;
    let mut node = measure::node()?;
    node.env("PRONTO_ENGINE", engine).envs(programs.iter().map(|(name, path)| (name, path)));
    node_tests(&mut node, &EVERYWHERE.map(|story| ROOT.join("tests/end_to_end").join(story)))
}

/// What the stories' webhooks go to.
fn example_backend() -> Outcome<()> {
    run(command("cargo").args(["build", "--quiet", "--locked", "--package", "pronto-server", "--examples"]))
}

/// Runs node's own test runner, one file after the other, since two cores and one browser each are little.
fn node_tests(node: &mut Command, tests: &[PathBuf]) -> Outcome<Counts> {
    node.args(["--test", "--test-concurrency=1", "--test-reporter=tap"]).args(tests);
    let mut counts = Counts::default();
    let ended_well = follow(node, |line| counts.add(node_counts(line)))?;
    Ok(counts.checked(ended_well))
}

/// A suite that is one test: it passes when the program says so.
fn one(command: &mut Command) -> Outcome<Counts> {
    let ended_well = follow(command, |_| ())?;
    Ok(Counts { passed: u64::from(ended_well), failed: u64::from(!ended_well) })
}

impl Counts {
    fn add(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// No count of passed tests hides that the program failed, or that it ran nothing.
    fn checked(mut self, ended_well: bool) -> Counts {
        if self.failed == 0 && (!ended_well || self.passed == 0) {
            self.failed = 1;
        }
        self
    }
}

/// Reads `test result: ok. 12 passed; 0 failed; …`.
fn cargo_counts(line: &str) -> Counts {
    let Some(rest) = line.strip_prefix("test result: ") else { return Counts::default() };
    let number = |what: &str| {
        let before = rest.split(what).next().filter(|before| before.len() < rest.len())?;
        before.rsplit([' ', ';']).find(|word| !word.is_empty())?.parse().ok()
    };
    Counts { passed: number(" passed").unwrap_or(0), failed: number(" failed").unwrap_or(0) }
}

/// Reads the closing lines of node's report; a skipped or cancelled test did not run, so it has failed.
fn node_counts(line: &str) -> Counts {
    let number = |what: &str| line.strip_prefix(what).and_then(|n| n.trim().parse().ok()).unwrap_or(0);
    Counts {
        passed: number("# pass "),
        failed: ["# fail ", "# cancelled ", "# skipped ", "# todo "].into_iter().map(number).sum(),
    }
}

fn component(subcommand: &str, name: &str) -> Outcome<()> {
    if crate::shell::ask("cargo", &[subcommand, "--version"]).is_some() {
        return Ok(());
    }
    if on_path("rustup").is_none() {
        return Err(format!("`cargo {subcommand}` is not installed"));
    }
    run(command("rustup").args(["component", "add", name]))
}

/// Runs a program, hands each line it prints to `see`, and says whether it ended well. It gets a process group of its
/// own, so that one that hangs is ended with all it started.
fn follow(command: &mut Command, mut see: impl FnMut(&str)) -> Outcome<bool> {
    let fault = |e: std::io::Error| format!("the suite could not run: {e}");
    let (reader, writer) = std::io::pipe().map_err(fault)?;
    command.stdin(Stdio::null()).stdout(writer.try_clone().map_err(fault)?).stderr(writer).process_group(0);
    let child = command.spawn();
    // The command holds our ends of the pipe; without them it ends when the program's do.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = child.map_err(fault)?;
    let lines = read_lines(reader);
    let begun = Instant::now();
    loop {
        match lines.recv_timeout(Duration::from_millis(200)) {
            Ok(line) => {
                println!("{line}");
                see(&line);
            }
            Err(RecvTimeoutError::Timeout) => {
                // A server left behind by a test may hold the pipe open; it is not waited for.
                if let Some(status) = child.try_wait().map_err(fault)? {
                    return Ok(status.success());
                }
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(child.wait().map_err(fault)?.success()),
        }
        if begun.elapsed() > LIMIT {
            run(Command::new("kill").args(["-KILL", "--", &format!("-{}", child.id())]))?;
            child.wait().map_err(fault)?;
            return Err(format!("the suite was ended after {} minutes", LIMIT.as_secs() / 60));
        }
    }
}

fn read_lines(reader: std::io::PipeReader) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut reader = BufReader::new(reader);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            if sender.send(String::from_utf8_lossy(&line).trim_end().to_owned()).is_err() {
                return;
            }
            line.clear();
        }
    });
    receiver
}

#[cfg(test)]
mod tests {
    use super::{Counts, cargo_counts, follow, node_counts};
    use std::process::Command;

    fn counts(passed: u64, failed: u64) -> Counts {
        Counts { passed, failed }
    }

    #[test]
    fn counts_are_read_from_the_reports() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s";
        assert_eq!(cargo_counts(line), counts(12, 3));
        assert_eq!(cargo_counts("test store::tests::result ... ok"), counts(0, 0));
        assert_eq!(node_counts("# pass 7"), counts(7, 0));
        assert_eq!(node_counts("# skipped 2"), counts(0, 2));
        assert_eq!(node_counts("ok 1 - a story"), counts(0, 0));
    }

    #[test]
    fn nothing_run_or_a_bad_end_is_a_failure() {
        assert_eq!(counts(0, 0).checked(true), counts(0, 1));
        assert_eq!(counts(5, 0).checked(false), counts(5, 1));
        assert_eq!(counts(5, 2).checked(false), counts(5, 2));
        assert_eq!(counts(5, 0).checked(true), counts(5, 0));
    }

    #[test]
    fn a_program_is_followed_to_its_end() {
        let mut seen = Vec::new();
        let mut shell = Command::new("sh");
        let ended_well =
            follow(shell.args(["-c", "echo one; echo two >&2; exit 3"]), |line| seen.push(line.to_owned()));
        assert_eq!(ended_well, Ok(false));
        assert_eq!(seen, ["one", "two"]);
    }
}

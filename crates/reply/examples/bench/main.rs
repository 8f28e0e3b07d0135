//! How good the reply clock is, and how quick: `cargo xtask bench reply` and `cargo xtask bench clock` run this. Reads files
//! and a stopwatch, which the library never does; nothing of it ships.

mod business;
mod file;
mod random;
mod replay;
mod report;
mod rules;
mod score;
mod speed;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask bench reply [--data FILE] [--json] [--from N]
cargo xtask bench clock [--json]

  reply --data FILE  lives through the questions of FILE once more, in the order in which they came, and judges what the
        reply clock and five fixed rules would have said to each, knowing only what had happened by then: later answers are
        not known, and who still waits counts as waiting for that long. Judged is the second half, in no case before the
        question at place 300 (from 0); `--from N` judges from the one at place N on.
        FILE is CSV with a header; of its columns, in any order, it reads `asked_at` and `answered_at` in seconds since
        1970, the latter empty where nobody answered. What is no such file is refused by line.
        Printed are, for half, three quarters and nine tenths of those who ask, the mean pinball loss of log2 of the wait
        in seconds (at least 30, at most 7 days; never answered is 7 days) and the share answered within what was said.
        The rules:
          pronto      the clock of crates/reply, told no opening hours
          km30        Kaplan and Meier's curve over the questions of the last 30 days
          answered30  the quantiles of the waits of those of the last 30 days that were answered
          answered7   the same over 7 days
          badge       the mean of the fastest nine tenths of the answered of 30 days; under ten of them, of the last ten
                      answers ever. One figure for every share
          mean30      the mean of the answered of 30 days. One figure for every share
        A curve that never falls far enough says never, which is heard as 7 days. A rule without a figure, having no answer
        in its window, goes on saying what it said last, and at the very beginning never.
        --json prints {\"questions\":n,\"rules\":{\"pronto\":{\"p50\":x,\"p75\":x,\"p90\":x,\"within50\":x,\"within75\":x,\"within90\":x},…}}

  reply without --data does the same on five simulated businesses whose truth is known, twenty runs of each, beside an
        oracle that knows all but chance: 300 questions to learn from and 300 that are judged; where the staff halves,
        those of the third and fourth week after it did. `untold` is the clock without the stated opening hours.
        --json prints {\"businesses\":{\"NAME\":{\"questions\":n,\"rules\":{\"oracle\":{…},\"pronto\":{…},\"untold\":{…},\"km30\":{…},…}}}}
        where each rule has what it has above and \"to_oracle\", its loss at the three shares over the oracle's.

  clock what an event and a reading cost with a thousand and with a million questions behind them, and on 10,000 sites;
        how large a snapshot is, and how long it takes to read back.
        --json prints {\"sites\":[{\"sites\":n,\"questions\":n,\"event_us\":x,\"slowest_event_us\":x,\"read_us\":x,\"snapshot_bytes\":n,\"restore_us\":x},…]}
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let printed = run(&args).and_then(|text| {
        std::io::stdout()
            .write_all(text.as_bytes())
            .map_err(|e| format!("the figures cannot be printed: {e}"))
    });
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("bench: {sentence}");
            ExitCode::FAILURE
        }
    }
}

/// What was asked for.
#[derive(Default)]
struct Options {
    data: Option<PathBuf>,
    from: Option<usize>,
    json: bool,
}

fn run(args: &[String]) -> Result<String, String> {
    let Some((what, rest)) = args.split_first() else { return Ok(HELP.to_owned()) };
    if args.iter().any(|arg| ["help", "--help", "-h"].contains(&arg.as_str())) {
        return Ok(HELP.to_owned());
    }
    let options = options(rest)?;
    match (what.as_str(), &options.data) {
        ("reply", Some(data)) => {
            let questions = file::read(data)?;
            let from = options.from.unwrap_or((questions.len() / 2).max(300));
            if from >= questions.len() {
                let (name, count) = (data.display(), questions.len());
                return Err(format!(
                    "{name} holds {count} questions, and the first {from} are only learned from; `--from N` judges earlier ones"
                ));
            }
            let scores = replay::scores(&questions, from);
            Ok(report::file(questions.len() - from, &scores, options.json))
        }
        ("reply", None) if options.from.is_none() => Ok(report::businesses(options.json)),
        ("clock", None) if options.from.is_none() => Ok(report::speed(&speed::measure(), options.json)),
        _ => Err(
            "`bench reply` takes --data FILE, --json and, with a file, --from N; `bench clock` takes --json"
                .to_owned(),
        ),
    }
}

fn options(args: &[String]) -> Result<Options, String> {
    let mut options = Options::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--json" => options.json = true,
            "--data" => options.data = Some(args.next().ok_or("--data wants a file")?.into()),
            "--from" => {
                let number = args.next().and_then(|n| n.parse().ok());
                options.from = Some(number.ok_or("--from wants the place of a question, from 0")?);
            }
            other => return Err(format!("there is no option `{other}`; --help names those there are")),
        }
    }
    Ok(options)
}

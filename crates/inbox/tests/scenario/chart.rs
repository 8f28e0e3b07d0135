//! The geometry of the reports' pictures, as it comes from what the server measured: nothing, little, too much.

use expect_test::{Expect, expect};
use pronto_inbox::state::report::chart::{Waits, middle, path, share, spread};
use pronto_inbox::state::report::columns::columns;
use pronto_inbox::state::report::costs::costs;
use pronto_inbox::state::report::curve::{after, curve, quantile, sample, table, waiting};
use pronto_inbox::state::report::others::others;
use pronto_inbox::state::report::span::{rough, span};
use pronto_inbox::state::report::trend::{trend, verdict};
use pronto_inbox::state::report::week::{extremes, week};
use pronto_inbox::state::report::{begun, is_empty};
use pronto_protocol::model::cost::Money;
use pronto_protocol::model::report::{
    CurvePoint, PromiseCount, Report, ReportHour, ReportMonth, ReportWeek, WaitCount,
};

#[track_caller]
fn check(lines: impl IntoIterator<Item = String>, expected: Expect) {
    expected.assert_eq(&lines.into_iter().map(|line| line + "\n").collect::<String>());
}

#[test]
fn spans_are_rounded_up_and_short() {
    let line = |seconds: u32| format!("{seconds}: {:?}, roughly {:?}", span(seconds), rough(seconds));
    check(
        [0, 1, 59, 60, 61, 3_540, 3_541, 3_600, 3_601, 82_801, 86_399, 86_400, 90_001, 1_209_600, 1_209_601]
            .into_iter()
            .chain([63_072_000, 63_072_001, u32::MAX])
            .map(line),
        expect![[r#"
            0: ((0, Second), None), roughly (0, Second)
            1: ((1, Second), None), roughly (1, Second)
            59: ((59, Second), None), roughly (59, Second)
            60: ((1, Minute), None), roughly (1, Minute)
            61: ((2, Minute), None), roughly (2, Minute)
            3540: ((59, Minute), None), roughly (59, Minute)
            3541: ((1, Hour), None), roughly (1, Hour)
            3600: ((1, Hour), None), roughly (1, Hour)
            3601: ((1, Hour), Some((1, Minute))), roughly (2, Hour)
            82801: ((23, Hour), Some((1, Minute))), roughly (1, Day)
            86399: ((1, Day), None), roughly (1, Day)
            86400: ((1, Day), None), roughly (1, Day)
            90001: ((1, Day), Some((2, Hour))), roughly (2, Day)
            1209600: ((14, Day), None), roughly (14, Day)
            1209601: ((15, Day), None), roughly (15, Day)
            63072000: ((730, Day), None), roughly (730, Day)
            63072001: ((3, Year), None), roughly (3, Year)
            4294967295: ((137, Year), None), roughly (137, Year)
        "#]],
    );
}

#[test]
fn scales_go_from_step_to_step() {
    let line = |waits: &[u32]| {
        let Some(scale) = Waits::holding(waits.iter().copied()) else { return format!("{waits:?}: none") };
        let ticks: Vec<String> = scale
            .ticks()
            .iter()
            .map(|tick| format!("{}@{}{}", tick.seconds, tick.at, if tick.wide { "~" } else { "" }))
            .collect();
        let ends =
            [waits.iter().min(), waits.iter().max()].map(|wait| wait.map_or(0, |wait| scale.at(*wait)));
        format!("{waits:?}: {} ends at {ends:?}", ticks.join(" "))
    };
    check(
        [
            line(&[]),
            line(&[0]),
            line(&[1]),
            line(&[60]),
            line(&[7, 72_180]),
            line(&[300, 320]),
            line(&[86_400, 86_400]),
            line(&[1, u32::MAX]),
            line(&[u32::MAX]),
        ],
        expect![[r#"
            []: none
            [0]: 1@0 5@10000 ends at [0, 0]
            [1]: 1@0 5@10000 ends at [0, 0]
            [60]: 30@0~ 60@3010 300@10000 ends at [3010, 3010]
            [7, 72180]: 10@710~ 60@2547 300@4196~ 900@5322~ 3600@6743 14400@8164~ 86400@10000~ ends at [345, 9816]
            [300, 320]: 60@0 300@5943 900@10000 ends at [5943, 6181]
            [86400, 86400]: 43200@0 86400@3869 259200@10000 ends at [3869, 3869]
            [1, 4294967295]: 1@0~ 60@1846 3600@3692~ 86400@5125 2592000@6658~ 31536000@7785 315360000@8823~ ends at [0, 10000]
            [4294967295]: 3153600000@0 ends at [10000, 10000]
        "#]],
    );
}

#[test]
fn labels_keep_apart_and_inside() {
    let line = |places: &[i32]| {
        let mut moved = places.to_vec();
        spread(&mut moved, 900);
        format!("{places:?} -> {moved:?}")
    };
    check(
        [
            line(&[]),
            line(&[5_000]),
            line(&[5_000, 5_000, 5_000]),
            line(&[9_900, 9_800, 100]),
            line(&[10_000, 10_000]),
            line(&[-50, 20_000]),
        ],
        expect![[r#"
            [] -> []
            [5000] -> [5000]
            [5000, 5000, 5000] -> [5000, 5900, 6800]
            [9900, 9800, 100] -> [10000, 9100, 100]
            [10000, 10000] -> [9100, 10000]
            [-50, 20000] -> [0, 10000]
        "#]],
    );
}

#[test]
fn lengths_and_paths() {
    let points = [(0, 0), (2_500, 1_000), (10_000, 4_000)];
    let share = |part, whole| format!("{part} of {whole}: {}", share(part, whole));
    check(
        [
            path(&[], true),
            path(&points, true),
            path(&points, false),
            format!("{} {} {}", middle(0, 1), middle(0, 12), middle(11, 12)),
            share(0, 0),
            share(1, 3),
            share(7, 3),
            share(u64::MAX, u64::MAX),
        ],
        expect![[r#"

            M0 0H2500V1000H10000V4000
            M0 0L2500 1000L10000 4000
            5000 416 9583
            0 of 0: 0
            1 of 3: 3333
            7 of 3: 10000
            18446744073709551615 of 18446744073709551615: 10000
        "#]],
    );
}

/// A report whose curve comes from these waits: how long, how many answered, how many not.
fn of(counts: &[(u32, u32, u32)]) -> Report {
    let mut report = super::report::report(0);
    let mut at_risk: u64 = counts.iter().map(|(_, a, w)| u64::from(*a) + u64::from(*w)).sum();
    let mut left = 1_000_u64;
    report.curve = vec![CurvePoint { wait_s: 0, waiting_permille: 1_000 }];
    for &(up_to_s, answered, waiting) in counts {
        report.document.counts.push(WaitCount { up_to_s, answered, waiting });
        if answered > 0 {
            left = left * (at_risk - u64::from(answered)) / at_risk;
            report.curve.push(CurvePoint {
                wait_s: up_to_s,
                waiting_permille: u32::try_from(left).expect("a share"),
            });
        }
        at_risk -= u64::from(answered) + u64::from(waiting);
    }
    report
}

#[test]
fn the_curve_falls_as_people_are_answered() {
    let draw = |name: &str, counts: &[(u32, u32, u32)]| {
        let report = of(counts);
        let Some(drawn) = curve(&report) else { return format!("{name}: nothing\n") };
        let marks: Vec<String> = drawn
            .marks
            .iter()
            .map(|m| {
                format!(
                    "{}% {} s at {},{}{}",
                    m.percent,
                    m.wait_s,
                    m.x,
                    m.y,
                    if m.right { " right" } else { "" }
                )
            })
            .collect();
        format!(
            "{name}: {} asked, {} wait\n    {}\n    {}\n    {}\n    tail {:?}\n    {:?}",
            sample(&report),
            waiting(&report),
            drawn.line,
            drawn.area.strip_prefix(&drawn.line).expect("the area is the curve, closed"),
            if marks.is_empty() { "no marks".to_owned() } else { marks.join("; ") },
            drawn.tail,
            table(&report),
        )
    };
    check(
        [
            draw("nobody", &[]),
            draw("one answered", &[(90, 1, 0)]),
            draw("one waiting", &[(90, 0, 1)]),
            draw("all unanswered", &[(600, 0, 4), (86_400, 0, 8)]),
            draw("all at once", &[(1, 20, 0)]),
            draw("a quarter never", &[(60, 5, 0), (600, 4, 0), (3_600, 6, 1), (90_000, 0, 4)]),
            draw("half exactly", &[(60, 5, 0), (90_000, 0, 5)]),
            draw("huge", &[(1, u32::MAX, 0), (u32::MAX, u32::MAX, u32::MAX)]),
        ],
        expect![[r#"
            nobody: nothing

            one answered: 1 asked, 0 wait
                M0 0H2519V10000H10000V10000
                V10000H0Z
                50% 90 s at 2519,5000 right; 75% 90 s at 2519,7500 right; 90% 90 s at 2519,9000 right
                tail None
                [(60, 1000), (300, 0)]
            one waiting: 1 asked, 1 wait
                M0 0H10000V0
                V10000H0Z
                no marks
                tail Some(Tail { permille: 1000, y: 0 })
                [(60, 1000), (300, 1000)]
            all unanswered: 12 asked, 12 wait
                M0 0H10000V0
                V10000H0Z
                no marks
                tail Some(Tail { permille: 1000, y: 0 })
                [(300, 1000), (900, 1000), (3600, 1000), (14400, 1000), (43200, 1000), (86400, 1000), (259200, 1000)]
            all at once: 20 asked, 0 wait
                M0 0H0V10000H10000V10000
                V10000H0Z
                50% 1 s at 0,5000 right; 75% 1 s at 0,7500 right; 90% 1 s at 0,9000 right
                tail None
                [(1, 0), (5, 0)]
            a quarter never: 20 asked, 5 wait
                M0 0H1123V2500H4852V4500H7755V7500H10000V7500
                V10000H0Z
                50% 3600 s at 7755,5000; 75% 3600 s at 7755,7500
                tail Some(Tail { permille: 250, y: 7500 })
                [(30, 1000), (60, 750), (300, 750), (900, 550), (3600, 250), (14400, 250)]
            half exactly: 10 asked, 5 wait
                M0 0H3010V5000H10000V5000
                V10000H0Z
                50% 60 s at 3010,5000 right
                tail Some(Tail { permille: 500, y: 5000 })
                [(30, 1000), (60, 500), (300, 500)]
            huge: 4294967295 asked, 4294967295 wait
                M0 0H0V3340H10000V6670H10000V6670
                V10000H0Z
                50% 4294967295 s at 10000,5000
                tail Some(Tail { permille: 333, y: 6670 })
                [(1, 666), (5, 666), (10, 666), (30, 666), (60, 666), (300, 666), (900, 666), (3600, 666), (14400, 666), (43200, 666), (86400, 666), (259200, 666), (604800, 666), (2592000, 666), (7776000, 666), (31536000, 666), (315360000, 666), (3153600000, 666)]
        "#]],
    );
}

#[test]
fn the_curve_is_asked() {
    let report = of(&[(60, 5, 0), (600, 4, 0), (3_600, 6, 1), (90_000, 0, 4)]);
    let quantiles = [0, 25, 50, 75, 90, 100, 255].map(|percent| quantile(&report.curve, percent));
    let shares = [0, 59, 60, 61, 600, 4_000_000].map(|seconds| after(&report.curve, seconds));
    check(
        [
            format!("{quantiles:?}"),
            format!("{shares:?}"),
            format!("{} {:?}", after(&[], 5), quantile(&[], 50)),
        ],
        expect![[r#"
            [Some(0), Some(60), Some(3600), Some(3600), None, None, None]
            [1000, 1000, 750, 750, 550, 250]
            1000 None
        "#]],
    );
}

fn a_week(questions: u32, waits: [Option<u32>; 3]) -> ReportWeek {
    ReportWeek {
        monday: "2026-11-23".into(),
        questions,
        unanswered: 0,
        p50_s: waits[0],
        p75_s: waits[1],
        p90_s: waits[2],
        promises: PromiseCount::default(),
    }
}

#[test]
fn waits_by_week_are_three_lines() {
    let none = a_week(0, [None; 3]);
    let quick = a_week(30, [Some(60), Some(300), Some(3_600)]);
    let slow = a_week(4, [Some(3_000), Some(20_000), None]);
    let huge = a_week(u32::MAX, [Some(u32::MAX); 3]);
    let draw = |name: &str, weeks: &[&ReportWeek]| {
        let weeks: Vec<ReportWeek> = weeks.iter().map(|week| (*week).clone()).collect();
        let verdict = verdict(&weeks);
        let Some(drawn) = trend(&weeks) else { return format!("{name}: nothing, {verdict:?}\n") };
        let line = |line: &pronto_inbox::state::report::trend::Line| {
            let thin: Vec<i32> = line.dots.iter().filter(|dot| dot.thin).map(|dot| dot.x).collect();
            format!(
                "    {}% {:?} thin {thin:?} beyond {:?} {:?}\n",
                line.percent, line.path, line.beyond, line.label
            )
        };
        let ticks: Vec<(u32, i32)> = drawn.ticks.iter().map(|tick| (tick.seconds, tick.at)).collect();
        format!("{name}: {verdict:?} {ticks:?}\n{}", drawn.lines.iter().map(line).collect::<String>())
    };
    check(
        [
            draw("no week", &[]),
            draw("quiet weeks", &[&none, &none]),
            draw("a single week", &[&quick]),
            draw("two full weeks and one begun", &[&quick, &slow, &none]),
            draw("faster", &[&slow, &quick, &quick]),
            draw("the same", &[&quick, &quick, &slow]),
            draw("a gap", &[&quick, &none, &quick, &quick]),
            draw("huge", &[&huge, &quick, &huge]),
        ],
        expect![[r#"
            no week: nothing, None

            quiet weeks: nothing, None

            a single week: None [(60, 8877), (300, 6270), (900, 4491), (3600, 2245), (14400, 0)]
                50% "M5000 8877" thin [] beyond [] Some(Label { wait_s: 60, y: 8877 })
                75% "M5000 6270" thin [] beyond [] Some(Label { wait_s: 300, y: 6270 })
                90% "M5000 2245" thin [] beyond [] Some(Label { wait_s: 3600, y: 2245 })

            two full weeks and one begun: Some((Slower, 3000, 60)) [(60, 9047), (300, 6834), (900, 5323), (3600, 3417), (14400, 1511), (43200, 0)]
                50% "M1666 9047L5000 3668" thin [5000] beyond [] Some(Label { wait_s: 3000, y: 4367 })
                75% "M1666 6834L5000 1059" thin [5000] beyond [] Some(Label { wait_s: 20000, y: 1059 })
                90% "M1666 3417" thin [] beyond [5000] Some(Label { wait_s: 3600, y: 3417 })

            faster: Some((Faster, 60, 3000)) [(60, 9047), (300, 6834), (900, 5323), (3600, 3417), (14400, 1511), (43200, 0)]
                50% "M1666 3668L5000 9047L8333 9047" thin [1666] beyond [] Some(Label { wait_s: 60, y: 9047 })
                75% "M1666 1059L5000 6834L8333 6834" thin [1666] beyond [] Some(Label { wait_s: 300, y: 6834 })
                90% "M5000 3417L8333 3417" thin [] beyond [1666] Some(Label { wait_s: 3600, y: 3417 })

            the same: Some((Same, 60, 60)) [(60, 9047), (300, 6834), (900, 5323), (3600, 3417), (14400, 1511), (43200, 0)]
                50% "M1666 9047L5000 9047L8333 3668" thin [8333] beyond [] Some(Label { wait_s: 3000, y: 4367 })
                75% "M1666 6834L5000 6834L8333 1059" thin [8333] beyond [] Some(Label { wait_s: 20000, y: 1059 })
                90% "M1666 3417L5000 3417" thin [] beyond [8333] Some(Label { wait_s: 3600, y: 3417 })

            a gap: None [(60, 8877), (300, 6270), (900, 4491), (3600, 2245), (14400, 0)]
                50% "M1250 8877M6250 8877L8750 8877" thin [] beyond [] Some(Label { wait_s: 60, y: 8877 })
                75% "M1250 6270M6250 6270L8750 6270" thin [] beyond [] Some(Label { wait_s: 300, y: 6270 })
                90% "M1250 2245M6250 2245L8750 2245" thin [] beyond [] Some(Label { wait_s: 3600, y: 2245 })

            huge: Some((Faster, 60, 4294967295)) [(60, 9631), (3600, 7451), (86400, 5758), (604800, 4722), (31536000, 2617), (315360000, 1391)]
                50% "M1666 0L5000 9631L8333 0" thin [] beyond [] Some(Label { wait_s: 4294967295, y: 0 })
                75% "M1666 0L5000 8774L8333 0" thin [] beyond [] Some(Label { wait_s: 4294967295, y: 950 })
                90% "M1666 0L5000 7451L8333 0" thin [] beyond [] Some(Label { wait_s: 4294967295, y: 1900 })

        "#]],
    );
}

#[test]
fn weeks_before_the_first_question_are_left_out() {
    let (none, some) = (a_week(0, [None; 3]), a_week(1, [None; 3]));
    let promised = ReportWeek { promises: PromiseCount { kept: 1, missed: 0 }, ..none.clone() };
    let count = |weeks: &[&ReportWeek]| {
        let weeks: Vec<ReportWeek> = weeks.iter().map(|week| (*week).clone()).collect();
        format!("{} of {}", begun(&weeks).len(), weeks.len())
    };
    check(
        [
            count(&[]),
            count(&[&some]),
            count(&[&none, &none, &none, &none, &none, &some]),
            count(&[&none, &some, &none, &none, &none, &none]),
            count(&[&none, &promised, &none, &none, &none, &none]),
        ],
        expect![[r#"
            0 of 0
            1 of 1
            4 of 6
            5 of 6
            5 of 6
        "#]],
    );
}

#[test]
fn columns_stand_on_either_side() {
    let draw = |counts: &[(u32, u32)]| {
        let Some(drawn) = columns(counts) else { return format!("{counts:?}: nothing") };
        let column = |c: &pronto_inbox::state::report::columns::Column| {
            format!(" {}: {}..{}{}", c.x, c.top, c.bottom, if c.wide { "~" } else { "" })
        };
        let columns: String = drawn.columns.iter().map(column).collect();
        format!("{counts:?}: line {}, width {};{columns}", drawn.line, drawn.width)
    };
    check(
        [
            draw(&[]),
            draw(&[(0, 0), (0, 0)]),
            draw(&[(5, 0)]),
            draw(&[(0, 5)]),
            draw(&[(8, 2), (0, 0), (4, 0)]),
            draw(&[(1_000, 1), (1, 0), (0, 1), (500, 0), (9, 0)]),
            draw(&[(u32::MAX, u32::MAX), (1, 1)]),
        ],
        expect![[r#"
            []: nothing
            [(0, 0), (0, 0)]: nothing
            [(5, 0)]: line 10000, width 800; 5000: 0..10000
            [(0, 5)]: line 0, width 800; 5000: 0..10000
            [(8, 2), (0, 0), (4, 0)]: line 8000, width 800; 1666: 0..10000 5000: 8000..8000 8333: 4000..8000
            [(1000, 1), (1, 0), (0, 1), (500, 0), (9, 0)]: line 9880, width 800; 1000: 0..10000~ 3000: 9760..9880 5000: 9880..10000~ 7000: 4940..9880~ 9000: 9760..9880
            [(4294967295, 4294967295), (1, 1)]: line 5000, width 800; 2500: 0..10000~ 7500: 4880..5120
        "#]],
    );
}

fn an_hour(weekday: u8, hour: u8, questions: u32, p50_s: Option<u32>) -> ReportHour {
    ReportHour { weekday, hour, questions, p50_s }
}

#[test]
fn a_week_by_the_hour() {
    let draw = |name: &str, hours: &[ReportHour]| {
        let Some(drawn) = week(hours) else { return format!("{name}: nothing, {:?}", extremes(hours)) };
        let cells: String =
            drawn.cells.iter().map(|c| format!(" {},{} bar {} {:?};", c.x, c.row, c.bar, c.shade)).collect();
        let told = extremes(hours).map(|(busy, slow)| {
            format!("busy {}-{}, slow {}-{}", busy.weekday, busy.hour, slow.weekday, slow.hour)
        });
        format!("{name}: {}..{} most {};{cells} {told:?}", drawn.first, drawn.last, drawn.most)
    };
    check(
        [
            draw("nobody", &[]),
            draw("no such hours", &[an_hour(0, 9, 1, None), an_hour(8, 9, 1, None), an_hour(1, 24, 1, None)]),
            draw("one", &[an_hour(7, 23, 1, Some(30))]),
            draw("nobody answered", &[an_hour(1, 9, 2, None), an_hour(2, 9, 2, None)]),
            draw(
                "shades",
                &[
                    an_hour(1, 8, 10, Some(300)),
                    an_hour(2, 8, 10, Some(301)),
                    an_hour(3, 9, 3, Some(3_600)),
                    an_hour(4, 9, 1, Some(90_000)),
                    an_hour(5, 11, 5, Some(14_401)),
                ],
            ),
            draw("huge", &[an_hour(1, 0, u32::MAX, Some(u32::MAX)), an_hour(7, 23, 1, Some(0))]),
        ],
        expect![[r#"
            nobody: nothing, None
            no such hours: nothing, None
            one: 23..23 most 1; 8571,0 bar 10000 Some(0); Some("busy 7-23, slow 7-23")
            nobody answered: 9..9 most 2; 0,0 bar 10000 None; 1428,0 bar 10000 None; Some("busy 1-9, slow 1-9")
            shades: 8..11 most 10; 0,0 bar 10000 Some(0); 1428,0 bar 10000 Some(1); 2857,1 bar 3000 Some(2); 4285,1 bar 1000 Some(4); 5714,3 bar 5000 Some(4); Some("busy 1-8, slow 5-11")
            huge: 0..23 most 4294967295; 0,0 bar 10000 Some(4); 8571,23 bar 0 Some(0); Some("busy 1-0, slow 1-0")
        "#]],
    );
}

fn money(micros: i64, currency: &str) -> Money {
    Money { micros, currency: currency.into() }
}

fn a_month(month: &str, totals: Vec<Money>, late: Vec<Money>, unknown: u32) -> ReportMonth {
    ReportMonth { month: month.into(), totals, late, unknown }
}

#[test]
fn costs_have_a_picture_per_currency_and_unknown_is_not_nothing() {
    let draw = |name: &str, months: &[ReportMonth]| {
        let currency = |c: &pronto_inbox::state::report::costs::Currency| {
            let bar = |b: &pronto_inbox::state::report::costs::Bar| {
                let amount = |sum: &Option<Money>| {
                    sum.as_ref().map_or_else(|| "none".into(), |m| m.micros.to_string())
                };
                let (total, late) = (amount(&b.total), amount(&b.late));
                format!(
                    " {} {total} ({}) late {late} ({}) unknown {};",
                    b.month, b.length, b.late_length, b.unknown
                )
            };
            format!("\n    {:?}{}", c.code, c.bars.iter().map(bar).collect::<String>())
        };
        format!("{name}:{}", costs(months).iter().map(currency).collect::<String>())
    };
    check(
        [
            draw("nothing", &[]),
            draw("quiet months", &[a_month("2026-10", vec![], vec![], 0)]),
            draw(
                "only unknown",
                &[a_month("2026-10", vec![], vec![], 0), a_month("2026-11", vec![], vec![], 2)],
            ),
            draw(
                "two currencies",
                &[
                    a_month("2026-09", vec![money(45_000, "EUR")], vec![money(45_000, "EUR")], 0),
                    a_month("2026-10", vec![], vec![], 1),
                    a_month(
                        "2026-11",
                        vec![money(90_000, "EUR"), money(1, "USD")],
                        vec![money(30_000, "EUR")],
                        0,
                    ),
                ],
            ),
            draw("a correction", &[a_month("2026-11", vec![money(-5, "EUR")], vec![], 0)]),
            draw(
                "huge",
                &[a_month("2026-11", vec![money(i64::MAX, "EUR")], vec![money(i64::MIN, "EUR")], u32::MAX)],
            ),
        ],
        expect![[r#"
            nothing:
            quiet months:
            only unknown:
                "" 2026-11 none (0) late none (0) unknown 2;
            two currencies:
                "EUR" 2026-09 45000 (5000) late 45000 (5000) unknown 0; 2026-10 none (0) late none (0) unknown 1; 2026-11 90000 (10000) late 30000 (3333) unknown 0;
                "USD" 2026-11 1 (10000) late none (0) unknown 0;
            a correction:
                "EUR" 2026-11 -5 (0) late none (0) unknown 0;
            huge:
                "EUR" 2026-11 9223372036854775807 (10000) late -9223372036854775808 (0) unknown 4294967295;
        "#]],
    );
}

#[test]
fn others_count_otherwise() {
    let draw = |name: &str, counts: &[(u32, u32, u32)], badge: Option<u32>, median: (Option<u32>, u32)| {
        let mut report = of(counts);
        report.others.badge_time_s = badge;
        (report.others.median_open_s, report.others.median_sample) = median;
        let rows = others(&report).map(|drawn| drawn.rows);
        format!("{name}: empty {} {rows:?}", is_empty(&report))
    };
    check(
        [
            draw("nothing", &[], None, (None, 0)),
            draw("too few", &[(60, 9, 0)], None, (Some(60), 4)),
            draw("all three", &[(60, 6, 0), (3_600, 4, 6)], Some(300), (Some(0), 5)),
        ],
        expect![[r#"
            nothing: empty true None
            too few: empty false None
            all three: empty false Some([(Pronto, Some((3600, 8552))), (Badge, Some((300, 5957))), (Median, Some((0, 0)))])
        "#]],
    );
}

//! The operator's test clock, and what is seen by moving it: a reply window that closes. The clock is one for the whole
//! process, so that its stories are told one after another.

#[expect(dead_code, reason = "other test files use the rest")]
mod common;

use common::{As, Options, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Mutex;

static CLOCK: Mutex<()> = Mutex::const_new(());

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_moves_only_where_the_operator_said_so() {
    let _clock = CLOCK.lock().await;
    let app = TestApp::new().await;
    let to = |now: i64| json!({"now": now});
    let set =
        async |app: &TestApp, now: i64| app.send(Method::PUT, "/v1/test/clock", &As::Nobody, &to(now)).await;
    assert_eq!(set(&app, 1_800_000_000_000).await.short(), "404 not_found");

    let app = TestApp::with(Options { test_clock: true, ..Options::default() }).await;
    let day = 24 * 60 * 60 * 1_000;
    for start in [1_900_000_000_000_i64, 1_800_000_000_000] {
        let answer = set(&app, start).await;
        assert_eq!(answer.short(), "200", "{}", answer.text);
        let who = app.visitor("shop", &format!("c{start}")).await;
        let sent = app.write(&who, &format!("c{start}"), "m1", "ciao").await;
        let at = sent.json()["message"]["created_at"].as_i64().expect("a time");
        assert!((start..start + 60_000).contains(&at), "{at}");
        let session = app.get("/v1/session", &who).await.json()["now"].as_i64().expect("a time");
        assert!((at..start + 60_000).contains(&session), "it goes on: {session}");
    }
    for wrong in [-1, i64::MAX, 4_000_000 * day] {
        assert_eq!(set(&app, wrong).await.short(), "400 bad_request", "{wrong}");
    }
    let text = app.send(Method::PUT, "/v1/test/clock", &As::Nobody, &json!({"now": "noon"})).await;
    assert_eq!(text.short(), "400 bad_request");
}

/// A number of a document, or a text of it.
fn euros(money: &Value) -> Vec<i64> {
    let all = money.as_array().cloned().unwrap_or_default();
    all.iter().map(|sum| sum["micros"].as_i64().expect("micros")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_watches_a_window_close_and_the_late_answer_stands_in_every_account() {
    let _clock = CLOCK.lock().await;
    let app = TestApp::with(Options { test_clock: true, ..Options::default() }).await;
    // 30 November 2026, 10:00 in Rome.
    let start = 1_796_029_200_000_i64;
    let hour = 60 * 60 * 1_000;
    let set = async |now: i64| {
        let answer = app.send(Method::PUT, "/v1/test/clock", &As::Nobody, &json!({"now": now})).await;
        assert_eq!(answer.short(), "200");
    };
    set(start).await;
    let owner = app.owner().await;
    let mut settings = app.get("/v1/inbox/sites/shop", &owner).await.json()["settings"].clone();
    settings["billing"] = json!({
        "time_zone": "Europe/Rome", "market": "IT", "budget": {"micros": 90_000, "currency": "EUR"},
        "books": [{"channel": "widget", "book": "late-reply-2018"}],
    });
    let saved = app.send(Method::PUT, "/v1/inbox/sites/shop", &owner, &settings).await;
    assert_eq!(saved.short(), "200", "{}", saved.text);
    let ana = app.visitor("shop", "c1").await;
    app.write(&ana, "c1", "m1", "Avete panettone?").await;

    let window = async || app.get("/v1/inbox/conversations/c1", &owner).await.json()["window"].clone();
    let costs = async || app.get("/v1/inbox/sites/shop/costs", &owner).await.json();
    let seen = window().await;
    let closes_at = seen["closes_at"].as_i64().expect("a time");
    assert!((start + 24 * hour..start + 24 * hour + 60_000).contains(&closes_at), "{closes_at}");
    let reasons = |window: &Value| {
        let terms = window["terms"].as_array().cloned().unwrap_or_default();
        terms.iter().map(|terms| terms["reason"].as_str().expect("a word").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(reasons(&seen), ["in_window", "late"]);
    assert_eq!(seen["terms"][1]["from"].as_i64(), Some(closes_at));
    assert_eq!(seen["terms"][1]["price"], json!({"micros": 45_000, "currency": "EUR"}));
    assert_eq!(costs().await["saving"], Value::Null, "there is a day left");

    set(closes_at - 30 * 60 * 1_000).await;
    assert_eq!(reasons(&window().await), ["in_window", "late"]);
    assert_eq!(
        costs().await["saving"],
        json!({"amount": {"micros": 45_000, "currency": "EUR"}, "conversations": 1})
    );
    set(closes_at + 2 * hour).await;
    assert_eq!(reasons(&window().await), ["late"]);

    assert_eq!(app.write(&owner, "c1", "a1", "Sì, da domani").await.short(), "201");
    assert_eq!(costs().await["month_to_date"], json!([]), "it has not arrived");
    let arrived = async |seq: u64| {
        for _ in 0..2 {
            let said = json!({"delivered": seq, "read": seq});
            assert_eq!(app.post("/v1/conversations/c1/receipts", &ana, &said).await.short(), "204");
        }
    };
    arrived(2).await;
    assert_eq!(euros(&costs().await["month_to_date"]), [45_000]);
    app.write(&owner, "c1", "a2", "A domani").await;
    arrived(3).await;
    let third = app.write(&owner, "c1", "a3", "Ciao").await;
    assert_eq!(third.short(), "402 over_budget", "0.09 of 0.09 is spent");
    let accepted = json!({"message_id": "a3", "body": "Ciao", "accept_cost": true});
    assert_eq!(app.post("/v1/conversations/c1/messages", &owner, &accepted).await.short(), "201");
    arrived(4).await;
    // A visitor is asked for nothing, and their message opens the window anew.
    app.write(&ana, "c1", "m2", "Grazie").await;
    assert_eq!(app.write(&owner, "c1", "a4", "Prego").await.short(), "201");
    arrived(6).await;

    let statement = app.get("/v1/inbox/sites/shop/statement", &owner).await.json();
    assert_eq!((&statement["month"], &statement["time_zone"]), (&json!("2026-12"), &json!("Europe/Rome")));
    assert_eq!(euros(&statement["totals"]), [135_000]);
    assert_eq!((&statement["entries_total"], &statement["unknown"]), (&json!(4), &json!(0)));
    let lines: Vec<_> = statement["lines"]
        .as_array()
        .expect("lines")
        .iter()
        .map(|line| {
            format!("{} {} {} {}", line["book"], line["reason"], line["messages"], line["amount"]["micros"])
        })
        .collect();
    let expected = [
        "\"late-reply-2018\" \"in_window\" 1 0".to_owned(),
        "\"late-reply-2018\" \"late\" 3 135000".to_owned(),
    ];
    assert_eq!(lines, expected);
    let late = statement["entries"][0]["late_ms"].as_i64().expect("a wait");
    assert!((2 * hour..2 * hour + 60_000).contains(&late), "{late}");
    assert_eq!(statement["months"], json!(["2026-12"]));
    let november = app.get("/v1/inbox/sites/shop/statement?month=2026-11", &owner).await.json();
    assert_eq!((&november["totals"], &november["entries"]), (&json!([]), &json!([])));

    let csv = app.get("/v1/inbox/sites/shop/statement.csv?month=2026-12", &owner).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"shop-2026-12.csv\"");
    let rows: Vec<Vec<&str>> = csv.text.lines().map(|line| line.split(',').collect()).collect();
    let (head, rows) = rows.split_first().expect("a head");
    let column = |name: &str| head.iter().position(|cell| *cell == name).expect(name);
    let amounts: Vec<&str> = rows.iter().map(|row| row[column("amount")]).collect();
    assert_eq!(amounts, ["0.045", "0.045", "0.045", "0"], "they come to 0.135");
    assert_eq!(rows[0][column("message_id")], "a1");
    assert!(rows[0][column("sent_at")].starts_with("2026-12-01T12:0"), "{}", rows[0][column("sent_at")]);
    let report = app.get("/v1/inbox/sites/shop/report", &owner).await.json();
    let month = &report["months"][0];
    assert_eq!(
        (&month["month"], euros(&month["totals"]), euros(&month["late"])),
        (&json!("2026-12"), vec![135_000], vec![135_000])
    );

    for (path, expected) in [
        ("/v1/inbox/sites/shop/statement?month=2026-13", "400 bad_request"),
        ("/v1/inbox/sites/shop/statement.csv?month=now", "400 bad_request"),
        ("/v1/inbox/sites/nowhere/statement", "404 not_found"),
        ("/v1/inbox/sites/nowhere/costs", "404 not_found"),
    ] {
        assert_eq!(app.get(path, &owner).await.short(), expected, "{path}");
        assert!(
            ["401 unauthorized", "403 forbidden"].contains(&app.get(path, &ana).await.short().as_str()),
            "{path}"
        );
    }
    let costs = costs().await;
    let names: Vec<_> =
        costs["books"].as_array().expect("books").iter().map(|book| book["name"].clone()).collect();
    assert!(names.contains(&json!("late-reply-2018")) && names.contains(&json!("free")), "{names:?}");
    assert_eq!(costs["budget"], json!({"micros": 90_000, "currency": "EUR"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holiday_closes_the_shop_and_the_away_message_says_so() {
    let _clock = CLOCK.lock().await;
    let app = TestApp::with(Options { test_clock: true, ..Options::default() }).await;
    let set = async |now: i64| {
        app.send(Method::PUT, "/v1/test/clock", &As::Nobody, &json!({"now": now})).await;
    };
    // Christmas 2026, a Friday, 10:00 in Rome.
    let christmas = 1_798_189_200_000_i64;
    let hour = 60 * 60 * 1_000;
    set(christmas).await;
    let owner = app.owner().await;
    let mut settings = app.get("/v1/inbox/sites/shop", &owner).await.json()["settings"].clone();
    let week: Vec<Value> = (1..=7).map(|day| json!({"weekday": day, "from": 540, "to": 1080})).collect();
    settings["away"] = json!("Buon Natale, torniamo domani");
    settings["hours"] = json!({
        "time_zone": "Europe/Rome", "spans": week,
        "exceptions": [{"date": "2026-12-25", "spans": [], "name": "Natale"}],
    });
    let saved = app.send(Method::PUT, "/v1/inbox/sites/shop", &owner, &settings).await;
    assert_eq!(saved.json()["settings"], settings, "{}", saved.text);
    let open = async || app.get("/v1/sites/shop", &As::Nobody).await.json()["hours"].clone();
    assert_eq!(open().await, json!({"open": false, "changes_at": christmas + 23 * hour}));
    let ana = app.visitor("shop", "c1").await;
    app.write(&ana, "c1", "m1", "Siete aperti?").await;
    assert_eq!(app.bodies(&ana, "c1").await, ["Siete aperti?", "Buon Natale, torniamo domani"]);

    set(christmas + 24 * hour).await;
    assert_eq!(open().await, json!({"open": true, "changes_at": christmas + 32 * hour}));
    let bob = app.visitor("shop", "c2").await;
    app.write(&bob, "c2", "m1", "Siete aperti?").await;
    assert_eq!(app.bodies(&bob, "c2").await, ["Siete aperti?"]);

    settings["hours"]["exceptions"][0]["date"] = json!("25/12/2026");
    let refused = app.send(Method::PUT, "/v1/inbox/sites/shop", &owner, &settings).await;
    assert_eq!(refused.short(), "422 invalid_setting");
    assert!(refused.text.contains("2026-12-25"), "{}", refused.text);
}

//! A site that is flooded, and one visitor who sends too much: who is let in, by which door, and what others feel of it.

use expect_test::expect;
use pronto_protocol::api::Challenge;
use pronto_server::auth::{secret, work};
use pronto_server::http::guard::budget::{Limits, Quota};
use reqwest::Method;
use serde_json::{Value, json};

use crate::all_is_well;
use crate::common::{Answer, As, Options, TestApp, settings, site};

async fn come(app: &TestApp, who: &As, conversation: &str, proof: Option<&str>) -> Answer {
    let request = app.request(Method::POST, "/v1/sites/shop/sessions", who);
    let request = request.header("content-type", "application/json");
    let request = proof.into_iter().fold(request, |request, proof| request.header("x-pronto-proof", proof));
    TestApp::finish(request.body(json!({"conversation_id": conversation}).to_string())).await
}

fn challenge(answer: &Answer) -> Challenge {
    serde_json::from_value(answer.json()["error"]["challenge"].clone()).expect("a challenge")
}

fn stranger() -> As {
    As::Bearer(secret::mint())
}

/// So many that it is a flood.
async fn flood(app: &TestApp) -> Answer {
    for n in 0..200 {
        let answer = come(app, &stranger(), &format!("flood-{n}"), None).await;
        if answer.short() != "200" {
            assert!(n >= 29, "{n} are no flood");
            return answer;
        }
    }
    panic!("200 in a minute are a flood");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_has_work_to_do_and_who_is_in_has_none() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let ana = app.visitor("shop", "of-ana").await;
    let refused = flood(&app).await;
    assert_eq!(refused.short(), "428 proof_needed");
    // Who was in before writes on as ever, and other sites feel nothing.
    assert_eq!(app.write(&ana, "of-ana", "m", "still here").await.short(), "201");
    assert_eq!(come(&app, &ana, "of-ana", None).await.short(), "200");
    all_is_well(&app).await;

    let bo = stranger();
    let asked = challenge(&come(&app, &bo, "of-bo", None).await);
    assert!((11..=14).contains(&asked.bits) && asked.rounds == 16, "{asked:?}");
    let proof = work::solve(&asked);
    let eve = stranger();
    let numbers = proof.split_once('.').expect("numbers").1;
    let own = challenge(&come(&app, &eve, "of-eve", None).await);
    let mut seen = vec![
        ("another's proof", come(&app, &eve, "of-eve", Some(&proof)).await.short()),
        (
            "another's numbers",
            come(&app, &eve, "of-eve", Some(&format!("{}.{numbers}", own.text))).await.short(),
        ),
        ("no numbers", come(&app, &eve, "of-eve", Some(&own.text)).await.short()),
        ("rubbish", come(&app, &eve, "of-eve", Some(&"9.".repeat(5_000))).await.short()),
        ("their own", come(&app, &bo, "of-bo", Some(&proof)).await.short()),
        ("the same again", come(&app, &bo, "of-bo", Some(&proof)).await.short()),
    ];
    app.delete("/v1/session", &bo).await;
    seen.push(("the same after it ended", come(&app, &bo, "of-bo", Some(&proof)).await.short()));
    let lines: Vec<String> = seen.iter().map(|(what, answer)| format!("{what}: {answer}")).collect();
    expect![[r#"
        another's proof: 428 proof_needed
        another's numbers: 428 proof_needed
        no numbers: 428 proof_needed
        rubbish: 428 proof_needed
        their own: 200
        the same again: 200
        the same after it ended: 404 not_found"#]]
    .assert_eq(&lines.join("\n"));

    let guard = app.get("/v1/inbox/sites/shop", &owner).await.json()["guard"].clone();
    assert!(guard["since"].is_i64() && guard["asked"].as_u64() > Some(4) && guard["proved"] == 2, "{guard}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_may_ask_always_or_never() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let set = async |shield: &str| {
        let mut wanted = serde_json::to_value(settings("shop")).expect("JSON");
        wanted["shield"] = json!(shield);
        app.send(Method::PUT, "/v1/inbox/sites/shop", &owner, &wanted).await.short()
    };
    let mut seen = Vec::new();
    for shield in ["on", "off", "auto", "sometimes"] {
        seen.push(format!(
            "{shield}: {} {}",
            set(shield).await,
            come(&app, &stranger(), shield, None).await.short()
        ));
    }
    set("off").await;
    for n in 0..60 {
        assert_eq!(come(&app, &stranger(), &format!("n{n}"), None).await.short(), "200");
    }
    expect![[r#"
        on: 200 428 proof_needed
        off: 200 200
        auto: 200 200
        sometimes: 422 invalid_setting 200"#]]
    .assert_eq(&seen.join("\n"));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_too_much_waits_and_is_told_how_long() {
    let day = |most| Quota { most, window_ms: 86_400_000 };
    let limits = Limits {
        session_day_messages: day(20),
        session_day_bytes: day(10_000),
        site_day_sessions: day(5),
        ..Limits::default()
    };
    let app = TestApp::with(Options { limits, ..Options::default() }).await;
    let owner = app.owner().await;
    let (ana, eve) = (app.visitor("shop", "of-ana").await, app.visitor("shop", "of-eve").await);
    let mut last = Vec::new();
    for n in 0..25 {
        last.push(app.write(&eve, "of-eve", &format!("m{n}"), "x").await);
    }
    assert_eq!(last.iter().filter(|answer| answer.short() == "201").count(), 20);
    let refused = last.last().expect("an answer");
    let wait = refused.json()["error"]["retry_after_ms"].as_u64().expect("how long");
    assert!(refused.short() == "429 too_many" && (4_000_000..=4_400_000).contains(&wait), "{}", refused.text);
    assert_eq!(refused.header("retry-after"), wait.div_ceil(1000).to_string());
    // Bytes count too, and each for themselves.
    assert_eq!(app.write(&ana, "of-ana", "a", &"è".repeat(4_000)).await.short(), "201");
    assert_eq!(app.write(&ana, "of-ana", "b", &"è".repeat(4_000)).await.short(), "429 too_many");
    assert_eq!(app.write(&ana, "of-ana", "c", "short").await.short(), "201");
    // A site's own budget of new ones; those who are in do not feel it.
    let mut seen = Vec::new();
    for n in 0..5 {
        seen.push(come(&app, &stranger(), &format!("n{n}"), None).await.short());
    }
    assert_eq!(seen, ["200", "200", "200", "429 too_many", "429 too_many"]);
    assert_eq!(app.write(&ana, "of-ana", "d", "still").await.short(), "201");
    all_is_well(&app).await;
    let guard: Value = app.get("/v1/inbox/sites/shop", &owner).await.json()["guard"].clone();
    assert_eq!(guard["refused"], 8, "{guard}");
    assert!(app.app.store.site(&site("shop")).await.is_ok());
    app.end().await;
}

//! The mail itself: when it goes out, what stands in it, and what becomes of it when the mail server will not.

use std::time::Duration;

use expect_test::expect;
use pronto_protocol::model::DeliveryState;
use pronto_server::relay::mail::MailConfig;
use pronto_server::store::OutboxCounts;
use reqwest::Method;
use serde_json::json;

use crate::common::{TestApp, site};
use crate::smtp::{Mail, Mood};
use crate::{AFTER, PATIENCE, World, leave, mailer};

/// The secrets of a mail's links, and what else differs from run to run.
fn without_chance(text: &str, app: &TestApp) -> String {
    let text = text.replace(&app.address.to_string(), "chat.example");
    let words = text.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
    words
        .map(|word| if word.len() >= 43 { word.replace(&word[..43], "SECRET") } else { word.to_owned() })
        .collect()
}

impl World {
    /// Waits until nothing waits in the outbox any more, or something was given up.
    async fn settled(&self) -> OutboxCounts {
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            let counts = self.app.app.store.outbox_counts().await.expect("an answer");
            if counts.pending == 0 {
                return counts;
            }
            assert!(tokio::time::Instant::now() < until, "{counts:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn parked(&self) -> Vec<String> {
        assert_eq!(self.settled().await.parked, 1);
        let parked = self.app.app.store.deliveries(&site("shop"), DeliveryState::Parked).await;
        parked.expect("a list").into_iter().filter_map(|delivery| delivery.error).collect()
    }
}

#[tokio::test]
async fn what_a_person_answered_goes_out_in_one_mail() {
    let mut world = World::new(&[]).await;
    world.call("Panificio Aurora", "it").await;
    world.answer("a1", "Sì, dalle 8.").await;
    world.answer("a2", "O domani:\n<b>solo</b> il mattino & \"presto\".").await;
    let mail = world.smtp.next().await;
    assert_eq!(
        (mail.from.as_str(), mail.to.as_slice()),
        ("no-reply@chat.example", &["ana@posta.example".to_owned()][..])
    );
    let id = mail.header("Message-ID");
    assert!(id.starts_with("<mail_") && id.ends_with("@chat.example>"), "{id}");
    let headers: String = mail
        .headers()
        .iter()
        .filter(|(name, _)| !["Message-ID", "Date", "Content-Type"].contains(&name.as_str()))
        .map(|(name, _)| format!("{name}: {}\n", without_chance(&mail.header(name), &world.app)))
        .collect();
    expect![[r#"
        From: "Panificio Aurora" <no-reply@chat.example>
        To: ana@posta.example
        Subject: Panificio Aurora ti ha risposto
        Auto-Submitted: auto-generated
        X-Auto-Response-Suppress: All
        Content-Language: it
        List-Unsubscribe: <http://chat.example/c/shop/stop/SECRET>
        MIME-Version: 1.0
    "#]]
    .assert_eq(&headers);
    expect![[r#"
        Hai scritto a Panificio Aurora e hai lasciato questo indirizzo per la risposta. Eccola.

        Ana:
        Sì, dalle 8.

        Ana:
        O domani:
        <b>solo</b> il mattino & "presto".

        Apri la conversazione:
        http://chat.example/c/shop/resume#SECRET
        Il link vale una volta sola, entro 7 giorni.

        Se la pagina chiede un codice, è questo:
        SECRET

        Le risposte a questa mail non le legge nessuno: scrivi nella conversazione.

        Non eri tu, o non vuoi altre mail? Togli questo indirizzo:
        http://chat.example/c/shop/stop/SECRET
    "#]]
    .assert_eq(&without_chance(&mail.part("text/plain"), &world.app));
    let html = mail.part("text/html");
    let (_, main) = html.split_once("<main>").expect("the words");
    expect![[r#"

        <p>Hai scritto a Panificio Aurora e hai lasciato questo indirizzo per la risposta. Eccola.</p>
        <p class="by">Ana</p><p class="answer" dir="auto">Sì, dalle 8.</p><p class="by">Ana</p><p class="answer" dir="auto">O domani:<br>&lt;b&gt;solo&lt;/b&gt; il mattino &amp; &quot;presto&quot;.</p>

        <p><a class="open" href="http://chat.example/c/shop/resume#SECRET">Apri la conversazione</a></p>
        <p class="meta">Il link vale una volta sola, entro 7 giorni. Se la pagina chiede un codice, è questo: <code>SECRET</code></p>
        <p class="meta">Le risposte a questa mail non le legge nessuno: scrivi nella conversazione.</p>
        <p class="meta"><a href="http://chat.example/c/shop/stop/SECRET">Non eri tu, o non vuoi altre mail? Togli questo indirizzo</a></p>
        </main>
        </body>
        </html>
    "#]].assert_eq(&without_chance(main, &world.app));
    assert!(html.contains("<html lang=\"it\" dir=\"ltr\">"), "{html}");
    // What the visitor wrote is in no mail: whose address it is nobody knows.
    assert!(!mail.raw.contains("segale"), "{}", mail.raw);
    world.end().await;
}

#[tokio::test]
async fn a_second_mail_follows_the_first() {
    let mut world = World::new(&[]).await;
    world.answer("a1", "Yes.").await;
    let first = world.smtp.next().await;
    assert_eq!([first.header("In-Reply-To"), first.header("References")], ["", ""]);
    world.settled().await;
    world.answer("a2", "Till seven.").await;
    let second = world.smtp.next().await;
    assert!(!second.part("text/plain").contains("Yes."));
    let id = first.header("Message-ID");
    assert_eq!([second.header("In-Reply-To"), second.header("References")], [id.as_str(), &id]);
    assert_ne!(second.header("Message-ID"), id);
    world.end().await;
}

#[tokio::test]
async fn a_mail_names_the_files_and_carries_none() {
    let mut world = World::new(&[]).await;
    let path = "/v1/conversations/c1/attachments";
    let new = json!({"attachment_id": "f1", "name": "listino <1>.txt", "bytes": 5});
    assert_eq!(world.app.post(path, &world.owner, &new).await.short(), "201");
    let piece = world.app.request(Method::PATCH, &format!("{path}/f1"), &world.owner);
    let piece = TestApp::finish(piece.header("upload-offset", "0").body("Pane\n")).await;
    assert_eq!(piece.short(), "200");
    let message = json!({"message_id": "a1", "body": "", "attachments": ["f1"]});
    let sent = world.app.post("/v1/conversations/c1/messages", &world.owner, &message).await;
    assert_eq!(sent.short(), "201");
    let mail = world.smtp.next().await;
    assert!(mail.part("text/plain").contains("listino <1>.txt"));
    assert!(mail.part("text/html").contains("listino &lt;1&gt;.txt"));
    assert!(!mail.part("text/plain").contains("/files/"));
    world.end().await;
}

#[tokio::test]
async fn who_has_the_answer_gets_no_mail() {
    let mut world = World::new(&[]).await;
    world.answer("a1", "Yes.").await;
    let receipts = json!({"delivered": 2, "read": 0});
    let got = world.app.send(Method::POST, "/v1/conversations/c1/receipts", &world.ana, &receipts).await;
    assert_eq!(got.short(), "204");
    world.settled().await;
    world.answer("a2", "Till seven.").await;
    leave(&world.app, &world.ana, "c1", "").await;
    world.settled().await;
    leave(&world.app, &world.ana, "c1", "ana@posta.example").await;
    world.answer("a3", "Or eight.").await;
    let block = json!({"blocked": true});
    let blocked = world.app.send(Method::PATCH, "/v1/inbox/conversations/c1", &world.owner, &block).await;
    assert_eq!(blocked.short(), "200");
    world.settled().await;
    tokio::time::sleep(AFTER).await;
    assert!(world.smtp.has_nothing() && world.smtp.said().is_empty(), "{:?}", world.smtp.said());
    world.end().await;
}

#[tokio::test]
async fn names_cannot_add_headers_or_turn_the_reading_direction() {
    let mut world = World::with(&[], "", "Chat & Co. <no-reply@chat.example>", |config| config).await;
    world.call("Pane \"è\" buono\r\nBcc: eve@evil.example\r\n\r\n\u{202e}<script>", "en").await;
    world.answer("a1", ".\r\nQUIT\r\n..\r\nSubject: x").await;
    let mail = world.smtp.next().await;
    assert_eq!(mail.to, ["ana@posta.example"]);
    let names: Vec<String> = mail.headers().into_iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    assert!(!names.contains(&"bcc".to_owned()), "{names:?}");
    assert_eq!(names.iter().filter(|name| *name == "subject").count(), 1);
    expect![[r#"
        Pane "è" buono Bcc: eve@evil.example <script> answered you
        Pane "è" buono Bcc: eve@evil.example <script> (Chat & Co.) <no-reply@chat.example>
    "#]]
    .assert_eq(&format!("{}\n{}\n", mail.header("Subject"), mail.header("From")));
    assert!(
        mail.part("text/plain").contains("Ana:\n.\nQUIT\n..\nSubject: x\n"),
        "{}",
        mail.part("text/plain")
    );
    assert!(!mail.part("text/html").contains("<script"), "{}", mail.part("text/html"));
    world.end().await;
}

/// What must be alike in two tries of one mail.
fn same(mail: &Mail) -> [String; 3] {
    let plain = mail.part("text/plain");
    [
        mail.header("Message-ID"),
        mail.header("Subject"),
        plain.split("http://").next().unwrap_or_default().to_owned(),
    ]
}

#[tokio::test]
async fn a_mail_server_that_fails_for_now_is_asked_again() {
    let moods = [
        Mood::Recipient("451 4.7.1 <ana@posta.example> greylisted"),
        Mood::Words("452 4.3.1 full"),
        Mood::BreakOff,
        Mood::TakeAndBreakOff,
    ];
    let mut world = World::new(&moods).await;
    world.answer("a1", "Yes.").await;
    let taken = world.smtp.next().await;
    // It never heard that the mail was taken, so it sends it again; by its id it is known as one.
    let again = world.smtp.next().await;
    assert_eq!(same(&taken), same(&again));
    assert_eq!(world.settled().await, OutboxCounts::default());
    assert!(world.smtp.is_through() && world.smtp.has_nothing());
    let counters = world.mailer.as_ref().expect("it runs").counters();
    let count = |counter: &std::sync::atomic::AtomicU64| counter.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!([count(&counters.delivered), count(&counters.failed), count(&counters.parked)], [1, 4, 0]);
    world.end().await;
}

#[tokio::test]
async fn a_mailbox_that_is_not_there_is_given_up_at_once_and_the_address_is_not_in_the_reason() {
    let world = World::new(&[Mood::Recipient("550 5.1.1 <ana@posta.example>: no such mailbox")]).await;
    world.answer("a1", "Yes.").await;
    assert_eq!(world.parked().await, ["The mail server refused it for good (550)."]);
    let path = "/v1/inbox/sites/shop/deliveries";
    let listed = world.app.get(path, &world.owner).await.json();
    assert_eq!(
        [&listed["deliveries"][0]["channel"], &listed["deliveries"][0]["attempts"]],
        [&json!("email"), &json!(1)]
    );
    let mut world = world;
    let id = listed["deliveries"][0]["delivery_id"].as_str().expect("an id").to_owned();
    let retried = world.app.post(&format!("{path}/{id}/retry"), &world.owner, &json!({})).await;
    assert_eq!(retried.short(), "204");
    assert!(world.smtp.next().await.part("text/plain").contains("Yes."));
    world.end().await;
}

#[tokio::test]
async fn a_mail_is_given_up_after_its_time() {
    let moods = [Mood::Words("451 4.3.0 later"); 200];
    let world = World::with(&moods, "", "no-reply@chat.example", |config| MailConfig {
        give_up_after: Duration::from_millis(100),
        ..config
    })
    .await;
    world.answer("a1", "Yes.").await;
    assert_eq!(world.parked().await, ["The mail server did not take it for now (451)."]);
    world.end().await;
}

#[tokio::test]
async fn our_own_sign_in_is_no_fault_of_the_address() {
    let moods = [Mood::SignIn("535 5.7.8 no"), Mood::SignIn("235 2.7.0 Ok")];
    let mut world = World::with(&moods, "chat:se%3Acret@", "no-reply@chat.example", |config| config).await;
    world.answer("a1", "Yes.").await;
    world.smtp.next().await;
    // "\0chat\0se:cret"
    assert!(
        world.smtp.said().contains(&"AUTH PLAIN AGNoYXQAc2U6Y3JldA==".to_owned()),
        "{:?}",
        world.smtp.said()
    );
    world.end().await;
}

#[tokio::test]
async fn without_the_encryption_asked_for_nothing_is_said() {
    let mut world = World::new(&[]).await;
    world.stop_mailer().await;
    let url = format!("smtp+starttls://chat:secret@127.0.0.1:{}", world.smtp.port);
    world.mailer = Some(mailer(&world.app, &url, "no-reply@chat.example", |config| MailConfig {
        give_up_after: Duration::ZERO,
        ..config
    }));
    world.answer("a1", "Yes.").await;
    let reasons = world.parked().await;
    assert!(reasons[0].contains("encryption") || reasons[0].contains("secure"), "{reasons:?}");
    let said = world.smtp.said();
    assert!(said.iter().all(|line| !line.starts_with("AUTH") && !line.starts_with("MAIL")), "{said:?}");
    world.end().await;
}

#[tokio::test]
async fn two_servers_on_one_database_send_it_once() {
    let mut world = World::new(&[]).await;
    let url = world.smtp.url.clone();
    let second = mailer(&world.app, &url, "no-reply@chat.example", |config| config);
    for number in 0..5 {
        world.answer(&format!("a{number}"), "Yes.").await;
        world.smtp.next().await;
        world.settled().await;
    }
    assert!(world.smtp.has_nothing());
    second.stop().await;
    world.end().await;
}

#[tokio::test]
async fn a_new_process_sends_what_the_former_left() {
    let mut world = World::new(&[Mood::Words("451 4.3.0 later")]).await;
    world.stop_mailer().await;
    world.answer("a1", "Yes.").await;
    tokio::time::sleep(AFTER).await;
    let url = world.smtp.url.clone();
    world.mailer = Some(mailer(&world.app, &url, "no-reply@chat.example", |config| config));
    assert!(world.smtp.next().await.part("text/plain").contains("Yes."));
    world.end().await;
}

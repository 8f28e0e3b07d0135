//! The transcript: all of a conversation for its visitor, in both forms, and for nobody else.

use expect_test::expect;
use pronto_protocol::api::Transcript;
use pronto_protocol::id::{ConversationId, MessageId};
use pronto_protocol::model::{Author, Channel};
use pronto_server::http::state::now;
use pronto_server::store::AppendMessage;
use serde_json::json;

use crate::common::{As, TestApp};

#[tokio::test]
async fn a_visitor_takes_the_whole_conversation_along() {
    let app = TestApp::new().await;
    let ana = As::Bearer(pronto_server::auth::secret::mint());
    let body = json!({"conversation_id": "c1", "context": {"time_zone": "Europe/Rome"}});
    assert_eq!(app.post("/v1/sites/shop/sessions", &ana, &body).await.short(), "200");
    let path = "/v1/conversations/c1/transcript";
    let empty: Transcript = serde_json::from_str(&app.get(path, &ana).await.text).expect("a transcript");
    assert_eq!(empty.messages, []);

    let owner = app.owner().await;
    app.write(&ana, "c1", "m1", "<script>alert(1)</script>\n\"Sì\" & <!--messages-->").await;
    app.write(&owner, "c1", "m2", "Dalle 8.").await;
    let json = app.get(path, &ana).await;
    assert_eq!(
        [json.header("content-type"), json.header("content-disposition")],
        ["application/json", "attachment; filename=\"conversation.json\""]
    );
    let page = app.get("/v1/conversations/c1/messages", &ana).await.json();
    let read: Transcript = serde_json::from_str(&json.text).expect("a transcript");
    assert_eq!(
        json!(read),
        json!({"name": "shop", "conversation": page["conversation"], "messages": page["messages"]})
    );

    let html = app.get(&format!("{path}?format=html&lang=it"), &ana).await;
    assert_eq!(html.header("content-disposition"), "attachment; filename=\"conversation.html\"");
    let (_, shown) = html.text.split_once("<h1>").expect("a heading");
    let without_time: String = shown
        .split("<time")
        .map(|part| part.split_once("</time>").map_or(part, |(_, after)| after))
        .collect();
    expect![[r#"
        Conversazione con shop</h1>
        <ol>
        <li><p class="by">Tu </p><p dir="auto">&lt;script&gt;alert(1)&lt;/script&gt;
        &quot;Sì&quot; &amp; &lt;!--messages--&gt;</p></li>
        <li><p class="by">Ana </p><p dir="auto">Dalle 8.</p></li>
        </ol>
        </html>
    "#]]
    .assert_eq(&without_time);
    let zoned = [" CET</time>", " CEST</time>"].iter().any(|zone| html.text.contains(zone));
    assert!(zoned && html.text.contains("<html lang=\"it\" dir=\"ltr\">"), "{}", html.text);

    let bo = app.visitor("shop", "c2").await;
    assert_eq!(app.get(path, &bo).await.short(), "404 not_found");
    assert_eq!(app.get(path, &owner).await.short(), "403 forbidden");
    assert_eq!(app.get(path, &As::Nobody).await.short(), "401 unauthorized");
    assert_eq!(app.get(&format!("{path}?format=pdf"), &ana).await.short(), "400 bad_request");
    app.end().await;
}

#[tokio::test]
async fn a_long_one_comes_whole() {
    let app = TestApp::new().await;
    let ana = app.visitor("shop", "c1").await;
    for number in 0..401 {
        let message = AppendMessage {
            conversation_id: ConversationId::new("c1").expect("an id"),
            message_id: MessageId::new(format!("m{number}")).expect("an id"),
            author: Author::Visitor,
            author_name: None,
            agent_id: None,
            channel: Channel::Widget,
            body: format!("line {number}"),
            quick_replies: Vec::new(),
            attachments: Vec::new(),
            now: now(),
            promise: None,
            away: None,
            asks: false,
        };
        app.app.store.append(message).await.expect("an answer");
    }
    let read = app.get("/v1/conversations/c1/transcript", &ana).await;
    let read: Transcript = serde_json::from_str(&read.text).expect("a transcript");
    assert!(read.messages.iter().map(|message| message.seq).eq(1..=401));
    let html = app.get("/v1/conversations/c1/transcript?format=html", &ana).await.text;
    assert_eq!(html.matches("<li>").count(), 401);
    assert!(html.contains("line 400") && html.ends_with("</ol>\n</html>\n"), "{html}");
    app.end().await;
}

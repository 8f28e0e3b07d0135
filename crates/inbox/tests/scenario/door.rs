//! Stories of getting in and out, and of the settings behind the door.

use super::desk::{Desk, me, message, newest, page, refused, row, settings};
use expect_test::expect;
use pronto_inbox::state::forms::Field;
use pronto_inbox::state::{Dialog, Phase, Route};
use pronto_inbox::update::request::{Answer, Request};
use pronto_inbox::update::{SettingsUi, Ui};
use pronto_protocol::api::{ErrorCode, NewSecret, SitePage};
use pronto_protocol::id::{IdentitySecretId, Millis};
use pronto_protocol::model::Author;
use pronto_protocol::model::contact::IdentitySecret;

use super::check;

#[test]
fn the_first_owner_sets_up_and_lands_in_the_settings() {
    let mut desk = Desk::at("setup=token");
    desk.does("sends an empty form", Ui::Submit);
    desk.does("name", Ui::Field(Field::Name, "Ana".into()));
    desk.does("email", Ui::Field(Field::Email, "ana@bakery.example".into()));
    desk.does("password", Ui::Field(Field::Password, "correct horse".into()));
    desk.does("sends", Ui::Submit);
    desk.answered(Answer::Me(me()));
    check(
        desk,
        expect![[r#"
            boot
                focus the heading
            sends an empty form
                focus the problem
            name
            email
            password
            sends
                POST /v1/inbox/setup
            the server answers
                recall ana
                address #settings Replace
                focus the heading
                GET /v1/inbox/conversations?site=bakery&order=promise +csrf
                GET /v1/inbox/sites/bakery/costs +csrf
                GET /v1/inbox/sites/bakery +csrf
                GET /v1/inbox/sites/bakery/deliveries?state=parked +csrf
                open socket 1
        "#]],
    );
}

#[test]
fn an_installation_without_a_site_begins_with_one() {
    let mut desk = Desk::at("");
    let mut nobody = me();
    nobody.sites.clear();
    desk.answered(Answer::Me(nobody));
    desk.does("sends an empty form", Ui::Submit);
    desk.does("name", Ui::Field(Field::Name, " Caffè & Pane, Perù ".into()));
    desk.does("sends", Ui::Submit);
    desk.failed(refused(ErrorCode::Forbidden));
    desk.does("sends", Ui::Submit);
    desk.answered(Answer::Site(settings()));
    desk.answered(Answer::Me(me()));
    check(
        desk,
        expect![[r#"
            boot
                GET /v1/inbox/me
            the server answers
                address # Replace
                focus the heading
            sends an empty form
                focus the problem
            name
            sends
                PUT /v1/inbox/sites/caffe-pane-peru +csrf
            the server fails
                focus the problem
            sends
                PUT /v1/inbox/sites/caffe-pane-peru +csrf
            the server answers
                GET /v1/inbox/me +csrf
            the server answers
                recall ana
                address #settings Replace
                focus the heading
                GET /v1/inbox/conversations?site=bakery&order=promise +csrf
                GET /v1/inbox/sites/bakery/costs +csrf
                GET /v1/inbox/sites/bakery +csrf
                GET /v1/inbox/sites/bakery/deliveries?state=parked +csrf
                open socket 1
        "#]],
    );
}

#[test]
fn a_used_link_says_so() {
    let mut desk = Desk::at("setup=token");
    for (field, text) in [(Field::Name, "Ana"), (Field::Email, "a@b"), (Field::Password, "correct horse")] {
        desk.does("writes", Ui::Field(field, text.into()));
    }
    desk.does("sends", Ui::Submit);
    desk.failed(refused(ErrorCode::BadCredentials));
    if let Phase::Setup(form) = &desk.state.phase {
        let problem = form.problem.clone().unwrap_or_default();
        desk.note(&problem);
    }
    desk.does("goes to sign in", Ui::Go(Route::List));
    desk.failed(refused(ErrorCode::Unauthorized));
    desk.note(if matches!(desk.state.phase, Phase::SignIn(_)) { "at the door" } else { "elsewhere" });
    check(
        desk,
        expect![[r#"
            boot
                focus the heading
            writes
            writes
            writes
            sends
                POST /v1/inbox/setup
            the server fails
                focus the problem
                This link was used before or is not valid. If you have an account, sign in.
            goes to sign in
                address # Push
                GET /v1/inbox/me
            the server fails
                disconnect
                focus the heading
                at the door
        "#]],
    );
}

#[test]
fn an_ended_session_leads_to_the_door_and_keeps_what_was_written() {
    let mut desk = Desk::inside("conversation=c1", vec![row("c1", 1)]);
    desk.answer_to(newest("c1"), page("c1", vec![message("c1", 1, Author::Visitor, "Hello")]));
    desk.does("writes", Ui::Draft("On my way".into()));
    desk.does("sends", Ui::Send);
    desk.failed(refused(ErrorCode::Unauthorized));
    desk.does("email", Ui::Field(Field::Email, "ana@bakery.example".into()));
    desk.does("password", Ui::Field(Field::Password, "correct horse".into()));
    desk.does("signs in", Ui::Submit);
    desk.answered(Answer::Me(me()));
    check(
        desk,
        expect![[r#"
            the server answers
                say receipts of c1: delivered 1, read 1
            writes
                keep draft of c1: "On my way"
                say typing in c1
            sends
                keep QueuedMessage(new-9, Waiting { attempts: 0, next_at: Millis(0) })
                keep draft of c1: ""
                focus the answer box
                POST /v1/conversations/c1/messages new-9 "On my way" +csrf
            the server fails
                disconnect
                focus the heading
            email
            password
            signs in
                POST /v1/inbox/login
            the server answers
                recall ana
                GET /v1/inbox/conversations?site=bakery&order=promise +csrf
                GET /v1/inbox/sites/bakery/costs +csrf
                GET /v1/conversations/c1/messages +csrf
                GET /v1/inbox/conversations/c1 +csrf
                open socket 1
        "#]],
    );
}

#[test]
fn signing_out_asks_before_it_deletes() {
    let mut desk = Desk::inside("conversation=c1", vec![row("c1", 1)]);
    desk.does("writes", Ui::Draft("Half".into()));
    desk.does("signs out", Ui::SignOut { sure: false });
    let asked = desk.state.inside().is_some_and(|inside| inside.dialog == Some(Dialog::SignOut));
    desk.note(if asked { "it asks" } else { "it does not ask" });
    desk.does("is sure", Ui::SignOut { sure: true });
    check(
        desk,
        expect![[r#"
        writes
            keep draft of c1: "Half"
            say typing in c1
        signs out
            it asks
        is sure
            POST /v1/inbox/logout +csrf
            disconnect
            forget all of ana
            address # Replace
            focus the heading
    "#]],
    );
}

#[test]
fn settings_are_checked_saved_and_secrets_shown_once() {
    let mut desk = Desk::inside("settings", vec![]);
    desk.answer_to(Request::Site(super::desk::site()), Answer::Site(settings()));
    desk.does(
        "origin",
        Ui::Settings(SettingsUi::Origins("https://Bakery.example/shop?x=1\nbakery.example".into())),
    );
    desk.does("saves", Ui::Settings(SettingsUi::Save));
    desk.does("origin", Ui::Settings(SettingsUi::Origins("https://Bakery.example/shop?x=1\n\n".into())));
    desk.does("opens at times", Ui::Settings(SettingsUi::Limited(true)));
    desk.does("saves", Ui::Settings(SettingsUi::Save));
    desk.answered(Answer::Site(settings()));
    desk.does("new secret", Ui::Settings(SettingsUi::Rotate));
    desk.does("yes", Ui::Settings(SettingsUi::Rotate));
    desk.answered(Answer::Secret(NewSecret { secret: "whsec_abc".into() }));
    let shown = |desk: &Desk| {
        desk.state
            .inside()
            .and_then(|inside| inside.settings.as_ref())
            .is_some_and(|settings| settings.shown.is_some())
    };
    desk.note(if shown(&desk) { "the secret is shown" } else { "no secret" });
    desk.does("leaves", Ui::Go(Route::List));
    desk.does("comes back", Ui::Go(Route::Settings));
    desk.note(if shown(&desk) { "the secret is shown" } else { "no secret" });
    check(
        desk,
        expect![[r#"
            the server answers
            origin
            saves
                focus the problem
            origin
            opens at times
            saves
                PUT /v1/inbox/sites/bakery +csrf
            the server answers
                GET /v1/inbox/sites/bakery/costs +csrf
            new secret
            yes
                POST /v1/inbox/sites/bakery/webhook-secrets +csrf
            the server answers
                GET /v1/inbox/sites/bakery +csrf
                the secret is shown
            leaves
                address # Push
            comes back
                address #settings Push
                GET /v1/inbox/sites/bakery +csrf
                GET /v1/inbox/sites/bakery/deliveries?state=parked +csrf
                focus the heading
                no secret
        "#]],
    );
}

#[test]
fn an_identity_secret_is_made_at_once_unless_it_ends_another() {
    let with = |count: usize| {
        let secret = |place: usize| IdentitySecret {
            identity_secret_id: IdentitySecretId::new(format!("s{place}")).expect("an id"),
            hint: "idsec_abcd".into(),
            created_at: Millis(0),
        };
        SitePage { identity_secrets: (0..count).map(secret).collect(), ..settings() }
    };
    let mut desk = Desk::inside("settings", vec![]);
    desk.answer_to(Request::Site(super::desk::site()), Answer::Site(with(1)));
    desk.does("a second", Ui::Settings(SettingsUi::MakeIdentity));
    desk.answered(Answer::Secret(NewSecret { secret: "idsec_abc".into() }));
    desk.answered(Answer::Site(with(2)));
    desk.does("a third", Ui::Settings(SettingsUi::MakeIdentity));
    desk.does("yes", Ui::Settings(SettingsUi::MakeIdentity));
    let id = || IdentitySecretId::new("s0").expect("an id");
    desk.does("revokes", Ui::Settings(SettingsUi::RevokeIdentity(id())));
    desk.does("not after all", Ui::Settings(SettingsUi::Cancel));
    desk.does("revokes", Ui::Settings(SettingsUi::RevokeIdentity(id())));
    desk.does("yes", Ui::Settings(SettingsUi::RevokeIdentity(id())));
    check(
        desk,
        expect![[r#"
        the server answers
        a second
            POST /v1/inbox/sites/bakery/identity-secrets +csrf
        the server answers
            GET /v1/inbox/sites/bakery +csrf
        the server answers
        a third
        yes
            POST /v1/inbox/sites/bakery/identity-secrets +csrf
        revokes
        not after all
        revokes
        yes
            DELETE /v1/inbox/sites/bakery/identity-secrets/s0 +csrf
    "#]],
    );
}

//! What an answer may be and costs before it is sent: budgets, closed windows, the windows of the inbox, and what
//! answering soon saves.

use pronto_protocol::id::Millis;
use pronto_protocol::model::cost::{Billing, MaySend, Money, PriceReason};
use pronto_protocol::model::{Author, Channel};
use pronto_server::store::{AppendMessage, Appended, InboxOrder, Notice};

use super::super::cases::HOUR;
use super::super::world::{World, message};
use super::{DAY, NOON, billing, shelf_of_one};

pub(crate) async fn a_used_up_budget_is_asked_for_and_the_away_message_is_held_back(world: World) {
    let cap = |micros| Some(Money { micros, currency: "EUR".to_owned() });
    let site = world.charged("shop", Billing { budget: cap(45_000), ..billing("late-reply-2018") }).await;
    let a = world.conversation(&site, "a", NOON).await;
    world.say(&a, Author::Visitor, "m1", NOON).await;
    let send = async |id: &str, at: i64, asks: bool| {
        let sent = message(&a, Author::Agent, id, id, at);
        world.append(AppendMessage { asks, ..sent }).await
    };
    let is_stored = |appended: Appended| matches!(appended, Appended::Stored(_));
    assert!(is_stored(send("m2", NOON + 25 * HOUR, true).await), "nothing is spent yet");
    world.reach(&a, 2, NOON + 25 * HOUR).await;
    assert_eq!(send("m3", NOON + 26 * HOUR, true).await, Appended::OverBudget);
    assert!(is_stored(send("m3", NOON + 26 * HOUR, false).await), "it was asked for");
    assert!(
        matches!(send("m3", NOON + 26 * HOUR, true).await, Appended::Again(_)),
        "what is stored is stored"
    );
    // Inside of the window an answer is free, and in the next month there is a new budget.
    world.say(&a, Author::Visitor, "m4", NOON + 27 * HOUR).await;
    assert!(is_stored(send("m5", NOON + 28 * HOUR, true).await));
    assert_eq!(send("m6", NOON + 55 * HOUR, true).await, Appended::OverBudget);
    assert!(is_stored(send("m6", NOON + 10 * DAY, true).await));

    let by_rate = Billing { budget: cap(0), ..billing("one-a-month") };
    let world = World { store: world.store.with_shelf(shelf_of_one()), place: world.place };
    world.bill(&site, by_rate).await;
    let away = async |name: &str| {
        let id = world.conversation(&site, name, NOON + 11 * DAY).await;
        let away = Notice {
            message_id: message(&id, Author::Bot, "away", "", 0).message_id,
            body: "Chiuso".to_owned(),
        };
        let asked = message(&id, Author::Visitor, "m1", "ciao", NOON + 11 * DAY);
        let appended = world.append(AppendMessage { away: Some(away), ..asked }).await;
        let noticed = matches!(appended, Appended::Noticed(..));
        world.reach(&id, 2, NOON + 11 * DAY).await;
        noticed
    };
    assert!(away("b").await, "the month's allowance has room");
    assert!(!away("c").await, "nobody can be asked");
}

pub(crate) async fn a_closed_window_holds_back_what_is_no_template(world: World) {
    let site = world.site("shop", None).await;
    let a = world.conversation(&site, "a", NOON).await;
    let asked = message(&a, Author::Visitor, "m1", "ciao", NOON);
    world.append(AppendMessage { channel: Channel::Whatsapp, ..asked }).await;
    for author in [Author::Agent, Author::Bot] {
        let late = world.append(message(&a, author, "m2", "tardi", NOON + 24 * HOUR)).await;
        assert_eq!(late, Appended::WindowClosed);
    }
    world.say(&a, Author::Agent, "m2", NOON + 24 * HOUR - 1).await;
    let window = world.row(&a, NOON + HOUR).await.window.expect("a window");
    assert_eq!((window.channel, window.closes_at), (Channel::Whatsapp, Millis(NOON + 24 * HOUR)));
    let may: Vec<_> = window.terms.iter().map(|terms| (terms.from.0, terms.may_send)).collect();
    assert_eq!(may, [(NOON + HOUR, MaySend::FreeForm), (NOON + 24 * HOUR, MaySend::TemplateOnly)]);
}

pub(crate) async fn windows_in_the_inbox(world: World) {
    let site = world.charged("shop", billing("late-reply-2018")).await;
    let (a, b) = (world.conversation(&site, "a", NOON).await, world.conversation(&site, "b", NOON).await);
    world.say(&a, Author::Visitor, "m1", NOON).await;
    world.say(&a, Author::Agent, "m2", NOON + HOUR).await;
    world.say(&b, Author::Agent, "m1", NOON + 2 * HOUR).await;
    let page = world.store.inbox_page(&site, InboxOrder::Newest, false, None, (9, Millis(NOON + 3 * HOUR)));
    let (page, _) = page.await.expect("a page");
    assert_eq!(page[0].window, None, "they have not written");
    let window = page[1].window.clone().expect("a window");
    assert_eq!(window, world.row(&a, NOON + 3 * HOUR).await.window.expect("the same alone"));
    assert_eq!((window.opened_at, window.closes_at), (Millis(NOON), Millis(NOON + DAY)));
    let terms: Vec<_> =
        window.terms.iter().map(|terms| (terms.from.0, terms.reason, terms.price.clone())).collect();
    let euro = |micros| Some(Money { micros, currency: "EUR".to_owned() });
    let expected =
        [(NOON + 3 * HOUR, PriceReason::InWindow, euro(0)), (NOON + DAY, PriceReason::Late, euro(45_000))];
    assert_eq!(terms, expected);
    let late = world.row(&a, NOON + 2 * DAY).await.window.expect("a window");
    assert_eq!(late.terms.iter().map(|terms| terms.reason).collect::<Vec<_>>(), [PriceReason::Late]);
}

pub(crate) async fn what_answering_soon_saves(world: World) {
    let site = world.charged("shop", billing("late-reply-2018")).await;
    for (name, at, answered) in
        [("a", 0, false), ("b", -30, false), ("c", 10, true), ("d", 61, false), ("e", -90, false)]
    {
        let id = world.conversation(&site, name, NOON - 2 * DAY).await;
        let asked = NOON - 23 * HOUR + at * 60_000;
        world.say(&id, Author::Visitor, "m1", asked).await;
        if answered {
            world.say(&id, Author::Agent, "m2", asked + 1).await;
        }
    }
    let saved = world.store.saving(&site, Millis(NOON)).await.expect("an answer");
    let told: Vec<_> =
        saved.iter().map(|saving| format!("{} over {}", saving.amount, saving.conversations)).collect();
    assert_eq!(told, ["EUR 0.09 over 2"], "e is late already, d has more than an hour left, c is answered");
}

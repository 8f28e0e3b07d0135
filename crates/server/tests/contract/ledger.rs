//! The ledger: what is charged when it reaches the visitor, by which book, and that sums are sums.

mod terms;

use std::collections::BTreeMap;

use pronto_protocol::id::{ConversationId, Millis, SiteKey};
use pronto_protocol::model::cost::{Billing, BookChoice};
use pronto_protocol::model::{Author, Channel, InboxConversation, Message, Receipts, Side};
use pronto_reply::ledger::{Delivery, Entry, Ledger, Statement};
use pronto_reply::price::{Form, Month, Plan, Sent, Zone};
use pronto_reply::window::{self, Talk};
use pronto_server::store::{AppendMessage, Appended, StoreOptions};

use super::cases::HOUR;
use super::world::{Place, World, message, settings};
pub(crate) use terms::{
    a_closed_window_holds_back_what_is_no_template,
    a_used_up_budget_is_asked_for_and_the_away_message_is_held_back, what_answering_soon_saves,
    windows_in_the_inbox,
};

/// 25 November 2026, noon in Rome.
const NOON: i64 = 1_795_604_400_000;
const DAY: i64 = 24 * HOUR;

fn choice(channel: Channel, book: &str) -> BookChoice {
    BookChoice { channel, book: book.to_owned(), from: None, until: None }
}

fn billing(book: &str) -> Billing {
    Billing {
        time_zone: "Europe/Rome".to_owned(),
        books: vec![choice(Channel::Widget, book)],
        market: Some("IT".to_owned()),
        budget: None,
    }
}

impl World {
    async fn charged(&self, key: &str, billing: Billing) -> SiteKey {
        let site = self.site(key, None).await;
        self.bill(&site, billing).await;
        site
    }

    async fn bill(&self, site: &SiteKey, billing: Billing) {
        let settings =
            pronto_protocol::model::SiteSettings { billing: Some(billing), ..settings("Shop", None) };
        self.store.put_site(site, &settings, false, Millis(1)).await.expect("a site");
    }

    /// Everything in a conversation up to `seq` reaches the visitor.
    async fn reach(&self, id: &ConversationId, seq: u64, at: i64) {
        let receipts = Receipts { delivered: seq, read: 0 };
        self.store.set_receipts(id, Side::Visitor, receipts, Millis(at)).await.expect("an answer");
    }

    async fn entries(&self, site: &SiteKey) -> Vec<(u64, Entry)> {
        let all = (Millis(i64::MIN), Millis(i64::MAX));
        self.store.ledger(site, all).await.expect("entries")
    }

    /// The entries in a line each: place, kind, message, reason, amount, hours late.
    async fn told(&self, site: &SiteKey) -> Vec<String> {
        let tell = |(place, entry): &(u64, Entry)| {
            let amount = entry.amount.map_or("unknown".to_owned(), |amount| amount.to_string());
            let (kind, reason) = (entry.kind.as_str(), entry.reason.as_str());
            format!("{place} {kind} {} {reason} {amount} {}h", entry.message_id, entry.late_ms / HOUR)
        };
        self.entries(site).await.iter().map(tell).collect()
    }

    async fn row(&self, id: &ConversationId, now: i64) -> InboxConversation {
        self.store.inbox_conversation(id, Millis(now)).await.expect("an answer").expect("a row")
    }
}

pub(crate) async fn what_reaches_the_visitor_is_charged_once(world: World) {
    let site = world.charged("shop", billing("late-reply-2018")).await;
    let a = world.conversation(&site, "a", NOON).await;
    world.say(&a, Author::Visitor, "m1", NOON).await;
    world.say(&a, Author::Agent, "m2", NOON + HOUR).await;
    world.say(&a, Author::Bot, "m3", NOON + 25 * HOUR).await;
    world.say(&a, Author::System, "m4", NOON + 25 * HOUR).await;
    assert_eq!(world.told(&site).await, [""; 0], "nothing has reached anybody");
    world.reach(&a, 2, NOON + 30 * HOUR).await;
    assert_eq!(world.told(&site).await, ["1 charge a/m2 in_window EUR 0 0h"]);
    for _ in 0..3 {
        world.reach(&a, 4, NOON + 31 * HOUR).await;
        world.reach(&a, 1, NOON + 29 * HOUR).await;
    }
    world.say(&a, Author::Visitor, "m5", NOON + 32 * HOUR).await;
    world.say(&a, Author::Agent, "m6", NOON + 59 * HOUR).await;
    // The other side's receipts charge nothing.
    let business = Receipts { delivered: 6, read: 6 };
    world.store.set_receipts(&a, Side::Business, business, Millis(NOON)).await.expect("an answer");
    world.reach(&a, 99, NOON + 60 * HOUR).await;
    let expected = [
        "1 charge a/m2 in_window EUR 0 0h",
        "2 charge a/m3 late EUR 0.045 1h",
        "3 charge a/m6 late EUR 0.045 3h",
    ];
    assert_eq!(world.told(&site).await, expected);
    let (_, entry) = &world.entries(&site).await[1];
    assert_eq!((entry.sent_at, entry.delivered_at), (NOON + 25 * HOUR, NOON + 31 * HOUR));
    assert_eq!((entry.book.as_deref(), entry.market.as_deref()), (Some("late-reply-2018"), Some("IT")));

    let World { store, place } = world;
    store.close().await;
    let world = World::at(place).await;
    assert_eq!(world.told(&site).await, expected);
}

pub(crate) async fn nothing_is_recorded_where_no_book_is_chosen(world: World) {
    let none = world.site("none", None).await;
    let whatsapp = Billing { books: vec![choice(Channel::Whatsapp, "free")], ..billing("free") };
    let other = world.charged("other", whatsapp).await;
    for site in [&none, &other] {
        let id = world.conversation(site, site.as_str(), NOON).await;
        world.say(&id, Author::Visitor, "m1", NOON).await;
        world.say(&id, Author::Agent, "m2", NOON + 48 * HOUR).await;
        world.reach(&id, 2, NOON + 49 * HOUR).await;
        assert_eq!(world.told(site).await, [""; 0], "{site}");
        assert_eq!(world.row(&id, NOON).await.window, None, "{site}");
        assert_eq!(world.store.saving(site, Millis(NOON)).await, Ok(Vec::new()));
    }
}

pub(crate) async fn what_has_no_price_is_unknown_and_stands_in_no_sum(world: World) {
    let site = world.charged("shop", Billing { market: None, ..billing("late-reply-2018") }).await;
    let a = world.conversation(&site, "a", NOON).await;
    world.say(&a, Author::Visitor, "m1", NOON).await;
    world.say(&a, Author::Agent, "m2", NOON + 25 * HOUR).await;
    world.say(&a, Author::Agent, "m3", NOON + 26 * HOUR).await;
    world.reach(&a, 2, NOON + 26 * HOUR).await;
    // From now on the owner says where people are: what was recorded stays as it was.
    world.bill(&site, billing("late-reply-2018")).await;
    world.reach(&a, 3, NOON + 27 * HOUR).await;
    let expected = ["1 charge a/m2 no_rate unknown 1h", "2 charge a/m3 late EUR 0.045 2h"];
    assert_eq!(world.told(&site).await, expected);
    let span = (Millis(NOON), Millis(NOON + 2 * DAY));
    let sums = world.store.ledger_sums(&site, span).await.expect("sums");
    assert_eq!(
        (sums.unknown, sums.totals().iter().map(ToString::to_string).collect::<Vec<_>>()),
        (1, vec!["EUR 0.045".to_owned()])
    );
    let before = (Millis(0), Millis(NOON + 26 * HOUR));
    assert_eq!(world.store.ledger_sums(&site, before).await.expect("sums"), Default::default());
}

/// A book with an allowance counts in the order of delivery: who comes late into it pushes another out.
pub(crate) async fn a_clock_that_went_back_is_set_right_by_corrections(world: World) {
    let shelf = shelf_of_one();
    let world = World { store: world.store.with_shelf(shelf), place: world.place };
    let site = world.charged("shop", billing("one-a-month")).await;
    let (a, b) = (world.conversation(&site, "a", NOON).await, world.conversation(&site, "b", NOON).await);
    for id in [&a, &b] {
        world.say(id, Author::Visitor, "m1", NOON).await;
        world.say(id, Author::Agent, "m2", NOON + 1).await;
    }
    world.reach(&a, 2, NOON + HOUR).await;
    assert_eq!(world.told(&site).await, ["1 charge a/m2 allowance EUR 0 0h"]);
    world.reach(&b, 2, NOON + HOUR / 2).await;
    let expected = [
        "1 charge a/m2 allowance EUR 0 0h",
        "2 charge b/m2 allowance EUR 0 0h",
        "3 correction a/m2 rate EUR 0.02 0h",
    ];
    assert_eq!(world.told(&site).await, expected);
}

fn shelf_of_one() -> std::sync::Arc<pronto_server::billing::Shelf> {
    let folder = tempfile::tempdir().expect("a folder");
    let book = "name = \"one-a-month\"\ntitle = \"One\"\ncurrency = \"EUR\"\nsources = [\"this test\"]\n[[periods]]\n\
        from = \"2020-01-01\"\n[periods.inside]\nfree_form = \"rate\"\n[periods.after]\nfree_form = \"rate\"\n\
        [periods.allowance]\neach_month = 1\nof = [\"free_form\"]\n\
        [[rates]]\nmarket = \"IT\"\nfrom = \"2020-01-01\"\nrate = \"0.02\"\n";
    std::fs::write(folder.path().join("one.toml"), book).expect("a file");
    pronto_server::billing::Shelf::with_folder(folder.path()).expect("a shelf")
}

pub(crate) async fn two_roads_and_two_messages_of_one_id_are_two_entries(world: World) {
    let books = vec![choice(Channel::Widget, "late-reply-2018"), choice(Channel::Email, "free")];
    let site = world.charged("shop", Billing { books, ..billing("free") }).await;
    let (a, b) = (world.conversation(&site, "a", NOON).await, world.conversation(&site, "b", NOON).await);
    for (id, channel) in [(&a, Channel::Widget), (&b, Channel::Email)] {
        let asked = message(id, Author::Visitor, "m1", "ciao", NOON);
        world.append(AppendMessage { channel, ..asked }).await;
        world.say(id, Author::Agent, "reply", NOON + 25 * HOUR).await;
        world.reach(id, 2, NOON + 25 * HOUR).await;
    }
    let expected = ["1 charge a/reply late EUR 0.045 1h", "2 charge b/reply free_book EUR 0 1h"];
    assert_eq!(world.told(&site).await, expected);
    let channels: Vec<_> =
        world.entries(&site).await.iter().map(|(_, entry)| entry.channel.as_str()).collect();
    assert_eq!(channels, ["widget", "email"]);
}

pub(crate) async fn many_at_once_leave_no_gaps_and_count_the_allowance_once(world: World) {
    let world = World { store: world.store.with_shelf(shelf_of_one()), place: world.place };
    let site = world.charged("shop", billing("one-a-month")).await;
    let mut ids = Vec::new();
    for n in 0..30 {
        let id = world.conversation(&site, &format!("c{n}"), NOON).await;
        world.say(&id, Author::Visitor, "m1", NOON).await;
        world.say(&id, Author::Agent, "m2", NOON).await;
        ids.push(id);
    }
    let mut reaching = tokio::task::JoinSet::new();
    for id in ids.iter().chain(&ids) {
        let (store, id) = (world.store.clone(), id.clone());
        let receipts = Receipts { delivered: 2, read: 2 };
        reaching
            .spawn(async move { store.set_receipts(&id, Side::Visitor, receipts, Millis(NOON + 5)).await });
    }
    while let Some(reached) = reaching.join_next().await {
        reached.expect("no panic").expect("the store answers");
    }
    let entries = world.entries(&site).await;
    let places: Vec<_> = entries.iter().map(|(place, _)| *place).collect();
    assert_eq!(places, (1..=entries.len() as u64).collect::<Vec<_>>());
    let statement = Statement::of(entries.iter().map(|(_, entry)| entry));
    let totals: Vec<_> = statement.totals.iter().map(ToString::to_string).collect();
    assert_eq!(totals, ["EUR 0.58"], "one is free, 29 are charged");
}

/// A number below `sides`, always the same ones.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn hours(&mut self, most: u64) -> i64 {
        i64::try_from(self.throw(most)).expect("few") * HOUR
    }
}

/// The same ledger kept in memory, all of it, from what the test itself knows of each message.
struct Mirror {
    plan: Plan,
    ledger: Ledger,
    entries: Vec<Entry>,
    talks: BTreeMap<String, (Vec<Message>, u64)>,
}

impl Mirror {
    fn said(&mut self, message: Message) {
        let id = message.conversation_id.as_str().to_owned();
        self.talks.entry(id).or_default().0.push(message);
    }

    fn reached(&mut self, id: &ConversationId, seq: u64, at: i64) {
        let Some((messages, reached)) = self.talks.get_mut(id.as_str()) else { return };
        let seq = seq.min(messages.len() as u64).max(*reached);
        let new = messages.iter().filter(|message| message.seq > *reached && message.seq <= seq);
        for message in new.filter(|message| message.author != Author::Visitor) {
            let before = messages.iter().take_while(|other| other.seq < message.seq);
            let last = before.filter(|other| other.author == Author::Visitor).last();
            let last_from_visitor = last.map(|last| last.created_at.0);
            let talk = Talk { channel: window::Channel::Widget, last_from_visitor, ad: None, blocked: false };
            let (sent_at, own) = (message.created_at.0, message.message_id.as_str());
            let delivery = Delivery {
                conversation_id: id.as_str().to_owned(),
                message_id: format!("{id}/{own}"),
                channel: talk.channel,
                sent: Sent {
                    form: Form::FreeForm,
                    sent_at,
                    window: self.plan.rules().window(&talk, self.plan.zone()),
                },
                delivered_at: at.max(sent_at),
                market: Some("IT".to_owned()),
            };
            self.entries.extend(self.ledger.record(&self.plan, &delivery));
        }
        *reached = seq;
    }
}

/// Whatever is sent and reported, however often, in order or shaken: the entries are those of a ledger that never forgot
/// anything, each month's sums are those of its entries, each message is charged once, and all months together are all
/// entries.
pub(crate) async fn the_sum_of_the_entries_is_the_statement(world: World) {
    let world = World { store: world.store.with_shelf(shelf_of_one()), place: world.place };
    let mut dice = Dice(7);
    for (key, zone, book, shaken) in [
        ("rome", "Europe/Rome", "late-reply-2018", true),
        ("apia", "Pacific/Apia", "one-a-month", true),
        ("york", "America/New_York", "conversation-2022", true),
        ("oslo", "Europe/Oslo", "one-a-month", false),
        ("lima", "America/Lima", "conversation-2022", false),
    ] {
        let billing = Billing { time_zone: zone.to_owned(), ..billing(book) };
        let site = world.charged(key, billing).await;
        let settings = world.store.site(&site).await.expect("an answer").expect("a site").settings;
        let plan = world.store.shelf().plan(&settings).expect("a plan");
        let mut mirror =
            Mirror { plan, ledger: Ledger::default(), entries: Vec::new(), talks: BTreeMap::new() };
        let mut now = NOON;
        for number in 0..60 {
            let name = format!("{key}-{}", dice.throw(5));
            let id = world.conversation(&site, &name, NOON).await;
            now = if shaken { NOON + dice.hours(90 * 24) } else { now + 1 + dice.hours(30) };
            let author =
                [Author::Visitor, Author::Agent, Author::Bot][usize::try_from(dice.throw(3)).expect("few")];
            mirror.said(world.say(&id, author, &format!("m{number}"), now).await);
            for _ in 0..dice.throw(3) {
                let at = if shaken { now + dice.hours(72) - 36 * HOUR } else { now + 1 };
                let seq = dice.throw(13);
                world.reach(&id, seq, at).await;
                mirror.reached(&id, seq, at);
            }
        }
        let entries = world.entries(&site).await;
        assert!(entries.len() > 10, "{key}: {}", entries.len());
        let own: Vec<Entry> = entries.iter().map(|(_, entry)| entry.clone()).collect();
        assert_eq!(own, mirror.entries, "{key}");
        check_months(&world, &site, &entries, &Zone::new(zone).expect("a zone")).await;
        let charges = entries.iter().filter(|(_, entry)| entry.kind.as_str() == "charge");
        let charged: Vec<_> = charges.map(|(_, entry)| entry.message_id.as_str()).collect();
        let once: std::collections::BTreeSet<_> = charged.iter().collect();
        assert_eq!(once.len(), charged.len(), "{key}");
    }
}

async fn check_months(world: &World, site: &SiteKey, entries: &[(u64, Entry)], zone: &Zone) {
    let months = world.store.ledger_months(site, zone).await.expect("months");
    let seen: std::collections::BTreeSet<Month> =
        entries.iter().map(|(_, entry)| zone.month(entry.delivered_at)).collect();
    assert_eq!(months, seen.into_iter().rev().collect::<Vec<_>>(), "{site}");
    let mut counted = 0;
    for month in months {
        let (from, until) = zone.spans(month);
        let span = (Millis(from), Millis(until));
        let own = world.store.ledger(site, span).await.expect("entries");
        let sums = world.store.ledger_sums(site, span).await.expect("sums");
        let statement = Statement::of(own.iter().map(|(_, entry)| entry));
        let told = (statement.totals.clone(), statement.unknown);
        assert_eq!((sums.totals(), sums.unknown), told, "{site} {month}");
        let all = Statement::of_month(entries.iter().map(|(_, entry)| entry), zone, month);
        assert_eq!(statement, all, "{site} {month}");
        counted += own.len();
    }
    assert_eq!(counted, entries.len(), "{site}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_moves_no_receipt_without_its_entry() {
    let place = Place::sqlite();
    let options = StoreOptions { max_pages: Some(120), ..StoreOptions::default() };
    let store = pronto_server::store::Store::open_with(&place.url(), options).await.expect("it opens");
    let world = World { store, place };
    let site = world.charged("shop", billing("late-reply-2018")).await;
    let a = world.conversation(&site, "a", NOON).await;
    world.say(&a, Author::Visitor, "m0", NOON).await;
    let (mut sent, mut reached) = (1_u64, 1_u64);
    let mut full = 0;
    while full < 3 {
        let at = NOON + 25 * HOUR + i64::try_from(sent).expect("few");
        match world.store.append(message(&a, Author::Agent, &format!("m{sent}"), "x", at)).await {
            Ok(Appended::Stored(_)) => sent += 1,
            other => full += i32::from(other.is_err()),
        }
        if sent % 8 > 0 && full == 0 {
            continue;
        }
        let receipts = Receipts { delivered: sent, read: 0 };
        match world.store.set_receipts(&a, Side::Visitor, receipts, Millis(at)).await {
            Ok(Some(receipts)) => reached = receipts.delivered,
            Ok(None) => {}
            Err(_) => full += 1,
        }
        assert!(sent < 5_000, "the disk is never full");
    }
    assert!(reached > 10, "{reached}");
    let row = world.store.conversation(&a).await.expect("an answer").expect("a row");
    assert_eq!(row.conversation.visitor.delivered, reached);
    assert_eq!(world.entries(&site).await.len() as u64, reached - 1, "each that arrived has its entry");
}

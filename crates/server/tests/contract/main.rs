//! The store's contract: every method, on SQLite and on a Postgres that the test starts itself. What a route answers is
//! tested elsewhere.

mod backup;
mod cases;
mod email;
mod erase;
mod failures;
mod files;
mod ledger;
mod outbox;
mod people;
use people::identity;
mod turns;
mod world;

/// One test for each case and database.
macro_rules! on_both {
    ($($module:ident::$case:ident,)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::$module::$case(super::world::World::sqlite().await).await;
            })*
        }

        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::$module::$case(super::world::World::postgres().await).await;
            })*
        }
    };
}

on_both! {
    cases::appends_once_and_in_order,
    cases::refuses_what_is_no_message,
    cases::a_clock_that_goes_back_breaks_nothing,
    cases::many_at_once_leave_no_gaps,
    cases::pages_of_messages,
    cases::receipts_and_statuses,
    cases::the_inbox_page_by_page,
    cases::made_up_history,
    files::an_upload_is_begun_once_and_carried_once,
    files::what_nobody_sent_is_given_up_and_an_erasure_takes_all,
    files::a_link_opens_one_file_until_its_time,
    turns::asked_and_answered,
    turns::settled_and_asked_again,
    turns::waits_by_the_opening_hours,
    turns::blocked_and_heard_again,
    turns::told_once_a_turn_that_nobody_is_there,
    turns::the_inbox_by_promise,
    turns::the_log_is_gapless_and_the_snapshot_never_goes_back,
    outbox::deliveries_keep_their_order,
    outbox::deliveries_are_parked_and_sent_again,
    outbox::nothing_is_queued_without_a_backend,
    email::an_address_is_kept_and_taken_away,
    ledger::what_reaches_the_visitor_is_charged_once,
    ledger::nothing_is_recorded_where_no_book_is_chosen,
    ledger::what_has_no_price_is_unknown_and_stands_in_no_sum,
    ledger::a_clock_that_went_back_is_set_right_by_corrections,
    ledger::two_roads_and_two_messages_of_one_id_are_two_entries,
    ledger::many_at_once_leave_no_gaps_and_count_the_allowance_once,
    ledger::a_used_up_budget_is_asked_for_and_the_away_message_is_held_back,
    ledger::a_closed_window_holds_back_what_is_no_template,
    ledger::windows_in_the_inbox,
    ledger::what_answering_soon_saves,
    ledger::the_sum_of_the_entries_is_the_statement,
    email::one_mail_for_all_that_was_answered_within_the_delay,
    email::no_mail_for_who_has_it_or_wants_none,
    email::a_mail_that_was_given_up_is_listed_and_sent_again,
    email::a_long_batch_is_one_mail_that_says_there_is_more,
    email::a_link_opens_its_conversation_once,
    email::links_end_with_their_address,
    erase::everything_of_one_visitor_goes_and_nothing_of_another,
    erase::a_second_time_gives_the_same_receipt_and_the_secrets_stay_ended,
    erase::the_backend_is_told_once_and_in_its_turn,
    erase::a_receipt_is_genuine_to_the_letter,
    erase::a_device_that_opens_meanwhile_is_erased_or_refused,
    erase::a_visitors_conversations_at_a_glance,
    erase::a_settled_conversation_is_rated_once_until_its_visitor_writes,
    people::sites_and_their_secrets,
    people::sessions_are_bound_to_site_and_visitor,
    people::agents_and_their_sessions,
    people::the_first_owner_comes_once,
    identity::secrets_are_two_at_most_and_end_by_their_id,
    identity::a_strangers_conversations_become_those_of_who_is_named,
    identity::a_token_is_exchanged_by_one_session,
    identity::what_was_signed_goes_with_the_rest,
    identity::servers_share_a_key,
    failures::a_former_version_is_brought_up_to_date,
    failures::a_newer_version_is_refused,
    failures::what_was_stored_is_there_after_reopening,
}

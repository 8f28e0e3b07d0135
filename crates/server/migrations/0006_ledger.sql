-- The ledger: what a business's messages cost, one entry when a message was delivered and one for each correction; rows are
-- added, never changed or deleted. entry is 1, 2, 3 … within a site, without gaps. Amounts are millionths of a currency's
-- unit, and absent when unknown. What stands under alone_ is the price that the message would have by itself, and
-- counts says whether those before it decide what it costs.

alter table site add column ledger_seq bigint not null default 0;

create table ledger_entry (
    site_key text not null,
    entry bigint not null,
    kind text not null,
    conversation_id text not null,
    message_id text not null,
    channel text not null,
    sent_at bigint not null,
    delivered_at bigint not null,
    book text,
    market text,
    micros bigint,
    currency text,
    reason text not null,
    late_ms bigint not null,
    alone_micros bigint,
    alone_currency text,
    alone_reason text not null,
    counts text not null,
    primary key (site_key, entry)
);
create unique index ledger_charge on ledger_entry (site_key, channel, conversation_id, message_id) where kind = 'charge';
create index ledger_delivered on ledger_entry (site_key, delivered_at);
create index ledger_allowance on ledger_entry (site_key, channel, delivered_at) where reason = 'allowance';
create index ledger_message on ledger_entry (site_key, conversation_id, sent_at, message_id, entry);

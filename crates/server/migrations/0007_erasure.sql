-- What visitors had erased. A row says how much it was and when, and nothing of who they were or what they said; counts is
-- JSON. receipt_key is the site's own key to the digests of its receipts, made with the first of them.

alter table site add column receipt_key text;

create table erasure (
    reference text primary key,
    site_key text not null,
    visitor_id text not null unique,
    erased_at bigint not null,
    counts text not null,
    digest text not null
);
create index erasure_site on erasure (site_key, erased_at);

-- A delivery that tells a site's backend of an erasure names it here, and has no message.
alter table delivery add column erasure text;
create index delivery_conversation on delivery (conversation_id);
create index session_visitor on session (visitor_id);

-- Answers by e-mail, to visitors who left an address and whose devices do not receive them.

-- As typed by somebody: proves nothing about who they are.
alter table visitor add column email text;

-- What is delivered goes to a site's backend ('api') or to a visitor ('email'). One to a visitor carries the answers
-- from its seq up to through_seq, which is set when it is first tried, so that each try carries the same.
alter table delivery add column channel text not null default 'api';
alter table delivery add column through_seq bigint;
create index delivery_email_due on delivery (next_at) where channel = 'email' and state = 'pending';
create index delivery_email on delivery (conversation_id) where channel = 'email';

-- The two links of a mail, known by the SHA-256 of their secrets: one opens the conversation on another device, once
-- and until expires_at; the other takes the address away.
create table mail_link (
    resume_hash text primary key,
    stop_hash text not null unique,
    delivery_id text not null,
    site_key text not null,
    visitor_id text not null,
    conversation_id text not null,
    expires_at bigint not null,
    used_at bigint
);
create index mail_link_visitor on mail_link (visitor_id);
create index mail_link_expiry on mail_link (expires_at);

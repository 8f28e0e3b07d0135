-- The first tables. Runs on SQLite and on Postgres: text ids, bigint milliseconds, JSON as text, no booleans.

create table site (
    site_key text primary key,
    settings text not null,
    backend_url text,
    demo bigint not null,
    created_at bigint not null
);

create table webhook_secret (
    site_key text not null,
    secret text not null,
    created_at bigint not null,
    primary key (site_key, secret)
);

create table api_key (
    api_key_id text primary key,
    site_key text not null,
    name text not null,
    secret_hash text not null,
    created_at bigint not null,
    revoked_at bigint
);
create index api_key_site on api_key (site_key, created_at);

create table visitor (
    visitor_id text primary key,
    site_key text not null,
    created_at bigint not null
);

create table session (
    secret_hash text primary key,
    visitor_id text not null,
    created_at bigint not null,
    ended_at bigint
);

-- last_at is never earlier than any message's created_at. waiting_order sorts who waits longest first, and those who
-- do not wait behind them, newest first.
create table conversation (
    conversation_id text primary key,
    site_key text not null,
    visitor_id text not null,
    status text not null,
    last_seq bigint not null,
    visitor_seq bigint not null,
    last_at bigint not null,
    spoke_at bigint,
    waiting_since bigint,
    waiting_order bigint not null,
    visitor_delivered bigint not null,
    visitor_read bigint not null,
    business_delivered bigint not null,
    business_read bigint not null,
    context text not null,
    demo bigint not null,
    created_at bigint not null
);
create index conversation_visitor on conversation (visitor_id, created_at);
create index conversation_newest on conversation (site_key, last_at, conversation_id);
create index conversation_waiting on conversation (site_key, waiting_order, conversation_id);

create table message (
    conversation_id text not null,
    seq bigint not null,
    message_id text not null,
    author text not null,
    author_name text,
    agent_id text,
    channel text not null,
    body text not null,
    created_at bigint not null,
    primary key (conversation_id, seq),
    unique (conversation_id, message_id)
);

-- The reply clock: a visitor's turn, and when a person answered it.
create table turn (
    conversation_id text not null,
    asked_at bigint not null,
    site_key text not null,
    answered_at bigint,
    primary key (conversation_id, asked_at)
);
create index turn_site on turn (site_key, asked_at);

-- The outbox: one message on its way to a site's backend.
create table delivery (
    delivery_id text primary key,
    site_key text not null,
    conversation_id text not null,
    seq bigint not null,
    message_id text not null,
    state text not null,
    attempts bigint not null,
    next_at bigint,
    error text,
    created_at bigint not null
);
create index delivery_queue on delivery (site_key, state, created_at, conversation_id, seq);

create table agent (
    agent_id text primary key,
    name text not null,
    role text not null,
    email text not null unique,
    password_hash text not null,
    created_at bigint not null
);

create table agent_session (
    token_hash text primary key,
    agent_id text not null,
    csrf text not null,
    created_at bigint not null,
    expires_at bigint not null
);
create index agent_session_agent on agent_session (agent_id);

create table setup_token (
    token_hash text primary key,
    created_at bigint not null
);

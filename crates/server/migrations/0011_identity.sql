-- Who a visitor is, where their business has signed it; and keys that the servers of one database share.

-- Two live ones at most: identities are signed with them, so they are kept as they are.
create table identity_secret (
    identity_secret_id text primary key,
    site_key text not null,
    secret text not null,
    created_at bigint not null
);
create index identity_secret_site on identity_secret (site_key, created_at);

-- The business's own id for them, and all that was signed, as JSON. Several visitors of a site may have none.
alter table visitor add column subject text;
alter table visitor add column contact text;
create unique index visitor_subject on visitor (site_key, subject);

-- A token that was exchanged, known by its SHA-256, and the one session that may exchange it again; until it expires.
create table identity_token (
    token_hash text primary key,
    session_hash text not null,
    expires_at bigint not null
);
create index identity_token_expiry on identity_token (expires_at);

create table server_key (
    name text primary key,
    secret text not null
);

-- Files that go with messages. A row is there from the moment an upload begins; media_type and what stands beside it come when
-- the file is whole, seq and place when a message carries it. What is in the file lies in a folder, under file_id.

create table attachment (
    conversation_id text not null,
    attachment_id text not null,
    file_id text not null unique,
    site_key text not null,
    side text not null,
    name text not null,
    bytes bigint not null,
    media_type text,
    whole_bytes bigint,
    width bigint,
    height bigint,
    seq bigint,
    place bigint,
    created_at bigint not null,
    primary key (conversation_id, attachment_id)
);
create index attachment_message on attachment (conversation_id, seq);
create index attachment_site on attachment (site_key, bytes);
create index attachment_unsent on attachment (created_at) where seq is null;

-- Files whose rows are gone and that may still lie in the folder.
create table removed_file (
    file_id text primary key,
    removed_at bigint not null
);

-- The key to the links that open files; one row.
create table link_key (
    number bigint primary key,
    secret text not null
);

-- How visitors rated settled conversations: once for each time one was settled, which the seq of the visitor's last message
-- before that tells. The words go when a visitor is erased; the score stays, as a figure.

create table rating (
    conversation_id text not null,
    visitor_seq bigint not null,
    site_key text not null,
    score bigint not null,
    words text not null,
    rated_at bigint not null,
    primary key (conversation_id, visitor_seq)
);
create index rating_site on rating (site_key, rated_at);

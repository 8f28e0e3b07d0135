-- What the reply clock rests on: how a turn ended, what was promised, and the log of it all.

-- given_up_at: settled without an answer. withdrawn_at: the visitor was blocked. open_wait_ms: the wait by the
-- opening hours of the time of the answer; absent without hours.
alter table turn add column given_up_at bigint;
alter table turn add column withdrawn_at bigint;
alter table turn add column promised_by bigint;
alter table turn add column open_wait_ms bigint;

alter table visitor add column blocked_at bigint;

-- promise_order sorts by promise, earliest first; then who waits without one, longest first; then the rest, newest first.
alter table conversation add column promise_by bigint;
alter table conversation add column promise_order bigint not null default 0;
update conversation set promise_order =
    case when waiting_since is null then waiting_order else waiting_since + 1152921504606846976 end;
create index conversation_promise on conversation (site_key, promise_order, conversation_id);

-- What happened to the turns of a site, in the order of the commits and without gaps: who has read up to a seq has
-- only to read what lies behind it. kind: asked, answered, given_up, withdrawn.
alter table site add column clock_seq bigint not null default 0;
create table turn_event (
    site_key text not null,
    seq bigint not null,
    kind text not null,
    asked_at bigint not null,
    at bigint not null,
    primary key (site_key, seq)
);
insert into turn_event (site_key, seq, kind, asked_at, at)
select site_key, row_number() over (partition by site_key order by at, asked_at, kind desc), kind, asked_at, at
from (
    select site_key, 'asked' as kind, asked_at, asked_at as at from turn
    union all
    select site_key, 'answered' as kind, asked_at, answered_at as at from turn where answered_at is not null
) as happened;
update site set clock_seq =
    (select coalesce(max(e.seq), 0) from turn_event e where e.site_key = site.site_key);

-- The reply clock of a site as it was kept in memory, after the event `through`.
create table clock_snapshot (
    site_key text primary key,
    state text not null,
    through bigint not null
);

-- A relay claims the head of a site's queue before it sends, so that two servers on one database do not both send it.
-- since_at is where the three days of trying begin: when the row was queued, or when a person asked to send it again.

alter table delivery add column claimed_until bigint;
alter table delivery add column since_at bigint;
update delivery set since_at = created_at;

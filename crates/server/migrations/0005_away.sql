-- When the visitor was told, since the last turn began, that nobody is there.

alter table conversation add column away_at bigint;

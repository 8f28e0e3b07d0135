-- What a message offers its reader to answer by a press, as a list in JSON; absent where it offers nothing.

alter table message add column quick_replies text;

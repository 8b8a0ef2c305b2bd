-- "Mine", in every status: the newest message first.
create index tickets_by_owner on tickets (owner_id, last_message_at desc, id desc) where owner_id is not null;

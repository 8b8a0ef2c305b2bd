-- The id of a report proves nothing: it stands in a clear Subject, and anybody may send another report under it. The first
-- ticket of an id holds it alone; a later one with another report names that first ticket.
alter table tickets
  add column same_id_as bigint references tickets (id),
  add constraint tickets_same_id_has_an_id check (same_id_as is null or (whisperback_id is not null and same_id_as < id));
drop index tickets_whisperback_id_unique;
create unique index tickets_whisperback_id_unique on tickets (whisperback_id)
  where whisperback_id is not null and same_id_as is null;
create index tickets_by_same_id on tickets (same_id_as) where same_id_as is not null;
-- Keyed hash of everything that a report says, contact included: the same report sent again has the same.
alter table reports add column content_hash bytea;
create index reports_by_whisperback_id on reports (whisperback_id, content_hash) where whisperback_id is not null;

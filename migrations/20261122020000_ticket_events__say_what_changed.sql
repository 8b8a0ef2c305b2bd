-- What an act changed, and to what: read in order, "after" leads to the present state; "before" is what an undo restores.
-- Ids, dates and states are open; the workaround stands in it sealed, as in its ticket.
alter table ticket_events
  add column before jsonb,
  add column after jsonb,
  add column undoes bigint references ticket_events (id),
  add constraint ticket_events_undo_changes_something check (undoes is null or (before is not null and after is not null));
-- An act is undone once.
create unique index ticket_events_undone_once on ticket_events (undoes) where undoes is not null;
-- What the staff did since a shift began.
create index ticket_events_by_staff on ticket_events (created_at, id) where staff_id is not null;

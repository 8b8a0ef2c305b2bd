-- An answer that was not sent yet, sealed under the key of its ticket; one for each person who writes.
create table drafts (
  ticket_id bigint not null references tickets (id),
  staff_id bigint not null references staff (id),
  sealed_text bytea not null,
  saved_at timestamptz not null default now(),
  primary key (ticket_id, staff_id)
);
create index drafts_by_staff on drafts (staff_id, saved_at desc);
create index drafts_by_age on drafts (saved_at);

-- What a merge moved and changed, so that it can be taken apart exactly.
create table ticket_merges (
  id bigint generated always as identity primary key,
  source_id bigint not null references tickets (id),
  target_id bigint not null references tickets (id),
  message_ids bigint[] not null,
  offered_key_ids bigint[] not null,
  source_before jsonb not null,
  target_before jsonb not null,
  target_after jsonb not null,
  merged_by bigint not null references staff (id),
  merged_at timestamptz not null default now(),
  taken_apart_by bigint references staff (id),
  taken_apart_at timestamptz,
  constraint ticket_merges_two_tickets check (source_id <> target_id),
  constraint ticket_merges_taken_apart_by_somebody check ((taken_apart_at is null) = (taken_apart_by is null))
);
create index ticket_merges_by_source on ticket_merges (source_id, id);
create index ticket_merges_by_target on ticket_merges (target_id, id);
create unique index ticket_merges_once on ticket_merges (source_id) where taken_apart_at is null;

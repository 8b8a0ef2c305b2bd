-- Keys of people that a staff member confirmed. One of each person is in force; replaced ones only check old signatures.
create table pinned_keys (
  id bigint generated always as identity primary key,
  person_id bigint not null references people (id),
  key_id bigint not null references vault_keys (id),
  fingerprint_hash bytea not null,
  sealed_key bytea not null,
  sealed_facts bytea not null,
  source text not null,
  ticket_id bigint references tickets (id) on delete set null,
  pinned_at timestamptz not null default now(),
  pinned_by bigint not null references staff (id),
  -- A fingerprint from elsewhere was typed, and was the same.
  compared boolean not null default false,
  ended_at timestamptz,
  ended_by bigint references staff (id),
  ended_how text,
  sealed_reason bytea,
  constraint pinned_keys_ended_how_known check (ended_how in ('replaced', 'unpinned')),
  constraint pinned_keys_end_is_complete check (
    (ended_at is null) = (ended_by is null) and (ended_at is null) = (ended_how is null)),
  constraint pinned_keys_unpinned_says_why check (
    (sealed_reason is not null) = (ended_how is not distinct from 'unpinned'))
);
create unique index pinned_keys_one_in_force on pinned_keys (person_id) where ended_at is null;
create index pinned_keys_by_person on pinned_keys (person_id, id desc);
create index pinned_keys_by_key on pinned_keys (key_id);
create index pinned_keys_by_ticket on pinned_keys (ticket_id) where ticket_id is not null;

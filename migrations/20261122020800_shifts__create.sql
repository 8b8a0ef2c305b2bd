create table shifts (
  id bigint generated always as identity primary key,
  staff_id bigint not null references staff (id),
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  key_id bigint references vault_keys (id),
  -- The handover note: what the next shift must know. It may speak of a person.
  sealed_note bytea,
  constraint shifts_ended_has_a_note check (
    (ended_at is null) = (sealed_note is null) and (sealed_note is null) = (key_id is null)
  ),
  constraint shifts_end_after_start check (ended_at >= started_at)
);
create unique index shifts_one_at_a_time on shifts (staff_id) where ended_at is null;
create index shifts_by_staff on shifts (staff_id, id);
create index shifts_by_end on shifts (ended_at, id) where ended_at is not null;
create index shifts_by_key on shifts (key_id) where key_id is not null;

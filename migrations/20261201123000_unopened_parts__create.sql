-- A message in which something looks encrypted, or like a key, and could not be read. Until somebody decides otherwise, its
-- ticket counts as one of a person who encrypts. What it is and why stands sealed in the message, and the reason of who
-- decided is sealed under the message's key, so that both follow it to another ticket.
create table unopened_parts (
  message_id bigint primary key references messages (id),
  found_at timestamptz not null default now(),
  decided_by bigint references staff (id),
  decided_at timestamptz,
  sealed_reason bytea,
  constraint unopened_parts_decision_is_complete check (
    (decided_by is null) = (decided_at is null) and (decided_at is null) = (sealed_reason is null)
  )
);

create table tickets (
  id bigint generated always as identity primary key,
  status text not null default 'new' constraint tickets_status_known
    check (status in ('new', 'open', 'waiting_for_user', 'waiting_for_fix', 'snoozed', 'resolved', 'spam')),
  queue_id bigint not null references queues (id),
  language text,
  channel text not null constraint tickets_channel_known
    check (channel in ('whisperback', 'mail', 'phone', 'chat', 'in_person')),
  key_id bigint not null references vault_keys (id),
  sealed_subject bytea not null,
  -- Who an answer goes to; null when a report gave no address.
  person_id bigint references people (id),
  -- An address in the body of a report is nobody's proof: anyone can write it there.
  person_proven boolean not null default false,
  owner_id bigint references staff (id),
  whisperback_id text constraint tickets_whisperback_id_is_hex check (whisperback_id ~ '^[0-9a-f]{1,32}$'),
  tails_version text,
  installed_version text,
  model text,
  stick_hash bytea,
  message_count integer not null default 0,
  opened_at timestamptz not null default now(),
  last_message_at timestamptz not null default now(),
  -- Since when a person waits for us; null when it is not our turn.
  our_turn_since timestamptz,
  closed_at timestamptz,
  closed_by bigint references staff (id),
  snoozed_until timestamptz,
  -- It is our turn exactly while the ticket is new or open, and then we know since when.
  constraint tickets_our_turn_has_a_start check ((status in ('new', 'open')) = (our_turn_since is not null)),
  -- A closed ticket says when and by whom; an open one never does.
  constraint tickets_closed_is_complete check (
    (status in ('resolved', 'spam')) = (closed_at is not null) and (closed_at is not null) = (closed_by is not null)
  ),
  constraint tickets_snoozed_has_an_end check ((status = 'snoozed') = (snoozed_until is not null)),
  constraint tickets_proven_has_a_person check (not person_proven or person_id is not null)
);
-- The work list: our turn, the longest waiting first, in one queue or all.
create index tickets_our_turn on tickets (our_turn_since, id) where our_turn_since is not null;
create index tickets_our_turn_by_queue on tickets (queue_id, our_turn_since, id) where our_turn_since is not null;
create index tickets_our_turn_by_owner on tickets (owner_id, our_turn_since, id) where our_turn_since is not null and owner_id is not null;
create index tickets_by_status on tickets (status, last_message_at desc, id desc);
create index tickets_by_queue_status on tickets (queue_id, status, last_message_at desc, id desc);
create index tickets_by_last_message on tickets (last_message_at desc, id desc);
create index tickets_by_queue on tickets (queue_id, last_message_at desc, id desc);
create index tickets_by_person on tickets (person_id, id) where person_id is not null;
create index tickets_by_stick on tickets (stick_hash, id) where stick_hash is not null;
-- Sent again: the same WhisperBack id joins the first ticket, also when two workers read both at once.
create unique index tickets_whisperback_id_unique on tickets (whisperback_id) where whisperback_id is not null;
create index tickets_by_key on tickets (key_id);

create table ticket_events (
  id bigint generated always as identity primary key,
  ticket_id bigint not null references tickets (id),
  staff_id bigint references staff (id),
  action text not null,
  -- What changed, from and to: never a word of what a person wrote.
  detail jsonb not null default '{}',
  created_at timestamptz not null default now()
);
create index ticket_events_by_ticket on ticket_events (ticket_id, id);

create table messages (
  id bigint generated always as identity primary key,
  ticket_id bigint not null references tickets (id),
  -- Each message names the key that seals it, so that it can move to another ticket.
  key_id bigint not null references vault_keys (id),
  kind text not null constraint messages_kind_known check (kind in ('from_user', 'answer', 'note', 'bounce')),
  mail_id bigint references mails (id),
  staff_id bigint references staff (id),
  person_id bigint references people (id),
  sealed_content bytea not null,
  encryption text not null default 'none' constraint messages_encryption_known check (encryption in ('none', 'encrypted')),
  signature text not null default 'no' constraint messages_signature_known check (signature in ('no', 'cannot check', 'bad', 'good')),
  -- Marks such as "sent again" or "author not proven"; words, never content.
  marks text[] not null default '{}',
  created_at timestamptz not null default now(),
  constraint messages_staff_writes_answers_and_notes check ((kind in ('answer', 'note')) = (staff_id is not null)),
  constraint messages_from_outside_have_a_mail check (kind not in ('bounce') or mail_id is not null)
);
create index messages_by_ticket on messages (ticket_id, id);
create index messages_by_key on messages (key_id);
-- A mail makes one message at most, however often it is read.
create unique index messages_mail_unique on messages (mail_id) where mail_id is not null;

create table attachments (
  id bigint generated always as identity primary key,
  message_id bigint not null references messages (id),
  position smallint not null,
  sealed_filename bytea not null,
  content_type text not null,
  size_bytes bigint not null,
  sealed_bytes bytea not null
);
alter table attachments alter column sealed_bytes set storage external;
create index attachments_by_message on attachments (message_id, position);

create table reports (
  message_id bigint primary key references messages (id),
  whisperback_id text,
  tails_version text,
  installed_version text,
  manufacturer text,
  model text,
  ram_mb integer,
  boot_medium text,
  persistent_storage boolean,
  virtual_machine boolean,
  coreboot boolean,
  stick_hash bytea,
  -- The report without its logs, and the logs apart: the ticket page opens the first alone.
  sealed_report bytea not null,
  sealed_logs bytea,
  log_sections smallint not null default 0
);
alter table reports alter column sealed_report set storage external;
alter table reports alter column sealed_logs set storage external;

-- Keys that came with a mail: offered to the answer of that ticket, never taken for anybody silently.
create table offered_keys (
  id bigint generated always as identity primary key,
  ticket_id bigint not null references tickets (id),
  message_id bigint not null references messages (id),
  key_id bigint not null references vault_keys (id),
  fingerprint_hash bytea not null,
  sealed_key bytea not null,
  source text not null constraint offered_keys_source_known check (source in ('report', 'attachment', 'text', 'autocrypt')),
  created_at timestamptz not null default now()
);
create unique index offered_keys_once_a_ticket on offered_keys (ticket_id, fingerprint_hash);

create table search_documents (
  message_id bigint primary key references messages (id),
  ticket_id bigint not null references tickets (id),
  words tsvector not null
);
create index search_documents_words on search_documents using gin (words);
create index search_documents_by_ticket on search_documents (ticket_id);

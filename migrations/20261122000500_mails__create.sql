-- Every mail that was ever taken over, whole and sealed, before anything is read from it.
create table mails (
  id bigint generated always as identity primary key,
  key_id bigint not null references vault_keys (id),
  -- Keyed hash of the raw bytes: the same bytes are the same mail, wherever and however often they are found.
  content_hash bytea not null,
  sealed_raw bytea,
  size_bytes bigint not null,
  state text not null default 'kept' constraint mails_state_known check (state in ('kept', 'read', 'set_aside', 'discarded')),
  outcome text constraint mails_outcome_known
    check (outcome in ('opened', 'added', 'sent_again', 'bounce', 'loop')),
  ticket_id bigint references tickets (id),
  set_aside_reason text,
  attempts integer not null default 0,
  lease_token uuid,
  leased_until timestamptz,
  -- When the mail server got it: since then a person waits, also when the desk was down.
  received_at timestamptz not null default now(),
  kept_at timestamptz not null default now(),
  read_at timestamptz,
  discarded_by bigint references staff (id),
  constraint mails_read_has_an_outcome check ((state = 'read') = (outcome is not null)),
  constraint mails_set_aside_has_a_reason check (state <> 'set_aside' or set_aside_reason is not null),
  constraint mails_discarded_says_by_whom check ((state = 'discarded') = (discarded_by is not null))
);
alter table mails alter column sealed_raw set storage external;
create unique index mails_content_hash_unique on mails (content_hash);
create index mails_waiting on mails (id) where state = 'kept';
create index mails_set_aside on mails (id) where state = 'set_aside';
create index mails_by_ticket on mails (ticket_id) where ticket_id is not null;
create index mails_by_kept_at on mails (kept_at);

-- Where on the server each mail was found. The key makes taking it over twice impossible.
create table mail_copies (
  mailbox text not null,
  uidvalidity bigint not null,
  uid bigint not null,
  mail_id bigint not null references mails (id),
  found_at timestamptz not null default now(),
  moved_at timestamptz,
  primary key (mailbox, uidvalidity, uid)
);
create index mail_copies_by_mail on mail_copies (mail_id);
create index mail_copies_unmoved on mail_copies (mailbox, uidvalidity, uid) where moved_at is null;

create table mailboxes (
  name text primary key,
  uidvalidity bigint,
  last_polled_at timestamptz,
  last_mail_at timestamptz,
  last_reconciled_at timestamptz,
  created_at timestamptz not null default now()
);

-- What the staff must see until it is over: silence, a gap, an expiring key.
create table alarms (
  id bigint generated always as identity primary key,
  kind text not null,
  detail text not null,
  raised_at timestamptz not null default now(),
  mailed_at timestamptz,
  cleared_at timestamptz
);
create unique index alarms_one_open_of_a_kind on alarms (kind) where cleared_at is null;

create table outbox_mails (
  id bigint generated always as identity primary key,
  ticket_id bigint not null references tickets (id),
  message_id bigint not null references messages (id),
  key_id bigint not null references vault_keys (id),
  -- Recipient, subject, keys: sealed. The text is the message's own.
  sealed_envelope bytea not null,
  -- Our Message-ID without host, kept open so that a reply finds its ticket; random, it tells nothing.
  reference text not null,
  protection text not null constraint outbox_mails_protection_known check (protection in ('encrypted', 'clear')),
  clear_agreed_by bigint references staff (id),
  state text not null default 'queued' constraint outbox_mails_state_known
    check (state in ('queued', 'sending', 'accepted', 'failed', 'unknown', 'withdrawn')),
  attempts integer not null default 0,
  not_before timestamptz not null default now(),
  lease_token uuid,
  leased_until timestamptz,
  -- A reply code and our own words for it, never the server's text: it may hold an address.
  failure text,
  created_at timestamptz not null default now(),
  decided_at timestamptz,
  decided_by bigint references staff (id),
  bounced_at timestamptz,
  constraint outbox_mails_clear_was_agreed check (protection = 'encrypted' or clear_agreed_by is not null),
  constraint outbox_mails_failed_says_why check (state not in ('failed', 'unknown') or failure is not null),
  constraint outbox_mails_sending_has_a_lease check (state <> 'sending' or (lease_token is not null and leased_until is not null))
);
create unique index outbox_mails_reference_unique on outbox_mails (reference);
create unique index outbox_mails_message_unique on outbox_mails (message_id);
create index outbox_mails_waiting on outbox_mails (not_before, id) where state in ('queued', 'sending');
create index outbox_mails_troubled on outbox_mails (id) where state in ('failed', 'unknown');
create index outbox_mails_by_ticket on outbox_mails (ticket_id);

-- The public halves of the desk's own keys, written by the worker, which alone holds the secret halves.
create table our_keys (
  fingerprint text primary key,
  user_ids text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  public_key text not null,
  signs boolean not null default false,
  seen_at timestamptz not null default now()
);

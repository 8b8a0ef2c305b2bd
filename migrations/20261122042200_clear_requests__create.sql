-- Clear text to a person who encrypts: one staff member asks with a reason, another one agrees, for this one text.
create table clear_requests (
  id bigint generated always as identity primary key,
  ticket_id bigint not null references tickets (id),
  person_id bigint not null references people (id),
  key_id bigint not null references vault_keys (id),
  sealed_text bytea not null,
  sealed_reason bytea not null,
  requested_by bigint not null references staff (id),
  requested_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '7 days',
  agreed_by bigint references staff (id),
  agreed_at timestamptz,
  withdrawn_by bigint references staff (id),
  withdrawn_at timestamptz,
  constraint clear_requests_two_people check (agreed_by <> requested_by),
  constraint clear_requests_agreement_is_complete check ((agreed_by is null) = (agreed_at is null)),
  constraint clear_requests_agreed_in_time check (agreed_at < expires_at),
  constraint clear_requests_withdrawal_is_complete check ((withdrawn_by is null) = (withdrawn_at is null)),
  constraint clear_requests_end check (expires_at > requested_at)
);
create index clear_requests_by_ticket on clear_requests (ticket_id, id desc);
create index clear_requests_by_person on clear_requests (person_id);
create index clear_requests_by_key on clear_requests (key_id);
create index clear_requests_open on clear_requests (id) where agreed_at is null and withdrawn_at is null;

alter table outbox_mails
  add column clear_request_id bigint references clear_requests (id),
  add constraint outbox_mails_clear_request_is_clear check (clear_request_id is null or protection = 'clear');
-- An agreement is for one mail.
create unique index outbox_mails_clear_request_unique on outbox_mails (clear_request_id)
  where clear_request_id is not null;

-- The fingerprint of the key of ours that went to this person last.
alter table people add column our_key_sent text;

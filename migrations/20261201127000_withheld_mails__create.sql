-- Mails that the mail server did not give when it was asked for them: each is tried again by itself, behind all others.
create table withheld_mails (
  mailbox text not null references mailboxes (name),
  uidvalidity bigint not null,
  uid bigint not null,
  size_bytes bigint not null constraint withheld_mails_size_is_none_or_more check (size_bytes >= 0),
  attempts integer not null default 1 constraint withheld_mails_was_tried check (attempts > 0),
  -- In the server's words, addresses masked.
  reason text not null,
  first_failed_at timestamptz not null default now(),
  next_try_at timestamptz not null,
  primary key (mailbox, uidvalidity, uid)
);

-- How much of the mailbox is still on the server, for the start page; and in which order a long backlog is fetched.
alter table mailboxes
  add column waiting_mails integer not null default 0
    constraint mailboxes_waiting_is_none_or_more check (waiting_mails >= 0),
  add column newest_first boolean not null default false;

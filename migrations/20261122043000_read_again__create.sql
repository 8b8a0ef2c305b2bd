-- Mails that became messages and are to be read once more from their raw copy, since a key was confirmed or imported.
-- What they became stays: the same message, on the same ticket.
create table read_again (
  mail_id bigint primary key references mails (id) on delete cascade,
  asked_by bigint not null references staff (id),
  asked_at timestamptz not null default now(),
  attempts integer not null default 0,
  lease_token uuid,
  leased_until timestamptz,
  done_at timestamptz,
  result text,
  -- Why it could not be read, in words for the staff.
  reason text,
  constraint read_again_result_known check (result in ('changed', 'same', 'no copy', 'not read')),
  constraint read_again_done_has_a_result check ((done_at is null) = (result is null)),
  constraint read_again_not_read_says_why check ((result is not distinct from 'not read') = (reason is not null))
);
create index read_again_waiting on read_again (asked_at, mail_id) where done_at is null;

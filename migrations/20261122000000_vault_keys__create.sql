-- Each key seals what belongs to one mail, or to a ticket opened by hand; without its row that content is unreadable for ever.
-- The table is backed up apart from the others, and for a shorter time.
create table vault_keys (
  id bigint generated always as identity primary key,
  wrapped_key bytea not null,
  created_at timestamptz not null default now()
);

-- One row: proves at start that the master key given is the one this database was sealed with.
create table vault_check (
  only_row boolean primary key default true constraint vault_check_one_row check (only_row),
  sealed bytea not null
);

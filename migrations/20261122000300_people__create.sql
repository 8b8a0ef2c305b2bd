create table people (
  id bigint generated always as identity primary key,
  address_hash bytea not null,
  key_id bigint not null references vault_keys (id),
  sealed_address bytea not null,
  -- Set by the first mail that this person encrypted alone (a WhisperBack report does not count: the program does it).
  wrote_encrypted_at timestamptz,
  created_at timestamptz not null default now()
);
create unique index people_address_hash_unique on people (address_hash);

-- What the owner of a key said against it, as soon as it was read: the key with its revocations. It counts for every copy that
-- came before, and for whoever brings an older copy later.
create table key_revocations (
  fingerprint_hash bytea primary key,
  key_id bigint not null references vault_keys (id),
  sealed_key bytea not null,
  sealed_facts bytea not null,
  learned_at timestamptz not null default now()
);
create index key_revocations_by_key on key_revocations (key_id);

-- Since when nothing can be encrypted to a confirmed key any more, because its owner said so; it leads the staff to it.
alter table pinned_keys add column owner_ended_at timestamptz;
create index pinned_keys_by_fingerprint on pinned_keys (fingerprint_hash);
create index pinned_keys_ended_by_owner on pinned_keys (owner_ended_at) where owner_ended_at is not null and ended_at is null;

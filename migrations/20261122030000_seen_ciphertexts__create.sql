-- Which ciphertexts came from whom, as keyed hashes: the same one from another sender was copied, to make us answer it.
create table seen_ciphertexts (
  ciphertext_hash bytea not null,
  sender_hash bytea not null,
  first_seen_at timestamptz not null default now(),
  primary key (ciphertext_hash, sender_hash)
);

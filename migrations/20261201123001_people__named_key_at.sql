-- A report named a key of this person and did not bring one that can be read: by its fingerprint, its id, an address, in
-- words, or as a damaged block. Nothing leaves to them in clear, as to somebody who gave a key.
alter table people add column named_key_at timestamptz;

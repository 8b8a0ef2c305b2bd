-- OpenPGP or S/MIME came from this address, whether it opened or not: what the desk answers by itself must not tell.
alter table people add column showed_cryptography_at timestamptz;

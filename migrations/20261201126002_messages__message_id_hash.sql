-- Keyed hash of the Message-ID of an incoming mail: so a person's answer to their own mail finds it, and the same mail sent
-- again is known. Empty: the mail had none. Null: it came before there was a hash, which is made when its person writes next.
alter table messages add column message_id_hash bytea;
create index messages_by_message_id on messages (message_id_hash) where message_id_hash is not null;
create index messages_without_message_id_hash on messages (person_id, id)
  where message_id_hash is null and mail_id is not null and person_id is not null;

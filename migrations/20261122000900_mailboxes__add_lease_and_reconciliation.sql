-- One robot at a time polls a mailbox, so that three do not fetch everything three times. Nothing depends on it being kept.
alter table mailboxes add column polling_by uuid, add column polling_until timestamptz;
-- Up to this UID the server's numbering was compared with the table.
alter table mailboxes add column reconciled_to_uid bigint;

-- Nobody is answered on such a ticket before a person chose who: a mail asked for answers at another address than its
-- sender's, or two reports came with one id.
alter table tickets add column recipient_open boolean not null default false;
-- Keyed hash of the other addresses at which a mail asks for its answers, so that the same question is asked once.
alter table messages add column reply_to_hash bytea;

-- Answers that came back wait for a decision as those that failed do.
create index outbox_mails_returned on outbox_mails (id) where state = 'accepted' and bounced_at is not null;

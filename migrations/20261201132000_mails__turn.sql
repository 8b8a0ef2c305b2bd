-- In which order mails are read: 0 for a small one of somebody who has a ticket, 1 for a small one of a stranger, 2 for a
-- large one. It says no more of a person than that.
alter table mails add column turn smallint not null default 1 constraint mails_turn_known check (turn in (0, 1, 2));
create index mails_waiting_by_turn on mails (turn, id) where state = 'kept';

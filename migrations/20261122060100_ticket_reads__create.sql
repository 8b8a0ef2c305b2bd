-- Up to which message somebody has seen a ticket, to tell them what is new. The moment is not kept: nobody asks for it.
create table ticket_reads (
  staff_id bigint not null references staff (id) on delete cascade,
  ticket_id bigint not null references tickets (id) on delete cascade,
  -- The newest of the messages that were shown. Not a reference: a message may be taken back.
  last_message_id bigint not null,
  primary key (ticket_id, staff_id)
);

-- What was written to last before this moment is never new to them: a new colleague begins with nothing, and so does everybody
-- when the desk begins to remember.
alter table staff add column unread_since timestamptz not null default now();

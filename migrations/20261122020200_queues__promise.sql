-- An answer within so many hours, nights and weekends counted.
alter table queues add column promise_hours integer not null default 48
  constraint queues_promise_is_possible check (promise_hours between 1 and 8760);
-- Where somebody put this person's ticket by hand: their later mails go there too.
alter table people add column queue_id bigint references queues (id);

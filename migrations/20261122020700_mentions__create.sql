-- A note names somebody by @name: it stands on that person's start page until it was read.
create table mentions (
  message_id bigint not null references messages (id),
  staff_id bigint not null references staff (id),
  read_at timestamptz,
  primary key (message_id, staff_id)
);
create index mentions_unread on mentions (staff_id, message_id) where read_at is null;

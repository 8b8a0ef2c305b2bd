-- Two tickets that have to do with each other; a pair is stored once.
create table ticket_links (
  low_id bigint not null references tickets (id),
  high_id bigint not null references tickets (id),
  created_by bigint references staff (id),
  created_at timestamptz not null default now(),
  primary key (low_id, high_id),
  constraint ticket_links_two_tickets check (low_id < high_id)
);
create index ticket_links_by_high on ticket_links (high_id, low_id);

create table tags (
  id bigint generated always as identity primary key,
  name text not null constraint tags_name_is_a_word_or_more check (name ~ '^\S([^\n\r]{0,58}\S)?$'),
  description text not null default '' constraint tags_description_not_too_long check (length(description) <= 2000),
  created_by bigint references staff (id),
  created_at timestamptz not null default now()
);
create unique index tags_name_unique on tags (lower(name));

create table ticket_tags (
  ticket_id bigint not null references tickets (id),
  tag_id bigint not null references tags (id),
  primary key (ticket_id, tag_id)
);
create index ticket_tags_by_tag on ticket_tags (tag_id, ticket_id);

-- A search that somebody keeps. What is searched for may name a person, so it is sealed.
create table saved_searches (
  id bigint generated always as identity primary key,
  staff_id bigint not null references staff (id),
  key_id bigint not null references vault_keys (id),
  sealed_search bytea not null,
  is_shared boolean not null default false,
  created_at timestamptz not null default now()
);
create index saved_searches_by_staff on saved_searches (staff_id, id);
create index saved_searches_shared on saved_searches (id) where is_shared;
create index saved_searches_by_key on saved_searches (key_id);

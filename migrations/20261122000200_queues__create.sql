create table queues (
  id bigint generated always as identity primary key,
  name text not null constraint queues_name_not_empty check (name <> ''),
  -- The language whose mail lands here; null: only by hand. Everything not recognised lands in the queue "other".
  language text,
  is_fallback boolean not null default false,
  position integer not null
);
create unique index queues_name_unique on queues (lower(name));
create unique index queues_language_unique on queues (language);
create unique index queues_one_fallback on queues (is_fallback) where is_fallback;

insert into queues (name, language, is_fallback, position) values
  ('English', 'en', false, 1), ('Français', 'fr', false, 2), ('Deutsch', 'de', false, 3),
  ('Español', 'es', false, 4), ('Italiano', 'it', false, 5), ('Português', 'pt', false, 6),
  ('Other', null, true, 7);

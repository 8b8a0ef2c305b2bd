-- Answers written once, in every language. They hold no person's data: names and texts are open, and are searched as they are.
create table reply_templates (
  id bigint generated always as identity primary key,
  -- The name of its files when the answers are exported; it never changes.
  slug text not null constraint reply_templates_slug_is_a_file_name
    check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 80),
  name text not null constraint reply_templates_name_is_a_line check (name ~ '\S' and name !~ '[\n\r]' and length(name) <= 120),
  category text not null constraint reply_templates_category_is_a_line
    check (category ~ '\S' and category !~ '[\n\r]' and length(category) <= 60),
  tags text[] not null default '{}',
  -- The language that the others are translated from.
  source_language text not null constraint reply_templates_language_is_a_code
    check (source_language ~ '^[a-z]{2,3}(-([A-Z]{2}|[A-Z][a-z]{3}))?$'),
  used_count integer not null default 0,
  last_used_at timestamptz,
  created_at timestamptz not null default now(),
  retired_at timestamptz,
  -- Null beside a date: retired by a folder that was imported.
  retired_by bigint references staff (id),
  constraint reply_templates_in_use_is_not_retired check (retired_at is not null or retired_by is null)
);
create unique index reply_templates_slug_unique on reply_templates (slug);
create unique index reply_templates_name_unique on reply_templates (lower(name));

-- Every save of a text is a version, in one numbering for all languages of an answer; nothing here is ever changed but is_current.
create table reply_template_versions (
  id bigint generated always as identity primary key,
  template_id bigint not null references reply_templates (id),
  number integer not null,
  language text not null constraint reply_template_versions_language_is_a_code
    check (language ~ '^[a-z]{2,3}(-([A-Z]{2}|[A-Z][a-z]{3}))?$'),
  how text not null constraint reply_template_versions_how_known
    check (how in ('written', 'confirmed', 'restored', 'imported')),
  restored_from integer,
  -- Name, category and tags go with the source alone.
  name text,
  category text,
  tags text[],
  body text not null constraint reply_template_versions_body_not_empty check (body ~ '\S' and length(body) <= 20000),
  -- Of the body (src/reply-templates/fingerprint.ts).
  fingerprint text not null,
  -- The fingerprint of the source that this translation says the same as; null: this is the source.
  made_from text,
  is_current boolean not null default true,
  -- Null: it came with a folder that was imported.
  written_by bigint references staff (id),
  created_at timestamptz not null default now(),
  constraint reply_template_versions_restored_says_from_where check ((how = 'restored') = (restored_from is not null)),
  constraint reply_template_versions_source_has_a_name check (
    (made_from is null) = (name is not null) and (name is null) = (category is null) and (name is null) = (tags is null)
  )
);
create unique index reply_template_versions_number_unique on reply_template_versions (template_id, number);
create unique index reply_template_versions_one_current on reply_template_versions (template_id, language) where is_current;

-- The text that counts in each language, and since when a translation no longer says what its source says.
create view reply_template_texts as
  select version.id, version.template_id, version.number, version.language, version.body, version.fingerprint,
    version.made_from, version.written_by, version.created_at, version.how,
    version.language = template.source_language as is_source,
    case when version.language <> template.source_language and version.made_from is distinct from source.fingerprint then
      coalesce(
        (select min(later.created_at) from reply_template_versions later
         where later.template_id = version.template_id and later.language = template.source_language
           and later.number > (
             select max(known.number) from reply_template_versions known
             where known.template_id = version.template_id and known.language = template.source_language
               and known.fingerprint = version.made_from)),
        -- Made from a source that this desk never had.
        version.created_at)
    end as out_of_date_since
  from reply_template_versions version
  join reply_templates template on template.id = version.template_id
  join reply_template_versions source
    on source.template_id = version.template_id and source.language = template.source_language and source.is_current
  where version.is_current;

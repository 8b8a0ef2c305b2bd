-- A version of Tails as text that sorts as versions do: 6.9 before 6.10, 7.0~rc1 before 7.0, and 7 is 7.0. Text that
-- does not begin with a version has none.
create function version_key(version text) returns text
language sql immutable strict parallel safe
return (
  select case when parts[1] is null then null else
    lpad(split_part(parts[1], '.', 1), 8, '0') || lpad(split_part(parts[1], '.', 2), 8, '0')
    || lpad(split_part(parts[1], '.', 3), 8, '0') || lpad(split_part(parts[1], '.', 4), 8, '0')
    || case when parts[2] is null then '~'
       else '-' || lower(coalesce((regexp_match(parts[2], '^[a-z]*', 'i'))[1], ''))
         || lpad(coalesce((regexp_match(parts[2], '[0-9]+'))[1], ''), 12, '0') end
  end collate "C"
  from regexp_match(version, '^\s*(\d{1,6}(?:\.\d{1,6}){0,3})(?:~([a-z0-9]{1,12}))?', 'i') as parts
);

create index tickets_by_tails_version on tickets (version_key(tails_version), last_message_at desc, id desc);
create index tickets_by_installed_version on tickets (version_key(installed_version), last_message_at desc, id desc);
create index tickets_by_model on tickets (lower(model) text_pattern_ops) where model is not null;
create index tickets_by_whisperback_prefix on tickets (whisperback_id text_pattern_ops) where whisperback_id is not null;
create index tickets_by_opened on tickets (opened_at desc, id desc);
create index messages_by_person on messages (person_id, ticket_id) where person_id is not null;
create index reports_by_ram on reports (ram_mb, message_id) where ram_mb is not null;

-- The keys of the blind index. The first is derived from the master key; the others are random and sealed.
create table search_keys (
  generation integer primary key,
  key_id bigint references vault_keys (id),
  sealed_key bytea,
  made_at timestamptz not null default now(),
  -- Null while documents may be hashed with it.
  retired_at timestamptz,
  constraint search_keys_sealed_key_has_a_key check ((key_id is null) = (sealed_key is null))
);
create index search_keys_by_key on search_keys (key_id) where key_id is not null;
insert into search_keys (generation) values (1);

alter table search_documents add column generation integer not null default 0;
alter table search_documents alter column generation drop default;
-- In which language the text was taken: it is needed when it is hashed anew.
alter table search_documents add column language text;
alter table search_documents alter column words set storage external;
create index search_documents_by_generation on search_documents (generation, message_id);
drop index search_documents_words;

-- What one ticket says in all its messages, so that words are found together that stand in several of them.
create table search_tickets (
  ticket_id bigint primary key references tickets (id),
  words tsvector not null default ''
);
alter table search_tickets alter column words set storage external;
-- A search reads the whole pending list, so that stays short.
create index search_tickets_words on search_tickets using gin (words) with (fastupdate = on, gin_pending_list_limit = 512);

-- Messages are set apart by a sign that no word has, so that no phrase is found across two of them.
create function add_words(words tsvector, more tsvector) returns tsvector
language sql immutable parallel safe
return case when words = '' then more else words || 'z:1'::tsvector || more end;
create aggregate gather_words (tsvector) (sfunc = add_words, stype = tsvector, initcond = '');

-- In which month a ticket was written to last, as a word: the newest tickets with a frequent word are found by both.
create function month_word(moment timestamptz) returns text
language sql immutable parallel safe
return 'm' || to_char(moment at time zone 'utc', 'YYYYMM');

create function follow_search_documents() returns trigger language plpgsql as $$
declare
  ids bigint[];
  known bigint[];
begin
  if tg_op = 'INSERT' then
    select array_agg(distinct ticket_id) into ids from added;
  elsif tg_op = 'DELETE' then
    select array_agg(distinct ticket_id) into ids from gone;
  else
    select array_agg(distinct ticket_id) into ids from (select ticket_id from added union select ticket_id from gone) both_of;
  end if;
  if ids is null then return null; end if;

  -- One after the other: who comes second sees what the first one stored.
  select array_agg(ticket_id) into known
    from (select ticket_id from search_tickets where ticket_id = any(ids) order by ticket_id for update) held;
  insert into search_tickets (ticket_id, words)
    select tickets.id, gather_words(search_documents.words order by message_id)
        || array_to_tsvector(array[month_word(min(last_message_at))])
      from tickets join search_documents on search_documents.ticket_id = tickets.id
     where tickets.id = any(ids) and tickets.id <> all(coalesce(known, '{}'))
     group by tickets.id
    on conflict (ticket_id) do update set words = excluded.words;
  if known is null then return null; end if;
  update search_tickets set words = gathered.words
    from (select tickets.id, coalesce(gather_words(search_documents.words order by message_id)
                   filter (where message_id is not null), '')
                 || array_to_tsvector(array[month_word(min(last_message_at))]) as words
            from tickets left join search_documents on search_documents.ticket_id = tickets.id
           where tickets.id = any(known) group by tickets.id) gathered
   where ticket_id = gathered.id;
  return null;
end $$;

create trigger search_documents_added after insert on search_documents
  referencing new table as added for each statement execute function follow_search_documents();
create trigger search_documents_changed after update on search_documents
  referencing new table as added old table as gone for each statement execute function follow_search_documents();
create trigger search_documents_gone after delete on search_documents
  referencing old table as gone for each statement execute function follow_search_documents();

create function follow_last_message() returns trigger language plpgsql as $$
begin
  update search_tickets
     set words = ts_delete(words, month_word(old.last_message_at))
         || array_to_tsvector(array[month_word(new.last_message_at)])
   where ticket_id = new.id;
  return null;
end $$;
create trigger tickets_written_to_in_another_month after update of last_message_at on tickets
  for each row when (month_word(old.last_message_at) <> month_word(new.last_message_at))
  execute function follow_last_message();

insert into search_tickets (ticket_id, words)
  select tickets.id, gather_words(search_documents.words order by message_id)
      || array_to_tsvector(array[month_word(min(last_message_at))])
    from tickets join search_documents on search_documents.ticket_id = tickets.id
   group by tickets.id;

-- What a ticket has, has not and is are words of its document, beside the month of its last message, so that the index of
-- words leads to them: alone, left out, or with words. No hash has a plus, a wave or an equals sign in it. What is hardly
-- ever there has an index of its own, and is marked where it lacks alone.
create view ticket_marks as
select tickets.id as ticket_id,
       array_to_tsvector(array_remove(array[month_word(tickets.last_message_at),
         'c=' || tickets.channel,
         'l=' || coalesce(tickets.language, ''),
         case when told.logs then '+' else '~' end || 'logs',
         case when told.attachment then '+' else '~' end || 'attachment',
         case when told.answer then '+' else '~' end || 'answer',
         case when told.note then '+' else '~' end || 'note',
         case when told.encrypted then '+' else '~' end || 'encrypted',
         case when exists (select from offered_keys where offered_keys.ticket_id = tickets.id) then '+' else '~' end || 'key',
         case when tickets.person_id is null then '~email' end,
         case when tickets.tails_version is null then '~tails' end,
         case when tickets.installed_version is null then '~first' end,
         case when tickets.model is null then '~model' end,
         case when tickets.stick_hash is null then '~stick' end,
         case when tickets.whisperback_id is null then '~wb' end,
         case when told.ram is not true then '~ram' end
       ], null)) as words
  from tickets cross join lateral (
    select bool_or(log_sections > 0) as logs,
           bool_or(exists (select from attachments where attachments.message_id = messages.id)) as attachment,
           bool_or(kind = 'answer') as answer,
           bool_or(kind = 'note') as note,
           bool_or(kind = 'from_user' and encryption = 'encrypted') as encrypted,
           bool_or(ram_mb is not null) as ram
      from messages left join reports on reports.message_id = messages.id
     where messages.ticket_id = tickets.id) told;

create or replace function follow_search_documents() returns trigger language plpgsql as $$
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
    select ticket_id, gather_words(words order by message_id)
        || (select marks.words from ticket_marks marks where marks.ticket_id = documents.ticket_id)
      from search_documents documents
     where ticket_id = any(ids) and ticket_id <> all(coalesce(known, '{}'))
     group by ticket_id
    on conflict (ticket_id) do update set words = excluded.words;
  if known is null then return null; end if;
  update search_tickets set words = coalesce(
           (select gather_words(documents.words order by message_id) from search_documents documents
             where documents.ticket_id = search_tickets.ticket_id), '')
         || (select marks.words from ticket_marks marks where marks.ticket_id = search_tickets.ticket_id)
   where ticket_id = any(known);
  return null;
end $$;

-- What comes with a message is there before its document; what changes without one is told here.
create function follow_ticket_marks() returns trigger language plpgsql as $$
declare
  ids bigint[];
begin
  if tg_table_name = 'tickets' then
    ids := array[new.id];
  elsif tg_table_name in ('messages', 'offered_keys') then
    ids := array[case when tg_op <> 'INSERT' then old.ticket_id end, case when tg_op <> 'DELETE' then new.ticket_id end];
  else
    ids := array(select ticket_id from messages where id = old.message_id);
  end if;
  update search_tickets
     set words = ts_delete(search_tickets.words, array(select lexeme from unnest(search_tickets.words) where lexeme ~ '[+~=]'))
         || (select marks.words from ticket_marks marks where marks.ticket_id = search_tickets.ticket_id)
   where ticket_id = any(ids)
     and (select array(select lexeme from unnest(search_tickets.words) where lexeme ~ '[+~=]' order by 1)
             <> array(select lexeme from unnest(marks.words) where lexeme ~ '[+~=]' order by 1)
            from ticket_marks marks where marks.ticket_id = search_tickets.ticket_id);
  return null;
end $$;

create trigger offered_keys_mark_added after insert on offered_keys
  for each row when (new.ticket_id is not null) execute function follow_ticket_marks();
create trigger offered_keys_mark_moved after update of ticket_id on offered_keys
  for each row when (old.ticket_id is distinct from new.ticket_id) execute function follow_ticket_marks();
create trigger offered_keys_mark_gone after delete on offered_keys
  for each row when (old.ticket_id is not null) execute function follow_ticket_marks();
create trigger messages_mark_changed after update of kind, encryption on messages
  for each row when ((old.kind, old.encryption) is distinct from (new.kind, new.encryption))
  execute function follow_ticket_marks();
create trigger messages_mark_gone after delete on messages
  for each row execute function follow_ticket_marks();
create trigger tickets_mark_changed after update of language, channel, person_id, tails_version, installed_version, model,
    stick_hash, whisperback_id on tickets
  for each row when ((old.language, old.channel, old.person_id is null, old.tails_version is null, old.installed_version is null,
      old.model is null, old.stick_hash is null, old.whisperback_id is null)
    is distinct from (new.language, new.channel, new.person_id is null, new.tails_version is null, new.installed_version is null,
      new.model is null, new.stick_hash is null, new.whisperback_id is null))
  execute function follow_ticket_marks();
create trigger reports_mark_changed after update of log_sections, ram_mb on reports
  for each row when ((old.log_sections, old.ram_mb) is distinct from (new.log_sections, new.ram_mb)) execute function follow_ticket_marks();
create trigger reports_mark_gone after delete on reports
  for each row execute function follow_ticket_marks();
create trigger attachments_mark_gone after delete on attachments
  for each row execute function follow_ticket_marks();

-- All are written anew; the index is quicker made afterwards than kept.
drop index search_tickets_words;
update search_tickets set words = search_tickets.words || marks.words
  from ticket_marks marks where marks.ticket_id = search_tickets.ticket_id;
create index search_tickets_words on search_tickets using gin (words) with (fastupdate = on, gin_pending_list_limit = 512);

-- The workaround of a ticket is found as its messages are: a document of the ticket without a message, one at most.
alter table search_documents drop constraint search_documents_pkey;
alter table search_documents alter column message_id drop not null;
create unique index search_documents_message_unique on search_documents (message_id);
create unique index search_documents_workaround_unique on search_documents (ticket_id) where message_id is null;

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
    select tickets.id, gather_words(search_documents.words order by message_id)
        || array_to_tsvector(array[month_word(min(last_message_at))])
      from tickets join search_documents on search_documents.ticket_id = tickets.id
     where tickets.id = any(ids) and tickets.id <> all(coalesce(known, '{}'))
     group by tickets.id
    on conflict (ticket_id) do update set words = excluded.words;
  if known is null then return null; end if;
  update search_tickets set words = gathered.words
    from (select tickets.id, coalesce(gather_words(search_documents.words order by message_id)
                   filter (where search_documents.ticket_id is not null), '')
                 || array_to_tsvector(array[month_word(min(last_message_at))]) as words
            from tickets left join search_documents on search_documents.ticket_id = tickets.id
           where tickets.id = any(known) group by tickets.id) gathered
   where ticket_id = gathered.id;
  return null;
end $$;

-- Most documents are the first of their ticket: such a one is taken as it is, without asking for others.
create function index_new_document() returns trigger language plpgsql as $$
begin
  insert into search_tickets (ticket_id, words)
    select new.ticket_id, new.words || marks.words from ticket_marks marks where marks.ticket_id = new.ticket_id
    on conflict (ticket_id) do nothing;
  if found then return null; end if;

  -- One after the other: who comes second sees what the first one stored.
  perform from search_tickets where ticket_id = new.ticket_id for update;
  update search_tickets set words =
         (select gather_words(documents.words order by message_id) from search_documents documents
           where documents.ticket_id = new.ticket_id)
         || (select marks.words from ticket_marks marks where marks.ticket_id = new.ticket_id)
   where ticket_id = new.ticket_id;
  return null;
end $$;

drop trigger search_documents_added on search_documents;
create trigger search_documents_added after insert on search_documents
  for each row execute function index_new_document();

create or replace function follow_search_documents() returns trigger language plpgsql as $$
declare
  ids bigint[];
begin
  if tg_op = 'DELETE' then
    select array_agg(distinct ticket_id) into ids from gone;
  else
    select array_agg(distinct ticket_id) into ids from (select ticket_id from added union select ticket_id from gone) both_of;
  end if;
  if ids is null then return null; end if;

  -- One after the other: who comes second sees what the first one stored. A ticket may get its first document by a move.
  insert into search_tickets (ticket_id) select unnest(ids) order by 1 on conflict (ticket_id) do nothing;
  perform from search_tickets where ticket_id = any(ids) order by ticket_id for update;
  update search_tickets set words = coalesce(
           (select gather_words(documents.words order by message_id) from search_documents documents
             where documents.ticket_id = search_tickets.ticket_id), '')
         || (select marks.words from ticket_marks marks where marks.ticket_id = search_tickets.ticket_id)
   where ticket_id = any(ids);
  return null;
end $$;

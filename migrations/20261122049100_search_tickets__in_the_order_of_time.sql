-- When a ticket was written to last stands beside its words: the newest with a frequent word are found without the tickets.
drop index search_tickets_words;
alter table search_tickets set (fillfactor = 90);
alter table search_tickets add column last_message_at timestamptz;
update search_tickets set last_message_at = tickets.last_message_at from tickets where tickets.id = ticket_id;
create index search_tickets_words on search_tickets using gin (words) with (fastupdate = on, gin_pending_list_limit = 512);

create function keep_last_message() returns trigger language plpgsql as $$
begin
  new.last_message_at := (select last_message_at from tickets where id = new.ticket_id);
  return new;
end $$;
create trigger search_tickets_in_time before insert or update on search_tickets
  for each row execute function keep_last_message();

create or replace function follow_last_message() returns trigger language plpgsql as $$
begin
  if month_word(old.last_message_at) = month_word(new.last_message_at) then
    update search_tickets set last_message_at = new.last_message_at where ticket_id = new.id;
  else
    update search_tickets
       set words = ts_delete(words, month_word(old.last_message_at))
           || array_to_tsvector(array[month_word(new.last_message_at)])
     where ticket_id = new.id;
  end if;
  return null;
end $$;
drop trigger tickets_written_to_in_another_month on tickets;
create trigger tickets_written_to after update of last_message_at on tickets
  for each row when (old.last_message_at <> new.last_message_at)
  execute function follow_last_message();

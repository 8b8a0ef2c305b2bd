-- When a ticket was first answered, kept by the database as its messages come, move and go: it is searched by how long that took.
alter table tickets add column first_answered_at timestamptz;
update tickets set first_answered_at = answers.first
  from (select ticket_id, min(created_at) as first from messages where kind = 'answer' group by ticket_id) answers
 where answers.ticket_id = tickets.id;
create index tickets_by_time_to_answer on tickets ((first_answered_at - opened_at)) where first_answered_at is not null;
-- An index of a part of the table tells the planner nothing about the values in it.
create statistics tickets_time_to_answer on (first_answered_at - opened_at) from tickets;
create statistics tickets_model on (lower(model)) from tickets;

create function follow_first_answer() returns trigger language plpgsql as $$
begin
  update tickets set first_answered_at = answers.first
    from (select each.id, min(messages.created_at) as first
            from unnest(array[case when tg_op <> 'INSERT' then old.ticket_id end, case when tg_op <> 'DELETE' then new.ticket_id end]) each (id)
            left join messages on messages.ticket_id = each.id and messages.kind = 'answer'
           where each.id is not null group by each.id) answers
   where answers.id = tickets.id and tickets.first_answered_at is distinct from answers.first;
  return null;
end $$;

-- An answer alone makes it run: mail costs nothing.
create trigger messages_answer_added after insert on messages
  for each row when (new.kind = 'answer') execute function follow_first_answer();
create trigger messages_answer_changed after update of ticket_id, kind, created_at on messages
  for each row when ((old.kind = 'answer' or new.kind = 'answer')
    and (old.ticket_id, old.kind, old.created_at) is distinct from (new.ticket_id, new.kind, new.created_at))
  execute function follow_first_answer();
create trigger messages_answer_gone after delete on messages
  for each row when (old.kind = 'answer') execute function follow_first_answer();

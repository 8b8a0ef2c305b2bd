-- How much a ticket presses, as a number to sort by: the smallest first.
create function priority_rank(priority text) returns smallint
language sql immutable parallel safe
return case priority when 'urgent' then 0 when 'high' then 1 when 'normal' then 2 else 3 end;

create index tickets_our_turn_by_priority on tickets (priority_rank(priority), our_turn_since, id)
  where our_turn_since is not null;
create index tickets_our_turn_by_queue_priority on tickets (queue_id, priority_rank(priority), our_turn_since, id)
  where our_turn_since is not null;

-- What is narrowed by a tag, a priority, a version or a workaround is listed by number, the newest first.
create index tickets_by_priority on tickets (priority, id) where priority <> 'normal';
drop index tickets_by_last_version;
create index tickets_by_last_version on tickets (last_version_that_worked, id)
  where last_version_that_worked is not null;
create index tickets_with_workaround on tickets (id) where sealed_workaround is not null;

-- What lists and searches count by stands in the indexes by which they walk: ten thousand tickets are counted without their rows.
create index tickets_by_last_message_with_facts on tickets (last_message_at desc, id desc)
  include (status, queue_id, tails_version, issue_number, merged_into);
drop index tickets_by_last_message;
alter index tickets_by_last_message_with_facts rename to tickets_by_last_message;

create index tickets_by_queue_with_facts on tickets (queue_id, last_message_at desc, id desc)
  include (status, tails_version, issue_number, merged_into);
drop index tickets_by_queue;
alter index tickets_by_queue_with_facts rename to tickets_by_queue;

create index tickets_by_status_with_facts on tickets (status, last_message_at desc, id desc)
  include (queue_id, tails_version, issue_number, merged_into);
drop index tickets_by_status;
alter index tickets_by_status_with_facts rename to tickets_by_status;

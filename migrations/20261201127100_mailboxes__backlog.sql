-- How many mails waited at most since the mailbox was last empty: what the bar of the start page is measured by.
alter table mailboxes add column backlog_mails integer not null default 0
  constraint mailboxes_backlog_is_none_or_more check (backlog_mails >= waiting_mails);

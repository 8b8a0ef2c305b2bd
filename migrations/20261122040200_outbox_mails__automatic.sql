-- Nobody has to decide about an automatic answer that failed, and it leaves with the headers of RFC 3834.
alter table outbox_mails add column automatic boolean not null default false;

alter table tickets
  add column priority text not null default 'normal'
    constraint tickets_priority_known check (priority in ('low', 'normal', 'high', 'urgent')),
  -- Two questions that every answer about hardware asks. The workaround is a person's text.
  add column last_version_that_worked text
    constraint tickets_last_version_is_a_line check (last_version_that_worked ~ '^\S[^\n\r]{0,39}$'),
  add column sealed_workaround bytea,
  -- Somebody writes an answer now: a courtesy that ends by itself, not a lock.
  add column writing_by bigint references staff (id),
  add column writing_until timestamptz,
  -- Everything of this ticket stands on that one.
  add column merged_into bigint references tickets (id),
  add constraint tickets_writing_has_an_end check ((writing_by is null) = (writing_until is null)),
  -- What arrives for a merged ticket must find the other one: this holds back who looked a moment too early.
  add constraint tickets_merged_is_closed_and_empty check (
    merged_into is null or (merged_into <> id and status = 'resolved' and message_count = 0)
  ),
  add constraint tickets_message_count_not_negative check (message_count >= 0);
create index tickets_merged_into on tickets (merged_into) where merged_into is not null;
create index tickets_to_wake on tickets (snoozed_until, id) where snoozed_until is not null;
create index tickets_by_last_version on tickets (last_version_that_worked) where last_version_that_worked is not null;

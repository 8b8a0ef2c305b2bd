-- Where the known issue stands that a ticket waits for: the address in a public tracker, which says nothing of a person.
alter table tickets add column issue_url text
  constraint tickets_issue_is_an_address check (issue_url ~ '^https?://[^[:space:]]+$' and length(issue_url) <= 500);

-- A key is offered for one person: who sent the mail, or whom a report names to be answered. A ticket says nothing of that
-- once it is merged or split.
alter table offered_keys
  add column person_id bigint references people (id),
  -- What the key says of itself, read where the mail was read.
  add column sealed_facts bytea,
  -- Other places of the same mail where the same key stood.
  add column also text[] not null default '{}',
  add column refused_at timestamptz,
  add column refused_by bigint references staff (id),
  add column sealed_refusal bytea,
  alter column ticket_id drop not null,
  alter column message_id drop not null,
  drop constraint offered_keys_source_known,
  add constraint offered_keys_source_known check (
    source in ('report', 'attachment', 'text', 'autocrypt', 'web key directory', 'key server')),
  add constraint offered_keys_looked_up_has_no_mail check (
    (source in ('web key directory', 'key server')) = (message_id is null)
    and (message_id is null) = (ticket_id is null)),
  add constraint offered_keys_looked_up_is_for_somebody check (message_id is not null or person_id is not null),
  add constraint offered_keys_refusal_is_complete check (
    (refused_at is null) = (refused_by is null) and (refused_at is null) = (sealed_refusal is null));

-- A report was written by nobody known: its key is for whom the ticket answers, unless it came after another report.
update offered_keys set person_id = coalesce(messages.person_id,
  case when not messages.marks && array['author not proven', 'another address'] then tickets.person_id end)
from messages, tickets
where messages.id = offered_keys.message_id and tickets.id = offered_keys.ticket_id;

create index offered_keys_by_person on offered_keys (person_id, id desc) where person_id is not null;
create unique index offered_keys_looked_up_once on offered_keys (person_id, fingerprint_hash) where message_id is null;

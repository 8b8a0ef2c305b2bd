-- No row: nobody has ever turned it on for this queue. Who turned it on agreed that the text may leave in clear.
create table acknowledgement_settings (
  queue_id bigint primary key references queues (id),
  template_id bigint not null references reply_templates (id),
  is_on boolean not null,
  changed_by bigint not null references staff (id),
  changed_at timestamptz not null default now()
);

-- One row for each ticket that was opened while its queue acknowledged; words about the mail, never of it.
create table acknowledgements (
  id bigint generated always as identity primary key,
  queue_id bigint not null references queues (id),
  ticket_id bigint not null references tickets (id),
  message_id bigint references messages (id),
  template_id bigint not null references reply_templates (id),
  -- The language of the mail, as far as it is known, and that of the text that went.
  mail_language text,
  language text,
  reason text,
  created_at timestamptz not null default now(),
  constraint acknowledgements_went_or_says_why check (
    (message_id is null) = (reason is not null) and (message_id is null) = (language is null)
  )
);
create unique index acknowledgements_once_a_ticket on acknowledgements (ticket_id);
create unique index acknowledgements_message_unique on acknowledgements (message_id) where message_id is not null;
create index acknowledgements_went on acknowledgements (queue_id, id) where message_id is not null;
create index acknowledgements_kept on acknowledgements (queue_id, id) where message_id is null;
create index acknowledgements_by_template on acknowledgements (template_id);
create index acknowledgement_settings_by_template on acknowledgement_settings (template_id);

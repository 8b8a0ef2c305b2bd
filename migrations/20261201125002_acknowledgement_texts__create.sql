-- Everybody of the help desk may write answers, and what the desk sends by itself leaves unseen. So the version of each text
-- that may leave is the one that a lead has approved; a newer one waits.
alter table reply_template_versions
  add constraint reply_template_versions_text_unique unique (id, template_id, language);
alter table acknowledgement_settings add constraint acknowledgement_settings_answer_unique unique (queue_id, template_id);

create table acknowledgement_texts (
  queue_id bigint not null,
  template_id bigint not null,
  language text not null,
  version_id bigint not null,
  approved_by bigint not null references staff (id),
  approved_at timestamptz not null default now(),
  constraint acknowledgement_texts_one_a_language primary key (queue_id, language),
  constraint acknowledgement_texts_of_the_chosen_answer foreign key (queue_id, template_id)
    references acknowledgement_settings (queue_id, template_id) on delete cascade,
  constraint acknowledgement_texts_of_a_version foreign key (version_id, template_id, language)
    references reply_template_versions (id, template_id, language)
);
create index acknowledgement_texts_by_version on acknowledgement_texts (version_id, template_id, language);

-- Who turned it on saw the texts that were there then.
insert into acknowledgement_texts (queue_id, template_id, language, version_id, approved_by, approved_at)
  select distinct on (setting.queue_id, version.language)
    setting.queue_id, setting.template_id, version.language, version.id, setting.changed_by, setting.changed_at
  from acknowledgement_settings setting
  join reply_template_versions version
    on version.template_id = setting.template_id and version.created_at <= setting.changed_at
  order by setting.queue_id, version.language, version.number desc;

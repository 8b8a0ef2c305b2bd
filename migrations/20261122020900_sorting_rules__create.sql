-- Where new tickets go by themselves. What a rule looks for may be an address, so name and conditions are sealed.
create table sorting_rules (
  id bigint generated always as identity primary key,
  position integer not null,
  key_id bigint not null references vault_keys (id),
  sealed_rule bytea not null,
  queue_id bigint references queues (id),
  tag_id bigint references tags (id),
  priority text constraint sorting_rules_priority_known check (priority in ('low', 'normal', 'high', 'urgent')),
  owner_id bigint references staff (id),
  -- After this rule fitted, those below it are not asked.
  stops boolean not null default true,
  changed_by bigint references staff (id),
  changed_at timestamptz not null default now(),
  constraint sorting_rules_do_something check (num_nonnulls(queue_id, tag_id, priority, owner_id) > 0)
);
create index sorting_rules_in_order on sorting_rules (position, id);
create index sorting_rules_by_key on sorting_rules (key_id);
create index sorting_rules_by_tag on sorting_rules (tag_id) where tag_id is not null;

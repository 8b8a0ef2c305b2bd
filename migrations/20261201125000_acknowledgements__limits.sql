-- Forged senders must not turn the desk against others: so many leave in an hour, and so many to one domain.
create table acknowledgement_limits (
  only_one boolean primary key default true constraint acknowledgement_limits_only_one check (only_one),
  per_hour integer not null default 20
    constraint acknowledgement_limits_per_hour_in_bounds check (per_hour between 0 and 1000),
  per_domain integer not null default 5
    constraint acknowledgement_limits_per_domain_in_bounds check (per_domain between 0 and 1000),
  changed_by bigint references staff (id),
  changed_at timestamptz not null default now()
);
insert into acknowledgement_limits default values;

-- The keyed hash of the domain that it went to; older ones count for none.
alter table acknowledgements add column domain_hash bytea;
alter table acknowledgements add constraint acknowledgements_went_to_a_domain
  check (message_id is null or domain_hash is not null) not valid;
create index acknowledgements_went_lately on acknowledgements (created_at) where message_id is not null;

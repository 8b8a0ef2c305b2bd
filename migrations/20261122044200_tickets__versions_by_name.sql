-- There are few versions and many tickets: a search compares the versions, and follows an index of their names.
drop index tickets_by_tails_version;
drop index tickets_by_installed_version;
create index tickets_by_tails_version on tickets (tails_version, last_message_at desc, id desc)
  where tails_version is not null;
create index tickets_by_installed_version on tickets (installed_version, last_message_at desc, id desc)
  where installed_version is not null;

-- Each version once, by one step in the index for each.
create view known_tails_versions as
  with recursive known as (
    (select tails_version as version from tickets where tails_version is not null order by 1 limit 1)
    union all
    select (select tails_version from tickets where tails_version > known.version order by 1 limit 1)
      from known where known.version is not null)
  select version, version_key(version) as key from known where version is not null;

create view known_installed_versions as
  with recursive known as (
    (select installed_version as version from tickets where installed_version is not null order by 1 limit 1)
    union all
    select (select installed_version from tickets where installed_version > known.version order by 1 limit 1)
      from known where known.version is not null)
  select version, version_key(version) as key from known where version is not null;

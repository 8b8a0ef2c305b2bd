-- An address of an issue as it is compared, and the number of the issue: the last one of the path, or else the first one of
-- the query or the fragment. http or https, capitals and a slash at the end change nothing, nor does what stands behind the
-- part that has the number.
create function read_issue(url text, out address text, out number bigint)
language sql immutable strict parallel safe as $$
  select rtrim(
      host || path || case when in_path is null then query || case when in_query is null then fragment else '' end else '' end,
      '/?#'),
    coalesce(in_path, in_query, in_fragment)::bigint
  from (
    select parts[1] as host, parts[2] as path, coalesce(parts[3], '') as query, coalesce(parts[4], '') as fragment,
      substring(parts[2] from '^.*/(?:[a-z]+-)?(\d{1,15})(?=[/-]|$)') as in_path,
      substring(parts[3] from '[?&;=](?:[a-z]+-)?(\d{1,15})(?=[&;]|$)') as in_query,
      substring(parts[4] from '[#/=](?:[a-z]+-)?(\d{1,15})(?=[/&-]|$)') as in_fragment
    from regexp_match(lower(url), '^https?://([^/?#]*)([^?#]*)([?][^#]*)?(#.*)?$') parts) read
$$;

-- Kept by a trigger: a generated column would write a big table anew.
alter table tickets add column issue_address text, add column issue_number bigint;

create function keep_issue() returns trigger language plpgsql as $$
begin
  select address, number into new.issue_address, new.issue_number from read_issue(new.issue_url);
  return new;
end $$;
create trigger tickets_issue before insert or update of issue_url, issue_address, issue_number on tickets
  for each row when (new.issue_url is not null or new.issue_address is not null or new.issue_number is not null)
  execute function keep_issue();

update tickets set issue_url = issue_url where issue_url is not null;
create index tickets_by_issue_number on tickets (issue_number, last_message_at desc, id desc) where issue_number is not null;
create index tickets_by_issue_address on tickets (issue_address, last_message_at desc, id desc) where issue_address is not null;
create index tickets_with_issue on tickets (last_message_at desc, id desc) where issue_address is not null;

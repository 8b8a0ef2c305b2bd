-- When the raw copy went, whoever took it away: the page that offers it says so.
alter table mails add column raw_gone_at timestamptz;

create function tell_raw_gone() returns trigger language plpgsql as $$
begin
  new.raw_gone_at := now();
  return new;
end $$;

create trigger mails_raw_gone before update of sealed_raw on mails
  for each row when (old.sealed_raw is not null and new.sealed_raw is null) execute function tell_raw_gone();

-- The ticket to which the mail that opened this one probably belongs: offered to the staff, who join the two or say no.
alter table tickets
  add column probably_of bigint references tickets (id),
  add constraint tickets_probably_of_another check (probably_of <> id);
create index tickets_by_probably_of on tickets (probably_of) where probably_of is not null;

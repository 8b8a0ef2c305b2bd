-- Null: the desk asks by itself, when the owner of a key took it back and what it signed is to be judged anew.
alter table read_again alter column asked_by drop not null;

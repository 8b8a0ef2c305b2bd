-- In which charset somebody wants the words of a mail to be read; null: as the mail says, or as the desk guesses.
alter table read_again add column charset text;

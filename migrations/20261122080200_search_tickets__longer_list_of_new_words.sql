-- Words of new documents wait in a list until it is full, and then go into the index together: a longer list saves a tenth of
-- taking mail in, and costs a search some 3 ms while it is full.
alter index search_tickets_words set (gin_pending_list_limit = 2048);

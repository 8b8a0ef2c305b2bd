-- Whether somebody signs: asked for each mail that came unsigned.
create index messages_signed on messages (person_id) where signature = 'good' and kind = 'from_user';

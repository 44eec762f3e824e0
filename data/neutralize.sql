-- what waited in the original database is not done a second time by its copy
UPDATE delivery_event
   SET state = 'silenced',
       next_try_at = NULL,
       done_at = now() AT TIME ZONE 'UTC'
 WHERE state = 'pending';

-- what waited in the original database is not done a second time by its copy
UPDATE delivery_event
   SET state = 'silenced',
       next_try_at = NULL,
       done_at = now() AT TIME ZONE 'UTC'
 WHERE state = 'pending';

-- nor does it speak in the chat groups of the original
UPDATE delivery_robot
   SET active = false,
       address = NULL,
       secret = NULL;

-- nor does it write to customers
UPDATE delivery_notice
   SET state = 'silenced',
       url = NULL
 WHERE state = 'pending';

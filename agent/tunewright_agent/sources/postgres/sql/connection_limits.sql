SELECT current_setting('max_connections')::int AS max_connections,
       current_setting('superuser_reserved_connections')::int + coalesce(current_setting('reserved_connections', true), '0')::int AS reserved

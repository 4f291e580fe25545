SELECT NULL::int8 AS dealloc, NULL::timestamptz AS stats_reset

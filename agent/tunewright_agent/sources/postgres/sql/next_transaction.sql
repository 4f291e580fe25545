-- The next transaction id, 64 bits wide: it counts all that were ever given out. Asking gives none out.
SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::int8 AS next

-- The planner counts the file's blocks of today, not relpages. A relation that someone holds exclusively is left out: asking would wait.
SELECT o AS oid, pg_relation_size(o::oid) / current_setting('block_size')::int AS pages
FROM unnest(%s::bigint[]) AS o
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.relation = o::oid AND l.mode = 'AccessExclusiveLock')

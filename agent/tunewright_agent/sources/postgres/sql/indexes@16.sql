WITH locked AS MATERIALIZED (
  SELECT l.relation FROM pg_catalog.pg_locks l
  WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database()))
SELECT n.nspname::text AS schema, c.relname::text AS name, tn.nspname::text AS table_schema, t.relname::text AS table_name, am.amname::text AS method,
       c.relpages AS pages, c.reltuples::float8 AS row_estimate, i.indisunique, i.indisprimary, i.indisvalid, i.indisready, i.indisexclusion,
       i.indisreplident, i.indisclustered, i.indnullsnotdistinct AS nulls_not_distinct, i.indnkeyatts AS key_count,
       i.indpred IS NOT NULL AS is_partial, i.indrelid IN (SELECT relation FROM locked) AS is_locked, c.oid::int8 AS oid,
       CASE WHEN i.indrelid NOT IN (SELECT relation FROM locked) THEN pg_catalog.pg_get_expr(i.indpred, i.indrelid, true) END AS predicate,
       CASE WHEN i.indrelid NOT IN (SELECT relation FROM locked) THEN pg_catalog.pg_get_indexdef(i.indexrelid) END AS definition,
       con.conname::text AS constraint_name, pn.nspname::text AS parent_schema, pc.relname::text AS parent_name,
       pg_catalog.pg_stat_get_numscans(c.oid) AS scans, pg_catalog.pg_stat_get_tuples_returned(c.oid) AS rows_read,
       pg_catalog.pg_stat_get_tuples_fetched(c.oid) AS rows_fetched, pg_catalog.pg_stat_get_lastscan(c.oid) AS last_scan,
       pg_catalog.pg_stat_get_blocks_hit(c.oid) AS blocks_hit, pg_catalog.pg_stat_get_blocks_fetched(c.oid) AS blocks_fetched,
       ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, n)
             LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum <> 0 ORDER BY k.n) AS columns,
       CASE WHEN i.indexprs IS NOT NULL AND i.indrelid NOT IN (SELECT relation FROM locked)
            THEN ARRAY(SELECT pg_catalog.pg_get_indexdef(i.indexrelid, k.n::int, true) FROM generate_series(1, i.indnatts) k(n) ORDER BY k.n) END AS texts,
       i.indoption::int2[] AS options,
       ARRAY(SELECT CASE WHEN o.opcdefault THEN NULL ELSE o.opcname::text END FROM unnest(i.indclass::oid[]) WITH ORDINALITY k(opclass, n)
             JOIN pg_catalog.pg_opclass o ON o.oid = k.opclass ORDER BY k.n) AS opclasses,
       ARRAY(SELECT CASE WHEN k.attnum = 0 OR k.coll = 0 OR k.coll = a.attcollation THEN NULL ELSE co.collname::text END
             FROM unnest(i.indkey::int2[], i.indcollation::oid[]) WITH ORDINALITY k(attnum, coll, n)
             LEFT JOIN pg_catalog.pg_collation co ON co.oid = k.coll
             LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum ORDER BY k.n) AS collations
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
JOIN pg_catalog.pg_am am ON am.oid = c.relam
LEFT JOIN pg_catalog.pg_constraint con ON con.conindid = c.oid AND con.contype IN ('p', 'u', 'x') AND con.conrelid = t.oid
LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid
LEFT JOIN pg_catalog.pg_class pc ON pc.oid = h.inhparent
LEFT JOIN pg_catalog.pg_namespace pn ON pn.oid = pc.relnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'tunewright') AND n.nspname !~ '^pg_(toast|temp_)'
ORDER BY 1, 2

WITH used AS MATERIALIZED (
  SELECT i.indrelid, sum(greatest(ic.relpages, 0)) AS pages, sum(pg_catalog.pg_stat_get_numscans(i.indexrelid)) AS idx_scan,
         sum(pg_catalog.pg_stat_get_tuples_fetched(i.indexrelid)) AS idx_fetch
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid GROUP BY i.indrelid)
SELECT n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind, c.relpages AS pages, c.reltuples::float8 AS row_estimate,
       c.relallvisible AS all_visible, c.reloptions AS options, c.relpersistence::text AS persistence, c.relreplident::text AS replica_identity,
       CASE WHEN c.relkind <> 'p' THEN pg_catalog.age(c.relfrozenxid) END AS xid_age,
       CASE WHEN c.relkind <> 'p' THEN pg_catalog.mxid_age(c.relminmxid) END AS mxid_age,
       pn.nspname::text AS parent_schema, pc.relname::text AS parent_name,
       CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_partitioned_table o WHERE o.partdefid = c.oid) THEN 'DEFAULT'
            WHEN c.relispartition THEN '(bound)' END AS partition_bound,
       coalesce(t.relpages, 0) + coalesce(tx.pages, 0) AS toast_pages, coalesce(x.pages, 0) AS index_pages,
       pg_catalog.pg_stat_get_numscans(c.oid) AS seq_scan, pg_catalog.pg_stat_get_tuples_returned(c.oid) AS seq_tup_read,
       coalesce(x.idx_scan, 0)::int8 AS idx_scan, (coalesce(x.idx_fetch, 0) + pg_catalog.pg_stat_get_tuples_fetched(c.oid))::int8 AS idx_tup_fetch,
       pg_catalog.pg_stat_get_tuples_inserted(c.oid) AS inserted, pg_catalog.pg_stat_get_tuples_updated(c.oid) AS updated,
       pg_catalog.pg_stat_get_tuples_hot_updated(c.oid) AS hot_updated, pg_catalog.pg_stat_get_tuples_deleted(c.oid) AS deleted,
       pg_catalog.pg_stat_get_live_tuples(c.oid) AS live, pg_catalog.pg_stat_get_dead_tuples(c.oid) AS dead,
       pg_catalog.pg_stat_get_mod_since_analyze(c.oid) AS modified, pg_catalog.pg_stat_get_ins_since_vacuum(c.oid) AS inserted_since_vacuum,
       pg_catalog.pg_stat_get_last_vacuum_time(c.oid) AS last_vacuum, pg_catalog.pg_stat_get_last_autovacuum_time(c.oid) AS last_autovacuum,
       pg_catalog.pg_stat_get_last_analyze_time(c.oid) AS last_analyze, pg_catalog.pg_stat_get_last_autoanalyze_time(c.oid) AS last_autoanalyze,
       pg_catalog.pg_stat_get_vacuum_count(c.oid) AS vacuums, pg_catalog.pg_stat_get_autovacuum_count(c.oid) AS autovacuums,
       pg_catalog.pg_stat_get_analyze_count(c.oid) AS analyzes, pg_catalog.pg_stat_get_autoanalyze_count(c.oid) AS autoanalyzes,
       pg_catalog.pg_stat_get_blocks_hit(c.oid) AS blocks_hit, pg_catalog.pg_stat_get_blocks_fetched(c.oid) AS blocks_fetched
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid AND c.relispartition
LEFT JOIN pg_catalog.pg_class pc ON pc.oid = h.inhparent
LEFT JOIN pg_catalog.pg_namespace pn ON pn.oid = pc.relnamespace
LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid
LEFT JOIN used x ON x.indrelid = c.oid
LEFT JOIN used tx ON tx.indrelid = t.oid
WHERE c.relkind IN ('r', 'm', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'tunewright') AND n.nspname !~ '^pg_(toast|temp_)'
ORDER BY 1, 2

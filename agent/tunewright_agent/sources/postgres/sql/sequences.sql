SELECT n.nspname::text AS schema, c.relname::text AS name, s.seqincrement AS increment, s.seqmax AS max_value, s.seqcycle AS cycles,
       CASE WHEN pg_catalog.has_sequence_privilege(c.oid, 'SELECT, USAGE')
             AND NOT (c.relpersistence = 'u' AND pg_catalog.pg_is_in_recovery()) THEN pg_catalog.pg_sequence_last_value(c.oid::regclass) END AS last_value,
       pg_catalog.has_sequence_privilege(c.oid, 'SELECT, USAGE') AS readable,
       tn.nspname::text AS table_schema, t.relname::text AS table_name, a.attname::text AS column_name,
       pg_catalog.format_type(a.atttypid, NULL) AS column_type
FROM pg_catalog.pg_sequence s
JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_depend d
  ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
LEFT JOIN pg_catalog.pg_class t ON t.oid = d.refobjid
LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND c.relpersistence <> 't'
ORDER BY 1, 2

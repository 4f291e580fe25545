-- Which statistics we may have: the granted function, and how many columns have statistics that pg_stats hides from the role.
SELECT COALESCE((SELECT has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')
                 FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
                 WHERE n.nspname = 'tunewright' AND p.proname = 'twin_statistics' AND p.pronargs = 0), false) AS granted,
       (SELECT count(*) FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'm', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND n.nspname !~ '^pg_'
          AND n.nspname NOT IN ('information_schema', 'tunewright')
          AND NOT has_column_privilege(c.oid, a.attnum, 'SELECT')) AS hidden

SELECT to_regprocedure('tunewright.column_statistics()') IS NOT NULL
       AND has_schema_privilege(to_regnamespace('tunewright'), 'USAGE')
       AND has_function_privilege(to_regprocedure('tunewright.column_statistics()'), 'EXECUTE') AS granted,
       (SELECT pg_catalog.count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'm', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'tunewright') AND n.nspname !~ '^pg_(toast|temp_)'
          AND NOT pg_catalog.has_table_privilege(c.oid, 'SELECT')) AS hidden

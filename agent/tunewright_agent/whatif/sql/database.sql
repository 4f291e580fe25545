-- What kind of database the twin must be: collation decides whether LIKE can use an index.
SELECT d.datcollate::text AS locale, to_jsonb(d)->>'datlocprovider' AS provider,
       current_setting('server_version_num')::int AS version
FROM pg_catalog.pg_database d WHERE d.datname = current_database()

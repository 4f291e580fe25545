SELECT s.queryid::text AS query_id, min(s.query) AS query
FROM {schema}.pg_stat_statements(true) s
WHERE s.queryid::text = ANY (%s)
GROUP BY s.queryid

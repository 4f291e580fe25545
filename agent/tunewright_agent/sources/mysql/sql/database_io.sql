SELECT object_schema AS db, SUM(count_fetch) AS fetched, SUM(count_insert) AS inserted, SUM(count_update) AS updated, SUM(count_delete) AS deleted
FROM performance_schema.table_io_waits_summary_by_table WHERE object_type = 'TABLE' GROUP BY object_schema

SELECT database_name AS db, table_name AS name, index_name AS index_name, SUM(stat_value * @@innodb_page_size) AS bytes, MAX(last_update) AS at
FROM mysql.innodb_index_stats WHERE stat_name = 'size' GROUP BY database_name, table_name, index_name

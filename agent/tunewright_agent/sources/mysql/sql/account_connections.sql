SELECT a.user AS account, SUM(a.total_connections) AS connections,
  (SELECT variable_value FROM performance_schema.global_status WHERE variable_name = 'Performance_schema_accounts_lost') AS lost
FROM performance_schema.accounts a
WHERE a.user IS NOT NULL
GROUP BY a.user

SELECT error_number AS number, error_name AS name, sum_error_raised AS raised, first_seen AS first_seen, last_seen AS last_seen
FROM performance_schema.events_errors_summary_global_by_error WHERE sum_error_raised > 0 AND error_number IS NOT NULL

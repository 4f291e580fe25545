SELECT logged AS logged, thread_id AS thread, prio AS level, error_code AS code, subsystem AS subsystem, data AS data
FROM performance_schema.error_log
WHERE logged > %s
ORDER BY logged
LIMIT 5000

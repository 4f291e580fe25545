-- The settings that the planner asks, where they differ from a fresh server of any release.
SELECT name, reset_val AS value FROM pg_catalog.pg_settings
WHERE (name LIKE 'enable\_%' OR name LIKE '%\_cost' OR name LIKE 'jit%\_cost' OR name LIKE 'geqo%'
       OR name IN ('work_mem', 'hash_mem_multiplier', 'effective_cache_size', 'default_statistics_target', 'constraint_exclusion',
                   'cursor_tuple_fraction', 'from_collapse_limit', 'join_collapse_limit', 'effective_io_concurrency', 'jit',
                   'max_parallel_workers', 'max_parallel_workers_per_gather', 'parallel_leader_participation',
                   'min_parallel_table_scan_size', 'min_parallel_index_scan_size', 'recursive_worktable_factor', 'max_worker_processes'))
ORDER BY name

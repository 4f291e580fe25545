SHOW GLOBAL VARIABLES WHERE variable_name IN ('performance_schema_digests_size', 'performance_schema_max_digest_length', 'max_digest_length')

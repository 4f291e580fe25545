SHOW GLOBAL VARIABLES WHERE variable_name IN ('log_bin', 'read_only', 'super_read_only')

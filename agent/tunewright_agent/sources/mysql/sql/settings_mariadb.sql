SELECT variable_name AS name, global_value_origin AS source, default_value AS boot_value, read_only AS read_only
FROM information_schema.system_variables

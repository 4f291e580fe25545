SHOW GLOBAL VARIABLES WHERE variable_name IN ('max_connections', 'admin_address', 'extra_max_connections')

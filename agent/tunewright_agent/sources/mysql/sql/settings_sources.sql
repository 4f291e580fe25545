SELECT variable_name AS name, variable_source AS source FROM performance_schema.variables_info

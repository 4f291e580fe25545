SHOW GLOBAL STATUS WHERE variable_name = 'Performance_schema_digest_lost'

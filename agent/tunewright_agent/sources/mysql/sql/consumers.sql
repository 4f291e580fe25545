SELECT name AS name, enabled AS enabled FROM performance_schema.setup_consumers
UNION ALL SELECT name, enabled FROM performance_schema.setup_instruments WHERE name = 'wait/lock/metadata/sql/mdl'

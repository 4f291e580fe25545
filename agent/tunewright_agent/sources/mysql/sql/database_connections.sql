SELECT db AS db, COUNT(*) AS connections FROM information_schema.processlist WHERE db IS NOT NULL AND command <> 'Daemon' GROUP BY db

SHOW GLOBAL STATUS WHERE variable_name = 'Innodb_row_lock_current_waits'

SELECT gid, owner::text AS owner, database::text AS database, prepared, pg_catalog.age(transaction) AS xid_age
FROM pg_catalog.pg_prepared_xacts

SELECT pg_catalog.current_setting('standard_conforming_strings') = 'on' AS conforming,
       pg_catalog.current_setting('search_path') = 'pg_catalog' AS catalogue_first,
       (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = current_user) AS is_superuser,
       ARRAY(SELECT r.rolname::text FROM pg_catalog.pg_roles r
             WHERE pg_catalog.pg_has_role(r.oid, 'MEMBER')) AS memberships

SELECT u.host AS host, u.user AS user, u.plugin AS plugin, u.super_priv AS super_priv, u.grant_priv AS grant_priv, u.file_priv AS file_priv,
  u.create_user_priv AS create_user_priv, u.process_priv AS process_priv, u.ssl_type AS ssl_type,
  IF(JSON_VALUE(g.priv, '$.account_locked') IN ('1', 'true'), 'Y', 'N') AS is_locked, u.password_expired AS password_expired,
  IF(LENGTH(u.authentication_string) > 0, 'Y', 'N') AS has_password, u.is_role AS is_role
FROM mysql.user u JOIN mysql.global_priv g ON g.host = u.host AND g.user = u.user

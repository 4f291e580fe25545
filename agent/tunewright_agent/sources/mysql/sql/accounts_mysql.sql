SELECT host AS host, user AS user, plugin AS plugin, super_priv AS super_priv, grant_priv AS grant_priv, file_priv AS file_priv,
  create_user_priv AS create_user_priv, process_priv AS process_priv, ssl_type AS ssl_type, account_locked AS is_locked,
  password_expired AS password_expired, IF(LENGTH(authentication_string) > 0, 'Y', 'N') AS has_password,
  IF(account_locked = 'Y' AND LENGTH(authentication_string) = 0, 'Y', 'N') AS is_role
FROM mysql.user

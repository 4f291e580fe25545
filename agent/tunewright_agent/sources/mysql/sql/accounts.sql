SELECT host AS host, user AS user, plugin AS plugin, super_priv AS super_priv, grant_priv AS grant_priv, file_priv AS file_priv,
  create_user_priv AS create_user_priv, process_priv AS process_priv, ssl_type AS ssl_type, is_locked AS is_locked,
  password_expired AS password_expired, has_password AS has_password, is_role AS is_role
FROM tunewright.accounts

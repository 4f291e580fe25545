SELECT name, setting AS value, unit, vartype AS kind, context, source, boot_val AS boot_value, reset_val AS reset_value, pending_restart, enumvals AS choices
FROM pg_catalog.pg_settings
ORDER BY name

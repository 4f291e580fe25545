"""SQL text: fingerprints, redaction, and which columns a statement filters, joins, sorts and groups by."""

"""Why a table is not vacuumed. Pure."""

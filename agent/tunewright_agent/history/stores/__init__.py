"""The two stores: a SQLite file of one agent, and a PostgreSQL database that several share. All that is of one dialect stands here."""

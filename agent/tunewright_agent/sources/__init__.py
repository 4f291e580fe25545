"""Everything that reads: one folder an engine, one file a source."""

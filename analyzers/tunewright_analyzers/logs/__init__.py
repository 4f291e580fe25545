"""What a server's log says: entries to classified, redacted events. Pure."""

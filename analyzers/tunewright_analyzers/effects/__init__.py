"""What changes did: seen between two readings, measured on the statements concerned, compared with what was promised. Pure."""

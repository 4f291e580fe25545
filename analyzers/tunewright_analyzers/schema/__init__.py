"""What the schema checks share: the tables of a window with the columns that a check asks for."""

SELECT schema, name, column_name, inherited, seen, numbers, dates FROM tunewright.text_shapes()

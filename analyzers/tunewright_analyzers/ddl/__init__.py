"""DDL before it is run: which locks it takes, what it does under them, how long that may take, and the form that disturbs least."""

"""The engines: one module each, with all that the rest of the agent needs to know of it."""

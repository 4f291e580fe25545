"""What programs that help people (assistants) may ask, over the Model Context Protocol. Reads the history and the twin; changes nothing.

memory.py answers from the history, whatif.py from the twin, server.py is the protocol's side. Called by `tunewright mcp`.
"""

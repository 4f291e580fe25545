"""The command line: `tunewright COMMAND`. One module a group of commands; `main` is the entry point."""

from tunewright_agent.cli.app import main

__all__ = ["main"]

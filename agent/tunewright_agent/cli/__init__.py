"""The command line: `tunewright COMMAND`. One module a group of commands; `main` is the entry point."""

import sys


def main() -> None:
    """Entry point of `tunewright`. Loading the commands takes a second, in which Ctrl-C ends us as politely as later: with 130."""
    try:
        from tunewright_agent.cli.app import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)

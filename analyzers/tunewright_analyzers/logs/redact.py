"""A sample of a log message without what users wrote: only what a rule of ours matched is kept, its quoted parts left out."""

import re

from tunewright_analyzers.sql.redact import visible

LONGEST_SAMPLE = 300
_QUOTED = re.compile(r'"[^"\n]*(?:"|$)|\'[^\'\n]*(?:\'|$)')


def sample_of(matched: str, subject: str = "") -> str:
    """`temporary file: path "…", size 123` of what matched; `subject` (a table's name) stays."""
    line = matched.partition("\n")[0]
    kept = _QUOTED.sub(lambda found: found[0] if subject and found[0] == f'"{subject}"' else '"…"', line)
    return visible(kept)[:LONGEST_SAMPLE]

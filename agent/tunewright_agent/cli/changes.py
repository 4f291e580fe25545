"""`tunewright changes`: what changed on the watched clusters, whoever changed it, and what it did to the statements."""

import json

from tunewright_agent.cli.advice import CONFIG, FORMAT, HISTORY, remembered
from tunewright_agent.cli.app import Format, app, out
from tunewright_agent.clock import now
from tunewright_agent.history.effects import clusters_of, effects_of
from tunewright_agent.reports.changes import effect_lines, headline, trust_line
from tunewright_agent.reports.shapes import effect_shape, trust_shape
from tunewright_agent.reports.visible import visible
from tunewright_analyzers.effects.promise import trust


@app.command()
def changes(config: CONFIG = None, history: HISTORY = None, form: FORMAT = Format.TABLE) -> None:
    """List indexes, settings and table options that changed, advised or not, with what each did to the statements.

    Measured from the daemon's history over comparable hours before and after. Of the last sixty days, and those that still hurt.

    For example: tunewright changes --config tunewright.toml
    """
    at = now()
    with remembered(config, history) as known:
        names = [one for one in clusters_of(known.ledger.database) if known.clusters is None or one in known.clusters]
        found = {name: effects_of(known.ledger.database, name, at).rows for name in names}
    if form is Format.JSON:
        shape = [{"cluster": name, **effect_shape(one)} for name, rows in found.items() for one in rows]
        promises = [{"cluster": name, **trust_shape(one)} for name, rows in found.items() for one in trust(rows)]
        out.print_json(json.dumps({"changes": shape, "promises": promises}))
        return
    for name, rows in found.items():
        out.print(visible(name), markup=False, style="bold")
        for one in rows:
            out.print(headline(one), markup=False, soft_wrap=True)
            for line in effect_lines(one):
                out.print(f"    {visible(line)}", markup=False, soft_wrap=True)
        for promise in trust(rows):
            out.print(visible(trust_line(promise)), markup=False, soft_wrap=True)
    if not any(found.values()):
        out.print("No change has been seen yet.", soft_wrap=True)

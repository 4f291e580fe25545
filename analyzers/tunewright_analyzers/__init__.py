"""The judgement of Tunewright: facts in, findings and recommendations out. Pure: no driver, no clock, no I/O."""

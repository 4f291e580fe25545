"""The daemon of Tunewright: does all the I/O and wires sources, history, judgement and publishing together."""

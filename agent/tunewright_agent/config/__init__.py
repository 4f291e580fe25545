"""Configuration: TOML and environment in, validated and frozen settings out."""

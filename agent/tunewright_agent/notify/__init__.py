"""Notifications: findings become alerts, alerts are told by routes through the outbox. Made by wiring; without channels nothing runs."""

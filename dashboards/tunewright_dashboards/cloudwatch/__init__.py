"""The second set of dashboards: they read Amazon CloudWatch directly, for those who have no Prometheus. Made by `tunewright_dashboards.build`."""

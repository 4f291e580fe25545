"""What AWS knows of a cluster: CloudWatch, the RDS API, Performance Insights, Enhanced Monitoring. One source a file; session.py is the only door."""

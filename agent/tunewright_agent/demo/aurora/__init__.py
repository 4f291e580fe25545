"""A simulated AWS account: moto behind real boto3, and answers of our own where moto has nothing. Used by the demo, the bench and the tests."""

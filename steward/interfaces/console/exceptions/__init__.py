"""The desk of exceptions: queue, one of them, causes and trend, what is watched for and muted."""

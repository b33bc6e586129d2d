"""Releases for AWS Lambda functions that ship as container images."""

"""Learns what is usual."""

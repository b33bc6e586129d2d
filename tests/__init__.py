"""Tests. ``fakes`` stand in for ports, ``support`` makes what tests need, ``unit`` and ``contract`` are the tests."""

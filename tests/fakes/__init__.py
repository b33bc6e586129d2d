"""Stateful, strict stand-ins for the ports; each passes the contract tests of its real counterpart."""

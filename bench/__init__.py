"""Figures, never verdicts: nothing here asserts. ``make bench`` runs it all."""

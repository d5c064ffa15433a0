"""Rulings of the civil affairs bureau on estates that straddle (5.1(5)): records for good."""

"""Plane geometry that several stages need; knows no policy and no layer names."""

"""Proposals: frozen layers, read by whoever may see them; what is done to one is events."""

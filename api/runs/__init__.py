"""Runs: asked for, queued, worked on in a process of their own, each ending recorded."""

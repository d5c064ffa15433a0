"""Surveys: taken in, checked in the sandbox, kept by version."""

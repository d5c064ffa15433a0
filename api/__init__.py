"""The service: upload, solve, rule, review, publish. The library knows nothing of it."""

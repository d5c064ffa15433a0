"""The routes, by resource: HTTP in, a domain function, HTTP out."""

"""The service's commands of `redistrict`. Light to import: every command line loads them."""

"""The long suites: `make faults`, `make fuzz`, `make load`. The tests run a small share of each."""

"""OGC API - Features over proposals: Part 1 core, Part 2 CRS, Part 3 filtering with CQL2."""

"""Vector tiles of every layer: ``{z}/{x}/{y}.mvt`` and TileJSON."""

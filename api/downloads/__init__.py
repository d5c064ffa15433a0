"""A proposal as files: GeoPackage, GeoJSON, Shapefile, FlatGeobuf, XLSX, CSV."""

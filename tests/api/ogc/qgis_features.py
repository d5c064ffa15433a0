"""Run by QGIS's own Python: reads collections of an OGC API through its own provider.

Usage: qgis_features.py ADDRESS BUILDINGS COMMITTEES NAME COLLECTION... Prints one line
``ANSWER {json}``: BUILDINGS is asked by bbox, COMMITTEES for the one of that NAME.
"""

import json
import sys

from qgis.core import (
    QgsApplication,
    QgsDataSourceUri,
    QgsFeatureRequest,
    QgsRectangle,
    QgsVectorLayer,
)


def opened(address, name, sql=""):
    """The collection as a layer of the provider ``OAPIF``."""
    uri = QgsDataSourceUri()
    uri.setParam("url", address)
    uri.setParam("typename", name)
    uri.setParam("restrictToRequestBBOX", "1")
    if sql:
        uri.setSql(sql)
    layer = QgsVectorLayer(uri.uri(False), name, "OAPIF")
    assert layer.isValid(), (name, layer.error().message())
    return layer


def main():
    """Open, count, filter, tell."""
    address, houses, committees, wanted, *names = sys.argv[1:]
    application = QgsApplication([], False)
    application.initQgis()
    layers = {name: opened(address, name) for name in names}
    answer = {"features": {n: sum(1 for _ in layer.getFeatures()) for n, layer in layers.items()}}
    buildings = list(layers[houses].getFeatures())
    middle = buildings[0].geometry().centroid().asPoint()
    box = QgsRectangle(middle.x() - 1e-4, middle.y() - 1e-4, middle.x() + 1e-4, middle.y() + 1e-4)
    request = QgsFeatureRequest().setFilterRect(box).setFlags(QgsFeatureRequest.ExactIntersect)
    answer["bbox"] = sum(1 for _ in opened(address, houses).getFeatures(request))
    answer["bbox_wanted"] = sum(1 for f in buildings if f.geometry().intersects(box))
    subset = opened(address, committees)
    quoted = wanted.replace("'", "''")
    assert subset.setSubsetString(f"\"name\" = '{quoted}'")
    answer["subset"] = [f["name"] for f in subset.getFeatures()]
    print("ANSWER " + json.dumps(answer, ensure_ascii=False))
    sys.stdout.flush()
    layers.clear()
    del subset
    application.exitQgis()


main()

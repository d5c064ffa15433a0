"""Run by QGIS's own Python: opens a GeoPackage, says how each layer opens, draws the map.

Usage: qgis_probe.py PROPOSAL.gpkg PICTURE.png. Prints one line ``ANSWER {json}``.
"""

import json
import sys

from qgis.core import (
    QgsApplication,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

ORDER = (
    "findings",
    "rulings",
    "street_offices",
    "barriers",
    "service_grids",
    "committees",
    "buildings",
    "correspondence",
    "premises_plan",
)


def told(layer):
    """What a person sees of ``layer`` on opening it: nothing is loaded by hand."""
    answer = {"features": layer.featureCount(), "labels": layer.labelsEnabled()}
    answer["aliases"] = {f.name(): layer.attributeAlias(i) for i, f in enumerate(layer.fields())}
    renderer = layer.renderer()
    if renderer is not None:
        answer["renderer"] = renderer.type()
        items = renderer.legendSymbolItems()
        answer["legend"] = [item.label() for item in items]
    if layer.labeling() is not None:
        settings = layer.labeling().settings()
        context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
        expression = QgsExpression(settings.fieldName)
        expression.prepare(context)
        feature = next(layer.getFeatures())
        context.setFeature(feature)
        answer["label"] = expression.evaluate(context)
        answer["label_error"] = expression.parserErrorString() + expression.evalErrorString()
    return answer


def picture(layers, extent, path):
    """Draw ``layers`` (the first on top) and return what went wrong."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setBackgroundColor(QColor("white"))
    settings.setOutputSize(QSize(1400, 1000))
    settings.setDestinationCrs(layers[-1].crs())
    settings.setExtent(extent)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(path)
    return [error.message for error in job.errors()]


def main():
    """Open, look, draw, tell."""
    path, image = sys.argv[1:3]
    application = QgsApplication([], False)
    application.initQgis()
    layers = {n: QgsVectorLayer(f"{path}|layername={n}", n, "ogr") for n in ORDER}
    answer = {n: told(layer) for n, layer in layers.items() if layer.isValid()}
    drawn = [layer for layer in layers.values() if layer.isValid() and layer.isSpatial()]
    extent = layers["street_offices"].extent()
    extent.scale(1.05)
    answer["errors"] = picture(drawn, extent, image)
    print("ANSWER " + json.dumps(answer, default=str, ensure_ascii=False))
    sys.stdout.flush()
    layers.clear()
    drawn.clear()
    application.exitQgis()


main()

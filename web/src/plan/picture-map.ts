/** A survey on a map: outlines, buildings as points, findings as frames. */

import type { Map as GlMap } from 'maplibre-gl'
import type { Feature, FeatureCollection, Point, Polygon } from 'geojson'
import type { Finding } from '../api/client'
import { bareMap } from '../map/bare'
import type { Ink } from '../map/colours'
import { around, type Box } from '../state/shapes'
import type { Picture, Place } from './wire'

const FINE = 1_000_000
const LEAST = 0.0004

export class PictureMap {
  readonly gl: GlMap

  constructor(element: HTMLElement, picture: Picture, findings: readonly Finding[], ink: Ink, locale: Record<string, string>, chosen: (finding: number) => void) {
    const shapes = Object.values(picture.layers).flatMap(({ features }) => features)
    const points = buildings(picture)
    const boxes = points.features.map(({ geometry: { coordinates: [x = 0, y = 0] } }): Box => [x, y, x, y])
    this.gl = bareMap(element, {
      bounds: around(boxes.length ? boxes : [[100, 20, 120, 40]]),
      fitBoundsOptions: { padding: 40 },
      locale,
      style: {
        version: 8,
        sources: {
          shapes: { type: 'geojson', data: { type: 'FeatureCollection', features: shapes.map((one) => one) } },
          buildings: { type: 'geojson', data: points },
          findings: { type: 'geojson', data: frames(findings, picture.places) },
        },
        layers: [
          { id: 'back', type: 'background', paint: { 'background-color': ink.land } },
          { id: 'lines', type: 'line', source: 'shapes', paint: { 'line-color': ink.committee, 'line-width': 1, 'line-opacity': 0.6 } },
          { id: 'buildings', type: 'circle', source: 'buildings', paint: { 'circle-color': ink.building, 'circle-radius': ['interpolate', ['linear'], ['zoom'], 11, 1, 17, 5] } },
          { id: 'frames', type: 'fill', source: 'findings', paint: { 'fill-color': ['match', ['get', 'severity'], 'info', ink.mark, ink.alarm], 'fill-opacity': 0.18 } },
          { id: 'frame-lines', type: 'line', source: 'findings', paint: { 'line-color': ['match', ['get', 'severity'], 'info', ink.mark, ink.alarm], 'line-width': 1.6 } },
          { id: 'chosen', type: 'line', source: 'findings', filter: ['==', ['get', 'at'], -1], paint: { 'line-color': ink.mark, 'line-width': 4 } },
        ],
      },
    })
    this.gl.on('click', 'frames', ({ features }) => {
      const at: unknown = features?.[0]?.properties['at']
      if (typeof at === 'number') chosen(at)
    })
    this.gl.once('idle', () => (element.dataset['ready'] = 'true'))
  }

  /** Look at a finding. */
  show(at: number, place: Place): void {
    this.gl.setFilter('chosen', ['==', ['get', 'at'], at])
    this.gl.fitBounds(widened(place), { padding: 120, maxZoom: 18, duration: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 400 })
  }

  remove(): void {
    this.gl.remove()
  }
}

function buildings({ origin: [west, south], buildings: steps }: Picture): FeatureCollection<Point> {
  const features: Feature<Point>[] = []
  for (let i = 0; i + 1 < steps.length; i += 2)
    features.push({ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: [(west + (steps[i] ?? 0)) / FINE, (south + (steps[i + 1] ?? 0)) / FINE] } })
  return { type: 'FeatureCollection', features }
}

function frames(findings: readonly Finding[], places: Picture['places']): FeatureCollection<Polygon> {
  const features = places.flatMap((place, at): Feature<Polygon>[] => {
    if (!place) return []
    const [w, s, e, n] = widened(place)
    const ring = [[w, s], [e, s], [e, n], [w, n], [w, s]]
    return [{ type: 'Feature', properties: { at, severity: findings[at]?.severity ?? 'info' }, geometry: { type: 'Polygon', coordinates: [ring] } }]
  })
  return { type: 'FeatureCollection', features }
}

/** A frame that can be seen, however small what it frames is. */
function widened([west, south, east, north]: Place): Box {
  const [x, y] = [Math.max(0, LEAST - (east - west)) / 2, Math.max(0, LEAST - (north - south)) / 2]
  return [west - x, south - y, east + x, north + y]
}

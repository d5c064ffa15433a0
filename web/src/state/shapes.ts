/** Where to put a label, and how far an area reaches: longitude and latitude, WGS84. */

import type { MultiPolygon, Polygon, Position } from 'geojson'

export type Box = [west: number, south: number, east: number, north: number]
type Ring = readonly Position[]

export function box(shape: Polygon | MultiPolygon): Box {
  const found: Box = [180, 90, -180, -90]
  for (const [lon = 0, lat = 0] of rings(shape).flat()) {
    if (lon < found[0]) found[0] = lon
    if (lat < found[1]) found[1] = lat
    if (lon > found[2]) found[2] = lon
    if (lat > found[3]) found[3] = lat
  }
  return found
}

export function around(boxes: readonly Box[]): Box {
  return boxes.reduce<Box>(
    (a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])],
    [180, 90, -180, -90],
  )
}

/** A point inside the largest piece: of some levels near its middle, where it is widest. */
export function middle(shape: Polygon | MultiPolygon): [number, number] {
  const pieces = shape.type === 'Polygon' ? [shape.coordinates] : shape.coordinates
  let largest = pieces[0] ?? []
  for (const piece of pieces) if (size(piece[0] ?? []) > size(largest[0] ?? [])) largest = piece
  const [west, south, east, north] = box({ type: 'Polygon', coordinates: largest })
  let best: [number, number] = [(west + east) / 2, (south + north) / 2]
  let widest = 0
  for (const share of [0.5, 0.42, 0.58, 0.34, 0.66]) {
    const lat = south + (north - south) * share
    const cuts = largest.flatMap((ring) => crossings(ring, lat)).sort((a, b) => a - b)
    for (let i = 0; i + 1 < cuts.length; i += 2) {
      const [from = 0, to = 0] = [cuts[i], cuts[i + 1]]
      // the middle level has the first word: another must be clearly wider
      if (to - from > widest * (share === 0.5 ? 1 : 1.25)) {
        widest = to - from
        best = [(from + to) / 2, lat]
      }
    }
  }
  return best
}

export function rings(shape: Polygon | MultiPolygon): Ring[] {
  return shape.type === 'Polygon' ? shape.coordinates : shape.coordinates.flat()
}

function crossings(ring: Ring, lat: number): number[] {
  const found: number[] = []
  for (let i = 0; i + 1 < ring.length; i++) {
    const [ax = 0, ay = 0] = ring[i] ?? []
    const [bx = 0, by = 0] = ring[i + 1] ?? []
    if (ay > lat !== by > lat) found.push(ax + ((lat - ay) / (by - ay)) * (bx - ax))
  }
  return found
}

function size(ring: Ring): number {
  let twice = 0
  for (let i = 0; i + 1 < ring.length; i++) {
    const [ax = 0, ay = 0] = ring[i] ?? []
    const [bx = 0, by = 0] = ring[i + 1] ?? []
    twice += ax * by - bx * ay
  }
  return Math.abs(twice)
}

/** Whether a point lies in a polygon given in the same coordinates (even-odd). */
export function inside(x: number, y: number, ring: readonly (readonly [number, number])[]): boolean {
  let within = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [ax, ay] = ring[i] ?? [0, 0]
    const [bx, by] = ring[j] ?? [0, 0]
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within
  }
  return within
}

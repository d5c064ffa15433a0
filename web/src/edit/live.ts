/** What the map shows of an office that is edited: cells by colour, borders, hatching, labels. */

import type { Feature, FeatureCollection, MultiPolygon, Point, Polygon } from 'geojson'
import type { Areas } from './areas'
import { borders, type Sides } from './borders'
import type { Ground } from './ground'
import { totals, type Limits } from './measure'

export const HUES = 7

/** A hue for each grid (by id) so that neighbours differ where seven suffice; known ones stay. */
export function hues(ground: Ground, areas: Areas, known: ReadonlyMap<string, number>): Map<string, number> {
  const found = new Map<string, number>()
  const around = new Map<number, Set<number>>()
  for (let cell = 0; cell < ground.n; cell++) {
    const mine = areas.grid[cell] ?? 0
    for (let at = ground.start[cell] ?? 0; at < (ground.start[cell + 1] ?? 0); at++) {
      const other = areas.grid[ground.near[at] ?? 0] ?? 0
      if (other === mine) continue
      const set = around.get(mine) ?? new Set()
      around.set(mine, set.add(other))
    }
  }
  areas.service_grids.forEach((grid, i) => {
    const kept = known.get(grid.id)
    const taken = new Set([...(around.get(i) ?? [])].map((other) => found.get(areas.service_grids[other]?.id ?? '')))
    let hue = kept ?? (i * 3) % HUES
    if (kept === undefined) for (let tries = 0; taken.has(hue) && tries < HUES; tries++) hue = (hue + 1) % HUES
    found.set(grid.id, hue)
  })
  return found
}

/** The cells' outlines; the number of a cell is its feature's id. */
export function cells(ground: Ground): FeatureCollection<Polygon | MultiPolygon> {
  const features = ground.outlines.map(
    (rings, id): Feature<Polygon | MultiPolygon> => ({
      type: 'Feature',
      id,
      properties: {},
      geometry: shape(rings as [number, number][][]),
    }),
  )
  return { type: 'FeatureCollection', features }
}

/** Rings that run the other way than the first of their polygon are its holes. */
function shape(rings: [number, number][][]): Polygon | MultiPolygon {
  const [first, ...rest] = rings
  if (!first || rest.length === 0) return { type: 'Polygon', coordinates: rings }
  const way = turning(first) > 0
  const polygons: [number, number][][][] = [[first]]
  for (const ring of rest) {
    if (turning(ring) > 0 === way) polygons.push([ring])
    else polygons.at(-1)?.push(ring)
  }
  const [only] = polygons
  return polygons.length === 1 && only ? { type: 'Polygon', coordinates: only } : { type: 'MultiPolygon', coordinates: polygons }
}

function turning(ring: readonly (readonly [number, number])[]): number {
  let twice = 0
  for (let i = 0; i + 1 < ring.length; i++) {
    const [ax, ay] = ring[i] ?? [0, 0]
    const [bx, by] = ring[i + 1] ?? [0, 0]
    twice += (ax - (ring[0]?.[0] ?? 0)) * (by - (ring[0]?.[1] ?? 0)) - (bx - (ring[0]?.[0] ?? 0)) * (ay - (ring[0]?.[1] ?? 0))
  }
  return twice
}

/** Cells of grids out of the window, for hatching. */
export function flags(ground: Ground, areas: Areas, window: Limits): FeatureCollection<Polygon | MultiPolygon> {
  const held = totals(ground, areas)
  const features: Feature<Polygon | MultiPolygon>[] = []
  areas.grid.forEach((grid, cell) => {
    const households = held[grid] ?? 0
    const kind = households > window.upper ? 'over' : households < window.lower ? 'under' : null
    const rings = ground.outlines[cell]
    if (kind && rings) features.push({ type: 'Feature', properties: { kind }, geometry: shape(rings as [number, number][][]) })
  })
  return { type: 'FeatureCollection', features }
}

/** Borders, and the border of the grid that is painted into. */
export function lines(sides: Sides, areas: Areas, target: number): FeatureCollection {
  const found = borders(sides, areas)
  if (target < 0) return found
  const coordinates: [number, number][][] = []
  for (let i = 0; i < sides.a.length; i++) {
    const [a = -1, b = -1] = [sides.a[i], sides.b[i]]
    const [p, q] = [sides.from[i], sides.to[i]]
    const one = areas.grid[a] === target
    const two = b >= 0 && areas.grid[b] === target
    if (one !== two && p && q) coordinates.push([[p[0], p[1]], [q[0], q[1]]])
  }
  return { type: 'FeatureCollection', features: [...found.features, { type: 'Feature', properties: { kind: 'target' }, geometry: { type: 'MultiLineString', coordinates } }] }
}

export interface Caption {
  readonly layer: 'service_grids' | 'committees'
  readonly id: string
  readonly name: string
  readonly households: number
  readonly buildings: number
}

/** Where the label of each area goes: at the cell nearest to the middle of its cells. */
export function captions(ground: Ground, areas: Areas): Feature<Point, Caption>[] {
  return [
    ...placed(ground, areas.grid, areas.service_grids.map((grid) => ({ layer: 'service_grids' as const, id: grid.id, name: grid.id }))),
    ...placed(
      ground,
      areas.grid.map((grid) => areas.service_grids[grid]?.committee ?? -1),
      areas.committees.map((one) => ({ layer: 'committees' as const, id: one.id, name: one.name ?? one.id })),
    ),
  ]
}

function placed(ground: Ground, of: Int32Array, named: readonly Pick<Caption, 'layer' | 'id' | 'name'>[]): Feature<Point, Caption>[] {
  const size = new Int32Array(named.length)
  const buildings = named.map(() => new Set<string>())
  const households = new Int32Array(named.length)
  const x = new Float64Array(named.length)
  const y = new Float64Array(named.length)
  of.forEach((area, cell) => {
    size[area] = (size[area] ?? 0) + 1
    buildings[area]?.add(ground.buildings[cell] ?? '')
    households[area] = (households[area] ?? 0) + (ground.households[cell] ?? 0)
    x[area] = (x[area] ?? 0) + (ground.lon[cell] ?? 0)
    y[area] = (y[area] ?? 0) + (ground.lat[cell] ?? 0)
  })
  const best = new Float64Array(named.length).fill(Infinity)
  const at = new Int32Array(named.length).fill(-1)
  of.forEach((area, cell) => {
    const count = size[area] ?? 1
    const away = Math.hypot((ground.lon[cell] ?? 0) - (x[area] ?? 0) / count, (ground.lat[cell] ?? 0) - (y[area] ?? 0) / count)
    if (away < (best[area] ?? 0)) {
      best[area] = away
      at[area] = cell
    }
  })
  return named.flatMap((one, i) => {
    const cell = at[i] ?? -1
    if (cell < 0) return []
    const coordinates = [ground.lon[cell] ?? 0, ground.lat[cell] ?? 0]
    return [{ type: 'Feature' as const, geometry: { type: 'Point' as const, coordinates }, properties: { ...one, households: households[i] ?? 0, buildings: buildings[i]?.size ?? 0 } }]
  })
}

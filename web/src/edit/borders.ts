/** Borders between areas as lines: cells share vertices, so each side that two cells have is one segment. */

import type { Feature, FeatureCollection, MultiLineString } from 'geojson'
import { committeeOf, type Areas } from './areas'
import type { Ground } from './ground'

type Place = readonly [number, number]

export interface Sides {
  /** The cells on both sides of segment i; -1: the edge of the office. */
  readonly a: Int32Array
  readonly b: Int32Array
  readonly from: readonly Place[]
  readonly to: readonly Place[]
}

/** Every side of every cell, once. */
export function sides(ground: Ground): Sides {
  const known = new Map<string, number>()
  const a: number[] = []
  const b: number[] = []
  const from: Place[] = []
  const to: Place[] = []
  ground.outlines.forEach((rings, cell) => {
    for (const ring of rings)
      for (let i = 0; i + 1 < ring.length; i++) {
        const [p, q] = [ring[i], ring[i + 1]]
        if (!p || !q) continue
        const one = `${p[0]},${p[1]}`
        const two = `${q[0]},${q[1]}`
        const name = one < two ? `${one};${two}` : `${two};${one}`
        const at = known.get(name)
        if (at === undefined) {
          known.set(name, a.length)
          a.push(cell)
          b.push(-1)
          from.push(p)
          to.push(q)
        } else b[at] = cell
      }
  })
  return { a: Int32Array.from(a), b: Int32Array.from(b), from, to }
}

/** Borders of grids and of committees. */
export function borders(known: Sides, areas: Areas): FeatureCollection<MultiLineString> {
  const lines: Record<'grid' | 'committee', Place[][]> = { grid: [], committee: [] }
  for (let i = 0; i < known.a.length; i++) {
    const [a = -1, b = -1] = [known.a[i], known.b[i]]
    const [p, q] = [known.from[i], known.to[i]]
    if (!p || !q || (b >= 0 && areas.grid[a] === areas.grid[b])) continue
    const kind = b < 0 || committeeOf(areas, a) !== committeeOf(areas, b) ? 'committee' : 'grid'
    lines[kind].push([p as [number, number], q as [number, number]])
  }
  const features = Object.entries(lines).map(
    ([kind, coordinates]): Feature<MultiLineString> => ({
      type: 'Feature',
      properties: { kind },
      geometry: { type: 'MultiLineString', coordinates: coordinates as [number, number][][] },
    }),
  )
  return { type: 'FeatureCollection', features }
}

/** What areas hold, and how many pieces they are in: at once, without asking the service. */

import { cellsOf, type AreaRef, type Areas } from './areas'
import type { Ground } from './ground'
import { broken } from './pieces'

export interface Limits {
  readonly lower: number
  readonly upper: number
}

export interface Measured {
  readonly ref: AreaRef
  readonly households: number
  readonly buildings: number
  /** Pieces beyond what the land forces. */
  readonly broken: number
}

export interface Compared {
  readonly ref: AreaRef
  readonly before: Measured | null
  readonly after: Measured | null
}

export function measure(ground: Ground, areas: Areas, ref: AreaRef): Measured | null {
  const cells = cellsOf(areas, ref)
  if (cells.length === 0) return null
  let households = 0
  const buildings = new Set<string>()
  for (const cell of cells) {
    households += ground.households[cell] ?? 0
    buildings.add(ground.buildings[cell] ?? '')
  }
  return { ref, households, buildings: buildings.size, broken: broken(ground, cells) }
}

/** Households of each grid, by place. */
export function totals(ground: Ground, areas: Areas): Int32Array {
  const found = new Int32Array(areas.service_grids.length)
  areas.grid.forEach((grid, cell) => {
    found[grid] = (found[grid] ?? 0) + (ground.households[cell] ?? 0)
  })
  return found
}

/** Every area that differs between two states, before and after. Areas are told apart by id. */
export function compared(ground: Ground, before: Areas, after: Areas): Compared[] {
  if (before === after) return []
  const touched = new Map<string, AreaRef>()
  const note = (ref: AreaRef): void => void touched.set(`${ref.layer}:${ref.id}`, ref)
  for (let cell = 0; cell < ground.n; cell++) {
    const [old, now] = [before.service_grids[before.grid[cell] ?? -1], after.service_grids[after.grid[cell] ?? -1]]
    if (!old || !now) continue
    if (old.id !== now.id) {
      note({ layer: 'service_grids', id: old.id })
      note({ layer: 'service_grids', id: now.id })
    }
    const [from, to] = [before.committees[old.committee]?.id, after.committees[now.committee]?.id]
    if (from !== to) {
      if (from !== undefined) note({ layer: 'committees', id: from })
      if (to !== undefined) note({ layer: 'committees', id: to })
    }
  }
  return [...touched.values()]
    .sort((a, b) => b.layer.localeCompare(a.layer) || a.id.localeCompare(b.id, undefined, { numeric: true }))
    .map((ref) => ({ ref, before: measure(ground, before, ref), after: measure(ground, after, ref) }))
}

/** Households that are in another grid than in `before`. */
export function moved(ground: Ground, before: Areas, after: Areas): number {
  let found = 0
  for (let cell = 0; cell < ground.n; cell++)
    if (before.service_grids[before.grid[cell] ?? -1]?.id !== after.service_grids[after.grid[cell] ?? -1]?.id)
      found += ground.households[cell] ?? 0
  return found
}

export const within = (households: number, { lower, upper }: Limits): boolean => households >= lower && households <= upper

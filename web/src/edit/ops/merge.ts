/** Merge: areas of one layer become part of one of them. */

import { committeeAt, gridAt, settled, withCells } from '../areas'
import type { Merge, Operation } from './event'

export function merge(layer: Merge['layer'], areas: readonly string[], into: string): Merge {
  return { type: 'merge', layer, areas: areas.filter((id) => id !== into), into }
}

export const merged: Operation<Merge> = (_, areas, event) => {
  const others = new Set(event.areas.filter((id) => id !== event.into))
  if (others.size === 0) return null
  if (event.layer === 'service_grids') {
    const into = gridAt(areas, event.into)
    if (into < 0) return null
    const cells: number[] = []
    areas.grid.forEach((grid, cell) => {
      if (others.has(areas.service_grids[grid]?.id ?? '')) cells.push(cell)
    })
    return withCells(areas, cells, into)
  }
  const into = committeeAt(areas, event.into)
  if (into < 0) return null
  const from = new Set([...others].map((id) => committeeAt(areas, id)))
  return settled({ ...areas, service_grids: areas.service_grids.map((grid) => (from.has(grid.committee) ? { ...grid, committee: into } : grid)) })
}

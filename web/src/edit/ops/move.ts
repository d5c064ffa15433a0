/** Move: members go to a service grid, or whole grids to a committee. */

import { along, stranded } from '../along'
import { committeeAt, gridAt, settled, withCells, type AreaRef } from '../areas'
import type { Ground } from '../ground'
import { membersOf, named, type Move, type Operation } from './event'

export function move(ground: Ground, cells: readonly number[], to: AreaRef, whole_courtyards = true): Move {
  return { type: 'move', members: membersOf(ground, cells), to, whole_courtyards }
}

export const moved: Operation<Move> = (ground, areas, event) => {
  if (event.to.layer === 'committees') {
    const to = committeeAt(areas, event.to.id)
    const { service_grids, ...rest } = event.members
    if (to < 0 || !service_grids || Object.keys(rest).length > 0) return null
    const chosen = new Set(service_grids)
    return settled({ ...areas, service_grids: areas.service_grids.map((grid) => (chosen.has(grid.id) && grid.committee >= 0 ? { ...grid, committee: to } : grid)) })
  }
  const to = gridAt(areas, event.to.id)
  const first = named(ground, areas, event.members)
  if (to < 0 || first === null) return null
  const cells = event.exact ? first : along(ground, areas, first, event.whole_courtyards !== false)
  const leaving = cells.filter((cell) => areas.grid[cell] !== to)
  if (leaving.length === 0) return null
  return withCells(areas, event.exact ? leaving : [...leaving, ...stranded(ground, areas, leaving, to)], to)
}

/** Split: parts of an area become areas of their own. */

import { committeeAt, gridAt, settled, type AreaRef, type Areas } from '../areas'
import type { Ground } from '../ground'
import { membersOf, named, type Operation, type Split } from './event'

export function split(ground: Ground, areas: Areas, area: AreaRef, parts: readonly (readonly number[])[]): Split {
  const owner = areas.committees[areas.service_grids[gridAt(areas, area.id)]?.committee ?? -1]
  const new_ids = owner ? free(areas, owner.id, parts.length) : []
  return { type: 'split', area, parts: parts.map((cells) => membersOf(ground, cells)), ...(new_ids.length ? { new_ids } : {}) }
}

/** The next ids of a committee's grids that nobody has: provisional, as all that are made here. */
export function free(areas: Areas, committee: string, count: number): string[] {
  const taken = new Set(areas.service_grids.map((grid) => grid.id))
  const found: string[] = []
  for (let number = 1; found.length < count; number++) {
    const id = `${committee}-${String(number).padStart(2, '0')}`
    if (!taken.has(id)) found.push(id)
  }
  return found
}

export const parted: Operation<Split> = (ground, areas, event) => {
  const { area, parts } = event
  const name = (i: number): string => event.new_ids?.[i] ?? `${area.id}+${i + 1}`
  if (area.layer === 'service_grids') {
    const at = gridAt(areas, area.id)
    const owner = areas.service_grids[at]
    if (!owner) return null
    const grid = areas.grid.slice()
    const more = parts.map((_, i) => ({ id: name(i), committee: owner.committee, locked: false }))
    for (const [i, part] of parts.entries()) {
      const cells = named(ground, areas, part)
      if (!cells?.length || cells.some((cell) => grid[cell] !== at)) return null
      for (const cell of cells) grid[cell] = areas.service_grids.length + i
    }
    if (!grid.includes(at)) return null
    return settled({ ...areas, service_grids: [...areas.service_grids, ...more], grid })
  }
  const at = committeeAt(areas, area.id)
  if (at < 0) return null
  const more = parts.map((_, i) => ({ id: name(i), name: null, locked: false, frozen: false }))
  const goes = new Map(parts.flatMap((part, i) => (part.service_grids ?? []).map((id) => [id, areas.committees.length + i] as const)))
  const service_grids = areas.service_grids.map((grid) => (grid.committee === at ? { ...grid, committee: goes.get(grid.id) ?? at } : grid))
  return { ...areas, service_grids, committees: [...areas.committees, ...more] }
}

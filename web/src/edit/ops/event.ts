/** Events as docs/revision.md has them, and what every operation is. */

import type { AreaRef, Areas } from '../areas'
import type { Ground } from '../ground'

export interface Members {
  readonly buildings?: readonly string[]
  readonly courtyards?: readonly string[]
  readonly stairwells?: readonly (readonly [string, number])[]
  readonly service_grids?: readonly string[]
}

interface Said {
  readonly version?: 1
  readonly id?: string
  readonly by?: string
  readonly at?: string
  readonly note?: string
}

export type Move = Said & { readonly type: 'move'; readonly members: Members; readonly to: AreaRef; readonly whole_courtyards?: boolean; readonly exact?: boolean }
export type Merge = Said & { readonly type: 'merge'; readonly layer: AreaRef['layer']; readonly areas: readonly string[]; readonly into: string }
export type Split = Said & { readonly type: 'split'; readonly area: AreaRef; readonly parts: readonly Members[]; readonly new_ids?: readonly string[]; readonly exact?: boolean }
export type Renumber = Said & { readonly type: 'renumber'; readonly area: AreaRef; readonly new_id: string }
export type Rename = Said & { readonly type: 'rename'; readonly committee_id: string; readonly name: string }
export type Lock = Said & { readonly type: 'lock' | 'unlock'; readonly area: AreaRef }
export type Batch = Said & { readonly type: 'batch'; readonly events: readonly Edit[] }
export type Edit = Move | Merge | Split | Renumber | Rename | Lock | Batch

/** What an edit does, as far as it can be told here; null where only the service can tell. */
export type Operation<E extends Edit> = (ground: Ground, areas: Areas, event: E) => Areas | null

/** The cells that members name; null where one is unknown here. */
export function named(ground: Ground, areas: Areas, members: Members): number[] | null {
  if (members.courtyards?.length) return null
  const found: number[] = []
  for (const id of members.buildings ?? []) {
    const cells = ground.cells.get(id)
    if (!cells) return null
    found.push(...cells)
  }
  for (const [id, part] of members.stairwells ?? []) {
    const cell = ground.cells.get(id)?.find((one) => ground.parts[one] === part)
    if (cell === undefined) return null
    found.push(cell)
  }
  for (const id of members.service_grids ?? [])
    areas.grid.forEach((grid, cell) => {
      if (areas.service_grids[grid]?.id === id) found.push(cell)
    })
  return found
}

/** Members that name exactly these cells: whole buildings where all of one is meant. */
export function membersOf(ground: Ground, cells: readonly number[]): Members {
  const chosen = new Set(cells)
  const buildings = new Set<string>()
  const stairwells: [string, number][] = []
  for (const cell of cells) {
    const id = ground.buildings[cell] ?? ''
    const every = ground.cells.get(id) ?? []
    if (every.every((one) => chosen.has(one))) buildings.add(id)
    else stairwells.push([id, ground.parts[cell] ?? 0])
  }
  return { ...(buildings.size ? { buildings: [...buildings] } : {}), ...(stairwells.length ? { stairwells } : {}) }
}

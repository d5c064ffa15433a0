/** What goes along with cells that move (`redistrict.revision.members`). */

import type { Areas } from './areas'
import type { Ground } from './ground'
import { pieces } from './pieces'

/** Buildings on one ground, and with `courtyards` what shares courtyard and grid with a moved one. */
export function along(ground: Ground, areas: Areas, cells: Iterable<number>, courtyards: boolean): number[] {
  const moved = new Set(cells)
  if (courtyards) follow(moved, areas, ground.courtyard)
  follow(moved, areas, ground.stand)
  return [...moved].sort((a, b) => a - b)
}

function follow(moved: Set<number>, areas: Areas, label: Int32Array): void {
  const width = areas.service_grids.length
  const wanted = new Set<number>()
  for (const cell of moved) {
    const mine = label[cell] ?? -1
    if (mine >= 0) wanted.add(mine * width + (areas.grid[cell] ?? 0))
  }
  if (wanted.size === 0) return
  for (let cell = 0; cell < label.length; cell++) {
    const mine = label[cell] ?? -1
    if (mine >= 0 && wanted.has(mine * width + (areas.grid[cell] ?? 0))) moved.add(cell)
  }
}

/** Land where nobody lives that the leaving of `cells` cuts off from its grid: it goes along, too. */
export function stranded(ground: Ground, areas: Areas, cells: readonly number[], to: number): number[] {
  const leaving = new Set(cells)
  const found: number[] = []
  for (const source of new Set(cells.map((cell) => areas.grid[cell] ?? -1))) {
    if (source === to) continue
    const rest: number[] = []
    for (let cell = 0; cell < ground.n; cell++) if (areas.grid[cell] === source && !leaving.has(cell)) rest.push(cell)
    if (!rest.some((cell) => ground.households[cell] === 0)) continue
    const { of, count } = pieces(ground, rest)
    const lived = new Array<boolean>(count).fill(false)
    const beside = new Array<boolean>(count).fill(false)
    rest.forEach((cell, i) => {
      const piece = of[i] ?? 0
      if (ground.households[cell] !== 0) lived[piece] = true
      for (let at = ground.start[cell] ?? 0; at < (ground.start[cell + 1] ?? 0); at++)
        if (leaving.has(ground.near[at] ?? -1)) beside[piece] = true
    })
    if (!lived.some(Boolean)) continue
    rest.forEach((cell, i) => {
      const piece = of[i] ?? 0
      if (!lived[piece] && beside[piece]) found.push(cell)
    })
  }
  return found
}

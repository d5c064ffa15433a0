/** Boundary sweep: of the buildings under the stroke those that border on the area, then those that
 *  border on these: the boundary is pushed on, and never jumps. */

import type { Ground } from '../ground'

export function sweep(ground: Ground, under: readonly number[], joined: (cell: number) => boolean): number[] {
  const waiting = new Set(under.filter((cell) => !joined(cell)))
  const taken = new Set<number>()
  const borders = (cell: number): boolean => {
    for (let at = ground.start[cell] ?? 0; at < (ground.start[cell + 1] ?? 0); at++) {
      const other = ground.near[at] ?? -1
      if (!ground.shut[at] && (taken.has(other) || joined(other))) return true
    }
    return false
  }
  for (let grown = true; grown; ) {
    grown = false
    for (const cell of waiting)
      if (borders(cell)) {
        waiting.delete(cell)
        taken.add(cell)
        grown = true
      }
  }
  return [...taken]
}

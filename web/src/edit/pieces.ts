/** Connected pieces of a set of cells, over shared boundary (`redistrict.revision.members.pieces`). */

import type { Ground } from './ground'

/** The piece of each of `cells`, numbered from 0; `count` of them. */
export function pieces(ground: Ground, cells: readonly number[]): { readonly of: Int32Array; readonly count: number } {
  const place = new Map(cells.map((cell, i) => [cell, i]))
  const of = new Int32Array(cells.length).fill(-1)
  let count = 0
  for (let first = 0; first < cells.length; first++) {
    if (of[first] !== -1) continue
    const waiting = [first]
    of[first] = count
    while (waiting.length > 0) {
      const cell = cells[waiting.pop() ?? 0] ?? 0
      for (let at = ground.start[cell] ?? 0; at < (ground.start[cell + 1] ?? 0); at++) {
        const other = place.get(ground.near[at] ?? -1)
        if (other !== undefined && of[other] === -1) {
          of[other] = count
          waiting.push(other)
        }
      }
    }
    count++
  }
  return { of, count }
}

/** Pieces beyond those that the land itself forces: 0 where the cells are one area. */
export function broken(ground: Ground, cells: readonly number[]): number {
  if (cells.length === 0) return 0
  const land = new Set(cells.map((cell) => ground.piece[cell])).size
  return Math.max(0, pieces(ground, cells).count - land)
}

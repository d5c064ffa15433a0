/** Land on squared paper: `['aab', 'abb']` are cells of grids a and b, row by row, a degree wide. */

import type { Areas } from '../src/edit/areas'
import { ground as decoded, type Ground } from '../src/edit/ground'

const FINE = 1_000_000

/** Cell (x, y) is `y * width + x`; every cell has `households`, 0 where the letter is a capital. */
export function paper(rows: readonly string[], households = 50, closed: readonly (readonly [number, number])[] = []): { ground: Ground; areas: Areas } {
  const width = rows[0]?.length ?? 0
  const letters = rows.flatMap((row) => [...row])
  const edges: number[] = []
  letters.forEach((_, cell) => {
    if ((cell + 1) % width !== 0) edges.push(cell, cell + 1)
    if (cell + width < letters.length) edges.push(cell, cell + width)
  })
  const shut = closed.map(([a, b]) => edges.findIndex((end, i) => i % 2 === 0 && end === a && edges[i + 1] === b) / 2)
  const at = letters.flatMap((_, cell) => [(cell % width) * FINE, Math.floor(cell / width) * FINE])
  const ground = decoded({
    origin: [0, 0],
    buildings: letters.map((_, cell) => `B${cell}`),
    parts: letters.map(() => 0),
    households: letters.map((letter) => (letter === letter.toLowerCase() ? households : 0)),
    courtyard: letters.map(() => -1),
    estate: letters.map(() => -1),
    ground: letters.map((_, cell) => cell),
    piece: letters.map(() => 0),
    edges,
    closed: shut,
    at,
    outlines: letters.map((_, cell) => [[(cell % width) * FINE, Math.floor(cell / width) * FINE, FINE, 0, 0, FINE, -FINE, 0]]),
  })
  const names = [...new Set(letters.map((letter) => letter.toLowerCase()))].sort()
  return {
    ground,
    areas: {
      service_grids: names.map((id) => ({ id, committee: 0, locked: false })),
      committees: [{ id: 'C', name: null, locked: false, frozen: false }],
      grid: Int32Array.from(letters, (letter) => names.indexOf(letter.toLowerCase())),
    },
  }
}

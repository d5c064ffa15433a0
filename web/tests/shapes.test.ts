/** Places for labels, lengths of edges. */

import { expect, test } from 'vitest'
import { Flattened } from '../src/state/measure'
import { around, box, inside, middle } from '../src/state/shapes'

const U = { type: 'Polygon' as const, coordinates: [[[0, 0], [6, 0], [6, 4], [4, 4], [4, 1], [2, 1], [2, 4], [0, 4], [0, 0]]] }

test('a label stands inside even where the middle does not', () => {
  const [lon, lat] = middle(U)
  expect(inside(lon, lat, (U.coordinates[0] ?? []).map(([x = 0, y = 0]) => [x, y] as const))).toBe(true)
  expect(box(U)).toEqual([0, 0, 6, 4])
  expect(around([[0, 0, 1, 1], [2, -1, 3, 0]])).toEqual([0, -1, 3, 1])
})

test('edges are measured on the ellipsoid: a thousandth of a degree at 35 north', () => {
  const [w, s, e, n] = [117, 35, 117.001, 35.001]
  const square = { type: 'Polygon' as const, coordinates: [[[w, s], [e, s], [e, n], [w, n], [w, s]]] }
  const lengths = new Flattened(square).edges(square, 5).map(({ metres }) => Math.round(metres * 10) / 10).sort((a, b) => a - b)
  expect(lengths).toEqual([91.3, 91.3, 110.9, 110.9])
})

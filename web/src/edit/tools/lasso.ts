/** Lasso: every building inside a drawn line, closed from its end to its beginning (even-odd). */

import { inside } from '../../state/shapes'
import { met, type Point, type Screen } from './screen'

export function lasso(seen: Screen, line: readonly Point[]): number[] {
  if (line.length < 3) return []
  const xs = line.map(([x]) => x)
  const ys = line.map(([, y]) => y)
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  return met(seen, (x, y) => x >= left && x <= right && y >= top && y <= bottom && inside(x, y, line))
}

/** Rectangle: every building between two corners. */

import { met, type Point, type Screen } from './screen'

export function rectangle(seen: Screen, [ax, ay]: Point, [bx, by]: Point): number[] {
  const [left, right, top, bottom] = [Math.min(ax, bx), Math.max(ax, bx), Math.min(ay, by), Math.max(ay, by)]
  return met(seen, (x, y) => x >= left && x <= right && y >= top && y <= bottom)
}

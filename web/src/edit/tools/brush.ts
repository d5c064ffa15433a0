/** Brush: every building within `radius` pixels of the stroke from `a` to `b`. */

import { met, type Point, type Screen } from './screen'

export function brush(seen: Screen, a: Point, b: Point, radius: number): number[] {
  const [ax, ay] = a
  const [dx, dy] = [b[0] - ax, b[1] - ay]
  const length = dx * dx + dy * dy
  return met(seen, (x, y) => {
    const share = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length))
    return Math.hypot(x - ax - share * dx, y - ay - share * dy) <= radius
  })
}

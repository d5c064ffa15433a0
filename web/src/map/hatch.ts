/** Hatching made here, pixel by pixel: lines for too many households, dots for too few. */

import { DARK, LIGHT } from './colours'

const SIDE = 12

export interface Picture {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray
}

/** `hatch-(over|under)-(light|dark)`; null for any other name. */
export function hatch(name: string): Picture | null {
  const asked = /^hatch-(over|under)-(light|dark)$/.exec(name)
  if (!asked) return null
  const colour = (asked[2] === 'dark' ? DARK : LIGHT).alarm
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))
  const data = new Uint8ClampedArray(SIDE * SIDE * 4)
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const strength = asked[1] === 'over' ? stroke(x, y) : dot(x, y)
      data.set([r, g, b, Math.round(255 * strength)], (y * SIDE + x) * 4)
    }
  return { width: SIDE, height: SIDE, data }
}

function stroke(x: number, y: number): number {
  const away = Math.abs(((x + y + 0.5) % SIDE) - SIDE / 2)
  return Math.max(0, Math.min(1, 1.6 - away))
}

function dot(x: number, y: number): number {
  const near = [
    [SIDE / 4, SIDE / 4],
    [(SIDE * 3) / 4, (SIDE * 3) / 4],
  ].map(([cx = 0, cy = 0]) => Math.hypot(x + 0.5 - cx, y + 0.5 - cy))
  return Math.max(0, Math.min(1, 2 - Math.min(...near)))
}

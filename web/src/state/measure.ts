/** Lengths to write beside a plot of land: its main edges, and the line that divides two parts. */

import type { MultiPolygon, Polygon, Position } from 'geojson'
import { box, rings } from './shapes'

/** A stretch to be measured: two ends in degrees, metres between them along the land. */
export interface Stretch {
  readonly from: Position
  readonly to: Position
  readonly metres: number
}

type Flat = readonly [x: number, y: number]
/** Metres in a degree of latitude, and of longitude at the equator (WGS84, to 0.3 % at our latitudes). */
const LAT = 111_132.95
const LON = 111_412.88

export class Flattened {
  readonly #lon: number
  readonly #lat: number
  readonly #scale: readonly [number, number]

  /** Degrees as metres around the middle of `shape`; for land of some hundred metres. */
  constructor(shape: Polygon | MultiPolygon) {
    const [west, south, east, north] = box(shape)
    ;[this.#lon, this.#lat] = [(west + east) / 2, (south + north) / 2]
    const phi = (this.#lat * Math.PI) / 180
    this.#scale = [LON * Math.cos(phi) - 93.5 * Math.cos(3 * phi), LAT - 559.85 * Math.cos(2 * phi)]
  }

  flat = ([lon = 0, lat = 0]: Position): Flat => [(lon - this.#lon) * this.#scale[0], (lat - this.#lat) * this.#scale[1]]
  back = ([x, y]: Flat): Position => [this.#lon + x / this.#scale[0], this.#lat + y / this.#scale[1]]

  /** The main edges of the outer rings: corners that stand out by more than `least` metres. */
  edges(shape: Polygon | MultiPolygon, least: number): Stretch[] {
    const outer = shape.type === 'Polygon' ? [shape.coordinates[0] ?? []] : shape.coordinates.map((one) => one[0] ?? [])
    return outer.flatMap((ring) => {
      const open = ring.slice(0, -1)
      const first = farthest(open.map(this.flat))
      const turned = [...open.slice(first), ...open.slice(0, first + 1)]
      return this.#stretches(turned, corners(turned.map(this.flat), least))
    })
  }

  /** Where two parts lie side by side: the run of corners that both have. */
  divide(one: Polygon | MultiPolygon, other: Polygon | MultiPolygon): Stretch[] {
    const shared = new Set(rings(other).flat().map(key))
    return rings(one).flatMap((ring) => {
      const open = ring.slice(0, -1)
      const first = open.findIndex((at, i) => shared.has(key(at)) && !shared.has(key(open.at(i - 1) ?? at)))
      if (first < 0) return []
      const turned = [...open.slice(first), ...open.slice(0, first)]
      const end = turned.findIndex((at) => !shared.has(key(at)))
      const run = end < 0 ? turned : turned.slice(0, end)
      return run.length < 2 ? [] : this.#stretches(run, [0, run.length - 1])
    })
  }

  /** The stretch moved `metres` to its right: outwards of a ring that runs against the clock. */
  aside({ from, to }: Stretch, metres: number): [Position, Position] {
    const [a, b] = [this.flat(from), this.flat(to)]
    const long = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1
    const [nx, ny] = [((b[1] - a[1]) / long) * metres, ((a[0] - b[0]) / long) * metres]
    return [this.back([a[0] + nx, a[1] + ny]), this.back([b[0] + nx, b[1] + ny])]
  }

  #stretches(ring: readonly Position[], at: readonly number[]): Stretch[] {
    const found: Stretch[] = []
    for (let i = 0; i + 1 < at.length; i++) {
      const run = ring.slice(at[i], (at[i + 1] ?? 0) + 1)
      const [from, to] = [run[0], run.at(-1)]
      if (from && to) found.push({ from, to, metres: along(run.map(this.flat)) })
    }
    return found
  }
}

function key([lon = 0, lat = 0]: Position): string {
  return `${lon.toFixed(6)} ${lat.toFixed(6)}`
}

function along(run: readonly Flat[]): number {
  let sum = 0
  for (let i = 0; i + 1 < run.length; i++) {
    const [a, b] = [run[i] ?? [0, 0], run[i + 1] ?? [0, 0]]
    sum += Math.hypot(b[0] - a[0], b[1] - a[1])
  }
  return sum
}

/** Indices of the corners of a closed ring that starts in one (Douglas and Peucker 1973). */
function corners(ring: readonly Flat[], least: number): number[] {
  const [far, last] = [farthest(ring), ring.length - 1]
  return [0, ...between(ring, 0, far, least), far, ...between(ring, far, last, least), last]
}

/** The point farthest from the first: a corner, whatever the ring. */
function farthest(ring: readonly Flat[]): number {
  const [ax, ay] = ring[0] ?? [0, 0]
  const away = ring.map(([x, y]) => Math.hypot(x - ax, y - ay))
  return away.indexOf(Math.max(...away))
}

function between(ring: readonly Flat[], from: number, to: number, least: number): number[] {
  let [worst, at] = [0, -1]
  for (let i = from + 1; i < to; i++) {
    const away = off(ring[i], ring[from], ring[to])
    if (away > worst) [worst, at] = [away, i]
  }
  return worst < least ? [] : [...between(ring, from, at, least), at, ...between(ring, at, to, least)]
}

/** Metres from a point to the line through two others. */
function off(point: Flat = [0, 0], a: Flat = [0, 0], b: Flat = [0, 0]): number {
  const long = Math.hypot(b[0] - a[0], b[1] - a[1])
  if (long === 0) return Math.hypot(point[0] - a[0], point[1] - a[1])
  return Math.abs((b[0] - a[0]) * (a[1] - point[1]) - (a[0] - point[0]) * (b[1] - a[1])) / long
}

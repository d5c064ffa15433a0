/** Cells as a tool on the screen meets them: where each one's building stands, in pixels. */

export type Point = readonly [x: number, y: number]

export interface Screen {
  readonly x: Float64Array
  readonly y: Float64Array
}

/** Longitudes and latitudes in pixels, web mercator, from the map's corner and scale. */
export function screen(lon: Float64Array, lat: Float64Array, project: (lonlat: [number, number]) => { x: number; y: number }): Screen {
  // two corners fix the (unrotated) map: projecting each cell by the map itself takes 30 ms
  const [west, south, east, north] = [Math.min(...edge(lon)), Math.min(...edge(lat)), Math.max(...edge(lon)), Math.max(...edge(lat))]
  const a = project([west, south])
  const b = project([east + 1e-9, north + 1e-9])
  const low = mercator(south)
  const across = (b.x - a.x) / (east + 1e-9 - west)
  const up = (b.y - a.y) / (mercator(north + 1e-9) - low)
  return {
    x: lon.map((value) => a.x + (value - west) * across),
    y: lat.map((value) => a.y + (mercator(value) - low) * up),
  }
}

function edge(values: Float64Array): [number, number] {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return [low, high]
}

function mercator(lat: number): number {
  return Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360))
}

/** The cells for which `hit` holds. */
export function met(seen: Screen, hit: (x: number, y: number, cell: number) => boolean): number[] {
  const found: number[] = []
  for (let cell = 0; cell < seen.x.length; cell++) if (hit(seen.x[cell] ?? 0, seen.y[cell] ?? 0, cell)) found.push(cell)
  return found
}

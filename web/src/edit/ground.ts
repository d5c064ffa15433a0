/** The land of one street office: what never changes while it is edited (docs/api-edits.md). */

export interface GroundJson {
  readonly origin: readonly [number, number]
  readonly buildings: readonly string[]
  readonly parts: readonly number[]
  readonly households: readonly number[]
  readonly courtyard: readonly number[]
  readonly estate: readonly number[]
  readonly ground: readonly number[]
  readonly piece: readonly number[]
  readonly edges: readonly number[]
  readonly closed: readonly number[]
  readonly at: readonly number[]
  readonly outlines: readonly (readonly (readonly number[])[])[]
}

type Ring = readonly (readonly [number, number])[]

/** n cells; `near[start[i]..start[i + 1]]` are the neighbours of cell i, `shut` where a barrier lies between. */
export interface Ground {
  readonly n: number
  readonly buildings: readonly string[]
  readonly parts: readonly number[]
  readonly households: Int32Array
  readonly courtyard: Int32Array
  readonly stand: Int32Array
  readonly piece: Int32Array
  readonly lon: Float64Array
  readonly lat: Float64Array
  readonly start: Int32Array
  readonly near: Int32Array
  readonly shut: Uint8Array
  readonly outlines: readonly (readonly Ring[])[]
  /** Building id -> its cells. */
  readonly cells: ReadonlyMap<string, readonly number[]>
}

const FINE = 1_000_000

export function ground(told: GroundJson): Ground {
  const n = told.buildings.length
  const [west, south] = told.origin
  const degree = (steps: number, from: number): number => (from + steps) / FINE
  const lon = Float64Array.from({ length: n }, (_, i) => degree(told.at[2 * i] ?? 0, west))
  const lat = Float64Array.from({ length: n }, (_, i) => degree(told.at[2 * i + 1] ?? 0, south))
  const cells = new Map<string, number[]>()
  told.buildings.forEach((id, i) => {
    const held = cells.get(id)
    if (held) held.push(i)
    else cells.set(id, [i])
  })
  return {
    n,
    buildings: told.buildings,
    parts: told.parts,
    households: Int32Array.from(told.households),
    courtyard: Int32Array.from(told.courtyard),
    stand: Int32Array.from(told.ground),
    piece: Int32Array.from(told.piece),
    lon,
    lat,
    ...neighbours(n, told.edges, new Set(told.closed)),
    outlines: told.outlines.map((rings) => rings.map((ring) => walked(ring, west, south))),
    cells,
  }
}

function neighbours(n: number, edges: readonly number[], closed: ReadonlySet<number>): Pick<Ground, 'start' | 'near' | 'shut'> {
  const start = new Int32Array(n + 1)
  for (const end of edges) start[end + 1] = (start[end + 1] ?? 0) + 1
  for (let i = 0; i < n; i++) start[i + 1] = (start[i + 1] ?? 0) + (start[i] ?? 0)
  const next = start.slice()
  const near = new Int32Array(edges.length)
  const shut = new Uint8Array(edges.length)
  for (let e = 0; 2 * e < edges.length; e++) {
    const [a = 0, b = 0] = [edges[2 * e], edges[2 * e + 1]]
    for (const [from, to] of [[a, b], [b, a]] as const) {
      const place = next[from] ?? 0
      near[place] = to
      shut[place] = closed.has(e) ? 1 : 0
      next[from] = place + 1
    }
  }
  return { start, near, shut }
}

function walked(ring: readonly number[], west: number, south: number): Ring {
  const found: [number, number][] = []
  let [x, y] = [west, south]
  for (let i = 0; i + 1 < ring.length; i += 2) {
    x += ring[i] ?? 0
    y += ring[i + 1] ?? 0
    found.push([x / FINE, y / FINE])
  }
  const first = found[0]
  if (first) found.push(first)
  return found
}

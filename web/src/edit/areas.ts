/** Which service grid each cell is in, and each grid's committee. Never changed, only succeeded. */

export interface GridNow {
  readonly id: string
  /** Its place among the committees; -1 where it is dissolved. */
  readonly committee: number
  readonly locked: boolean
}

export interface CommitteeNow {
  readonly id: string
  readonly name: string | null
  readonly locked: boolean
  readonly frozen: boolean
}

export interface Areas {
  readonly service_grids: readonly GridNow[]
  readonly committees: readonly CommitteeNow[]
  /** Per cell, a place in `service_grids`. */
  readonly grid: Int32Array
}

export interface AreaRef {
  readonly layer: 'service_grids' | 'committees'
  readonly id: string
}

export const keyOf = ({ layer, id }: AreaRef): string => `${layer}:${id}`

export function gridAt(areas: Areas, id: string): number {
  return areas.service_grids.findIndex((grid) => grid.id === id && grid.committee >= 0)
}

export function committeeAt(areas: Areas, id: string): number {
  return areas.committees.findIndex((one) => one.id === id)
}

/** The committee (its place) of a cell. */
export function committeeOf(areas: Areas, cell: number): number {
  return areas.service_grids[areas.grid[cell] ?? -1]?.committee ?? -1
}

export function cellsOf(areas: Areas, ref: AreaRef): number[] {
  const found: number[] = []
  const grids = new Set(gridsOf(areas, ref))
  areas.grid.forEach((grid, cell) => {
    if (grids.has(grid)) found.push(cell)
  })
  return found
}

/** The grids (places) of an area: itself, or those of the committee. */
export function gridsOf(areas: Areas, { layer, id }: AreaRef): number[] {
  if (layer === 'service_grids') {
    const at = gridAt(areas, id)
    return at < 0 ? [] : [at]
  }
  const committee = committeeAt(areas, id)
  return areas.service_grids.flatMap((grid, i) => (grid.committee === committee && committee >= 0 ? [i] : []))
}

/** `cells` belong to `grid`; a grid without cells is dissolved. */
export function withCells(areas: Areas, cells: Iterable<number>, grid: number): Areas {
  const next = areas.grid.slice()
  for (const cell of cells) next[cell] = grid
  return settled({ ...areas, grid: next })
}

/** Grids without cells and committees without grids are no more. */
export function settled(areas: Areas): Areas {
  const held = new Uint8Array(areas.service_grids.length)
  for (const grid of areas.grid) held[grid] = 1
  const service_grids = areas.service_grids.map((grid, i) => (held[i] || grid.committee < 0 ? grid : { ...grid, committee: -1 }))
  return { ...areas, service_grids }
}

/** The hand on the map: from pointer and keys to the cells that a tool gathers. */

import type { ReviewMap } from '../map/review-map'
import { gridAt, type AreaRef } from './areas'
import type { Board } from './board.svelte'
import { within } from './measure'
import { brush } from './tools/brush'
import { lasso } from './tools/lasso'
import { only } from './tools/only'
import { rectangle } from './tools/rectangle'
import { screen, type Point, type Screen } from './tools/screen'
import { sweep } from './tools/sweep'

export class Hand {
  #seen: Screen | null = null
  #line: Point[] = []
  #gathered = new Set<number>()
  #began = -1

  constructor(
    readonly board: Board,
    readonly map: ReviewMap,
  ) {}

  get line(): readonly Point[] {
    return this.#line
  }

  /** The cell at a place of the screen; -1: none of this office. */
  cellAt([x, y]: Point): number {
    if (!this.map.gl.getLayer('live-fill')) return -1
    const id = this.map.gl.queryRenderedFeatures([x, y], { layers: ['live-fill'] })[0]?.id
    return typeof id === 'number' ? id : -1
  }

  gridOf(cell: number): AreaRef | null {
    const { now } = this.board
    const grid = now?.service_grids[now.grid[cell] ?? -1]
    return grid ? { layer: 'service_grids', id: grid.id } : null
  }

  begin(at: Point): void {
    const { ground, now } = this.board
    if (!ground || !now) return
    this.#seen = screen(ground.lon, ground.lat, (place) => this.map.gl.project(place))
    this.#line = [at]
    this.#gathered = new Set()
    const cell = this.cellAt(at)
    this.#began = cell < 0 ? -1 : (now.grid[cell] ?? -1)
    this.go(at)
  }

  /** The pointer is at `at` now; what is gathered is the board's stroke. */
  go(at: Point): void {
    const { board } = this
    const [seen, ground, now] = [this.#seen, board.ground, board.now]
    if (!seen || !ground || !now) return
    const started = performance.now()
    const last = this.#line.at(-1) ?? at
    this.#line.push(at)
    const free = (cells: readonly number[]): number[] => only(now, cells, this.#rule())
    // the land under the pointer counts, too, where its building stands further off
    const here = this.cellAt(at)
    const near = (): number[] => [...brush(seen, last, at, board.radius), ...(here < 0 ? [] : [here])]
    if (board.tool === 'brush') for (const cell of free(near())) this.#gathered.add(cell)
    else if (board.tool === 'sweep') {
      const to = board.into === null ? -1 : gridAt(now, board.into)
      const under = free(near())
      for (const cell of sweep(ground, under, (one) => now.grid[one] === to || this.#gathered.has(one))) this.#gathered.add(cell)
    } else {
      const first = this.#line[0] ?? at
      this.#gathered = new Set(free(board.tool === 'lasso' ? lasso(seen, this.#line) : rectangle(seen, first, at)))
    }
    board.stroke = [...this.#gathered]
    void board.changes // totals are there with the stroke, not after it
    performance.measure('redistrict.stroke', { start: started, detail: { cells: this.#gathered.size } })
  }

  /** The stroke is done: it is painted, or without a grid to paint into, gathered (`less`: taken out). */
  end(less = false): void {
    const { board } = this
    const cells = [...board.stroke]
    board.stroke = []
    this.drop()
    if (cells.length === 0) return
    if (board.into !== null) return board.add(board.painting(cells, board.into))
    const picked = new Set(board.picked)
    for (const cell of cells) if (less) picked.delete(cell)
      else picked.add(cell)
    board.picked = [...picked]
  }

  drop(): void {
    this.#line = []
    this.#seen = null
    this.#gathered = new Set()
    this.board.stroke = []
  }

  toggle(cell: number): void {
    const picked = new Set(this.board.picked)
    if (!picked.delete(cell)) picked.add(cell)
    this.board.picked = [...picked]
  }

  #rule(): Parameters<typeof only>[2] {
    const { board } = this
    return {
      from: board.from,
      began: this.#began,
      into: board.into,
      isOutside: (grid) => !within(board.households[grid] ?? 0, board.window),
    }
  }
}

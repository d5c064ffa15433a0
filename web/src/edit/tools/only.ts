/** Paint only from, only into: which of the cells under a tool may go. */

import { committeeOf, gridAt, type Areas } from '../areas'

/** `any` grid; the `start`: the grid the stroke began in; `committee`: the committee of the target; `outside`: grids out of the window. */
export const FROM = ['any', 'start', 'committee', 'outside'] as const
export type From = (typeof FROM)[number]

export interface Rule {
  readonly from: From
  /** The grid (place) the stroke began in. */
  readonly began: number
  /** The grid's id that is painted into; null: nothing is painted, cells are gathered. */
  readonly into: string | null
  readonly isOutside: (grid: number) => boolean
}

/** The cells that are neither locked, nor frozen, nor held back by the rule. */
export function only(areas: Areas, cells: readonly number[], rule: Rule): number[] {
  const to = rule.into === null ? -1 : gridAt(areas, rule.into)
  const home = areas.service_grids[to]?.committee ?? -1
  if (areas.service_grids[to]?.locked) return []
  return cells.filter((cell) => {
    const grid = areas.grid[cell] ?? -1
    if (grid === to || areas.service_grids[grid]?.locked) return false
    const committee = committeeOf(areas, cell)
    if (home >= 0 && committee !== home && [committee, home].some((one) => held(areas, one))) return false
    if (rule.from === 'start') return grid === rule.began
    if (rule.from === 'committee') return home < 0 || committee === home
    if (rule.from === 'outside') return rule.isOutside(grid)
    return true
  })
}

function held(areas: Areas, committee: number): boolean {
  const one = areas.committees[committee]
  return one !== undefined && (one.locked || one.frozen)
}

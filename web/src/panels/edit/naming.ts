/** What an area of the board is called. */

import type { AreaRef } from '../../edit/areas'
import type { Board } from '../../edit/board.svelte'
import type { Desk } from '../../state/desk.svelte'
import { words } from '../../words/words.svelte'

export function areaName(desk: Desk, board: Board, { layer, id }: AreaRef): string {
  if (layer === 'committees') {
    return board.seen?.committees.find((one) => one.id === id)?.name ?? desk.plan.area(layer, id)?.name ?? id
  }
  const number = desk.plan.area(layer, id)?.number ?? (Number(/\d+$/.exec(id)?.[0] ?? NaN) || id)
  return words.t('area.grid-title', { number: String(number) })
}

/** With the committee, where several grids may have one number. */
export function fullName(desk: Desk, board: Board, ref: AreaRef): string {
  const name = areaName(desk, board, ref)
  if (ref.layer === 'committees' || !board.seen) return name
  const grid = board.seen.service_grids.find((one) => one.id === ref.id)
  const committee = grid && board.seen.committees[grid.committee]
  return committee ? `${committee.name ?? committee.id} · ${name}` : name
}

/** Renumber: an area gets another id. */

import type { AreaRef } from '../areas'
import type { Operation, Renumber } from './event'

export function renumber(area: AreaRef, new_id: string): Renumber {
  return { type: 'renumber', area, new_id }
}

export const renumbered: Operation<Renumber> = (_, areas, { area, new_id }) => {
  const list = areas[area.layer]
  if (!list.some((one) => one.id === area.id) || list.some((one) => one.id === new_id)) return null
  return { ...areas, [area.layer]: list.map((one) => (one.id === area.id ? { ...one, id: new_id } : one)) }
}

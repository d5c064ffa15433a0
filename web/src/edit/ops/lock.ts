/** Lock and unlock: what is locked neither gains nor loses anything. */

import type { AreaRef } from '../areas'
import type { Lock, Operation } from './event'

export function lock(area: AreaRef, on: boolean): Lock {
  return { type: on ? 'lock' : 'unlock', area }
}

export const locked: Operation<Lock> = (_, areas, { type, area }) => {
  const list = areas[area.layer]
  if (!list.some((one) => one.id === area.id)) return null
  return { ...areas, [area.layer]: list.map((one) => (one.id === area.id ? { ...one, locked: type === 'lock' } : one)) }
}

/** Somebody else changed what a draft changes: which of its steps are concerned, and which are not. */

import { keyOf, type AreaRef, type Areas } from './areas'
import type { Ground } from './ground'
import { compared } from './measure'
import { apply } from './ops/apply'
import type { Edit } from './ops/event'

export interface Parted {
  /** Steps that touch an area of theirs, or build on such a step. */
  readonly meets: readonly Edit[]
  readonly clear: readonly Edit[]
}

/** The areas that a step names or changes. */
export function touches(ground: Ground, before: Areas, event: Edit): Set<string> {
  const found = new Set<string>()
  const note = (ref: AreaRef): void => void found.add(keyOf(ref))
  const after = apply(ground, before, event)
  if (after) for (const { ref } of compared(ground, before, after)) note(ref)
  if (event.type === 'batch') for (const one of event.events) for (const key of touches(ground, before, one)) found.add(key)
  if ('area' in event) note(event.area)
  if (event.type === 'move') {
    if (event.to.layer === 'service_grids') note(event.to)
    for (const id of event.members.service_grids ?? []) note({ layer: 'service_grids', id })
  }
  if (event.type === 'merge') for (const id of [...event.areas, event.into]) note({ layer: event.layer, id })
  if (event.type === 'rename') note({ layer: 'committees', id: event.committee_id })
  return found
}

export function parted(ground: Ground, before: Areas, events: readonly Edit[], theirs: readonly AreaRef[]): Parted {
  const taken = new Set(theirs.map(keyOf))
  const meets: Edit[] = []
  const clear: Edit[] = []
  let now = before
  for (const event of events) {
    const mine = touches(ground, now, event)
    if ([...mine].some((key) => taken.has(key))) {
      meets.push(event)
      for (const key of mine) taken.add(key)
    } else {
      clear.push(event)
      now = apply(ground, now, event) ?? now
    }
  }
  return { meets, clear }
}

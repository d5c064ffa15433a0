/** Each event to its operation. */

import type { Areas } from '../areas'
import type { Ground } from '../ground'
import type { Edit } from './event'
import { locked } from './lock'
import { merged } from './merge'
import { moved } from './move'
import { renamed } from './rename'
import { renumbered } from './renumber'
import { parted } from './split'

/** The areas after an edit; null where it cannot be, or only the service can tell. */
export function apply(ground: Ground, areas: Areas, event: Edit): Areas | null {
  switch (event.type) {
    case 'move':
      return moved(ground, areas, event)
    case 'merge':
      return merged(ground, areas, event)
    case 'split':
      return parted(ground, areas, event)
    case 'renumber':
      return renumbered(ground, areas, event)
    case 'rename':
      return renamed(ground, areas, event)
    case 'lock':
    case 'unlock':
      return locked(ground, areas, event)
    case 'batch':
      return event.events.reduce<Areas | null>((now, one) => now && apply(ground, now, one), areas)
  }
}

/** The areas after several edits; those that cannot be told here are passed over and listed. */
export function fold(ground: Ground, areas: Areas, events: readonly Edit[]): { readonly areas: Areas; readonly unclear: readonly Edit[] } {
  const unclear: Edit[] = []
  for (const event of events) {
    const next = apply(ground, areas, event)
    if (next) areas = next
    else unclear.push(event)
  }
  return { areas, unclear }
}

/** Several edits as one event, as the service takes them; the note is the reason of each. */
export function together(events: readonly Edit[], note: string): Edit | null {
  const reason = note.trim() ? { note: note.trim() } : {}
  const [first, ...rest] = events.map((event) => said(event, reason))
  if (!first) return null
  return rest.length === 0 ? first : { type: 'batch', version: 1, events: [first, ...rest], ...reason }
}

function said(event: Edit, reason: { readonly note?: string }): Edit {
  const whole = { ...event, version: 1 as const, ...reason }
  return whole.type === 'batch' ? { ...whole, events: whole.events.map((one) => said(one, reason)) } : whole
}

/** Rename: a committee gets another name. */

import type { Operation, Rename } from './event'

export function rename(committee_id: string, name: string): Rename {
  return { type: 'rename', committee_id, name }
}

export const renamed: Operation<Rename> = (_, areas, event) => {
  if (!areas.committees.some((one) => one.id === event.committee_id)) return null
  return { ...areas, committees: areas.committees.map((one) => (one.id === event.committee_id ? { ...one, name: event.name } : one)) }
}

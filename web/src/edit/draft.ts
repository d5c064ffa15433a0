/** The draft: pending edits, kept on this device until the service has them. */

import type { Edit } from './ops/event'

export interface Draft {
  /** The version that the author saw when the draft was begun. */
  readonly seen: number
  readonly events: readonly Edit[]
  /** What was taken back and can be brought back. */
  readonly back: readonly Edit[]
  readonly note: string
  /** Sent with the edit, so that sending twice has one effect; null until it is sent. */
  readonly key: string | null
}

export const EMPTY: Draft = { seen: 0, events: [], back: [], note: '', key: null }

export function drawn(draft: Draft, event: Edit, version: number): Draft {
  return { ...draft, seen: draft.events.length === 0 ? version : draft.seen, events: [...draft.events, event], back: [], key: null }
}

export function undone(draft: Draft): Draft {
  const last = draft.events.at(-1)
  return last ? { ...draft, events: draft.events.slice(0, -1), back: [...draft.back, last], key: null } : draft
}

export function redone(draft: Draft): Draft {
  const last = draft.back.at(-1)
  return last ? { ...draft, events: [...draft.events, last], back: draft.back.slice(0, -1), key: null } : draft
}

const place = (account: string, proposal: string, office: string): string => `redistrict.draft/${account}/${proposal}/${office}`

export function keep(account: string, proposal: string, office: string, draft: Draft): void {
  const at = place(account, proposal, office)
  if (draft.events.length === 0 && draft.back.length === 0 && !draft.note) localStorage.removeItem(at)
  else localStorage.setItem(at, JSON.stringify({ form: 1, ...draft }))
}

export function kept(account: string, proposal: string, office: string): Draft {
  try {
    const said = JSON.parse(localStorage.getItem(place(account, proposal, office)) ?? 'null')
    return said?.form === 1 && Array.isArray(said.events) ? { seen: said.seen, events: said.events, back: said.back ?? [], note: said.note ?? '', key: said.key ?? null } : EMPTY
  } catch {
    return EMPTY
  }
}

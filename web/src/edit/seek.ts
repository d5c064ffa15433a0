/** Find the next: places that want a look, in a fixed order, "3 / 12". */

export const SOUGHT = ['outside', 'broken', 'uncommented'] as const
export type Sought = (typeof SOUGHT)[number]

export interface Found {
  readonly id: string
  readonly at: number
  readonly of: number
}

/** The one after `current` among `ids` (before it: `step` -1), round and round. */
export function next(ids: readonly string[], current: string | null, step: 1 | -1 = 1): Found | null {
  if (ids.length === 0) return null
  const here = current === null ? -1 : ids.indexOf(current)
  const at = here < 0 ? (step > 0 ? 0 : ids.length - 1) : (here + step + ids.length) % ids.length
  return { id: ids[at] ?? '', at: at + 1, of: ids.length }
}

/** What areas are called, and what is said of their households. */

import type { Area } from '../state/plan.svelte'
import { words } from '../words/words.svelte'

export function title(area: Area): string {
  return area.layer === 'service_grids' ? words.t('area.grid-title', { number: area.number }) : area.name
}

export interface Verdict {
  readonly said: string
  readonly kind: 'good' | 'bad'
}

/** How a count stands against its limits. */
export function verdict(households: number, lower: number, upper: number): Verdict {
  if (households < lower) return { said: words.t('area.below', { by: lower - households }), kind: 'bad' }
  if (households > upper) return { said: words.t('area.above', { by: households - upper }), kind: 'bad' }
  return { said: words.t('area.within'), kind: 'good' }
}

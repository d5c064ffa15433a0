/** What stands on an area on the map: its number or name, its households, its buildings. */

import type { Summary } from '../api/types'
import type { Caption } from '../edit/live'
import type { Label } from '../map/style'
import type { Desk } from '../state/desk.svelte'
import type { Area } from '../state/plan.svelte'
import { words } from '../words/words.svelte'

export function counted(area: Area, summary: Summary | null): string {
  if (area.households === null) return area.band ?? ''
  if (area.layer !== 'service_grids') return words.t('count.households', { count: area.households })
  return gridCount(area.households, area.buildings, summary)
}

export function captioned(desk: Desk, { id, layer, name, households, buildings, at }: Caption & { readonly at: readonly [number, number] }): Label {
  const known = desk.plan.area(layer, id)
  const title = layer === 'service_grids' ? (known?.number ?? String(Number(/\d+$/.exec(id)?.[0] ?? NaN) || id)) : name
  const count = layer === 'service_grids' ? gridCount(households, buildings, desk.plan.summary) : words.t('count.households', { count: households })
  return { layer, at, title, count }
}

/** A sign beside a count out of the window: neither hue nor hatching is needed to see it. */
function gridCount(households: number, buildings: number | null, summary: Summary | null): string {
  const count = buildings === null ? words.t('count.households', { count: households }) : words.t('count.both', { households, buildings })
  if (!summary) return count
  const { lower, upper } = summary.window
  return households > upper ? `▲ ${count}` : households < lower ? `▼ ${count}` : count
}

/** What the screen of one proposal is looking at: selection, colours, layers, what the map may do. */

import { MODES, type Mode } from '../map/colours'
import type { ReviewMap, Under, View } from '../map/review-map'
import type { Shown } from '../map/style'
import type { AreaLayer } from '../api/types'
import type { Board } from '../edit/board.svelte'
import type { Area, Plan } from './plan.svelte'
import { route } from './route.svelte'

export type Tab = 'overview' | 'areas' | 'edit' | 'review'
export interface Building {
  readonly id: string
  readonly fields: Readonly<Record<string, unknown>>
}

const LAYERS: readonly AreaLayer[] = ['service_grids', 'committees', 'street_offices']

export class Desk {
  selected = $state.raw<Area | null>(null)
  building = $state.raw<Building | null>(null)
  mode = $state<Mode>('plain')
  tab = $state<Tab>('overview')
  hidden = $state.raw<ReadonlySet<Shown>>(new Set())
  /** The panel on a phone: drawn up, or only its handle. */
  open = $state(true)
  map = $state.raw<ReviewMap | null>(null)
  /** The office that is being edited, while it is. */
  board = $state.raw<Board | null>(null)
  /** Whoever wants clicks on the map before they select an area; true: it was taken. */
  takes: ((under: Under, event: MouseEvent) => boolean) | null = null

  constructor(readonly plan: Plan) {
    const asked = route.place.query
    this.mode = MODES.find((mode) => mode === asked['by']) ?? 'plain'
    this.tab = (['overview', 'areas', 'edit', 'review'] as const).find((tab) => tab === asked['tab']) ?? 'overview'
  }

  /** The place the address asks for, if it asks for one. */
  get asked(): View | null {
    const [zoom, lat, lon] = (route.place.query['at'] ?? '').split('/').map(Number)
    return zoom !== undefined && lat !== undefined && lon !== undefined && Number.isFinite(zoom + lat + lon)
      ? { zoom, lat, lon }
      : null
  }

  /** After loading: take up the selection of the address; again after each change of version. */
  restore(): void {
    const asked = this.selected ? `${this.selected.layer}:${this.selected.id}` : route.place.query['sel']
    this.selected = asked === undefined ? null : (this.plan.byKey.get(asked) ?? null)
  }

  select(area: Area | null, fly = false): void {
    this.selected = area
    this.building = null
    route.note({ sel: area ? `${area.layer}:${area.id}` : null })
    if (area && fly) this.map?.fly(area.box)
    if (area) this.open = true
  }

  colour(mode: Mode): void {
    this.mode = mode
    route.note({ by: mode === 'plain' ? null : mode })
  }

  turn(tab: Tab): void {
    this.tab = tab
    this.open = true
    route.note({ tab: tab === 'overview' ? null : tab })
  }

  toggle(what: Shown): void {
    const hidden = new Set(this.hidden)
    if (!hidden.delete(what)) hidden.add(what)
    this.hidden = hidden
  }

  /** A click on the map: the smallest area that is drawn at this zoom. */
  pressed(under: Under, event: MouseEvent): void {
    if (this.takes?.(under, event)) return
    const first = under.zoom >= 13 ? 0 : under.zoom >= 11 ? 1 : 2
    for (const layer of [...LAYERS.slice(first), ...LAYERS.slice(0, first).reverse()]) {
      const id = under.ids[layer]
      const area = id === undefined ? undefined : this.plan.area(layer, id)
      if (area) {
        this.select(area)
        const building = under.ids['buildings']
        this.building = building === undefined ? null : { id: building, fields: under.fields['buildings'] ?? {} }
        return
      }
    }
    this.select(null)
  }

  /** The next grid out of its window after the one selected, in the order of the list. */
  nextOutside(): void {
    const { outside } = this.plan
    const at = outside.findIndex((area) => area.id === this.selected?.id)
    const next = outside[(at + 1) % outside.length]
    if (next) this.select(next, true)
  }
}

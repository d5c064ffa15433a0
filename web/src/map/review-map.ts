/** The map as an object: what it shows is a value, what happens on it is told. */

import type { Map as GlMap } from 'maplibre-gl'
import type { Box } from '../state/shapes'
import { bareMap } from './bare'
import { style, type Drawn } from './style'

/** What is under a place, by layer. */
export interface Under {
  readonly lon: number
  readonly lat: number
  readonly zoom: number
  readonly ids: Readonly<Record<string, string>>
  readonly fields: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

export interface View {
  readonly zoom: number
  readonly lon: number
  readonly lat: number
}

export interface Told {
  readonly pressed: (under: Under, event: MouseEvent) => void
  readonly moved: (view: View) => void
  readonly ready: () => void
}

const ASKED: Readonly<Record<string, string>> = {
  'building-fill': 'buildings',
  'grid-fill': 'service_grids',
  'committee-fill': 'committees',
  'office-line': 'street_offices',
}

export class ReviewMap {
  readonly gl: GlMap
  #shown: Drawn
  /** A style that is still being read cannot be compared with the next one. */
  #loaded = false
  #states = new Map<string, Set<string>>()

  constructor(element: HTMLElement, drawn: Drawn, at: View | Box, told: Told, locale: Record<string, string>, readonly beside = 0) {
    this.gl = bareMap(element, {
      style: style(drawn),
      ...(Array.isArray(at) ? { bounds: at as Box, fitBoundsOptions: { padding: padding(element, 32, beside) } } : centred(at as View)),
      boxZoom: false,
      locale,
    })
    this.#shown = drawn
    // read by benchmarks/first_map.py
    performance.mark('redistrict.map.begun')
    this.gl.once('load', () => performance.mark('redistrict.map.drawn'))
    this.gl.once('style.load', () => {
      this.#loaded = true
      if (this.#shown !== drawn) this.#draw()
    })
    this.gl.on('click', ({ point, originalEvent }) => told.pressed(this.under(point.x, point.y), originalEvent))
    this.gl.on('moveend', () => told.moved(this.view))
    this.gl.once('idle', () => told.ready())
    // tiles that do not come while the line is down are no fault of the map's
    this.gl.on('error', ({ error }) => navigator.onLine && console.error(error))
  }

  get view(): View {
    const { lng, lat } = this.gl.getCenter()
    return { zoom: this.gl.getZoom(), lon: lng, lat }
  }

  show(drawn: Drawn): void {
    if (drawn === this.#shown) return
    this.#shown = drawn
    if (this.#loaded) this.#draw()
  }

  #draw(): void {
    const drawn = this.#shown
    this.gl.setStyle(style(drawn), { diff: true })
    for (const [name, ids] of this.#states) for (const id of ids) this.#set(id, name, true)
  }

  fly(to: Box, maxZoom = 17): void {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    this.gl.fitBounds(to, { padding: padding(this.gl.getContainer(), 64, this.beside), maxZoom, duration: still ? 0 : 500 })
  }

  go(view: View): void {
    this.gl.jumpTo(centred(view))
  }

  /** Say which buildings are `marked` (selected) or `draft` (to be moved); the rest are not. */
  mark(name: 'marked' | 'draft', ids: ReadonlySet<string>): void {
    const before = this.#states.get(name) ?? new Set<string>()
    for (const id of before) if (!ids.has(id)) this.#set(id, name, false)
    for (const id of ids) if (!before.has(id)) this.#set(id, name, true)
    this.#states.set(name, new Set(ids))
  }

  under(x: number, y: number): Under {
    const { lng, lat } = this.gl.unproject([x, y])
    const layers = Object.keys(ASKED).filter((id) => this.gl.getLayer(id))
    const ids: Record<string, string> = {}
    const fields: Record<string, Record<string, unknown>> = {}
    for (const found of this.gl.queryRenderedFeatures([x, y], { layers })) {
      const layer = ASKED[found.layer.id]
      if (layer === undefined || layer in ids || found.id === undefined) continue
      ids[layer] = String(found.id)
      fields[layer] = found.properties
    }
    return { lon: lng, lat, zoom: this.gl.getZoom(), ids, fields }
  }

  remove(): void {
    this.gl.remove()
  }

  #set(id: string, name: string, on: boolean): void {
    if (!this.gl.getSource('buildings')) return
    this.gl.setFeatureState({ source: 'buildings', sourceLayer: 'buildings', id }, { [name]: on })
  }
}

/** Room around what is shown, and `beside` it for the legend; on a phone the panel lies over the lower half of a map that fills the screen. */
function padding(on: HTMLElement, most: number, beside: number): { top: number; bottom: number; left: number; right: number } {
  if (innerWidth > 720) return { top: most, bottom: most, left: most, right: most + (on.clientWidth > 3 * beside ? beside : 0) }
  const covered = on.clientHeight > innerHeight * 0.7 ? innerHeight * 0.5 : 24
  return { top: 24, bottom: covered, left: 24, right: 56 }
}

function centred({ zoom, lon, lat }: View): { zoom: number; center: [number, number] } {
  return { zoom, center: [lon, lat] }
}

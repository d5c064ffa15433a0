/** A street office's part under public notice: its areas, its table of old and new, what was said. */

import type { FeatureCollection, MultiPolygon, Polygon } from 'geojson'
import { ask, Refused } from '../api/client'
import type { Becomes, Home, Notice, PublicComment } from '../api/people'
import type { AreaLayer } from '../api/types'
import type { Layers } from '../map/part-picture'
import { enc, features, type Area } from './plan.svelte'
import { around, inside, type Box } from './shapes'

const LAYERS = ['street_offices', 'committees', 'service_grids'] as const

export class Part {
  notice = $state.raw<Notice | null>(null)
  layers = $state.raw<Layers | null>(null)
  areas = $state.raw<readonly Area[]>([])
  becomes = $state.raw<readonly Becomes[]>([])
  said = $state.raw<readonly PublicComment[]>([])
  readonly #path: string

  constructor(id: string) {
    this.#path = `/api/notices/${enc(id)}`
  }

  async load(): Promise<void> {
    this.notice = await ask<Notice>(this.#path)
    this.said = await ask<PublicComment[]>(`${this.#path}/comments`)
    try {
      const found = await Promise.all(LAYERS.map((layer) => ask<FeatureCollection>(`${this.#path}/layers/${layer}`)))
      const [street_offices, committees, service_grids] = found as [FeatureCollection, FeatureCollection, FeatureCollection]
      this.layers = { street_offices, committees, service_grids }
      this.areas = LAYERS.flatMap((layer, i) => features(layer, found[i] as FeatureCollection))
      this.becomes = await ask<Becomes[]>(`${this.#path}/correspondence`)
    } catch (error) {
      // An ended notice that is not in force has its words left, but no map.
      if (!(error instanceof Refused && error.details.status === 404)) throw error
    }
  }

  get box(): Box {
    return around(this.areas.map((area) => area.box))
  }

  area(layer: AreaLayer, id: string | null): Area | null {
    return this.areas.find((area) => area.layer === layer && area.id === id) ?? null
  }

  /** The grid a place lies in. */
  at(lon: number, lat: number): Area | null {
    const shape = this.layers?.service_grids.features.find(({ geometry }) => within(lon, lat, geometry as Polygon | MultiPolygon))
    return shape ? this.area('service_grids', String(shape.properties?.['service_grid_id'])) : null
  }

  async find(address: string): Promise<readonly Home[]> {
    return ask<Home[]>(`${this.#path}/places?address=${enc(address)}`)
  }

  async say(form: FormData): Promise<void> {
    await ask(`${this.#path}/comments`, { method: 'POST', form })
  }

  picture(comment: string, file: string): string {
    return `${this.#path}/comments/${enc(comment)}/files/${enc(file)}`
  }
}

function within(lon: number, lat: number, shape: Polygon | MultiPolygon): boolean {
  const pieces = shape.type === 'Polygon' ? [shape.coordinates] : shape.coordinates
  return pieces.some((rings) => rings.filter((ring) => inside(lon, lat, ring as [number, number][])).length % 2 === 1)
}

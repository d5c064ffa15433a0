/** The proposal that is open: its areas, their numbers, its certificate, the version seen. */

import type { FeatureCollection, MultiPolygon, Point, Polygon } from 'geojson'
import { ask, Refused } from '../api/client'
import type { AreaLayer, ProposalRef, Revision, Solved, Summary } from '../api/types'
import { around, box, middle, type Box } from './shapes'
import { who } from './session.svelte'

type Fields = Readonly<Record<string, unknown>>

/** One area as the lists, labels and panels need it. `households` null: the public sees a band. */
export interface Area {
  readonly layer: AreaLayer
  readonly id: string
  readonly name: string
  readonly number: string
  readonly households: number | null
  readonly band: string | null
  readonly buildings: number | null
  readonly within: boolean | null
  readonly committee: string | null
  readonly office: string
  readonly fields: Fields
  readonly box: Box
  readonly at: [number, number]
}

const ID: Record<AreaLayer, string> = {
  service_grids: 'service_grid_id',
  committees: 'committee_id',
  street_offices: 'street_office_id',
}
const LAYERS: readonly AreaLayer[] = ['street_offices', 'committees', 'service_grids']

export class Plan {
  ref = $state.raw<ProposalRef | null>(null)
  /** Every proposal this account sees, this one among them. */
  others = $state.raw<readonly ProposalRef[]>([])
  summary = $state.raw<Summary | null>(null)
  revision = $state.raw<Revision | null>(null)
  areas = $state.raw<readonly Area[]>([])
  /** Only what this account may see: an office its own part, a committee itself. */
  readonly byKey = $derived(new Map(this.areas.map((area) => [key(area.layer, area.id), area])))
  readonly offices = $derived(this.areas.filter((area) => area.layer === 'street_offices'))
  readonly committees = $derived(this.areas.filter((area) => area.layer === 'committees'))
  readonly grids = $derived(this.areas.filter((area) => area.layer === 'service_grids'))
  readonly outside = $derived(this.grids.filter((area) => area.within === false))

  #rest: Promise<void> | null = null

  /** `asked`: the version to look at; null: the newest. */
  constructor(
    readonly id: string,
    readonly asked: number | null = null,
  ) {}

  get version(): number {
    // the public asks for what is in force, by no version
    return this.revision?.version ?? (who.account ? this.ref?.version : 0) ?? 0
  }

  /** The proposal at the version seen: what tiles and layers are asked by. */
  get tag(): string {
    if (this.asked !== null) return `${this.id}@${this.asked}`
    return this.version > 0 ? `${this.id}@${this.version}` : this.id
  }

  /** All there is to know. */
  async load(): Promise<void> {
    await this.begin()
    await this.settle()
  }

  /** What a map needs: which areas there are, and where. Rules, certificates and edits come by `settle`. */
  async begin(): Promise<void> {
    const [refs, areas] = await Promise.all([
      ask<ProposalRef[]>('/api/proposals'),
      missing(this.#layers(this.asked === null ? this.id : this.tag)),
    ])
    this.others = refs
    this.ref = refs.find((ref) => ref.id === this.id) ?? null
    if (!this.ref) return
    this.areas = areas?.flat() ?? []
  }

  /** The rest, asked for once: what a busy service must work out, and no map waits for. */
  settle(): Promise<void> {
    this.#rest ??= this.ref ? this.#more() : Promise.resolve()
    return this.#rest
  }

  async #more(): Promise<void> {
    const asked = who.account ? missing(ask<Summary>(`/api/proposals/${enc(this.id)}/summary`)) : null
    ;[this.summary, this.revision] = await Promise.all([asked, this.#story()])
  }

  /** The areas again, as they are at the version seen. */
  async reload(): Promise<void> {
    this.areas = (await this.#layers(this.tag)).flat()
  }

  /** Without outlines, which the tiles have. */
  #layers(tag: string): Promise<Area[][]> {
    return Promise.all(
      LAYERS.map(async (layer) =>
        features(layer, await ask<FeatureCollection>(`/api/proposals/${enc(tag)}/layers/${layer}?shapes=points`)),
      ),
    )
  }

  async refresh(): Promise<void> {
    this.revision = await this.#story()
    await this.reload()
  }

  area(layer: AreaLayer, id: string): Area | undefined {
    return this.byKey.get(key(layer, id))
  }

  within(parent: Area): readonly Area[] {
    if (parent.layer === 'street_offices') return this.committees.filter((a) => a.office === parent.id)
    if (parent.layer === 'committees') return this.grids.filter((a) => a.committee === parent.id)
    return []
  }

  certificate(area: Area): Solved | undefined {
    const { summary } = this
    return area.layer === 'street_offices'
      ? summary?.committees.find((one) => one.street_office_id === area.id)
      : summary?.service_grids.find((one) => one.committee_id === (area.committee ?? area.id))
  }

  /** All there is to see: of a committee its own land, not the office around it. */
  get box(): Box {
    const own = who.role === 'committee' && this.committees.length > 0 ? this.committees : this.offices
    return around(own.map((area) => area.box))
  }

  async #story(): Promise<Revision | null> {
    return who.office ? missing(ask<Revision>(`/api/proposals/${enc(this.id)}/edits`)) : null
  }
}

export function key(layer: AreaLayer, id: string): string {
  return `${layer}:${id}`
}

export function enc(part: string): string {
  return encodeURIComponent(part)
}

/** What is asked for, null where the proposal has none of it. */
async function missing<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Refused && [403, 404, 409].includes(error.details.status)) return null
    throw error
  }
}

export function features(layer: AreaLayer, found: FeatureCollection): Area[] {
  return found.features.map(({ properties, geometry, bbox }) => {
    const fields: Fields = properties ?? {}
    const shape = geometry as Polygon | MultiPolygon | Point
    const id = String(fields[ID[layer]])
    const verdict = fields['within_window'] ?? fields['within_band']
    const number = /\d+$/.exec(String(fields['code'] ?? ''))?.[0] ?? /\d+$/.exec(id)?.[0]
    return {
      layer,
      id,
      name: text(fields['name']) ?? id,
      number: number === undefined ? id : String(Number(number)),
      households: typeof fields['households'] === 'number' ? fields['households'] : null,
      band: text(fields['households_band']),
      buildings: typeof fields['buildings'] === 'number' ? fields['buildings'] : null,
      within: typeof verdict === 'boolean' ? verdict : null,
      committee: layer === 'service_grids' ? text(fields['committee_id']) : null,
      office: String(fields['street_office_id']),
      fields,
      box: shape.type === 'Point' ? (bbox as Box) : box(shape),
      at: shape.type === 'Point' ? (shape.coordinates as [number, number]) : middle(shape),
    }
  })
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

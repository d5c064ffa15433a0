/** What docs/api-people.md answers: rulings, files, review, notices. */

import type { MultiPolygon, Polygon } from 'geojson'
import type { Act, AreaLayer, Stage } from './types'

type Shape = Polygon | MultiPolygon

export interface FileRef {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly bytes: number
  readonly sha256: string
}

export interface Ruling {
  readonly id: string
  readonly estate_id: string
  readonly kind: 'ruling' | 'withdrawal'
  readonly street_office_id: string | null
  readonly basis: string
  readonly date: string
  readonly decided_by: string
  readonly at: string
  readonly supersedes: string | null
  readonly in_force: boolean
  readonly evidence: readonly FileRef[]
}

export interface Part {
  readonly street_office_id: string
  readonly name: string | null
  readonly area_m2: number
  readonly geometry: Shape | null
}

export interface Estate {
  readonly estate_id: string
  readonly outcome: 'refer' | 'decided' | 'left'
  readonly why: string
  readonly message: string
  readonly clause: string | null
  readonly street_office_id: string | null
  readonly geometry: Shape | null
  readonly parts: readonly Part[]
  readonly ruling: Ruling | null
  readonly rulings: readonly Ruling[]
}

export interface Waiting {
  readonly proposal: string
  readonly survey: string
  readonly title: string
  readonly estate: Estate
}

/** One side of what a ruling changes: households of the estate by area. */
export interface Side {
  readonly households: number
  readonly street_offices: Readonly<Record<string, number>>
  readonly committees: Readonly<Record<string, number>>
  readonly service_grids: Readonly<Record<string, number>>
}

export interface Effect {
  readonly before: Side
  readonly after: Side
  readonly moved: { readonly households: number; readonly buildings: number }
}

export interface AreaRef {
  readonly layer: AreaLayer
  readonly id: string
}

export interface Entry {
  readonly seq: number
  readonly act: Act
  readonly author: string
  readonly name: string
  readonly at: string
  readonly text: string | null
  readonly effective: string | null
  readonly lon: number | null
  readonly lat: number | null
  readonly area?: AreaRef | null
  readonly files?: readonly Omit<FileRef, 'sha256'>[]
  readonly committee?: string | null
  readonly notice?: string | null
  readonly start?: string | null
  readonly end?: string | null
  readonly contact?: string | null
}

export interface OfficeReview {
  readonly street_office: string
  readonly stage: Stage
  readonly story: readonly Entry[]
}

export interface Adoption {
  readonly offices: readonly {
    readonly street_office_id: string
    readonly stage: Stage
    readonly effective: string | null
    readonly in_force: boolean
    readonly notice: string | null
  }[]
  readonly adopted: number
  readonly of: number
}

export interface Notice {
  readonly id: string
  readonly proposal: string
  readonly title: string
  readonly street_office_id: string
  readonly name: string | null
  readonly start: string
  readonly end: string
  readonly contact: string
  readonly text: string | null
  readonly state: 'coming' | 'open' | 'ended' | 'withdrawn'
  readonly reason: string | null
}

export interface PublicComment {
  readonly id: string
  readonly at: string
  readonly text: string
  readonly lon: number | null
  readonly lat: number | null
  readonly layer: AreaLayer | null
  readonly area: string | null
  readonly files: readonly { readonly id: string; readonly type: string }[]
  readonly answer: string | null
  /** Only in the office's own list. */
  readonly state?: 'waiting' | 'shown' | 'hidden'
  readonly name?: string | null
  readonly contact?: string | null
  readonly notice?: string
}

export interface Becomes {
  readonly previous_committee_id: string | null
  readonly committee_id: string
  readonly extent: 'whole' | 'part'
  readonly households_band: string
}

export interface Home {
  readonly address: string
  readonly service_grid_id: string
  readonly committee_id: string
}

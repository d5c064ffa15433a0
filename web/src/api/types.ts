/** What the API answers (docs/api-edits.md, docs/api-people.md, docs/service.md). */

export type Role = 'city_bureau' | 'street_office' | 'committee' | 'planner' | 'administrator' | 'public'
export type AreaLayer = 'service_grids' | 'committees' | 'street_offices'

export interface Account {
  readonly id: string
  readonly login: string
  readonly name: string
  readonly role: Role
  readonly street_offices: readonly string[]
  readonly committees: readonly string[]
}

export interface Session {
  readonly account: Account
  readonly csrf: string | null
}

export interface ProposalRef {
  readonly id: string
  readonly title: string
  readonly created: string
  readonly adopted: boolean
  readonly crs: string
  readonly version: number
  readonly layers: Readonly<Record<string, number>>
}

export interface Term {
  readonly name: string
  readonly value: number
  readonly bound: number | null
  readonly gap: number | null
  readonly proven: boolean
}

export interface Solved {
  readonly street_office_id: string
  readonly committee_id?: string
  readonly status: 'optimal' | 'feasible' | 'infeasible' | 'unknown'
  readonly units: number
  readonly parts: number
  readonly terms: readonly Term[]
  readonly method?: string
}

export interface Limits {
  readonly lower: number
  readonly upper: number
  readonly clause: string
}

export interface Summary {
  readonly profile: { readonly name: string; readonly title_zh: string; readonly title_en: string }
  readonly window: Limits
  readonly band: Limits & { readonly target: number | null }
  readonly effort: string
  readonly seed: number
  readonly software: string
  readonly content_hash: string
  readonly committees: readonly Solved[]
  readonly service_grids: readonly Solved[]
  readonly successors: Readonly<Record<string, string>>
}

export interface Measure {
  readonly id: string
  readonly households: number
  readonly buildings: number
  readonly within: boolean
  readonly lower: number
  readonly upper: number
  readonly pieces: number
}

export interface Change {
  readonly layer: 'service_grids' | 'committees'
  readonly before: Measure | null
  readonly after: Measure | null
}

export interface Breach {
  readonly code: string
  readonly clause: string
  readonly layer: string
  readonly id: string
  readonly amount: number
  readonly sentences?: { readonly zh: string; readonly en: string }
  readonly sentence?: { readonly zh: string; readonly en: string }
}

export interface Answer {
  readonly changes: readonly Change[]
  readonly buildings: number
  readonly households: number
  readonly breaks: readonly Breach[]
  readonly mends: readonly Breach[]
  readonly stands: readonly Breach[]
}

export interface Edited extends Answer {
  readonly version: number
  readonly event: string
}

export type EditEvent = { readonly type: string; readonly id?: string; readonly [field: string]: unknown }

export interface EditOut {
  readonly version: number
  readonly author: string
  readonly at: string
  readonly event: EditEvent
}

export interface Revision {
  readonly version: number
  readonly totals: Readonly<Record<string, number>>
  readonly edits: readonly EditOut[]
}

export interface Suggestion {
  readonly found: boolean
  readonly event: EditEvent | null
  readonly together?: EditEvent | null
  readonly answer: Answer | null
  readonly mended: boolean
  readonly proven: boolean
}

export type Act = 'comment' | 'request-change' | 'submit' | 'approve' | 'return' | 'adopt' | 'notice' | 'end-notice'
export type Stage = 'open' | 'submitted' | 'approved' | 'adopted'

export interface Said {
  readonly seq: number
  readonly act: Act
  readonly author: string
  readonly at: string
  readonly text: string | null
  readonly effective: string | null
  readonly lon: number | null
  readonly lat: number | null
}

export interface Review {
  readonly street_office: string
  readonly stage: Stage
  readonly story: readonly Said[]
}

export interface Survey {
  readonly id: string
  readonly version: number
  readonly title: string
  readonly crs: string
  readonly basis: string
  readonly rows: Readonly<Record<string, number>>
  readonly mapping: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly confirmed: boolean
  readonly created: string
}

export interface Run {
  readonly id: string
  readonly survey: string
  readonly version: number
  readonly profile: string
  readonly seed: number
  readonly effort: string
  readonly state: string
  readonly created: string
  readonly ended: string | null
  readonly proposal: string | null
  readonly findings: readonly import('./client').Finding[]
}

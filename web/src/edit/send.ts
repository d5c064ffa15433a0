/** The routes that an editor asks. */

import { ask } from '../api/client'
import type { Answer, Edited, EditOut, Revision, Suggestion } from '../api/types'
import type { AreaRef, CommitteeNow, GridNow } from './areas'
import type { GroundJson } from './ground'
import type { Edit } from './ops/event'

export interface AreasJson {
  readonly version: number
  readonly service_grids: readonly GridNow[]
  readonly committees: readonly CommitteeNow[]
  readonly grid: readonly number[]
  readonly base_grid: readonly number[]
  readonly people: Readonly<Record<string, string>>
}

export type Sent = Edit | { readonly type: 'undo' | 'redo'; readonly target: string }
export type Totals = Readonly<Record<'moved_from_grid' | 'moved_from_committee' | 'service_grids_outside' | 'households_outside_window', number>>
export type Previewed = Answer & { readonly version: number; readonly totals: Totals }
export type Story = Omit<Revision, 'edits' | 'totals'> & { readonly totals: Totals; readonly edits: readonly (EditOut & { readonly areas: readonly AreaRef[] })[] }

export class Wire {
  readonly #at: string
  constructor(proposal: string) {
    this.#at = `/api/proposals/${encodeURIComponent(proposal)}`
  }
  ground = (office: string): Promise<GroundJson> => ask(`${this.#at}/ground/${encodeURIComponent(office)}`)
  areas = (office: string): Promise<AreasJson> => ask(`${this.#at}/ground/${encodeURIComponent(office)}/areas`)
  story = (after: number): Promise<Story> => ask(`${this.#at}/edits?after=${after}`)
  preview = (event: Edit, signal: AbortSignal): Promise<Previewed> => ask(`${this.#at}/edits/preview`, { method: 'POST', body: event, signal })
  send = (event: Sent, version: number, key: string): Promise<Edited & { readonly others: readonly AreaRef[] }> =>
    ask(`${this.#at}/edits`, { method: 'POST', body: event, version, key })
  suggest = (wanted: { event: Edit } | { areas: readonly AreaRef[] }): Promise<Suggestion> =>
    ask(`${this.#at}/edits/suggest`, { method: 'POST', body: wanted })
  divide = (area: AreaRef, parts: number): Promise<Suggestion> => ask(`${this.#at}/edits/divide`, { method: 'POST', body: { area, parts } })
}

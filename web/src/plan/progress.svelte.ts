/** A run as it goes: its stages, and how many problems of each street office or committee are answered. */

import type { Run } from '../api/types'
import { run as asked } from './wire'

export const STAGES = ['read', 'repair', 'rulings', 'cells', 'committees', 'service_grids', 'shape', 'consequences', 'verify', 'publish', 'layers'] as const
export const OVER: readonly string[] = ['done', 'refused', 'failed', 'crashed', 'cancelled']

interface Said {
  readonly state?: string
  readonly stage?: string
  readonly place?: string
  readonly done?: number
  readonly total?: number
}

export class Progress {
  state = $state('queued')
  stage = $state<string | null>(null)
  /** Stage -> how many of its problems are answered, and which was the last. */
  counts = $state.raw<Readonly<Record<string, { readonly done: number; readonly total: number; readonly places: readonly string[] }>>>({})
  ended = $state.raw<Run | null>(null)
  readonly #source: EventSource

  constructor(readonly id: string) {
    this.#source = new EventSource(`/api/runs/${id}/events`)
    for (const kind of ['state', 'progress']) this.#source.addEventListener(kind, (event) => this.#take(JSON.parse((event as MessageEvent<string>).data) as Said))
  }

  close(): void {
    this.#source.close()
  }

  #take(said: Said): void {
    if (said.state) this.state = said.state
    if (said.stage) this.stage = said.stage
    const { stage, place, done, total } = said
    if (stage && place !== undefined && done !== undefined && total !== undefined) {
      const places = [place, ...(this.counts[stage]?.places ?? []).filter((one) => one !== place)].slice(0, 12)
      this.counts = { ...this.counts, [stage]: { done, total, places } }
    }
    if (OVER.includes(this.state)) {
      this.close()
      void asked(this.id).then((run) => (this.ended = run))
    }
  }
}

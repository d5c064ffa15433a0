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
  readonly own?: readonly [done: number, total: number] | null
}

export interface Count {
  readonly done: number
  readonly total: number
  /** Street office -> how many of its problems are answered, of how many. */
  readonly places: Readonly<Record<string, readonly [done: number, total: number]>>
}

export class Progress {
  state = $state('queued')
  stage = $state<string | null>(null)
  /** Stage -> how many of its problems are answered, in all and of each office that has begun. */
  counts = $state.raw<Readonly<Record<string, Count>>>({})
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
    const { stage, place, done, total, own } = said
    if (stage && place !== undefined && done !== undefined && total !== undefined) {
      const places = { ...this.counts[stage]?.places, [place]: own ?? ([1, 1] as const) }
      this.counts = { ...this.counts, [stage]: { done, total, places } }
    }
    if (OVER.includes(this.state)) {
      this.close()
      void asked(this.id).then((run) => (this.ended = run))
    }
  }
}

/** What is said about one street office's part, or, to a committee, on its own page. */

import { ask } from '../api/client'
import type { Entry, OfficeReview } from '../api/people'
import type { Act, Stage } from '../api/types'
import { enc } from './plan.svelte'

export interface Words {
  readonly act: Act
  readonly text?: string | null
  readonly effective?: string
  readonly start?: string
  readonly end?: string
  readonly contact?: string
  readonly lon?: number
  readonly lat?: number
  readonly area?: { readonly layer: string; readonly id: string }
  readonly files?: readonly string[]
}

export class Talk {
  stage = $state<Stage | null>(null)
  story = $state.raw<readonly Entry[]>([])
  readonly #path: string

  /** `kind` committee: no stages there, only what is said. */
  constructor(
    proposal: string,
    readonly kind: 'office' | 'committee',
    readonly area: string,
  ) {
    const below = kind === 'office' ? `offices/${enc(area)}/review` : `committees/${enc(area)}/comments`
    this.#path = `/api/proposals/${enc(proposal)}/${below}`
  }

  /** The notice that is coming or running, the last one that was opened and not ended. */
  get notice(): Entry | null {
    const last = this.story.findLast((one) => one.act === 'notice' || one.act === 'end-notice' || one.act === 'return')
    return last?.act === 'notice' ? last : null
  }

  async load(): Promise<void> {
    this.#take(await ask<OfficeReview | Entry[]>(this.#path))
  }

  async say(words: Words): Promise<void> {
    const body = this.kind === 'office' ? words : { ...words, act: undefined }
    this.#take(await ask<OfficeReview | Entry[]>(this.#path, { method: 'POST', body }))
  }

  file(id: string): string {
    return `${this.#path}/files/${enc(id)}`
  }

  #take(told: OfficeReview | Entry[]): void {
    if ('story' in told) [this.stage, this.story] = [told.stage, told.story]
    else this.story = told
  }
}

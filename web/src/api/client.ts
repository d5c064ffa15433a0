/** The API as the screens ask it: one way to send, one kind of refusal. */

import { words } from '../words/words.svelte'

/** What RFC 9457 tells of a refusal; `params` as the service gives them. */
export interface Details {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail?: string
  readonly sentences?: { readonly zh: string; readonly en: string }
  readonly findings?: readonly Finding[]
  readonly [more: string]: unknown
}

export interface Finding {
  readonly code: string
  readonly severity: 'error' | 'warning' | 'info'
  readonly message: string
  readonly layer: string | null
  readonly feature_id: string | null
  readonly clause: string | null
  readonly outcome: string | null
  readonly remedy: string | null
}

export class Refused extends Error {
  override readonly name = 'Refused'
  constructor(readonly details: Details) {
    super(details.title)
  }
  get code(): string {
    return this.details.code
  }
  /** What a person reads: the library's own sentence where there is one. */
  get said(): string {
    const { sentences, detail, title } = this.details
    if (sentences) return sentences[words.lang]
    return detail && detail !== title ? words.t('error.both', { title, detail }) : title
  }
}

/** No answer at all: the line is down or the service is. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

export interface Asking {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly body?: unknown
  readonly form?: FormData
  readonly version?: number
  readonly key?: string
  readonly signal?: AbortSignal
}

let csrf: string | null = null

/** The token that changes by cookie have to send. */
export function useCsrf(token: string | null): void {
  csrf = token
}

export async function ask<T>(path: string, asking: Asking = {}): Promise<T> {
  const headers: Record<string, string> = { 'accept-language': words.lang }
  const method = asking.method ?? 'GET'
  if (method !== 'GET' && csrf) headers['x-csrf-token'] = csrf
  if (asking.body !== undefined) headers['content-type'] = 'application/json'
  if (asking.version !== undefined) headers['if-match'] = `"${asking.version}"`
  if (asking.key !== undefined) headers['idempotency-key'] = asking.key
  const init: RequestInit = { method, headers, credentials: 'same-origin' }
  if (asking.body !== undefined) init.body = JSON.stringify(asking.body)
  if (asking.form !== undefined) init.body = asking.form
  if (asking.signal !== undefined) init.signal = asking.signal
  let answer: Response
  try {
    answer = await fetch(path, init)
  } catch (error) {
    if (asking.signal?.aborted) throw error
    throw new Unreachable(words.t('error.unreachable'))
  }
  if (answer.status === 204) return undefined as T
  if (!answer.ok) throw new Refused(await details(answer))
  return (await answer.json()) as T
}

async function details(answer: Response): Promise<Details> {
  try {
    return { code: '', title: answer.statusText, ...(await answer.json()), status: answer.status } as Details
  } catch {
    return { status: answer.status, code: 'internal', title: words.t('error.status', { status: answer.status }) }
  }
}

/** Anything that was thrown, as a sentence. */
export function said(error: unknown): string {
  if (error instanceof Refused) return error.said
  if (error instanceof Error) return error.message
  return String(error)
}

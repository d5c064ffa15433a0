/** The drawing board: one street office being edited, from the first stroke to what the service keeps. */

import { Refused, said, Unreachable } from '../api/client'
import type { Suggestion } from '../api/types'
import { who } from '../state/session.svelte'
import { cellsOf, gridAt, keyOf, type AreaRef, type Areas } from './areas'
import { sides, type Sides } from './borders'
import { parted, type Parted } from './conflict'
import { drawn, EMPTY, keep, kept, redone, undone, type Draft } from './draft'
import { ground as decoded, type Ground } from './ground'
import { history } from './history'
import { compared, moved, totals, within, type Limits } from './measure'
import { fold, together } from './ops/apply'
import type { Edit } from './ops/event'
import { move } from './ops/move'
import { broken } from './pieces'
import { next, type Found, type Sought } from './seek'
import { Wire, type Previewed, type Sent, type Story } from './send'
import { FROM, type From } from './tools/only'

export const TOOLS = ['pointer', 'brush', 'sweep', 'rectangle', 'lasso'] as const
export type Tool = (typeof TOOLS)[number]

/** Somebody else's edits meet the draft: what is theirs, what of ours it concerns. */
export interface Meeting {
  readonly version: number
  readonly areas: readonly AreaRef[]
  readonly theirs: Story['edits']
  readonly parted: Parted
}

const LOOK = 4000
const AGAIN = 5000

export class Board {
  ground = $state.raw<Ground | null>(null)
  sides = $state.raw<Sides | null>(null)
  /** As the service has it. */
  committed = $state.raw<Areas | null>(null)
  base = $state.raw<Areas | null>(null)
  version = $state(0)
  story = $state.raw<Story['edits']>([])
  totals = $state.raw<Story['totals'] | null>(null)
  people = $state.raw<Readonly<Record<string, string>>>({})
  draft = $state.raw<Draft>(EMPTY)
  /** The cells under the stroke that is being drawn. */
  stroke = $state.raw<readonly number[]>([])
  picked = $state.raw<readonly number[]>([])
  tool = $state<Tool>('pointer')
  from = $state<From>('any')
  courtyards = $state(true)
  radius = $state(28)
  /** The area that is looked at. */
  chosen = $state.raw<AreaRef | null>(null)
  /** The grid that is painted into. */
  into = $state<string | null>(null)
  preview = $state.raw<Previewed | null>(null)
  refused = $state<string | null>(null)
  busy = $state(false)
  /** The line is down: the draft is sent when it is back. */
  waiting = $state(false)
  meeting = $state.raw<Meeting | null>(null)
  news = $state.raw<{ readonly who: string; readonly areas: readonly AreaRef[] } | null>(null)
  found = $state.raw<(Found & { readonly what: Sought }) | null>(null)
  suggested = $state(0)
  /** What the next click on the map answers. */
  asking = $state<'merge' | 'picked' | 'committee' | null>(null)
  helping = $state(false)
  /** Nothing better was found when it was asked for. */
  nothing = $state(false)
  /** The draft was begun another time. */
  restored = $state(false)
  failed = $state.raw<unknown>(null)

  readonly wire: Wire
  readonly pending = $derived(this.draft.events)
  /** Committed and pending. */
  readonly now = $derived(this.ground && this.committed ? fold(this.ground, this.committed, this.pending).areas : null)
  /** And the stroke that is being drawn. */
  readonly seen = $derived.by(() => {
    const { ground, now, stroke, into } = this
    if (!ground || !now || stroke.length === 0 || into === null) return now
    return fold(ground, now, [this.painting(stroke, into)]).areas
  })
  readonly changes = $derived(this.ground && this.committed && this.seen ? compared(this.ground, this.committed, this.seen) : [])
  readonly breaking = $derived(this.changes.filter(({ before, after }) => after !== null && after.broken > (before?.broken ?? 0)))
  readonly households = $derived(this.ground && this.seen ? totals(this.ground, this.seen) : new Int32Array())
  readonly movedNow = $derived(this.ground && this.committed && this.seen ? moved(this.ground, this.committed, this.seen) : 0)
  readonly movedInAll = $derived(this.ground && this.base && this.seen ? moved(this.ground, this.base, this.seen) : 0)
  readonly history = $derived(history(this.story, who.account?.id ?? ''))
  readonly canUndo = $derived(this.pending.length > 0 || this.history.undo !== null)
  readonly canRedo = $derived(this.draft.back.length > 0 || (this.pending.length === 0 && this.history.redo !== null))
  readonly sought = $derived.by((): Record<Sought, readonly string[]> => this.#sought())

  #looking: ReturnType<typeof setInterval> | undefined
  #asking: AbortController | null = null
  #soon: ReturnType<typeof setTimeout> | undefined
  #again: ReturnType<typeof setTimeout> | undefined

  constructor(
    readonly proposal: string,
    readonly office: string,
    readonly window: Limits,
    readonly band: Limits,
  ) {
    this.wire = new Wire(proposal)
  }

  async open(): Promise<void> {
    const [land] = await Promise.all([this.wire.ground(this.office), this.refresh()])
    this.ground = decoded(land)
    this.sides = sides(this.ground)
    this.draft = kept(who.account?.id ?? '', this.proposal, this.office)
    this.restored = this.pending.length > 0
    this.#ask()
    this.#looking = setInterval(() => void this.look(), LOOK)
    addEventListener('online', this.#online)
  }

  close(): void {
    clearInterval(this.#looking)
    clearTimeout(this.#soon)
    clearTimeout(this.#again)
    this.#asking?.abort()
    removeEventListener('online', this.#online)
  }

  #online = (): void => {
    if (this.waiting) void this.accept()
  }

  async refresh(): Promise<void> {
    const [areas, story] = await Promise.all([this.wire.areas(this.office), this.wire.story(0)])
    const { service_grids, committees } = areas
    this.committed = { service_grids, committees, grid: Int32Array.from(areas.grid) }
    this.base = { service_grids, committees, grid: Int32Array.from(areas.base_grid) }
    this.version = areas.version
    this.people = areas.people
    this.story = story.edits
    this.totals = story.totals
  }

  /** Whether somebody else has edited: what is theirs is shown, what is pending stays. */
  async look(): Promise<void> {
    if (document.hidden || this.busy || this.meeting) return
    try {
      const { edits } = await this.wire.story(this.version)
      const theirs = edits.filter((edit) => edit.author !== who.account?.id)
      if (edits.length === 0) return
      await this.refresh()
      const last = theirs.at(-1)
      if (last) this.news = { who: this.people[last.author] ?? last.author, areas: theirs.flatMap((edit) => edit.areas) }
      this.#ask()
    } catch (error) {
      if (!(error instanceof Unreachable) && !(error instanceof Refused)) throw error
    }
  }

  painting(cells: readonly number[], into: string): Edit {
    const { ground } = this
    if (!ground) throw new Error('no ground')
    return move(ground, cells, { layer: 'service_grids', id: into }, this.courtyards)
  }

  /** One more pending step. */
  add(event: Edit): void {
    this.#take(drawn(this.draft, event, this.version))
  }

  /** Take back: the last pending step, else the newest edit of one's own. */
  async undo(): Promise<void> {
    if (this.pending.length > 0) return this.#take(undone(this.draft))
    const target = this.history.undo?.event.id
    if (target !== undefined) await this.#send({ type: 'undo', target })
  }

  async redo(): Promise<void> {
    if (this.draft.back.length > 0) return this.#take(redone(this.draft))
    const target = this.pending.length === 0 ? this.history.redo?.event.id : undefined
    if (target !== undefined) await this.#send({ type: 'redo', target })
  }

  /** Nothing is pending any more; it can be brought back by redoing. */
  cancel(): void {
    this.stroke = []
    this.picked = []
    if (this.pending.length > 0) this.#take({ ...EMPTY, back: [...this.pending].reverse() })
  }

  note(text: string): void {
    this.#take({ ...this.draft, note: text, key: null }, false)
  }

  /** Send what is pending as one edit. */
  async accept(): Promise<void> {
    const event = together(this.pending, this.draft.note)
    if (!event || this.busy) return
    const key = this.draft.key ?? crypto.randomUUID()
    this.#take({ ...this.draft, key }, false)
    await this.#send(event, this.draft.seen, key)
  }

  async #send(event: Sent, version = this.version, key: string = crypto.randomUUID()): Promise<void> {
    const mine = event.type !== 'undo' && event.type !== 'redo'
    clearTimeout(this.#soon) // what is sent need not be asked about any more
    this.#asking?.abort()
    this.busy = true
    this.refused = null
    try {
      await this.wire.send(event, version, key)
      this.waiting = false
      if (mine) this.#take(EMPTY, false)
      this.preview = null
      await this.refresh()
    } catch (error) {
      if (error instanceof Unreachable) {
        this.waiting = mine
        if (mine) this.#again = setTimeout(() => void this.accept(), AGAIN)
      } else if (error instanceof Refused && error.code === 'version-conflict' && mine) await this.#meet(error)
      else this.refused = said(error)
    } finally {
      this.busy = false
    }
  }

  async #meet(error: Refused): Promise<void> {
    const areas = ((error.details['params'] as { areas?: AreaRef[] } | undefined)?.areas ?? error.details['areas'] ?? []) as AreaRef[]
    const seen = this.draft.seen
    await this.refresh()
    const theirs = this.story.filter((edit) => edit.version > seen && edit.author !== who.account?.id)
    const { ground, committed } = this
    if (!ground || !committed) return
    this.waiting = false
    this.meeting = { version: this.version, areas, theirs, parted: parted(ground, committed, this.pending, areas) }
  }

  /** After meeting: `mine` goes on top of theirs, `clear` leaves out what meets, `look` keeps all pending. */
  async settle(how: 'mine' | 'clear' | 'look'): Promise<void> {
    const { meeting } = this
    this.meeting = null
    if (!meeting) return
    const events = how === 'clear' ? meeting.parted.clear : this.pending
    const back = how === 'clear' ? [...meeting.parted.meets].reverse() : this.draft.back
    this.#take({ ...this.draft, seen: meeting.version, events, back, key: null })
    if (how !== 'look' && events.length > 0) await this.accept()
  }

  /** The fewest further moves that mend what is pending, or the chosen area: pending, to be looked at. */
  async suggest(): Promise<void> {
    const event = together(this.pending, '')
    const { chosen } = this
    if (event) await this.#offered(this.wire.suggest({ event }))
    else if (chosen) await this.#offered(this.wire.suggest({ areas: [chosen] }))
  }

  async divide(area: AreaRef, parts: number): Promise<void> {
    await this.#offered(this.wire.divide(area, parts))
  }

  async #offered(asked: Promise<Suggestion>): Promise<void> {
    this.busy = true
    this.refused = null
    this.nothing = false
    try {
      const { found, event } = await asked
      if (found && event) {
        this.add(event as unknown as Edit)
        this.suggested = this.pending.length
      } else this.nothing = true
    } catch (error) {
      this.refused = said(error)
    } finally {
      this.busy = false
    }
  }

  /** The next place that wants a look. */
  find(what: Sought, step: 1 | -1 = 1): AreaRef | null {
    const one = next(this.sought[what], this.chosen?.id ?? null, step)
    this.found = one && { ...one, what }
    this.chosen = one && { layer: 'service_grids', id: one.id }
    return this.chosen
  }

  cells(ref: AreaRef): number[] {
    return this.seen ? cellsOf(this.seen, ref) : []
  }

  turnFrom(): void {
    this.from = FROM[(FROM.indexOf(this.from) + 1) % FROM.length] ?? 'any'
  }

  #take(draft: Draft, ask = true): void {
    this.draft = draft
    this.nothing = false
    if (this.suggested > draft.events.length) this.suggested = 0
    keep(who.account?.id ?? '', this.proposal, this.office, draft)
    if (ask) this.#ask()
  }

  /** Ask the service what the pending steps would do: it knows more than fits here. */
  #ask(): void {
    clearTimeout(this.#soon)
    this.#asking?.abort()
    const event = together(this.pending, '')
    this.refused = null
    if (!event) {
      this.preview = null
      return
    }
    this.#soon = setTimeout(async () => {
      const asking = (this.#asking = new AbortController())
      try {
        this.preview = await this.wire.preview(event, asking.signal)
        this.refused = null
      } catch (error) {
        if (asking.signal.aborted || error instanceof Unreachable) return
        this.preview = null
        this.refused = said(error)
      }
    }, 150)
  }

  #sought(): Record<Sought, readonly string[]> {
    const { ground, seen } = this
    if (!ground || !seen) return { outside: [], broken: [], uncommented: [] }
    const alive = seen.service_grids.filter((grid) => grid.committee >= 0)
    const outside = alive.filter((grid) => !within(this.households[gridAt(seen, grid.id)] ?? 0, this.window)).map(({ id }) => id)
    const byGrid = new Map<number, number[]>()
    seen.grid.forEach((grid, cell) => {
      const held = byGrid.get(grid)
      if (held) held.push(cell)
      else byGrid.set(grid, [cell])
    })
    const apart = alive.filter((grid) => broken(ground, byGrid.get(gridAt(seen, grid.id)) ?? []) > 0).map(({ id }) => id)
    const noted = new Set<string>()
    const touched = new Set<string>()
    for (const edit of this.history.done as Story['edits'])
      for (const area of edit.areas) (edit.event['note'] ? noted : touched).add(keyOf(area))
    const silent = (id: string): boolean => touched.has(keyOf({ layer: 'service_grids', id })) && !noted.has(keyOf({ layer: 'service_grids', id }))
    const order = new Intl.Collator(undefined, { numeric: true }).compare
    const inOrder = (ids: readonly string[]): string[] => ids.toSorted(order)
    return { outside: inOrder(outside), broken: inOrder(apart), uncommented: inOrder([...new Set([...outside, ...apart])].filter(silent)) }
  }
}

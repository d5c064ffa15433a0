/** The state of each cell of an edited office on the map: only what differs is told. */

import type { Map as GlMap } from 'maplibre-gl'

const SOURCE = 'live-cells'
export type Flag = 'stroke' | 'picked' | 'pending'

export class LiveStates {
  #hues: Int16Array = new Int16Array()
  readonly #flags = new Map<Flag, ReadonlySet<number>>()

  constructor(readonly gl: GlMap) {}

  /** False while the map has no cells yet: to be tried again. */
  hues(wanted: Int16Array): boolean {
    if (!this.gl.getSource(SOURCE)) return false
    const known = this.#hues.length === wanted.length ? this.#hues : new Int16Array(wanted.length).fill(-1)
    wanted.forEach((hue, id) => {
      if (hue !== known[id]) this.gl.setFeatureState({ source: SOURCE, id }, { hue })
    })
    this.#hues = wanted
    return true
  }

  flag(name: Flag, ids: Iterable<number>): boolean {
    if (!this.gl.getSource(SOURCE)) return false
    const before = this.#flags.get(name) ?? new Set<number>()
    const now = new Set(ids)
    for (const id of before) if (!now.has(id)) this.gl.setFeatureState({ source: SOURCE, id }, { [name]: false })
    for (const id of now) if (!before.has(id)) this.gl.setFeatureState({ source: SOURCE, id }, { [name]: true })
    this.#flags.set(name, now)
    return true
  }
}

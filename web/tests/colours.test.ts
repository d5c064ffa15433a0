/** The map's colours are told apart in grey and by every eye, or a pattern does it. */

import { describe, expect, test } from 'vitest'
import { DARK, legend, LIGHT, MODES, type Ink, type Swatch } from '../src/map/colours'
import { apart, contrast, EYES } from './seen'

const GLANCE = 10
const LOOKS: readonly (readonly [string, Ink])[] = [['light', LIGHT], ['dark', DARK]]

describe.each(LOOKS)('%s', (_, ink) => {
  test.each(MODES.slice(1))('%s: each pair of the legend differs at a glance, or by its pattern', (mode) => {
    const swatches = legend(mode, ink, null).filter((one) => one.colour !== 'transparent')
    const near: string[] = []
    for (const [i, one] of swatches.entries())
      for (const other of swatches.slice(i + 1))
        for (const eye of EYES) {
          const away = apart(one.colour, other.colour, eye)
          if (pattern(one) === pattern(other) && away < GLANCE) near.push(`${eye} ${one.label} ${other.label} ${away.toFixed(1)}`)
        }
    expect(near).toEqual([])
  })

  test('lines and letters stand out from every colour they lie on', () => {
    const grounds = [ink.land, ...ink.tints, ink.scale[2], ink.action.keep, ink.action.adjust]
    const weak = grounds.flatMap((on) =>
      ([['text', 7], ['office', 4.5], ['committee', 4.5], ['grid', 3], ['mark', 3], ['alarm', 3]] as const)
        .filter(([name, least]) => contrast(ink[name], on) < least)
        .map(([name]) => `${name} on ${on}: ${contrast(ink[name], on).toFixed(2)}`),
    )
    expect(weak).toEqual([])
  })

  test('hatching is seen on the colours that carry it', () => {
    const carriers = [ink.scale[0], ink.scale[1], ink.scale[3], ink.scale[4], ink.action.split, ink.status.infeasible, ...ink.tints]
    const weak = carriers.map((on) => [on, contrast(ink.alarm, on)] as const).filter(([, found]) => found < 1.8)
    expect(weak).toEqual([])
  })

  test('barriers and estates are seen on the land', () => {
    for (const name of ['water', 'path', 'estate'] as const) expect(contrast(ink[name], ink.land), name).toBeGreaterThan(3)
  })
})

/** What tells a swatch besides its colour. */
function pattern(one: Swatch): string {
  return one.hatch ?? 'plain'
}

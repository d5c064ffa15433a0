/** The board as the map shows it. */

import type { FeatureCollection } from 'geojson'
import type { Ink, Mode } from '../map/colours'
import type { Live } from '../map/live'
import type { Areas } from './areas'
import type { Board } from './board.svelte'
import type { Ground } from './ground'
import { captions, cells, flags, hues, lines, type Caption } from './live'
import { totals } from './measure'

const outlines = new WeakMap<Ground, FeatureCollection>()
const coloured = new WeakMap<Board, Map<string, number>>()

export function liveOf(board: Board, mode: Mode, ink: Ink): Live | null {
  const { ground, now, sides } = board
  if (!ground || !now || !sides) return null
  const drawn = outlines.get(ground) ?? cells(ground)
  outlines.set(ground, drawn)
  const target = board.into === null ? -1 : now.service_grids.findIndex((grid) => grid.id === board.into)
  return {
    office: board.office,
    cells: drawn,
    lines: lines(sides, now, target),
    flags: flags(ground, now, board.window),
    palette: palette(mode, ink),
  }
}

/** Place and words of the label of every area. */
export function captionsOf(board: Board): (Caption & { at: readonly [number, number] })[] {
  const { ground, now } = board
  if (!ground || !now) return []
  return captions(ground, now).map(({ properties, geometry }) => ({ ...properties, at: [geometry.coordinates[0] ?? 0, geometry.coordinates[1] ?? 0] as const }))
}

function palette(mode: Mode, ink: Ink): readonly string[] {
  if (mode === 'deviation') return ink.scale
  if (mode === 'change') return [ink.action.keep, ink.action.split]
  return ink.tints.filter((_, i) => i !== 5) // too near to the second to tell neighbours apart
}

/** The colour of each cell, a place in the palette. */
export function huesOf(board: Board, mode: Mode): Int16Array {
  const { ground, now, base } = board
  if (!ground || !now || !base) return new Int16Array()
  if (mode === 'deviation') return byDeviation(ground, now, board.window)
  if (mode === 'change') return Int16Array.from(now.grid, (grid, cell) => (now.service_grids[grid]?.id === base.service_grids[base.grid[cell] ?? -1]?.id ? 0 : 1))
  const known = hues(ground, now, coloured.get(board) ?? new Map())
  coloured.set(board, known)
  const byPlace = now.service_grids.map((grid) => known.get(grid.id) ?? 0)
  return Int16Array.from(now.grid, (grid) => byPlace[grid] ?? 0)
}

function byDeviation(ground: Ground, now: Areas, { lower, upper }: { lower: number; upper: number }): Int16Array {
  const wide = upper - lower
  const steps = [lower - wide, lower, upper + 1, upper + wide]
  const classes = Array.from(totals(ground, now), (held) => steps.filter((step) => held >= step).length)
  return Int16Array.from(now.grid, (grid) => classes[grid] ?? 2)
}

/** Cells whose grid is another than the service has. */
export function pendingOf(board: Board): number[] {
  const { now, committed } = board
  if (!now || !committed || now === committed) return []
  const found: number[] = []
  now.grid.forEach((grid, cell) => {
    if (now.service_grids[grid]?.id !== committed.service_grids[committed.grid[cell] ?? -1]?.id) found.push(cell)
  })
  return found
}

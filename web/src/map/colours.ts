/** What the map's colours say. Lightness carries the order, hatching the alarm: neither needs hue. */

import type { DataDrivenPropertyValueSpecification } from 'maplibre-gl'
import type { Summary } from '../api/types'
import type { Key } from '../words/words.svelte'

export type Mode = 'plain' | 'deviation' | 'change' | 'certificate'
export const MODES: readonly Mode[] = ['plain', 'deviation', 'change', 'certificate']
type Colour = DataDrivenPropertyValueSpecification<string>

export interface Swatch {
  readonly colour: string
  readonly hatch?: 'over' | 'under'
  readonly label: Key
  readonly params?: Readonly<Record<string, number>>
}

export interface Ink {
  readonly land: string
  readonly outline: string
  readonly grid: string
  readonly committee: string
  readonly office: string
  readonly building: string
  readonly buildingLine: string
  readonly text: string
  readonly halo: string
  readonly water: string
  readonly waterFill: string
  readonly path: string
  readonly estate: string
  readonly mark: string
  readonly alarm: string
  readonly pending: string
  readonly tints: readonly string[]
  readonly scale: readonly [string, string, string, string, string]
  readonly action: Readonly<Record<'keep' | 'adjust' | 'merge' | 'split' | 'new', string>>
  readonly status: Readonly<Record<'optimal' | 'feasible' | 'infeasible' | 'unknown', string>>
}

export const LIGHT: Ink = {
  land: '#fbfbf8',
  outline: '#ffffff',
  grid: '#5d6f7d',
  committee: '#22384a',
  office: '#0e1c28',
  building: '#8d9aa4',
  buildingLine: '#5f6c76',
  text: '#13202b',
  halo: 'rgb(255 255 255 / 92%)',
  water: '#2a7ab0',
  waterFill: '#bcdcec',
  path: '#8b8578',
  estate: '#7a5c86',
  mark: '#0b6fa8',
  alarm: '#8f2d08',
  pending: '#c2410c',
  tints: ['#dce8ef', '#efe6d2', '#dfebdc', '#ebdfe9', '#d8e9e7', '#f0ead2', '#e3e4ee', '#e9e9e4'],
  scale: ['#4a7fb5', '#a7c7e2', '#eef1ea', '#f2bd92', '#c4622a'],
  action: { keep: '#f3f4ef', adjust: '#c4d9e4', merge: '#93b8cc', split: '#e2a46b', new: '#7d69a6' },
  status: { optimal: '#dcebe1', feasible: '#e0bd5c', infeasible: '#e0a27c', unknown: '#97a1a9' },
}

export const DARK: Ink = {
  land: '#141b22',
  outline: '#141b22',
  grid: '#8296a5',
  committee: '#c9d6df',
  office: '#f2f6f9',
  building: '#5f7180',
  buildingLine: '#93a5b2',
  text: '#f1f5f8',
  halo: 'rgb(14 20 26 / 92%)',
  water: '#5aa7d8',
  waterFill: '#1d4258',
  path: '#8d8b80',
  estate: '#b39cc0',
  mark: '#8fd0f5',
  alarm: '#ffb48a',
  pending: '#ff9a5c',
  tints: ['#24394a', '#43392a', '#263d2f', '#3c2f42', '#23403f', '#413c27', '#30344b', '#363a3d'],
  scale: ['#4f83ba', '#36567a', '#232d33', '#75482c', '#d2793c'],
  action: { keep: '#222b31', adjust: '#284454', merge: '#3e6b84', split: '#94602f', new: '#8f7cbb' },
  status: { optimal: '#24402f', feasible: '#71602b', infeasible: '#8a4d2a', unknown: '#8a959e' },
}

/** Fill of service grids in a mode; transparent where committees carry the colour. */
export function gridFill(mode: Mode, ink: Ink, summary: Summary | null): Colour {
  if (mode !== 'deviation' || !summary) return 'rgba(0,0,0,0)'
  const { lower, upper } = summary.window
  const [far, low, good, high, higher] = ink.scale
  const wide = upper - lower
  const held = ['get', 'households']
  return ['step', held, far, lower - wide, low, lower, good, upper + 1, high, upper + wide, higher] as never
}

/** Committees whose grids are proven not to fit: hatched, as the legend has them. */
export function unfit(summary: Summary | null): readonly string[] {
  return (summary?.service_grids ?? []).flatMap((one) => (one.committee_id && one.status === 'infeasible' ? [one.committee_id] : []))
}

export function committeeFill(mode: Mode, ink: Ink, summary: Summary | null): Colour {
  if (mode === 'deviation') return ink.scale[2]
  if (mode === 'change') return match('action', ink.action, ink.action.keep)
  if (mode === 'certificate') {
    const by: Record<string, string> = {}
    for (const one of summary?.service_grids ?? []) if (one.committee_id) by[one.committee_id] = ink.status[one.status]
    return match('committee_id', by, ink.status.unknown)
  }
  return ['to-color', ['at', ['%', ['to-number', ['get', 'colour'], 0], 8], ['literal', [...ink.tints]]]] as never
}

/** Buildings whose household left the committee that most of their old neighbours are in. */
export function moved(summary: Summary | null): unknown {
  const to = ['get', ['to-string', ['get', 'previous_committee_id']], ['literal', summary?.successors ?? {}]]
  return ['all', ['has', 'previous_committee_id'], ['!=', to, ['get', 'committee_id']]]
}

function match(field: string, by: Readonly<Record<string, string>>, otherwise: string): Colour {
  const pairs = Object.entries(by).flat()
  if (pairs.length === 0) return otherwise
  return ['match', ['to-string', ['get', field]], ...pairs, otherwise] as never
}

/** The legend of a mode, in the order of what it says. */
export function legend(mode: Mode, ink: Ink, summary: Summary | null): readonly Swatch[] {
  const lower = summary?.window.lower ?? 200
  const upper = summary?.window.upper ?? 250
  const wide = upper - lower
  if (mode === 'deviation')
    return [
      { colour: ink.scale[0], hatch: 'under', label: 'legend.far-under', params: { at: lower - wide } },
      { colour: ink.scale[1], hatch: 'under', label: 'legend.under', params: { at: lower } },
      { colour: ink.scale[2], label: 'legend.within', params: { lower, upper } },
      { colour: ink.scale[3], hatch: 'over', label: 'legend.over', params: { at: upper } },
      { colour: ink.scale[4], hatch: 'over', label: 'legend.far-over', params: { at: upper + wide } },
    ]
  if (mode === 'change')
    return [
      ...(['keep', 'adjust', 'merge', 'split', 'new'] as const).map(
        (action): Swatch => ({
          colour: ink.action[action],
          label: `action.${action}`,
          ...(action === 'split' ? { hatch: 'over' as const } : {}),
        }),
      ),
      { colour: ink.alarm, label: 'legend.moved' },
    ]
  if (mode === 'certificate')
    return (['optimal', 'feasible', 'infeasible', 'unknown'] as const).map(
      (status): Swatch => ({
        colour: ink.status[status],
        label: `status.${status}`,
        ...(status === 'infeasible' ? { hatch: 'over' as const } : {}),
      }),
    )
  return [
    { colour: 'transparent', hatch: 'under', label: 'legend.under', params: { at: lower } },
    { colour: 'transparent', hatch: 'over', label: 'legend.over', params: { at: upper } },
  ]
}

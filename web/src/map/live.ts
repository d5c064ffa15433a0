/** Layers of an office that is edited: its cells in place of the tiles' grids and committees. */

import type { FilterSpecification, LayerSpecification, SourceSpecification } from 'maplibre-gl'
import type { FeatureCollection } from 'geojson'
import type { Ink } from './colours'
import { url } from './told'

export interface Live {
  readonly office: string
  readonly cells: FeatureCollection
  readonly lines: FeatureCollection
  readonly flags: FeatureCollection
  /** Colours by the number that each cell's state names as its `hue`. */
  readonly palette: readonly string[]
}

export function liveSources(live: Live): Record<string, SourceSpecification> {
  const source = (name: 'cells' | 'lines' | 'flags'): SourceSpecification => ({
    type: 'geojson',
    data: url(`live-${name}`, live[name]),
    maxzoom: 16,
    tolerance: 0.25,
  })
  return { 'live-cells': source('cells'), 'live-lines': source('lines'), 'live-flags': source('flags') }
}

/** Fills go below buildings, lines above them. */
export function liveFills(live: Live, ink: Ink, theme: string): LayerSpecification[] {
  const hue = ['coalesce', ['feature-state', 'hue'], 0]
  return [
    { id: 'live-fill', type: 'fill', source: 'live-cells', paint: { 'fill-color': ['to-color', ['at', hue, ['literal', [...live.palette]]]] as never, 'fill-antialias': false } },
    ...(['over', 'under'] as const).map(
      (kind): LayerSpecification => ({
        id: `live-${kind}`, type: 'fill', source: 'live-flags', filter: ['==', ['get', 'kind'], kind],
        paint: { 'fill-pattern': `hatch-${kind}-${theme}`, 'fill-opacity': 0.75, 'fill-antialias': false },
      }),
    ),
    {
      id: 'live-state', type: 'fill', source: 'live-cells',
      paint: {
        'fill-color': ['case', state('stroke'), ink.mark, state('picked'), ink.mark, ink.pending] as never,
        'fill-opacity': ['case', state('stroke'), 0.55, state('picked'), 0.5, state('pending'), 0.42, 0] as never,
        'fill-antialias': false,
      },
    },
  ]
}

export function liveLines(ink: Ink): LayerSpecification[] {
  const of = (kind: string): FilterSpecification => ['==', ['get', 'kind'], kind]
  const line = (id: string, kind: string, color: string, from: number, to: number, minzoom = 0): LayerSpecification => ({
    id, type: 'line', source: 'live-lines', filter: of(kind), minzoom,
    layout: { 'line-cap': 'round', 'line-join': 'round' },
    paint: { 'line-color': color, 'line-width': ['interpolate', ['exponential', 1.5], ['zoom'], 11, from, 17, to] as never },
  })
  return [
    line('live-grid', 'grid', ink.grid, 0.4, 2, 11.5),
    line('live-committee-halo', 'committee', ink.outline, 2, 7.5),
    line('live-committee', 'committee', ink.committee, 0.8, 3.2),
    line('live-target-halo', 'target', ink.outline, 4, 9),
    line('live-target', 'target', ink.mark, 2, 5),
  ]
}

function state(name: string): unknown[] {
  return ['boolean', ['feature-state', name], false]
}

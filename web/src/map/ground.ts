/** The ground that a proposal stands on: estates dotted, rivers filled, railways ticked, roads dashed. */

import type { FilterSpecification, LayerSpecification } from 'maplibre-gl'
import type { Key } from '../words/words.svelte'
import type { Ink } from './colours'

const WATER = ['river', 'canal', 'stream', 'lake', 'water', 'waterway']
const RAIL = ['railway', 'rail', 'subway', 'tram']
const estates = { source: 'estates', 'source-layer': 'estates' }
const barriers = { source: 'barriers', 'source-layer': 'barriers' }
const water = ['in', ['get', 'kind'], ['literal', WATER]]
const rail = ['in', ['get', 'kind'], ['literal', RAIL]]
const hard = ['==', ['get', 'crossable'], false]
const area = ['==', ['geometry-type'], 'Polygon']

/** Below the lines of areas: a border that runs along a river is seen on it. */
export function ground(ink: Ink): LayerSpecification[] {
  const line = (id: string, filter: unknown[], color: string, from: number, to: number, more: object = {}, minzoom = 0): LayerSpecification =>
    ({
      id, type: 'line', ...barriers, filter: filter as FilterSpecification, minzoom, layout: { 'line-join': 'round' },
      paint: { 'line-color': color, 'line-width': ['interpolate', ['exponential', 1.5], ['zoom'], 10, from, 17, to], ...more },
    }) as LayerSpecification
  return [
    { id: 'estate-line', type: 'line', ...estates, minzoom: 12.5, layout: { 'line-join': 'round' }, paint: { 'line-color': ink.estate, 'line-width': ['interpolate', ['linear'], ['zoom'], 12.5, 0.8, 17, 1.8] as never, 'line-dasharray': [0.8, 2.2] } },
    { id: 'barrier-area', type: 'fill', ...barriers, filter: ['all', area, water] as never, paint: { 'fill-color': ink.waterFill } },
    { id: 'barrier-bank', type: 'line', ...barriers, filter: ['all', area, water] as never, paint: { 'line-color': ink.water, 'line-width': 0.8 } },
    line('barrier-water', ['all', ['!', area], water], ink.water, 1.2, 4.5),
    line('barrier-soft', ['all', ['!', hard], ['!', water], ['!', rail]], ink.path, 0.5, 1.6, { 'line-dasharray': [3, 2] }, 12),
    line('barrier-hard', ['all', hard, ['!', water], ['!', rail]], ink.path, 1.4, 5),
    line('barrier-rail', rail, ink.text, 0.8, 1.6),
    line('barrier-ties', rail, ink.text, 2.6, 6, { 'line-dasharray': [0.25, 1.6] }, 12),
  ]
}

export function groundNames(ink: Ink): LayerSpecification[] {
  const paint = { 'text-color': ink.text, 'text-halo-color': ink.halo, 'text-halo-width': 1.6 }
  const named: FilterSpecification = ['has', 'name']
  return [
    { id: 'barrier-name', type: 'symbol', ...barriers, minzoom: 13, filter: named, layout: { 'symbol-placement': 'line', 'symbol-spacing': 420, 'text-field': ['get', 'name'], 'text-size': 12, 'text-letter-spacing': 0.12, 'text-max-angle': 30 }, paint },
    { id: 'estate-name', type: 'symbol', ...estates, minzoom: 15, filter: named, layout: { 'text-field': ['get', 'name'], 'text-size': 12, 'text-padding': 6, 'text-max-width': 8 }, paint: { ...paint, 'text-color': ink.estate } },
  ]
}

/** One line of the legend: the stroke of a short line across its box. */
export interface Stroke {
  readonly label: Key
  readonly colour: string
  readonly width: number
  readonly dash?: string
  readonly ties?: boolean
  readonly fill?: string
}

export function groundLegend(ink: Ink, hidden: ReadonlySet<string>, layers: Readonly<Record<string, number>>): readonly Stroke[] {
  const shows = (layer: string): boolean => (layers[layer] ?? 0) > 0 && !hidden.has(layer)
  return [
    ...(shows('estates') ? [{ label: 'legend.estate', colour: ink.estate, width: 1.8, dash: '1.6 4' } as const] : []),
    ...(shows('barriers')
      ? ([
          { label: 'legend.water', colour: ink.water, width: 1.2, fill: ink.waterFill },
          { label: 'legend.rail', colour: ink.text, width: 1.4, ties: true },
          { label: 'legend.hard', colour: ink.path, width: 3.6 },
          { label: 'legend.soft', colour: ink.path, width: 1.2, dash: '4 2.4' },
        ] as const)
      : []),
  ]
}

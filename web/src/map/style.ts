/** The map's style: layers of one proposal at one version. No glyphs: letters are drawn here. */

import type { FilterSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'
import type { AreaLayer, Summary } from '../api/types'
import { committeeFill, gridFill, moved, unfit, type Ink, type Mode } from './colours'
import { ground, groundNames } from './ground'
import { liveFills, liveLines, liveSources, type Live } from './live'
import { url } from './told'

export const SHOWN = ['offices', 'committees', 'grids', 'estates', 'buildings', 'barriers', 'rulings', 'labels'] as const
export type Shown = (typeof SHOWN)[number]

export interface Drawn {
  readonly tag: string
  readonly mode: Mode
  readonly ink: Ink
  readonly dark: boolean
  readonly summary: Summary | null
  readonly layers: readonly string[]
  readonly hidden: ReadonlySet<Shown>
  readonly labels: readonly Label[]
  readonly selected: { readonly layer: string; readonly id: string } | null
  /** The office that is edited: its cells are drawn, not its tiles. */
  readonly live: Live | null
}

export interface Label {
  readonly layer: AreaLayer
  readonly at: readonly [number, number]
  readonly title: string
  readonly count: string
}

const FROM: Record<string, Shown> = {
  office: 'offices',
  committee: 'committees',
  grid: 'grids',
  building: 'buildings',
  estate: 'estates',
  barrier: 'barriers',
  ruling: 'rulings',
  label: 'labels',
}
const TILED = ['street_offices', 'committees', 'service_grids', 'estates', 'buildings', 'barriers', 'rulings'] as const
const IDS: Record<string, string> = {
  street_offices: 'street_office_id',
  committees: 'committee_id',
  service_grids: 'service_grid_id',
  buildings: 'building_id',
  rulings: 'estate_id',
  estates: 'estate_id',
}
/** Tiles of these layers are not asked for from farther off. */
const FROM_ZOOM: Readonly<Record<string, number>> = { buildings: 12, estates: 12 }
/** From this zoom on single buildings are told apart. */
export const BUILDINGS = 13.5

export function style(drawn: Drawn): StyleSpecification {
  const sources: StyleSpecification['sources'] = {
    labels: { type: 'geojson', data: url('labels', points(drawn.labels)) },
    ...(drawn.live ? liveSources(drawn.live) : {}),
  }
  for (const layer of TILED) {
    if (!drawn.layers.includes(layer)) continue
    sources[layer] = {
      type: 'vector',
      tiles: [`${location.origin}/tiles/${encodeURIComponent(drawn.tag)}/${layer}/{z}/{x}/{y}.mvt`],
      minzoom: FROM_ZOOM[layer] ?? 0,
      maxzoom: 16,
      ...(IDS[layer] === undefined ? {} : { promoteId: IDS[layer] }),
    }
  }
  const layers = all(drawn)
    .filter((one) => !('source' in one) || one.source in sources)
    .map((one) => (drawn.live ? elsewhere(one, drawn.live.office) : one))
    .map((one): LayerSpecification => {
      const from = FROM[one.id.split('-')[0] ?? '']
      const seen = from === undefined || !drawn.hidden.has(from)
      return seen || one.type === 'background' ? one : ({ ...one, layout: { ...one.layout, visibility: 'none' } } as never)
    })
  return { version: 8, sources, layers }
}

function all({ ink, mode, summary, selected, dark, live }: Drawn): LayerSpecification[] {
  const wide = (at: number, from: number, to: number): never =>
    ['interpolate', ['exponential', 1.5], ['zoom'], 9, from, at, to] as never
  const theme = dark ? 'dark' : 'light'
  const { lower, upper } = summary?.window ?? { lower: 200, upper: 250 }
  const outside: FilterSpecification = ['!=', ['get', 'within_window'], true]
  const grids = { source: 'service_grids', 'source-layer': 'service_grids' }
  const committees = { source: 'committees', 'source-layer': 'committees' }
  const offices = { source: 'street_offices', 'source-layer': 'street_offices' }
  const buildings = { source: 'buildings', 'source-layer': 'buildings', minzoom: BUILDINGS }
  const font = { 'text-padding': 4, 'text-line-height': 1.25, 'text-max-width': 8 }
  const chosen = selected?.id ?? ''
  const on = (layer: string): FilterSpecification =>
    ['==', ['to-string', ['get', IDS[layer] ?? 'id']], selected?.layer === layer ? chosen : '\u0000'] as never
  const marked = ['boolean', ['feature-state', 'marked'], false]
  const draft = ['boolean', ['feature-state', 'draft'], false]
  return [
    { id: 'background', type: 'background', paint: { 'background-color': ink.land } },
    { id: 'committee-fill', type: 'fill', ...committees, paint: { 'fill-color': committeeFill(mode, ink, summary), 'fill-antialias': false } },
    { id: 'grid-fill', type: 'fill', ...grids, paint: { 'fill-color': gridFill(mode, ink, summary), 'fill-antialias': false } },
    ...(mode === 'deviation' || mode === 'plain'
      ? ([
          {
            id: 'grid-over', type: 'fill', ...grids,
            filter: ['all', outside, ['>', ['get', 'households'], upper]],
            paint: { 'fill-pattern': `hatch-over-${theme}`, 'fill-opacity': mode === 'plain' ? 0.75 : 0.5 },
          },
          {
            id: 'grid-under', type: 'fill', ...grids,
            filter: ['all', outside, ['<', ['get', 'households'], lower]],
            paint: { 'fill-pattern': `hatch-under-${theme}`, 'fill-opacity': mode === 'plain' ? 0.75 : 0.5 },
          },
        ] as LayerSpecification[])
      : []),
    ...(mode === 'change'
      ? ([{ id: 'committee-split', type: 'fill', ...committees, filter: ['==', ['get', 'action'], 'split'], paint: { 'fill-pattern': `hatch-over-${theme}`, 'fill-opacity': 0.35 } }] as LayerSpecification[])
      : []),
    ...(mode === 'certificate'
      ? ([{ id: 'committee-unfit', type: 'fill', ...committees, filter: ['in', ['to-string', ['get', 'committee_id']], ['literal', unfit(summary)]], paint: { 'fill-pattern': `hatch-over-${theme}`, 'fill-opacity': 0.35 } }] as LayerSpecification[])
      : []),
    ...(live ? liveFills(live, ink, theme) : []),
    {
      id: 'building-fill', type: 'fill', ...buildings,
      paint: {
        'fill-color': ['case', draft, ink.alarm, marked, ink.mark, ...(mode === 'change' ? [moved(summary), ink.alarm] : []), ink.building] as never,
        'fill-opacity': ['interpolate', ['linear'], ['zoom'], BUILDINGS, ['case', ['any', marked, draft], 0.95, mode === 'change' ? 0.75 : 0.3], 16, ['case', ['any', marked, draft], 0.95, ['==', ['get', 'households'], 0], 0.3, 0.72]] as never,
      },
    },
    { id: 'building-line', type: 'line', ...buildings, minzoom: 15.5, paint: { 'line-color': ['case', marked, ink.text, ink.buildingLine] as never, 'line-width': ['case', marked, 1.4, 0.6] as never } },
    ...ground(ink),
    { id: 'grid-line', type: 'line', ...grids, minzoom: 11.5, layout: { 'line-join': 'round' }, paint: { 'line-color': ink.grid, 'line-width': wide(17, 0.3, 1.8), 'line-opacity': ['interpolate', ['linear'], ['zoom'], 11.5, 0.35, 14, 0.9] as never } },
    { id: 'committee-halo', type: 'line', ...committees, minzoom: 10.5, paint: { 'line-color': ink.outline, 'line-width': wide(17, 2, 7), 'line-opacity': 0.6 } },
    { id: 'committee-line', type: 'line', ...committees, layout: { 'line-join': 'round' }, paint: { 'line-color': ink.committee, 'line-width': wide(17, 0.7, 3) } },
    ...(live ? liveLines(ink) : []),
    { id: 'office-halo', type: 'line', ...offices, paint: { 'line-color': ink.outline, 'line-width': wide(17, 4, 11), 'line-opacity': 0.8 } },
    { id: 'office-line', type: 'line', ...offices, layout: { 'line-join': 'round' }, paint: { 'line-color': ink.office, 'line-width': wide(17, 1.6, 4.4), 'line-dasharray': [5, 1.4] } },
    { id: 'ruling-halo', type: 'line', source: 'rulings', 'source-layer': 'rulings', paint: { 'line-color': ink.outline, 'line-width': wide(17, 3, 7), 'line-opacity': 0.8 } },
    { id: 'ruling-line', type: 'line', source: 'rulings', 'source-layer': 'rulings', layout: { 'line-join': 'round' }, paint: { 'line-color': ink.alarm, 'line-width': wide(17, 1.4, 3.2), 'line-dasharray': [2, 1.2] } },
    ...(['street_offices', 'committees', 'service_grids'] as const).map(
      (layer): LayerSpecification => ({
        id: `chosen-${layer}`, type: 'line', source: layer, 'source-layer': layer, filter: on(layer),
        layout: { 'line-join': 'round', 'line-cap': 'round' },
        paint: { 'line-color': ink.mark, 'line-width': ['interpolate', ['linear'], ['zoom'], 10, 3, 17, 6] as never },
      }),
    ),
    {
      id: 'building-count', type: 'symbol', ...buildings, minzoom: 17, filter: ['>', ['get', 'households'], 0],
      layout: { 'text-field': ['to-string', ['get', 'households']], 'text-size': 11.5, ...font },
      paint: { 'text-color': ink.text, 'text-halo-color': ink.halo, 'text-halo-width': 1.4 },
    },
    ...groundNames(ink),
    ...labels(ink, font),
  ]
}

/** Names of offices from afar, of committees nearer, numbers of grids nearest. */
function labels(ink: Ink, font: object): LayerSpecification[] {
  const paint = { 'text-color': ink.text, 'text-halo-color': ink.halo, 'text-halo-width': 1.8 }
  const of = (layer: string): FilterSpecification => ['==', ['get', 'layer'], layer]
  const two = (first: number, second: number): never =>
    ['format', ['get', 'title'], { 'font-scale': first }, '\n', {}, ['get', 'count'], { 'font-scale': second }] as never
  return [
    { id: 'label-grid', type: 'symbol', source: 'labels', filter: of('service_grids'), minzoom: 13.6, layout: { 'text-field': two(1.05, 0.82), 'text-size': ['interpolate', ['linear'], ['zoom'], 13.6, 11, 17, 16] as never, ...font }, paint },
    { id: 'label-committee', type: 'symbol', source: 'labels', filter: of('committees'), minzoom: 11.8, maxzoom: 15.2, layout: { 'text-field': two(1, 0.8), 'text-size': ['interpolate', ['linear'], ['zoom'], 11.8, 12, 15, 18] as never, ...font }, paint },
    { id: 'label-office', type: 'symbol', source: 'labels', filter: of('street_offices'), maxzoom: 12.6, layout: { 'text-field': two(1, 0.75), 'text-size': ['interpolate', ['linear'], ['zoom'], 9, 12, 12.5, 19] as never, ...font, 'text-max-width': 10 }, paint },
  ]
}

let pointed: { readonly labels: readonly Label[]; readonly made: GeoJSON.FeatureCollection } | null = null

function points(labels: readonly Label[]): GeoJSON.FeatureCollection {
  if (pointed?.labels === labels) return pointed.made
  const features = labels.map(
    ({ layer, at, title, count }): GeoJSON.Feature => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [...at] },
      properties: { layer, title: shortened(title), count },
    }),
  )
  pointed = { labels, made: { type: 'FeatureCollection', features } }
  return pointed.made
}

const HIDDEN_WHERE_LIVE = /^(grid|committee|chosen-(service_grids|committees))/

/** Grids and committees of the tiles are left out where the office is drawn by its cells. */
function elsewhere(layer: LayerSpecification, office: string): LayerSpecification {
  if (!HIDDEN_WHERE_LIVE.test(layer.id) || !('source' in layer)) return layer
  const apart: FilterSpecification = ['!=', ['to-string', ['get', 'street_office_id']], office]
  const known = 'filter' in layer ? layer.filter : undefined
  return { ...layer, filter: known ? ['all', known, apart] : apart } as LayerSpecification
}

/** A name nobody would write must not cover the map. */
function shortened(name: string): string {
  return [...name].length > 24 ? `${[...name].slice(0, 23).join('')}…` : name
}

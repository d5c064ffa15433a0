/** A straddling estate as a survey sheet: its parts, their areas, the lengths of edges and dividing line. */

import type { Feature, FeatureCollection, LineString, MultiPolygon, Polygon } from 'geojson'
import type { Estate } from '../api/people'
import { Flattened } from '../state/measure'
import { box, middle, type Box } from '../state/shapes'
import { words } from '../words/words.svelte'
import type { Ink } from './colours'
import type { Picture } from './plain-map'

type Shape = Polygon | MultiPolygon
/** Edges of the outline shorter than this are drawn but not measured, metres. */
const SHORTEST = 18
const CORNER = 5

/** Around the estate with room for what is written beside it. */
export function room(estate: Estate): Box | null {
  if (!estate.geometry) return null
  const [west, south, east, north] = box(estate.geometry)
  const [dx, dy] = [(east - west) * 0.35, (north - south) * 0.35]
  return [west - dx, south - dy, east + dx, north + dy]
}

export function estatePicture(estate: Estate, tag: string, ink: Ink, dark: boolean): Picture {
  const tiles = (layer: string): Picture['sources'][string] => ({
    type: 'vector',
    tiles: [`${location.origin}/tiles/${encodeURIComponent(tag)}/${layer}/{z}/{x}/{y}.mvt`],
    maxzoom: 16,
    minzoom: layer === 'buildings' ? 12 : 0,
  })
  const text = { 'text-padding': 2, 'text-line-height': 1.3 }
  const halo = { 'text-color': ink.text, 'text-halo-color': ink.halo, 'text-halo-width': 2 }
  return {
    sources: {
      offices: tiles('street_offices'),
      committees: tiles('committees'),
      buildings: tiles('buildings'),
      parts: { type: 'geojson', data: parts(estate) },
      lines: { type: 'geojson', data: lines(estate) },
      names: { type: 'geojson', data: names(estate) },
    },
    layers: [
      { id: 'background', type: 'background', paint: { 'background-color': ink.land } },
      { id: 'building', type: 'fill', source: 'buildings', 'source-layer': 'buildings', paint: { 'fill-color': ink.building, 'fill-opacity': 0.3 } },
      { id: 'committee', type: 'line', source: 'committees', 'source-layer': 'committees', paint: { 'line-color': ink.committee, 'line-width': 1, 'line-opacity': 0.35 } },
      { id: 'part', type: 'fill', source: 'parts', paint: { 'fill-color': ['match', ['get', 'at'], 0, ink.tints[4] ?? '', 1, ink.tints[1] ?? '', ink.tints[3] ?? ''] as never, 'fill-opacity': 0.85 } },
      { id: 'part-second', type: 'fill', source: 'parts', filter: ['==', ['get', 'at'], 1], paint: { 'fill-pattern': `hatch-under-${dark ? 'dark' : 'light'}`, 'fill-opacity': 0.25 } },
      { id: 'built', type: 'line', source: 'buildings', 'source-layer': 'buildings', minzoom: 15, paint: { 'line-color': ink.buildingLine, 'line-width': 0.7 } },
      { id: 'outline', type: 'line', source: 'parts', layout: { 'line-join': 'round' }, paint: { 'line-color': ink.office, 'line-width': 2 } },
      { id: 'office', type: 'line', source: 'offices', 'source-layer': 'street_offices', paint: { 'line-color': ink.office, 'line-width': 2.6, 'line-dasharray': [5, 1.4] } },
      { id: 'divide', type: 'line', source: 'lines', filter: ['==', ['get', 'kind'], 'divide'], paint: { 'line-color': ink.alarm, 'line-width': 2.6 } },
      { id: 'measure', type: 'line', source: 'lines', filter: ['in', ['get', 'kind'], ['literal', ['edge', 'tick']]], paint: { 'line-color': ink.text, 'line-width': 1, 'line-opacity': 0.75 } },
      {
        id: 'length', type: 'symbol', source: 'lines', filter: ['!=', ['get', 'kind'], 'tick'],
        layout: { 'symbol-placement': 'line-center', 'text-field': ['get', 'said'], 'text-size': 12, 'text-allow-overlap': true, ...text },
        paint: { ...halo, 'text-color': ['case', ['==', ['get', 'kind'], 'divide'], ink.alarm, ink.text] as never },
      },
      { id: 'name', type: 'symbol', source: 'names', layout: { 'text-field': ['get', 'said'], 'text-size': 13.5, 'text-allow-overlap': true, 'text-max-width': 12, ...text }, paint: halo },
    ],
  }
}

/** The estate's land by office; where no part is drawn, the whole. */
function lands(estate: Estate): { readonly land: Shape; readonly said: string }[] {
  const whole = estate.parts.reduce((sum, part) => sum + part.area_m2, 0)
  const drawn = estate.parts.flatMap((part) =>
    part.geometry === null
      ? []
      : [{ land: part.geometry, said: words.t('ruling.on-map', { name: short(part.name ?? part.street_office_id), area: words.number(part.area_m2, 1), share: words.t('ruling.percent', { value: words.number((100 * part.area_m2) / whole, 2) }) }) }],
  )
  if (drawn.length > 1 || !estate.geometry) return drawn
  return [{ land: estate.geometry, said: words.t('ruling.on-map.whole', { name: short(drawnIn(estate)), area: words.number(whole, 1) }) }]
}

function drawnIn(estate: Estate): string {
  const part = estate.parts.find((one) => one.geometry !== null)
  return part?.name ?? part?.street_office_id ?? ''
}

function short(name: string): string {
  return [...name].length > 16 ? `${[...name].slice(0, 15).join('')}…` : name
}

function parts(estate: Estate): FeatureCollection {
  return collection(
    lands(estate).map(({ land }, at) => ({ type: 'Feature', geometry: land, properties: { at } })),
  )
}

function names(estate: Estate): FeatureCollection {
  return collection(
    lands(estate).map(({ land, said }) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: middle(land) }, properties: { said } })),
  )
}

function lines(estate: Estate): FeatureCollection {
  if (!estate.geometry) return collection([])
  const paper = new Flattened(estate.geometry)
  const metres = (value: number): string => words.t('ruling.metres', { value: words.number(value, 1) })
  const edges = paper.edges(estate.geometry, CORNER).filter((edge) => edge.metres >= SHORTEST)
  const found: Feature[] = edges.flatMap((edge) => {
    const [from, to] = paper.aside(edge, 14)
    const [past, beyond] = paper.aside(edge, 18)
    return [line([from, to], 'edge', metres(edge.metres)), line([edge.from, past], 'tick'), line([edge.to, beyond], 'tick')]
  })
  const drawn = estate.parts.flatMap((part) => (part.geometry ? [part.geometry] : []))
  drawn.forEach((one, i) => {
    for (const other of drawn.slice(i + 1))
      for (const run of paper.divide(one, other)) found.push(line([run.from, run.to], 'divide', metres(run.metres)))
  })
  return collection(found)
}

function line(coordinates: LineString['coordinates'], kind: string, said = ''): Feature {
  return { type: 'Feature', geometry: { type: 'LineString', coordinates }, properties: { kind, said } }
}

function collection(features: Feature[]): FeatureCollection {
  return { type: 'FeatureCollection', features }
}

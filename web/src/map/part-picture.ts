/** A street office's part as the public sees it, and as it is printed: committees, grids, names. */

import type { FeatureCollection } from 'geojson'
import type { Area } from '../state/plan.svelte'
import { words } from '../words/words.svelte'
import type { Ink } from './colours'
import type { Picture } from './plain-map'

export interface Layers {
  readonly street_offices: FeatureCollection
  readonly committees: FeatureCollection
  readonly service_grids: FeatureCollection
}

const ID = { street_offices: 'street_office_id', committees: 'committee_id', service_grids: 'service_grid_id' } as const

export function partPicture(layers: Layers, areas: readonly Area[], chosen: Area | null, ink: Ink): Picture {
  const committees = areas.filter((area) => area.layer === 'committees').map((area) => area.id)
  const tint = committees.flatMap((id, i) => [id, ink.tints[i % ink.tints.length] ?? ink.land])
  const mark = chosen ? ['==', ['to-string', ['get', ID[chosen.layer]]], chosen.id] : ['literal', false]
  const text = { 'text-padding': 3, 'text-line-height': 1.25, 'text-max-width': 8 }
  const halo = { 'text-color': ink.text, 'text-halo-color': ink.halo, 'text-halo-width': 1.8 }
  return {
    sources: {
      offices: { type: 'geojson', data: layers.street_offices },
      committees: { type: 'geojson', data: layers.committees },
      grids: { type: 'geojson', data: layers.service_grids },
      names: { type: 'geojson', data: names(areas) },
    },
    layers: [
      { id: 'background', type: 'background', paint: { 'background-color': ink.land } },
      { id: 'committee-fill', type: 'fill', source: 'committees', paint: { 'fill-color': (tint.length ? ['match', ['to-string', ['get', 'committee_id']], ...tint, ink.land] : ink.land) as never } },
      { id: 'grid-line', type: 'line', source: 'grids', paint: { 'line-color': ink.grid, 'line-width': 0.9, 'line-opacity': 0.8 } },
      { id: 'committee-line', type: 'line', source: 'committees', layout: { 'line-join': 'round' }, paint: { 'line-color': ink.committee, 'line-width': 2.2 } },
      { id: 'office-line', type: 'line', source: 'offices', layout: { 'line-join': 'round' }, paint: { 'line-color': ink.office, 'line-width': 3, 'line-dasharray': [5, 1.4] } },
      ...(chosen
        ? [{ id: 'chosen', type: 'line' as const, source: { street_offices: 'offices', committees: 'committees', service_grids: 'grids' }[chosen.layer], filter: mark as never, layout: { 'line-join': 'round' as const }, paint: { 'line-color': ink.mark, 'line-width': 5 } }]
        : []),
      { id: 'name-grid', type: 'symbol', source: 'names', minzoom: 13.8, filter: ['==', ['get', 'layer'], 'service_grids'], layout: { 'text-field': ['get', 'said'], 'text-size': 12, ...text }, paint: halo },
      { id: 'name-committee', type: 'symbol', source: 'names', filter: ['==', ['get', 'layer'], 'committees'], layout: { 'text-field': ['get', 'said'], 'text-size': 15, ...text }, paint: halo },
    ],
  }
}

function names(areas: readonly Area[]): FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: areas
      .filter((area) => area.layer !== 'street_offices')
      .map((area) => ({
        type: 'Feature',
        geometry: { type: 'Point', coordinates: area.at },
        properties: { layer: area.layer, said: area.layer === 'service_grids' ? words.t('area.grid-title', { number: area.number }) : [...area.name].slice(0, 20).join('') },
      })),
  }
}

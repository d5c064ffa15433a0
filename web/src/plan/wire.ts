/** Surveys, rule profiles and runs as the API has them (docs/service.md). */

import type { FeatureCollection } from 'geojson'
import { ask, type Finding } from '../api/client'
import type { Run, Survey } from '../api/types'

export interface Stated {
  readonly crs: string | null
  readonly encoding: string | null
  readonly basis: string | null
  readonly mapping: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export type SurveyVersion = Survey & { readonly stated: Stated; readonly files: readonly { readonly name: string; readonly bytes: number }[] }

export interface Column {
  readonly name: string
  readonly kind: 'number' | 'text'
  readonly empty: number
  readonly distinct: number
  readonly samples: readonly string[]
}

export interface Columns {
  readonly layer: string
  readonly file: string
  readonly rows: number
  readonly columns: readonly Column[]
  readonly fields: readonly string[]
  readonly required: readonly string[]
}

export type Place = readonly [west: number, south: number, east: number, north: number]

export interface Picture {
  readonly layers: Readonly<Record<string, FeatureCollection>>
  readonly origin: readonly [number, number]
  readonly buildings: readonly number[]
  readonly places: readonly (Place | null)[]
}

export type Value = string | number | readonly string[] | readonly number[] | null

export interface Figure {
  readonly path: string
  readonly value: Value
  readonly kind: 'number' | 'text' | 'list'
  readonly choices: readonly string[]
  readonly word: string | null
  readonly reason: string | null
}

export interface Rules {
  readonly name: string
  readonly title_zh: string
  readonly title_en: string
  readonly sections: readonly { readonly section: string; readonly clause: string | null; readonly figures: readonly Figure[] }[]
  readonly findings: readonly Finding[]
}

const at = (id: string, version: number): string => `/api/surveys/${encodeURIComponent(id)}/versions/${version}`

export const surveys = (): Promise<SurveyVersion[]> => ask('/api/surveys')
export const survey = (id: string, version: number): Promise<SurveyVersion> => ask(at(id, version))
export const columns = (id: string, version: number): Promise<Columns[]> => ask(`${at(id, version)}/columns`)
export const findings = (id: string, version: number): Promise<Finding[]> => ask(`${at(id, version)}/findings`)
export const picture = (id: string, version: number): Promise<Picture> => ask(`${at(id, version)}/picture`)
export const restate = (id: string, version: number, stated: Stated): Promise<SurveyVersion> =>
  ask(`${at(id, version)}/settings`, { method: 'POST', body: stated })
export const confirm = (id: string, version: number): Promise<SurveyVersion> => ask(`${at(id, version)}/confirmation`, { method: 'POST' })

function formOf(files: readonly File[], title: string, stated: Stated | null): FormData {
  const form = new FormData()
  if (title) form.set('title', title)
  if (stated) form.set('settings', JSON.stringify(stated))
  for (const file of files) form.append('files', file, file.name)
  return form
}

export const send = (files: readonly File[], title: string, stated: Stated | null = null): Promise<SurveyVersion> =>
  ask('/api/surveys', { method: 'POST', form: formOf(files, title, stated) })
/** The columns of files that are not kept yet. */
export const look = (files: readonly File[]): Promise<Columns[]> => ask('/api/surveys/look', { method: 'POST', form: formOf(files, '', null) })

export const profiles = (): Promise<Rules[]> => ask('/api/profiles')
export const writeProfile = (body: { extends: string; title: string; figures: Record<string, Value>; reasons: Record<string, string> }): Promise<Rules> =>
  ask('/api/profiles', { method: 'POST', body })

export interface Alternatives {
  /** The proposal as asked first; less is better in each measure. */
  readonly alternatives: readonly {
    readonly step: string
    readonly proposal: string
    readonly title: string
    readonly about: string
    readonly measures: Readonly<Record<string, number>>
  }[]
  readonly left_out: readonly { readonly step: string; readonly title: string; readonly message: string }[]
}
export const beside = (run: string): Promise<Alternatives> => ask(`/api/runs/${run}/alternatives`)

export const runs = (): Promise<Run[]> => ask('/api/runs')
export const run = (id: string): Promise<Run> => ask(`/api/runs/${id}`)
export const cancel = (id: string): Promise<Run> => ask(`/api/runs/${id}/cancellation`, { method: 'POST' })
export const start = (body: { survey: string; version: number; profile: string; effort: string; seed: number; alternatives: number }, key: string): Promise<Run> =>
  ask('/api/runs', { method: 'POST', body, key })

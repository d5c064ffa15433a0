/** Why an area is not as the rule wants it, worded as `redistrict.publish.reasons` words it. */

import catalogues from 'virtual:reasons'
import { words, type Params } from './words.svelte'

const ENDINGS = ['.rest', '', '.short', '.bare']

/** The fullest wording that needs no more than `params`; null without a code. */
export function reason(code: unknown, params: unknown, households: number | null): string | null {
  if (typeof code !== 'string' || !code) return null
  const known = catalogues[words.lang]
  const given: Record<string, string | number> = { ...(households === null ? {} : { households }), ...parsed(params) }
  for (const name of ['scope', 'rest']) {
    const worded = known[`${name}.${String(given[name])}`]
    if (worded !== undefined) given[name] = words.fill(worded, given)
  }
  for (const ending of ENDINGS) {
    const template = known[`reason.${code}${ending}`]
    if (template !== undefined && needs(template).every((name) => given[name] !== undefined)) {
      return words.fill(template, given)
    }
  }
  return code
}

function needs(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '')
}

function parsed(params: unknown): Params {
  const given: unknown = typeof params === 'string' ? JSON.parse(params) : params
  if (typeof given !== 'object' || given === null) return {}
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => typeof value === 'string' || typeof value === 'number'),
  ) as Params
}

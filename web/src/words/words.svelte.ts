/** The language of the interface: catalogues of whole sentences, filled by name. */

import { en } from './en'
import { zh } from './zh'

export type Lang = 'zh' | 'en'
export type Key = keyof typeof zh
export type Params = Readonly<Record<string, string | number>>

const CATALOGUES: Record<Lang, Record<Key, string>> = { zh, en }
const KEPT = 'redistrict.lang'

function first(): Lang {
  const kept = localStorage.getItem(KEPT)
  return kept === 'en' ? 'en' : 'zh'
}

class Words {
  lang = $state<Lang>(first())

  choose(lang: Lang): void {
    this.lang = lang
    localStorage.setItem(KEPT, lang)
  }

  /** The sentence `key`; numbers are written as the language writes them. */
  t = (key: Key, params: Params = {}): string => this.fill(CATALOGUES[this.lang][key], params)

  /** A key that is put together from a code; the code itself where nothing is said of it. */
  coded = (prefix: string, code: string): string => {
    const key = `${prefix}.${code}`
    return key in zh ? CATALOGUES[this.lang][key as Key] : code
  }

  fill = (template: string, params: Params): string =>
    template.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = params[name]
      return value === undefined ? whole : typeof value === 'number' ? this.number(value) : value
    })

  number = (value: number, digits = 0): string =>
    new Intl.NumberFormat(this.locale, { maximumFractionDigits: digits }).format(value)

  percent = (share: number): string =>
    new Intl.NumberFormat(this.locale, { style: 'percent', maximumFractionDigits: 1 }).format(share)

  moment = (iso: string): string =>
    new Intl.DateTimeFormat(this.locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso))

  get locale(): string {
    return this.lang === 'zh' ? 'zh-CN' : 'en-GB'
  }
}

export const words = new Words()

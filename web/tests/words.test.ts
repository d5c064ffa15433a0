/** Both languages say everything, with the same figures in it, and nothing that nobody hears. */

import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { en } from '../src/words/en'
import { zh } from '../src/words/zh'

const SOURCE = new URL('../src/', import.meta.url)
const HAN = /[\u3400-\u9fff\uff01-\uff5e\u3001-\u3011]/
const keys = Object.keys(zh) as (keyof typeof zh)[]
const figures = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '').sort()

test('the keys are the same', () => {
  expect(Object.keys(en).sort()).toEqual([...keys].sort())
})

test('the same figures stand in both sentences', () => {
  expect(keys.filter((key) => String(figures(zh[key])) !== String(figures(en[key])))).toEqual([])
})

/** An address as it is written here, and the other language by its own name. */
const CHINESE_IN_ENGLISH = ['where.example', 'bar.other-lang']

test('no sentence is empty, English holds no Chinese', () => {
  expect(keys.filter((key) => !zh[key].trim() || !en[key].trim() || (HAN.test(en[key]) && !CHINESE_IN_ENGLISH.includes(key)))).toEqual([])
})

test('every sentence is said somewhere', () => {
  const text = readdirSync(SOURCE, { recursive: true, encoding: 'utf-8' })
    .filter((name) => /\.(ts|svelte)$/.test(name) && !/words\/(.*-)?(zh|en)\.ts$/.test(name))
    .map((name) => readFileSync(new URL(name, SOURCE), 'utf-8'))
    .join('\n')
  const made = [...text.matchAll(/`([a-z.-]+\.)\$\{|coded\('([a-z.-]+)'/g)].map(([, template, coded]) => template ?? `${coded}.`)
  const unsaid = keys.filter((key) => !text.includes(`'${key}'`) && !made.some((start) => key.startsWith(start)))
  expect(unsaid).toEqual([])
})

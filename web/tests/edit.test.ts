/** What an edit does, counted and checked before anything is sent. */

import { describe, expect, test } from 'vitest'
import { gridAt } from '../src/edit/areas'
import { borders, sides } from '../src/edit/borders'
import { history } from '../src/edit/history'
import { compared, measure, moved, totals, within } from '../src/edit/measure'
import { apply, fold, together } from '../src/edit/ops/apply'
import { merge } from '../src/edit/ops/merge'
import { move } from '../src/edit/ops/move'
import { broken, pieces } from '../src/edit/pieces'
import { next } from '../src/edit/seek'
import { brush } from '../src/edit/tools/brush'
import { lasso } from '../src/edit/tools/lasso'
import { only } from '../src/edit/tools/only'
import { sweep } from '../src/edit/tools/sweep'
import { paper } from './paper'

const GRID = (id: string) => ({ layer: 'service_grids', id }) as const

describe('counting', () => {
  const { ground, areas } = paper(['aaab', 'aaab'])

  test('households of each grid, and the window they are held against', () => {
    expect([...totals(ground, areas)]).toEqual([300, 100])
    expect([199, 200, 250, 251].map((n) => within(n, { lower: 200, upper: 250 }))).toEqual([false, true, true, false])
  })

  test('a move changes two grids, and says by how much', () => {
    const after = apply(ground, areas, move(ground, [2], GRID('b')))
    if (!after) throw new Error('no move')
    expect([...totals(ground, after)]).toEqual([250, 150])
    expect(moved(ground, areas, after)).toBe(50)
    const told = compared(ground, areas, after).map(({ ref, before, after }) => [ref.id, before?.households, after?.households])
    expect(told).toEqual([['a', 300, 250], ['b', 100, 150]])
    expect([...areas.grid]).toEqual([0, 0, 0, 1, 0, 0, 0, 1]) // what was there is as it was
  })

  test('a grid that loses its last cell is no more', () => {
    const after = apply(ground, areas, merge('service_grids', ['b'], 'a'))
    if (!after) throw new Error('no merge')
    expect(gridAt(after, 'b')).toBe(-1)
    expect(measure(ground, after, GRID('b'))).toBeNull()
    expect(measure(ground, after, GRID('a'))).toMatchObject({ households: 400, buildings: 8, broken: 0 })
  })

  test('edits follow one another, what cannot be told is listed', () => {
    const unknown = move(ground, [0], GRID('nowhere'))
    const { areas: after, unclear } = fold(ground, areas, [move(ground, [2], GRID('b')), unknown, move(ground, [6], GRID('b'))])
    expect([...totals(ground, after)]).toEqual([200, 200])
    expect(unclear).toEqual([unknown])
    expect(together([unknown, unknown], ' why ')).toMatchObject({ type: 'batch', note: 'why', events: [{ note: 'why' }, { note: 'why' }] })
  })
})

describe('connection', () => {
  test('pieces are told by shared sides, not corners', () => {
    const { ground } = paper(['ab', 'ba'])
    expect(pieces(ground, [0, 3]).count).toBe(2)
    expect(pieces(ground, [0, 1, 3]).count).toBe(1)
    expect(broken(ground, [0, 3])).toBe(1)
    expect(broken(ground, [])).toBe(0)
  })

  test('taking the middle breaks a grid, and that is seen before it is sent', () => {
    const { ground, areas } = paper(['aaa', 'bbb'])
    const after = apply(ground, areas, move(ground, [1], GRID('b')))
    if (!after) throw new Error('no move')
    expect(compared(ground, areas, after).map(({ ref, after }) => [ref.id, after?.broken])).toEqual([['a', 1], ['b', 0]])
  })

  test('land where nobody lives goes along when it is cut off', () => {
    const { ground, areas } = paper(['aaA', 'bbb'])
    const after = apply(ground, areas, move(ground, [1], GRID('b')))
    expect([...(after?.grid ?? [])]).toEqual([0, 1, 1, 1, 1, 1])
  })

  test('each side between two grids is drawn once, the edge of the land as the committee', () => {
    const { ground, areas } = paper(['ab'])
    const found = borders(sides(ground), areas).features.map(({ properties, geometry }) => [properties?.['kind'], geometry.coordinates.length])
    expect(found).toEqual([['grid', 1], ['committee', 6]])
  })
})

describe('tools', () => {
  const seen = { x: Float64Array.from([0, 10, 20, 30]), y: Float64Array.from([0, 0, 0, 50]) }

  test('the brush takes what lies within its width of the stroke', () => {
    expect(brush(seen, [0, 4], [20, 4], 5)).toEqual([0, 1, 2])
    expect(brush(seen, [9, 0], [9, 0], 2)).toEqual([1])
  })

  test('the lasso takes what it goes round', () => {
    expect(lasso(seen, [[-5, -5], [15, -5], [15, 5], [-5, 5]])).toEqual([0, 1])
    expect(lasso(seen, [[0, 0], [1, 1]])).toEqual([])
  })

  test('the sweep pushes the boundary on, never jumps, never crosses a barrier', () => {
    const open = paper(['abb', 'abb'])
    const joined = (cell: number): boolean => open.areas.grid[cell] === 0
    expect(sweep(open.ground, [2], joined)).toEqual([])
    expect(sweep(open.ground, [1, 2], joined)).toEqual([1, 2])
    const shut = paper(['abb', 'abb'], 50, [[0, 1]])
    expect(sweep(shut.ground, [1, 2], joined)).toEqual([])
  })

  test('what is locked, frozen or not meant stays', () => {
    const { areas } = paper(['abc'])
    const rule = { from: 'any', began: 0, into: 'b', isOutside: (grid: number) => grid === 2 } as const
    expect(only(areas, [0, 1, 2], rule)).toEqual([0, 2])
    expect(only(areas, [0, 1, 2], { ...rule, from: 'start' })).toEqual([0])
    expect(only(areas, [0, 1, 2], { ...rule, from: 'outside' })).toEqual([2])
    const locked = { ...areas, service_grids: areas.service_grids.map((grid) => ({ ...grid, locked: grid.id === 'a' })) }
    expect(only(locked, [0, 1, 2], rule)).toEqual([2])
    expect(only(locked, [1, 2], { ...rule, into: 'a' })).toEqual([])
  })
})

test('the next place that wants a look, round and round', () => {
  expect(next(['x', 'y', 'z'], null)).toEqual({ id: 'x', at: 1, of: 3 })
  expect(next(['x', 'y', 'z'], 'z')).toEqual({ id: 'x', at: 1, of: 3 })
  expect(next(['x', 'y', 'z'], 'x', -1)).toEqual({ id: 'z', at: 3, of: 3 })
  expect(next([], 'x')).toBeNull()
})

test('one undoes one’s own newest edit that holds, and redoes until one does something else', () => {
  const edit = (version: number, author: string, event: object) => ({ version, author, at: '', areas: [], event }) as never
  const story = [edit(1, 'me', { type: 'move', id: 'e1' }), edit(2, 'you', { type: 'move', id: 'e2' }), edit(3, 'me', { type: 'undo', target: 'e1' })]
  expect(history(story, 'me')).toMatchObject({ undo: null, redo: { version: 1 } })
  expect(history(story, 'you')).toMatchObject({ undo: { version: 2 }, redo: null })
  expect(history([...story, edit(4, 'me', { type: 'move', id: 'e4' })], 'me')).toMatchObject({ undo: { version: 4 }, redo: null })
})

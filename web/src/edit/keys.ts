/** Every key of the editor, in one place: what it does, and what the list of `?` says of it. */

import type { Desk } from '../state/desk.svelte'
import type { Key } from '../words/words.svelte'
import { around } from '../state/shapes'
import type { AreaRef } from './areas'
import { committeeAt, gridAt } from './areas'
import type { Board, Tool } from './board.svelte'
import { lock } from './ops/lock'
import { merge } from './ops/merge'
import { moved } from './ops/move'
import { split } from './ops/split'

export const KEYS: Record<Tool, string> = { pointer: 'V', brush: 'B', sweep: 'W', rectangle: 'R', lasso: 'L' }

/** What `?` shows, by chapter. */
export const LIST: readonly { readonly title: Key; readonly keys: readonly (readonly [keys: string, what: Key])[] }[] = [
  {
    title: 'edit.keys.tools',
    keys: [['V', 'edit.tool.pointer'], ['B', 'edit.tool.brush'], ['W', 'edit.tool.sweep'], ['R', 'edit.tool.rectangle'], ['L', 'edit.tool.lasso']],
  },
  {
    title: 'edit.keys.paint',
    keys: [['I', 'edit.key.into'], ['F', 'edit.key.from'], ['[  ]', 'edit.key.width'], ['Space', 'edit.key.press'], ['Shift+Space', 'edit.key.pick']],
  },
  {
    title: 'edit.keys.find',
    keys: [['O', 'edit.key.outside'], ['D', 'edit.key.broken'], ['C', 'edit.key.uncommented'], ['Shift', 'edit.key.back'], ['Z', 'edit.key.zoom']],
  },
  {
    title: 'edit.keys.change',
    keys: [
      ['Enter', 'edit.key.accept'], ['Esc', 'edit.key.cancel'], ['Ctrl+Z', 'edit.undo'], ['Ctrl+Y', 'edit.redo'], ['S', 'edit.key.suggest'],
      ['M', 'edit.key.move'], ['N', 'edit.key.new'], ['G', 'edit.key.merge'], ['K', 'edit.key.lock'],
    ],
  },
  { title: 'edit.keys.map', keys: [['Space', 'edit.key.pan'], ['?', 'edit.key.help']] },
]

/** True where the key was one of ours. */
export function press(board: Board, desk: Desk, event: KeyboardEvent): boolean {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key
  if (event.ctrlKey || event.metaKey) {
    if (key === 'Z') void (event.shiftKey ? board.redo() : board.undo())
    else if (key === 'Y') void board.redo()
    else return false
    return true
  }
  if (event.altKey) return false
  const tool = (Object.keys(KEYS) as Tool[]).find((one) => KEYS[one] === key)
  if (tool) board.tool = tool
  else if (key === '?') board.helping = !board.helping
  else if (key === 'I') board.into = board.chosen?.layer === 'service_grids' ? board.chosen.id : null
  else if (key === 'F') board.turnFrom()
  else if (key === '[') board.radius = Math.max(8, board.radius - 6)
  else if (key === ']') board.radius = Math.min(120, board.radius + 6)
  else if (key === 'O') seek(board, desk, 'outside', event.shiftKey)
  else if (key === 'D') seek(board, desk, 'broken', event.shiftKey)
  else if (key === 'C') seek(board, desk, 'uncommented', event.shiftKey)
  else if (key === 'Z') zoom(board, desk, board.chosen)
  else if (key === 'S') void board.suggest()
  else if (key === 'M') board.asking = board.picked.length > 0 ? 'picked' : null
  else if (key === 'N') found(board)
  else if (key === 'G') board.asking = board.chosen ? 'merge' : null
  else if (key === 'K') turnLock(board)
  else if (key === 'Enter') void board.accept()
  else if (key === 'Escape') escape(board)
  else return false
  return true
}

export function seek(board: Board, desk: Desk, what: Parameters<Board['find']>[0], back: boolean): void {
  zoom(board, desk, board.find(what, back ? -1 : 1))
}

export function zoom(board: Board, desk: Desk, ref: AreaRef | null): void {
  const { ground } = board
  if (!ref || !ground) return
  const cells = board.cells(ref)
  const boxes = cells.map((cell): [number, number, number, number] => [ground.lon[cell] ?? 0, ground.lat[cell] ?? 0, ground.lon[cell] ?? 0, ground.lat[cell] ?? 0])
  if (boxes.length > 0) desk.map?.fly(around(boxes), 17)
}

/** One thing at a time, from the innermost out. */
function escape(board: Board): void {
  if (board.helping) board.helping = false
  else if (board.asking) board.asking = null
  else if (board.picked.length > 0) board.picked = []
  else if (board.pending.length > 0) board.cancel()
  else if (board.into !== null) board.into = null
  else board.chosen = null
}

export function turnLock(board: Board): void {
  const { chosen, now } = board
  if (!chosen || !now) return
  const known = now[chosen.layer][chosen.layer === 'service_grids' ? gridAt(now, chosen.id) : committeeAt(now, chosen.id)]
  if (known) board.add(lock(chosen, !known.locked))
}

/** The grid that all picked cells lie in, where some of it would stay. */
export function mother(board: Board): AreaRef | null {
  const { now, picked } = board
  if (!now || picked.length === 0) return null
  const grids = new Set(picked.map((cell) => now.grid[cell] ?? -1))
  const [only] = grids
  if (grids.size !== 1 || only === undefined) return null
  const chosen = new Set(picked)
  const stays = now.grid.some((grid, cell) => grid === only && !chosen.has(cell))
  const id = now.service_grids[only]?.id
  return stays && id !== undefined ? { layer: 'service_grids', id } : null
}

/** A new grid of what is picked. */
export function found(board: Board): void {
  const { ground, now } = board
  const area = mother(board)
  if (!ground || !now || !area) return
  board.add(split(ground, now, area, [board.picked]))
  board.picked = []
}

/** The click that answers `board.asking`. */
export function answer(board: Board, grid: AreaRef): void {
  const { asking, chosen, now, ground } = board
  if (!now || !ground || asking === null) return
  board.asking = null
  const committee = now.committees[now.service_grids[gridAt(now, grid.id)]?.committee ?? -1]
  if (asking === 'picked') {
    const event = board.painting(board.picked, grid.id)
    if (event.type === 'move' && moved(ground, now, event)) {
      board.add(event)
      board.picked = []
    }
  } else if (asking === 'merge' && chosen) {
    const into = chosen.layer === 'service_grids' ? grid.id : committee?.id
    if (into === undefined || into === chosen.id) return
    board.add(merge(chosen.layer, [chosen.id], into))
    board.chosen = { layer: chosen.layer, id: into }
  } else if (asking === 'committee' && chosen?.layer === 'service_grids' && committee) {
    board.add({ type: 'move', members: { service_grids: [chosen.id] }, to: { layer: 'committees', id: committee.id } })
  }
}

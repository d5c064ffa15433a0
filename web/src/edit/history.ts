/** What can be undone and redone, from the record of all edits: there is no limit to it. */

import type { EditOut } from '../api/types'

export interface History {
  /** Edits that hold, oldest first. */
  readonly done: readonly EditOut[]
  /** The edit that undoing would take back: the newest of one's own that holds. */
  readonly undo: EditOut | null
  /** The edit that redoing would bring back. */
  readonly redo: EditOut | null
}

export function history(edits: readonly EditOut[], me: string): History {
  const known = new Map<string, EditOut>()
  let done: EditOut[] = []
  let undone: EditOut[] = []
  for (const edit of edits) {
    const { type, id, target } = edit.event as { type: string; id?: string; target?: string }
    const named = target === undefined ? undefined : known.get(target)
    if (type === 'undo' && named) {
      done = done.filter((one) => one !== named)
      if (edit.author === me) undone.push(named)
    } else if (type === 'redo' && named) {
      undone = undone.filter((one) => one !== named)
      done = [...done, named].sort((a, b) => a.version - b.version)
    } else {
      if (id !== undefined) known.set(id, edit)
      done.push(edit)
      if (edit.author === me) undone = [] // what one does next is another way on
    }
  }
  return { done, undo: done.findLast((edit) => edit.author === me) ?? null, redo: undone.at(-1) ?? null }
}

/** The address after `#`: which screen, which proposal, where on the map, what is selected. */

export interface Place {
  readonly path: readonly string[]
  readonly query: Readonly<Record<string, string>>
}

function read(): Place {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?')
  return {
    path: path.split('/').filter(Boolean).map(decode),
    query: Object.fromEntries(new URLSearchParams(query)),
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export function address(path: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  const asked = new URLSearchParams(query).toString()
  return `#/${path.map(encodeURIComponent).join('/')}${asked ? `?${asked}` : ''}`
}

class Route {
  place = $state.raw<Place>(read())

  constructor() {
    addEventListener('hashchange', () => (this.place = read()))
  }

  go(path: readonly string[], query: Readonly<Record<string, string>> = {}): void {
    location.hash = address(path, query)
  }

  /** Say in the address what is seen now, without a step in the history. */
  note(query: Readonly<Record<string, string | null>>): void {
    const merged: Record<string, string> = { ...this.place.query }
    for (const [name, value] of Object.entries(query)) {
      if (value === null) delete merged[name]
      else merged[name] = value
    }
    history.replaceState(null, '', address(this.place.path, merged))
    this.place = read()
  }
}

export const route = new Route()

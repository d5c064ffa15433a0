/** Light or dark: as chosen, else as the system has it. */

const KEPT = 'redistrict.theme'
const system = matchMedia('(prefers-color-scheme: dark)')

class Theme {
  chosen = $state<string | null>(localStorage.getItem(KEPT))
  #system = $state(system.matches)

  constructor() {
    system.addEventListener('change', () => (this.#system = system.matches))
  }

  get dark(): boolean {
    return this.chosen === null ? this.#system : this.chosen === 'dark'
  }

  turn(): void {
    this.chosen = this.dark ? 'light' : 'dark'
    localStorage.setItem(KEPT, this.chosen)
  }
}

export const theme = new Theme()

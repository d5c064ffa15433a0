/** Numbered pins on a map, as buttons: reached by keyboard, named for who hears the page. */

import { Marker, type Map as GlMap } from 'maplibre-gl'

export interface Pin {
  readonly lon: number
  readonly lat: number
  readonly mark: string
  readonly label: string
  readonly fresh?: boolean
  readonly pressed?: () => void
}

export class Pins {
  #markers: Marker[] = []

  show(map: GlMap, pins: readonly Pin[]): void {
    this.clear()
    this.#markers = pins.map((pin) => new Marker({ element: button(pin), anchor: 'bottom' }).setLngLat([pin.lon, pin.lat]).addTo(map))
  }

  clear(): void {
    for (const marker of this.#markers) marker.remove()
    this.#markers = []
  }
}

function button({ mark, label, fresh, pressed }: Pin): HTMLElement {
  const made = document.createElement('button')
  made.type = 'button'
  made.className = fresh ? 'map-pin fresh' : 'map-pin'
  made.textContent = mark
  made.setAttribute('aria-label', label)
  made.addEventListener('click', (event) => {
    event.stopPropagation()
    pressed?.()
  })
  return made
}

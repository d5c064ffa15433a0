/** A map of what it is given and nothing else: notices, rulings, print. Areas are GeoJSON, no tiles needed. */

import type { LayerSpecification, Map as GlMap, StyleSpecification } from 'maplibre-gl'
import type { Box } from '../state/shapes'
import { bareMap } from './bare'

export interface Picture {
  readonly sources: StyleSpecification['sources']
  readonly layers: readonly LayerSpecification[]
}

export interface Pressed {
  readonly lon: number
  readonly lat: number
}

export class PlainMap {
  readonly gl: GlMap
  #loaded = false
  #waiting: Picture | null = null

  constructor(element: HTMLElement, picture: Picture, box: Box, still: boolean, locale: Record<string, string>, pressed: (at: Pressed) => void) {
    this.gl = bareMap(element, {
      style: whole(picture),
      bounds: box,
      fitBoundsOptions: { padding: 40 },
      interactive: !still,
      // A printed picture is read from the canvas after it was drawn.
      canvasContextAttributes: { preserveDrawingBuffer: still },
      locale,
    })
    this.gl.once('style.load', () => {
      this.#loaded = true
      if (this.#waiting) this.show(this.#waiting)
    })
    this.gl.on('click', ({ lngLat }) => pressed({ lon: lngLat.lng, lat: lngLat.lat }))
    this.gl.on('idle', () => (element.dataset['ready'] = 'true'))
  }

  show(picture: Picture): void {
    if (this.#loaded) this.gl.setStyle(whole(picture), { diff: true })
    else this.#waiting = picture
  }

  fly(box: Box): void {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    this.gl.fitBounds(box, { padding: 48, maxZoom: 17, duration: still ? 0 : 400 })
  }

  remove(): void {
    this.gl.remove()
  }
}

function whole({ sources, layers }: Picture): StyleSpecification {
  return { version: 8, sources, layers: [...layers] }
}

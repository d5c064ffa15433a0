/** A map of what it is given and nothing else: notices, rulings, print. Areas are GeoJSON, no tiles needed. */

import 'maplibre-gl/dist/maplibre-gl.css'
import { Map as GlMap, NavigationControl, ScaleControl, setWorkerUrl, type LayerSpecification, type StyleSpecification } from 'maplibre-gl'
import worker from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'
import type { Box } from '../state/shapes'
import { hatch } from './hatch'

setWorkerUrl(worker)

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
    this.gl = new GlMap({
      container: element,
      style: whole(picture),
      bounds: box,
      fitBoundsOptions: { padding: 40 },
      attributionControl: false,
      localIdeographFontFamily: "'Noto Sans SC','PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif",
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxPitch: 0,
      maxZoom: 20,
      fadeDuration: 0,
      interactive: !still,
      // A printed picture is read from the canvas after it was drawn.
      canvasContextAttributes: { preserveDrawingBuffer: still },
      locale,
    })
    this.gl.touchZoomRotate.disableRotation()
    this.gl.keyboard.disableRotation()
    if (!still) this.gl.addControl(new NavigationControl({ showCompass: false }), 'top-right')
    this.gl.addControl(new ScaleControl({ maxWidth: 120 }), 'bottom-left')
    this.gl.setMissingStyleImageResolver((id) => {
      const made = hatch(id)
      if (made && !this.gl.hasImage(id)) this.gl.addImage(id, made, { pixelRatio: 2 })
    })
    this.gl.once('style.load', () => {
      this.#loaded = true
      if (this.#waiting) this.show(this.#waiting)
    })
    this.gl.on('click', ({ lngLat }) => pressed({ lon: lngLat.lng, lat: lngLat.lat }))
    this.gl.on('render', () => (element.dataset['busy'] = 'true'))
    this.gl.on('idle', () => {
      const { lng, lat } = this.gl.getCenter()
      element.dataset['view'] = `${this.gl.getZoom()}/${lat}/${lng}`
      element.dataset['busy'] = 'false'
      element.dataset['ready'] = 'true'
    })
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

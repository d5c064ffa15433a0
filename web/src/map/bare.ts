/** What the maps of proposals have in common: no turning or tilting, letters and hatches drawn here. */

import 'maplibre-gl/dist/maplibre-gl.css'
import './map.css'
import { Map as GlMap, NavigationControl, ScaleControl, type MapOptions } from 'maplibre-gl'
import { hatch } from './hatch'
import { startWorker } from './worker'

startWorker()

/** A map in `container`, whose `data-busy` and `data-view` say whether it still draws, and where it looks. */
export function bareMap(container: HTMLElement, own: Omit<MapOptions, 'container'>): GlMap {

  container.classList.add('bare-map')
  const gl = new GlMap({
    container,
    attributionControl: false,
    localIdeographFontFamily: "'Noto Sans SC','PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif",
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxPitch: 0,
    maxZoom: 20,
    fadeDuration: 0,
    ...own,
  })
  gl.touchZoomRotate.disableRotation()
  gl.keyboard.disableRotation()
  if (own.interactive !== false) gl.addControl(new NavigationControl({ showCompass: false }), 'top-right')
  gl.addControl(new ScaleControl({ maxWidth: 120 }), 'bottom-left')
  gl.setMissingStyleImageResolver((id) => {
    const picture = hatch(id)
    if (picture && !gl.hasImage(id)) gl.addImage(id, picture, { pixelRatio: 2 })
  })
  gl.on('render', () => (container.dataset['busy'] = 'true'))
  gl.on('idle', () => {
    const { lng, lat } = gl.getCenter()
    container.dataset['view'] = `${gl.getZoom()}/${lat}/${lng}`
    container.dataset['busy'] = 'false'
  })
  return gl
}

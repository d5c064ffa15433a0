/** The map library's workers, from this origin; they start while the areas are still on their way. */

import { prewarm, setWorkerUrl } from 'maplibre-gl'
import worker from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'

let started = false

export function startWorker(): void {
  if (started) return
  setWorkerUrl(worker)
  prewarm()
  started = true
}

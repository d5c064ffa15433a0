/** The map library's worker, from this origin; told once. */

import { setWorkerUrl } from 'maplibre-gl'
import worker from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'

let started = false

export function startWorker(): void {
  if (!started) setWorkerUrl(worker)
  started = true
}

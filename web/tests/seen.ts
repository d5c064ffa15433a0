/** Colours as they are seen: contrast, lightness, distance; without colour, and by the colour-blind. */

export type Rgb = readonly [number, number, number]
export type Eye = 'all' | 'protan' | 'deutan' | 'tritan' | 'grey'
export const EYES: readonly Eye[] = ['all', 'protan', 'deutan', 'tritan', 'grey']

/** Full loss of one cone, in linear light (Machado, Oliveira and Fernandes 2009, table 1). */
const LOSS: Record<'protan' | 'deutan' | 'tritan', readonly Rgb[]> = {
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
const LIGHT: Rgb = [0.2126, 0.7152, 0.0722]

/** Linear light of `#rrggbb`. */
export function linear(colour: string): Rgb {
  const part = (at: number): number => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return [part(1), part(3), part(5)]
}

const dot = (a: Rgb, b: Rgb): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
const clipped = (value: number): number => Math.min(1, Math.max(0, value))

/** What an eye makes of it, linear light. */
export function seen(colour: string, eye: Eye): Rgb {
  const light = linear(colour)
  if (eye === 'all') return light
  if (eye === 'grey') {
    const y = dot(LIGHT, light)
    return [y, y, y]
  }
  const [r, g, b] = LOSS[eye].map((row) => clipped(dot(row, light)))
  return [r ?? 0, g ?? 0, b ?? 0]
}

/** WCAG 2.2 contrast ratio. */
export function contrast(one: string, other: string): number {
  const [a, b] = [dot(LIGHT, linear(one)), dot(LIGHT, linear(other))]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

/** CIELAB under D65. */
export function lab([r, g, b]: Rgb): Rgb {
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116)
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047)
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b)
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

/** CIE 1976 distance as an eye sees two colours: about 2.3 is just noticed, 10 is told at a glance. */
export function apart(one: string, other: string, eye: Eye): number {
  const [a, b] = [lab(seen(one, eye)), lab(seen(other, eye))]
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
}

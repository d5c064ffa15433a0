import { readFileSync } from 'node:fs'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type Plugin } from 'vite'

const LOCALE = new URL('../redistrict/locale/', import.meta.url)

/** `virtual:reasons`: the sentences of reasons.po, so that map and documents say the same. */
function reasons(): Plugin {
  const name = 'virtual:reasons'
  return {
    name,
    resolveId: (id) => (id === name ? `\0${name}` : null),
    load(id) {
      if (id !== `\0${name}`) return null
      const said = Object.fromEntries(['zh', 'en'].map((lang) => [lang, sentences(lang)]))
      return `export default ${JSON.stringify(said)}`
    },
  }
}

/** msgid -> msgstr of the catalogues that word a reason; one line each, as they are written. */
function sentences(lang: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const file of ['reasons', 'integration', 'wishes', 'revision']) {
    const text = readFileSync(new URL(`${lang}/${file}.po`, LOCALE), 'utf-8')
    for (const entry of text.split(/\n\s*\n/)) {
      const [key, said] = ['msgid', 'msgstr'].map((word) => quoted(entry, word))
      if (key && said && /^(reason|scope|rest|breach)\./.test(key)) found[key] = said
    }
  }
  return found
}

function quoted(entry: string, word: string): string {
  const at = new RegExp(`^${word} ((?:"(?:[^"\\\\]|\\\\.)*"\\s*)+)`, 'm').exec(entry)
  const parts = at?.[1]?.match(/"(?:[^"\\]|\\.)*"/g) ?? []
  return parts.map((part) => JSON.parse(part) as string).join('')
}

export default defineConfig({
  plugins: [svelte(), reasons()],
  worker: { format: 'es' },
  build: {
    outDir: '../api/web/built',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    // The map library changes seldom and is kept by the browser, whatever of ours changes.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'maplibre', test: /node_modules[\\/](maplibre-gl|@mapbox|@maplibre)/ }] } } },
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/tiles', '/ogc', '/downloads', '/problems'].map((at) => [
        at,
        process.env.REDISTRICT_URL ?? 'http://127.0.0.1:8000',
      ]),
    ),
  },
})

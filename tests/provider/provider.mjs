// An OpenID Connect provider (oidc-provider, certified by the OpenID Foundation) on a loopback port.
// node provider.mjs PORT REDIRECT_URI...   Says "ready" when it listens. Anybody signs in as whoever they say.
import { Provider } from 'oidc-provider'

const [port, ...redirects] = process.argv.slice(2)
const client = {
  client_id: 'redistrict',
  client_secret: 'a secret of the tests, long enough',
  redirect_uris: redirects,
  grant_types: ['authorization_code'],
  response_types: ['code'],
}
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [client],
  pkce: { required: () => true },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  features: { devInteractions: { enabled: true } },
})
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'))

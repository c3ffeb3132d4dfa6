// A provider of sign-ins that nobody here wrote: oidc-provider (certified by the OpenID Foundation), with its own
// pages for signing in, where any name and password will do.
//
// node provider.mjs PATH-OF-OIDC-PROVIDER SITE
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const [library, site] = process.argv.slice(2);
const { Provider } = await import(pathToFileURL(library)).then((found) => ({ Provider: found.default }));

// The issuer has its port in it, so the port is known before the provider is made.
const server = createServer((request, response) => answer(request, response));
let answer = (_, response) => response.end();
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'zhicheng',
      client_secret: 'a secret of both, long enough for anybody',
      redirect_uris: [`${site}/sign-in/elsewhere/back`],
      post_logout_redirect_uris: [`${site}/sign-in`],
      response_types: ['code'],
      grant_types: ['authorization_code'],
    },
  ],
  cookies: { keys: ['of this test'] },
  claims: { openid: ['sub'], profile: ['preferred_username'] },
  conformIdTokenClaims: false,
  async findAccount(_, id) {
    return { accountId: id, claims: async () => ({ sub: id, preferred_username: id }) };
  },
});
answer = provider.callback();
console.log(issuer);

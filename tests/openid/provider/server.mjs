// An OpenID provider as its makers made it (oidc-provider from npm), with the people and the client that the tests need.
// Configured by one JSON object in the environment variable PROVIDER; prints one line of JSON when it listens.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import Provider from 'oidc-provider';

const asked = JSON.parse(process.env.PROVIDER);
const people = new Map(Object.entries(asked.people));
const claims = [...new Set([...people.values()].flatMap((person) => Object.keys(person)))];
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const provider = new Provider(asked.issuer, {
  clients: [asked.client],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' }] },
  claims: { openid: ['sub', ...claims] },
  findAccount: (_ctx, sub) => people.has(sub) && { accountId: sub, claims: () => ({ sub, ...people.get(sub) }) },
  pkce: { required: () => true },
  features: {
    devInteractions: { enabled: true },
    backchannelLogout: { enabled: true },
    jwtUserinfo: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  conformIdTokenClaims: true,
  fetch: (url, { dispatcher, ...options }) => fetch(url, options), // as it is, it calls nobody on this very machine
  cookies: { keys: ['for tests only'] },
});

for (const event of ['server_error', 'backchannel.error']) {
  provider.on(event, (...parts) => console.error(event, parts.find((part) => part instanceof Error)));
}
const server = provider.listen(asked.port, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: server.address().port }));
});
process.stdin.resume().on('end', () => process.exit(0)); // whoever started us has gone

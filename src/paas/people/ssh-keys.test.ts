import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { localActor } from '../../model/index.ts';
import { peopleWorld } from './people.fixture.ts';
import { parseSshPublicKey } from './ssh-public-key.ts';

const invalid = { code: 'InvalidRequest' };
const field = (content: string | Uint8Array) => {
  const bytes = Buffer.from(content as string);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
};
const line = (algorithm: string, ...fields: (string | Uint8Array)[]) =>
  `${algorithm} ${Buffer.concat([algorithm, ...fields].map(field)).toString('base64')} ann@laptop`;
const raw = (jwk: string) => Buffer.from(jwk, 'base64url');

function ed25519(): string {
  const { x } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  return line('ssh-ed25519', raw(x!));
}

function rsa(bits: number): string {
  const { n, e } = generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'jwk' });
  return line('ssh-rsa', raw(e!), Buffer.concat([Buffer.of(0), raw(n!)]));
}

function ecdsa(point?: (bytes: Buffer) => Buffer): string {
  const { x, y } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
  const bytes = Buffer.concat([Buffer.of(4), raw(x!), raw(y!)]);
  return line('ecdsa-sha2-nistp256', 'nistp256', point ? point(bytes) : bytes);
}

const offCurve = (bytes: Buffer) => {
  bytes[64] = bytes[64]! ^ 1;
  return bytes;
};

/** Made by ssh-keygen, with what `ssh-keygen -l` says of them. */
const made = {
  'SHA256:h52N9i9dFIa57fo6X+V1EhybPNzSQYaC7sN/y8RGrnE':
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDFY/hF6s7BTkJ9YsQbqyNHU2yFC6ThrX2JoNR4Msplj ann@laptop',
  'SHA256:TYyHrC1OgoyrcBOpLJAmxxADQ8DNkD0tfO9BXPZViec':
    'ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBADImRxr5GV2yjr1T9QYULbg05rcWRN7q9gBFE9vYHFH+i0GsjHp0DJjwEjV0GFiqxZtXfgGmOMuJKhyRUVilRF3cwCaCWsD3B5usHAH3ArdqbS84ozddiZg21l7wqKr54Ak/VeghnBQNZOiDkh2CykaRWHh2PkdQDCR6GHh/y46wF8JMQ== two words',
};

test('keys that OpenSSH makes are read, and named as OpenSSH names them', () => {
  for (const [fingerprint, line] of Object.entries(made)) {
    const [algorithm, , ...comment] = line.split(' ');
    assert.deepEqual(parseSshPublicKey(`${line}\n`), { algorithm, fingerprint, comment: comment.join(' ') });
  }
  for (const good of [ed25519(), rsa(2048), ecdsa()]) parseSshPublicKey(good);
});

test('weak, broken and foreign keys are refused', () => {
  const good = ed25519();
  const wrong: Record<string, string> = {
    'short RSA': rsa(1024),
    'a point beside the curve': ecdsa(offCurve),
    'half a point': ecdsa((bytes) => bytes.subarray(0, 33)),
    DSA: line('ssh-dss', 'p', 'q', 'g', 'y'),
    'a security key': line('sk-ssh-ed25519@openssh.com', Buffer.alloc(32), 'ssh:'),
    'another name outside': good.replace('ssh-ed25519', 'ssh-rsa'),
    'too short': line('ssh-ed25519', Buffer.alloc(31)),
    'one field more': line('ssh-ed25519', Buffer.alloc(32), 'x'),
    cut: good.replace(/.{8} ann/, ' ann'),
    'two lines': `${good}\n${good}`,
    options: `command="id" ${good}`,
    nothing: '',
    private: '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA',
    long: `${good}${'x'.repeat(9000)}`,
    'no base64': 'ssh-ed25519 !!!',
    'a prototype': line('ecdsa-sha2-nistp000', 'nistp000', Buffer.alloc(65, 4)),
  };
  for (const [name, text] of Object.entries(wrong)) assert.throws(() => parseSshPublicKey(text), invalid, name);
  assert.equal(parseSshPublicKey(`${good.split(' ').slice(0, 2).join(' ')} \u001b[31mred`).comment, '?[31mred');
});

test('a key is one user’s, opens as that user, and goes when it is removed', async (t) => {
  const { ask, people, user } = await peopleWorld(t);
  const [ann, ben] = [await user('ann', 'deployer'), await user('ben', 'reader')];
  const key = ed25519();
  const { fingerprint } = await ask(ann, 'POST /ssh-keys', { body: { key } });
  const sshKey = Buffer.from(key.split(' ')[1]!, 'base64');
  assert.deepEqual(await people.findActor({ sshKey }), { name: 'ann', kind: 'user', credential: `ssh ${fingerprint}` });
  assert.equal(await people.findActor({ sshKey: Buffer.from('x') }), undefined);
  await assert.rejects(ask(ben, 'POST /ssh-keys', { body: { key } }), { code: 'NameTaken' });
  await assert.rejects(ask(ben, 'POST /ssh-keys', { body: { key, user: 'ann' } }), { code: 'AccessDenied' });
  await assert.rejects(ask(ben, 'DELETE /ssh-keys', { query: { fingerprint } }), { code: 'AccessDenied' });
  await assert.rejects(ask(localActor, 'POST /ssh-keys', { body: { key: ed25519() } }), invalid);
  await assert.rejects(ask(localActor, 'POST /ssh-keys', { body: { key: ed25519(), user: 'nobody' } }), { code: 'NoSuchThing' });
  assert.deepEqual((await ask(ann, 'GET /ssh-keys')).keys.length, 1);
  assert.deepEqual((await ask(ben, 'GET /ssh-keys')).keys, []);
  await ask(ann, 'DELETE /ssh-keys', { query: { fingerprint } });
  assert.equal(await people.findActor({ sshKey }), undefined);
  await ask(ann, 'POST /ssh-keys', { body: { key } });
  await ask(localActor, 'DELETE /members/ann');
  assert.equal(await people.findActor({ sshKey }), undefined, 'with the last role');
});

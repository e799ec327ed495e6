import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRepositoryName, parseImageReference, placeOfEcrHost } from './image-references.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;

test('references are read as container tools read them', () => {
  assert.deepEqual(parseImageReference('127.0.0.1:4566/team/app:1'), { host: '127.0.0.1:4566', name: 'team/app', tag: '1' });
  assert.deepEqual(parseImageReference(`localhost/app@${DIGEST}`), { host: 'localhost', name: 'app', digest: DIGEST });
  assert.deepEqual(parseImageReference('nginx'), { host: 'docker.io', name: 'library/nginx', tag: 'latest' });
  assert.deepEqual(parseImageReference('a/b:c'), { host: 'docker.io', name: 'a/b', tag: 'c' });
  assert.deepEqual(parseImageReference('[::1]:5000/a'), { host: '[::1]:5000', name: 'a', tag: 'latest' });
  for (const text of [
    '',
    'h.x/',
    'h.x/A',
    'h.x/a:',
    'h.x/a:-',
    'h.x/../a',
    `h.x/a@sha256:0`,
    `h.x/a@${DIGEST}@${DIGEST}`,
    'h.x/a b',
    '@',
  ])
    assert.equal(parseImageReference(text), undefined, text);
});

test('hosts of ECR name an account and a region', () => {
  const place = { account: '123456789012', region: 'eu-central-1' };
  assert.deepEqual(placeOfEcrHost('123456789012.dkr.ecr.eu-central-1.amazonaws.com'), place);
  assert.equal(placeOfEcrHost('123456789012.dkr.ecr.eu-central-1.amazonaws.com.evil.org'), undefined);
  assert.equal(placeOfEcrHost('1.dkr.ecr.eu-central-1.amazonaws.com'), undefined);
});

test('names of repositories', () => {
  for (const name of ['ab', 'a/b', 'a__b', 'a--b.c/d']) assert.ok(isRepositoryName(name), name);
  for (const name of ['a', '/a', 'a/', 'a//b', 'A', 'a___b', 'a'.repeat(257), '..', 'a/../b'])
    assert.ok(!isRepositoryName(name), name);
});

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import type { Files } from '../../src/paas/build/build.fixture.ts';

const run = promisify(execFile);

const GEMSPEC = (name: string, more: string) => `Gem::Specification.new do |s|
  s.name = '${name}'
  s.version = '1.0.0'
  s.summary = s.description = 'for tests'
  s.authors = ['x']
  s.license = 'MIT'
  s.homepage = 'http://localhost'
  s.required_ruby_version = '>= 3.0'
  s.files = Dir['lib/**/*', 'ext/**/*']
  ${more}
end
`;

/** One of Ruby alone, one with an extension in C. */
const SOURCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  greeting: {
    'greeting.gemspec': GEMSPEC('greeting', ''),
    'lib/greeting.rb': 'module Greeting; def self.to(name) = "hello #{name}"; end\n',
  },
  summing: {
    'summing.gemspec': GEMSPEC('summing', "s.extensions = ['ext/summing/extconf.rb']"),
    'lib/summing.rb': "require 'summing/summing'\n",
    'ext/summing/extconf.rb': "require 'mkmf'\ncreate_makefile('summing/summing')\n",
    'ext/summing/summing.c': `#include <ruby.h>
static VALUE sum(VALUE self, VALUE a, VALUE b) { return LONG2NUM(NUM2LONG(a) + NUM2LONG(b)); }
void Init_summing(void) { rb_define_module_function(rb_define_module("Summing"), "sum", sum, 2); }
`,
  },
  testing: {
    'testing.gemspec': GEMSPEC('testing', ''),
    'lib/testing.rb': 'module Testing; end\n',
  },
};

/** Gems as RubyGems makes them, by file name. */
export async function builtGems(folder: string): Promise<Readonly<Record<string, Buffer>>> {
  const at = await fs.mkdtemp(path.join(os.tmpdir(), 'dalamb-gems-'));
  try {
    const made: Record<string, Buffer> = {};
    for (const [name, files] of Object.entries(SOURCES)) {
      for (const [file, text] of Object.entries(files)) {
        await fs.mkdir(path.dirname(path.join(at, name, file)), { recursive: true });
        await fs.writeFile(path.join(at, name, file), text);
      }
      await run(path.join(folder, 'bin/gem'), ['build', `${name}.gemspec`], { cwd: path.join(at, name), timeout: 60_000 });
      made[`${name}-1.0.0.gem`] = await fs.readFile(path.join(at, name, `${name}-1.0.0.gem`));
    }
    return made;
  } finally {
    await fs.rm(at, { recursive: true });
  }
}

const REMOTE = 'https://rubygems.org/';

/** A registry with these gems, as Bundler asks one, at an address that other machines could reach; undefined where there is no such address. */
export async function serveGems(
  t: Pick<TestContext, 'after'>,
  gems: Readonly<Record<string, Buffer>>,
): Promise<{ readonly url: string; readonly host: string; readonly port: number } | undefined> {
  const host = Object.values(os.networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
  if (host === undefined) return undefined;
  const answers = new Map<string, string | Buffer>();
  const versions = ['created_at: 2026-01-01T00:00:00Z', '---'];
  for (const [file, bytes] of Object.entries(gems)) {
    const name = file.replace('-1.0.0.gem', '');
    const info = `---\n1.0.0 |checksum:${createHash('sha256').update(bytes).digest('hex')},ruby:>= 3.0\n`;
    versions.push(`${name} 1.0.0 ${createHash('md5').update(info).digest('hex')}`);
    answers.set(`/info/${name}`, info).set(`/gems/${file}`, bytes);
  }
  answers.set('/versions', `${versions.join('\n')}\n`);
  const server = http.createServer(({ url = '' }, response) => {
    const answer = answers.get(url);
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'text/plain' }).end(answer);
  });
  await new Promise<void>((listening) => server.listen(0, host, listening));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://${host}:${port}/`, host, port };
}

/** Of an application with these gems, as `bundle lock` writes it; testing is for tests only. */
export const gemFiles: Files = {
  Gemfile: `source '${REMOTE}'\n\nruby '~> 3.3.0'\n\ngem 'greeting'\ngem 'summing'\n\ngroup :test do\n  gem 'testing'\nend\n`,
  'Gemfile.lock': `GEM
  remote: ${REMOTE}
  specs:
    greeting (1.0.0)
    summing (1.0.0)
    testing (1.0.0)

PLATFORMS
  ruby
  x86_64-linux

DEPENDENCIES
  greeting
  summing
  testing

RUBY VERSION
   ruby 3.3.8p144

BUNDLED WITH
   2.5.22
`,
};

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { isFailure } from '../../kernel/index.ts';
import { readManifest } from './application.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (procfile: string | Uint8Array, declaration?: string | Uint8Array) =>
  readManifest({
    procfile: typeof procfile === 'string' ? bytes(procfile) : procfile,
    ...(declaration !== undefined && { declaration: typeof declaration === 'string' ? bytes(declaration) : declaration }),
  });
/** The message, without what all of them begin with. */
const refused = (procfile: string | Uint8Array, declaration?: string | Uint8Array): string => {
  try {
    read(procfile, declaration);
  } catch (error) {
    if (isFailure(error) && (error.code === 'BuildFailed' || error.code === 'NotImplemented'))
      return error.message.replace('the build failed: ', '');
    throw error;
  }
  return assert.fail('it was read');
};
const starts = (text: string, start: string) => assert.ok(text.startsWith(start), `${text}\ndoes not begin with\n${start}`);

suite('Procfile', () => {
  test('lines name processes, with the defaults of a function', () => {
    const { processes } = read('# functions\n\ncreate: CreateThumbnail.handler\n  resize :  lib/Resize.handler  \n');
    const { refuse: _, origin, ...first } = processes[0]!;
    assert.equal(origin, 'language');
    const rest = { memoryMiB: 1024, timeoutSeconds: 10, ephemeralMiB: 512, environment: {}, sources: [] };
    assert.deepEqual(first, { name: 'create', handler: 'CreateThumbnail.handler', ...rest });
    assert.deepEqual([processes[1]!.name, processes[1]!.handler], ['resize', 'lib/Resize.handler']);
  });

  test('line ends of any system and a byte order mark are fine', () => {
    const names = (text: string) => read(text).processes.map(({ name }) => name);
    assert.deepEqual(names('\ufeffweb: a.b\r\nwork: c.d\r\n'), ['web', 'work']);
    assert.deepEqual(names('web: a.b'), ['web']);
    assert.deepEqual(read('web: com.example.Shop$Web::handle').processes[0]!.handler, 'com.example.Shop$Web::handle');
    assert.deepEqual(read('web: Shop::handle').processes[0]!.handler, 'Shop::handle');
  });

  test('every broken form is refused by line and column', () => {
    const forms: readonly (readonly [string | Uint8Array, string])[] = [
      ['', 'Procfile:1:1: it names no process'],
      ['# only\n\n', 'Procfile:1:1: it names no process'],
      ['web', 'Procfile:1:1: expected `name: File.handler`, found "web"'],
      ['web:', 'Procfile:1:4: web has no handler'],
      ['web:   ', 'Procfile:1:4: web has no handler'],
      ['\n: a.b', 'Procfile:2:1: "" is no name'],
      ['1st: a.b', 'Procfile:1:1: "1st" is no name'],
      ['we b: a.b', 'Procfile:1:1: "we b" is no name'],
      ['wéb: a.b', 'Procfile:1:1: "wéb" is no name'],
      [`${'a'.repeat(33)}: a.b`, 'Procfile:1:1: "aaa'],
      ['web: a.b\nweb: c.d', 'Procfile:2:1: web is in line 1 already'],
      ['web: a.b\nWEB: c.d', 'Procfile:2:1: WEB is in line 1 already'],
      ['web: index', 'Procfile:1:6: "index" does not name a file and what it exports'],
      ['web: .handler', 'Procfile:1:6: ".handler" does not name'],
      ['web: index.', 'Procfile:1:6: "index." does not name'],
      ['web: index::', 'Procfile:1:6: "index::" does not name'],
      ['web: ../index.handler', 'Procfile:1:6: "../index.handler" leads out'],
      ['web: /etc/passwd.handler', 'Procfile:1:6: "/etc/passwd.handler" leads out'],
      ['web: a//b.c', 'Procfile:1:6: "a//b.c" leads out'],
      ['web: a..b', 'Procfile:1:6: "a..b" leads out'],
      ['web: node server.js', 'Procfile:1:6: "node server.js" is a command'],
      ['web: ind;ex.handler', 'Procfile:1:6: "ind;ex.handler" is no handler'],
      [`web: ${'a'.repeat(2000)}.b`, 'Procfile:1:6: more than 1024 characters'],
      ['web: a.b\nx: \0', 'Procfile:2:4: a control character, U+0000'],
      ['web: a.b\rwork: c.d', 'Procfile:1:9: a control character, U+000D'],
      ['web: a.\x1b[31mb', 'Procfile:1:8: a control character, U+001B'],
      [Uint8Array.of(0x77, 0xff, 0x3a), 'Procfile:1:1: it is not UTF-8'],
      [new Uint8Array(70_000).fill(0x23), 'Procfile:1:1: it has more than 65536 bytes'],
      [Array.from({ length: 201 }, (_, i) => `p${i}: a.b`).join('\n'), 'Procfile:201:1: more than 200 processes'],
    ];
    for (const [form, message] of forms) starts(refused(form), message);
  });

  test('whatever it is, it is read or refused', () => {
    const line = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('web: a.b', ':', '#', '\r', '\0', '\ufeff', 'x:y.z'));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        try {
          const { processes } = read(lines.join('\n'));
          for (const { name, handler } of processes) assert.match(`${name}: ${handler}`, /^[a-zA-Z][\w-]{0,31}: \S+\.\S+$/);
        } catch (error) {
          assert.ok(isFailure(error, 'BuildFailed'), String(error));
          assert.match(error.message, /Procfile:\d+:\d+: /);
        }
      }),
      { numRuns: 150 },
    );
  });
});

suite('dalamb.toml', () => {
  test('declares functions, sources, resources and checks', () => {
    const { processes, resources, checks, build } = read(
      'web: index.handler',
      `[app]
memory = 256
environment = { A = "1", B = "2" }
[functions.web]
timeout = 3
concurrency = 5
environment = { B = "3" }
smoke = { ping = true }
events = ["s3:photos/in/*.jpg", { source = "sqs:jobs", where = { kind = ["a"] }, settings = { BatchSize = 5 } }]
[functions.work]
handler = "work.run"
runtime = "python3.11"
smoke = false
[[routes]]
route = "GET /"
function = "web"
[schedules.night]
schedule = "cron(0 3 * * ? *)"
function = "work"
[buckets.photos]
[tables.orders]
key = "id"
sort = "at:N"
[queues.jobs]
fifo = true
[topics.news]
[streams.clicks]
shards = 2
[build]
command = "make"
exclude = ["test/**"]
`,
    );
    const [web, work] = processes;
    assert.deepEqual(web!.environment, { A: '1', B: '3' });
    assert.deepEqual([web!.memoryMiB, web!.timeoutSeconds, web!.concurrency], [256, 3, 5]);
    assert.deepEqual(web!.sources, [
      { source: 's3:photos/in/*.jpg' },
      { source: 'sqs:jobs', where: { kind: ['a'] }, settings: { BatchSize: 5 } },
      { source: 'http:GET /' },
    ]);
    assert.deepEqual(
      [work!.handler, work!.runtime, work!.sources],
      ['work.run', 'python3.11', [{ source: 'schedule:cron(0 3 * * ? *)' }]],
    );
    assert.deepEqual(resources, [
      { kind: 'bucket', name: 'photos', settings: { versioning: false } },
      { kind: 'table', name: 'orders', settings: { key: 'id', sort: 'at:N', stream: false } },
      {
        kind: 'queue',
        name: 'jobs',
        settings: { fifo: true, visibility_seconds: 30, delay_seconds: 0, retention_seconds: 345_600 },
      },
      { kind: 'topic', name: 'news', settings: { fifo: false } },
      { kind: 'stream', name: 'clicks', settings: { shards: 2 } },
    ]);
    assert.deepEqual(checks, { smoke: { web: { ping: true } }, startsAnyhow: ['work'] });
    assert.deepEqual(build, { command: 'make', environment: {}, exclude: ['test/**'] });
  });

  test('every wrong key and value is refused by line and column', () => {
    const forms: readonly (readonly [string, string])[] = [
      ['x = 1', 'dalamb.toml:1:1: x: there is no such key'],
      ['[functions.web]\n\n  memroy = 1', 'dalamb.toml:3:3: functions.web.memroy: there is no such key'],
      [
        '[functions]\nweb = { timeout = 3, memory = "1" }',
        'dalamb.toml:2:22: functions.web.memory: expected number, received string',
      ],
      ['functions.web.timeout = 901', 'dalamb.toml:1:1: functions.web.timeout: Too big'],
      ['[functions.web]\ntimeout = 1.5', 'dalamb.toml:2:1: functions.web.timeout: expected int'],
      ['[functions."a b"]', 'dalamb.toml:1:2: functions."a b": "a b" is no name of a process'],
      [
        '[functions.other]\nmemory = 256',
        'dalamb.toml:1:2: functions.other: the Procfile does not name it, and it has no handler',
      ],
      ['[functions.web]\nhandler = "a.b"', 'dalamb.toml:2:1: functions.web.handler: the Procfile names its handler already'],
      ['[functions.WEB]\nhandler = "a.b"', 'dalamb.toml:1:2: functions.WEB: the Procfile calls it web'],
      ['[functions.w]\nhandler = "../a.b"', 'dalamb.toml:2:1: functions.w.handler: "../a.b" leads out'],
      [
        '[functions.web]\nevents = [\n  "s3:a",\n  "zz:b",\n]',
        'dalamb.toml:4:3: functions.web.events[1].source: "zz:b" is no event source',
      ],
      ['[functions.web]\nevents = ["s3:a", "s3:a"]', 'dalamb.toml:2:19: functions.web.events[1].source: s3:a runs web already'],
      ['[functions.web]\nevents = [{ sorce = "s3:a" }]', 'dalamb.toml:2:13: functions.web.events[0].sorce: there is no such key'],
      ['[functions.web]\nsmoke = 2020-01-01', 'dalamb.toml:2:1: functions.web.smoke: it is no plain value'],
      ['[functions.web]\nsmoke = nan', 'dalamb.toml:2:1: functions.web.smoke: it is no plain value'],
      ['[functions.__proto__]\nhandler = "a.b"', 'dalamb.toml:1:2: functions.__proto__: there is no such key'],
      [
        '[[routes]]\nroute = "GET /"\nfunction = "web"\n[[routes]]\nroute = "GET /a"\nfunction = "wb"',
        'dalamb.toml:6:1: routes[1].function: there is no process wb',
      ],
      ['[[routes]]\nroute = "get /"\nfunction = "web"', 'dalamb.toml:2:1: routes[0].route: is no route'],
      [
        '[[routes]]\nroute = "GET /"\nfunction = "web"\n[[routes]]\nroute = "GET /"\nfunction = "web"',
        'dalamb.toml:5:1: routes[1].route: ',
      ],
      ['[schedules.s]\nschedule = "daily"\nfunction = "web"', 'dalamb.toml:2:1: schedules.s.schedule: is no schedule'],
      ['[buckets.Photos]', 'dalamb.toml:1:2: buckets.Photos: "Photos" is no name of a resource'],
      ['[tables.t]', 'dalamb.toml:1:2: tables.t.key: it is missing'],
      ['[app]\nimage = "nginx:latest"', 'dalamb.toml:2:1: app.image: is no image'],
      ['[app]\nruntime = "Node 24"', 'dalamb.toml:2:1: app.runtime: is no runtime'],
      ['[canary]\nweight = 0.1', 'dalamb.toml:1:2: canary.seconds: it is missing'],
      ['[canary]\nweight = 1\nseconds = 5', 'dalamb.toml:2:1: canary.weight: '],
      ['a = 1\na = 2', 'dalamb.toml:2:'],
      ['[app', 'dalamb.toml:1:'],
      [`a = ${'['.repeat(100_000)}`, 'dalamb.toml:1:'],
      [`${Array(100_000).fill('a').join('.')} = 1`, 'dalamb.toml:1:1: tables and lists are nested at most 64 deep'],
      [`["${'a'.repeat(5000)}"]`, 'dalamb.toml:1:1: a key has at most 1024 characters'],
      ['[build]\nexclude = ["{a,b}{a,b}"]', 'dalamb.toml:2:12: build.exclude[0]: only *, ** and ? stand for something'],
      ['#'.repeat(300_000), 'dalamb.toml:1:1: it has more than 262144 bytes'],
      ['[app]\n# \0', 'dalamb.toml:2:3: a control character, U+0000'],
    ];
    for (const [form, message] of forms) starts(refused('web: index.handler', form), message);
  });

  test('a header of many long keys over many others costs little', () => {
    const began = performance.now();
    const header = `[${Array.from({ length: 60 }, (_, i) => `k${i}`.padEnd(1000, 'x')).join('.')}]`;
    const keys = Array.from({ length: 15_000 }, (_, i) => `a${i}=1`);
    starts(refused('web: index.handler', [header, ...keys].join('\n')), 'dalamb.toml:1:2: ');
    assert.ok(performance.now() - began < 30_000);
  });

  test('whatever it is, it is read or refused', () => {
    const words = [
      '[app]',
      '[functions.web]',
      '[[routes]]',
      'memory',
      '=',
      '"',
      "'''",
      '{',
      '}',
      '[',
      ']',
      ',',
      '.',
      '\n',
      '#',
      '1',
      'true',
      '\\',
      '"""',
      'é',
      '\r\n',
      '__proto__',
    ];
    const text = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 3 })), { maxLength: 25 });
    fc.assert(
      fc.property(text, (parts) => {
        try {
          read('web: a.b', parts.join(''));
        } catch (error) {
          assert.ok(isFailure(error, 'BuildFailed'), String(error));
          assert.match(error.message, /dalamb\.toml:\d+:\d+: /);
        }
      }),
      { numRuns: 1500 },
    );
  });
});

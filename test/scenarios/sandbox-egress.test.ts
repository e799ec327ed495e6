import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { silentLogger, systemClock } from '../../src/kernel/index.ts';
import { type Egress, guarded, keeperObstacle, ociDriver, type SandboxDriver, spawnKeeper } from '../../src/sandbox/index.ts';
import { nodeMount, shell } from '../contracts/sandbox.ts';
import { memoryTrees } from '../contracts/sandbox-trees.ts';
import { type NameServer, nameServer } from '../support/name-server.ts';

const obstacle = keeperObstacle('runc');
const TARGET = '127.0.0.1';

suite('egress of a sandbox', { skip: obstacle ?? false, timeout: 60_000 }, () => {
  let driver: SandboxDriver;
  let names: NameServer;
  let port: number;
  const closers: (() => unknown)[] = [];

  before(async () => {
    names = await nameServer();
    const server = net.createServer((socket) => socket.on('error', () => {}).end('outside\n')).listen(0, TARGET);
    await once(server, 'listening');
    port = (server.address() as net.AddressInfo).port;
    const store = await memoryTrees();
    const mountRoots = [{ seen: nodeMount.source, real: nodeMount.source }];
    const keeper = await spawnKeeper({
      treesDirectory: path.join(store.directory, 'trees'),
      mountRoots,
      runtime: 'runc',
      firstUid: 4_000_000,
    });
    const inner = ociDriver({
      keeper: keeper.link,
      clock: systemClock,
      logger: silentLogger,
      resolver: `127.0.0.1:${names.port}`,
    });
    driver = guarded(inner, systemClock, store.trees);
    closers.push(
      () => driver.stop(AbortSignal.timeout(5000)),
      () => keeper.close(),
      () => store.close(),
      () => server.close(),
      () => names.close(),
    );
  });
  after(async () => {
    for (const close of closers) await close();
  });

  /** Connects to each `host:port` from inside, and tells for each what came. */
  const reach = async (egress: Egress | undefined, ...places: string[]) => {
    const script = `const net=require('net');(async()=>{for(const p of process.argv.slice(1)){const i=p.lastIndexOf(':');
      await new Promise(r=>{let got='';const s=net.connect({host:p.slice(0,i),port:+p.slice(i+1),timeout:5000});
      s.on('data',d=>got+=d).on('error',e=>got=e.code).on('timeout',()=>s.destroy()).on('close',()=>{console.log(p,got.trim()||'nothing');r()})})}})()`;
    const { text, seen } = await shell(driver, `exec $NODE -e "${script}" ${places.join(' ')}`, {}, async (sandbox) => {
      if (egress) await sandbox.assign({ egress });
    });
    return {
      got: Object.fromEntries(
        text
          .trim()
          .split('\n')
          .map((line) => line.split(' ')),
      ),
      bytes: seen.egressBytes,
    };
  };
  const open: Egress = { enabled: true, allow: [], deny: [] };

  test('nothing is reachable, and no name is looked up, until it is allowed', async () => {
    const before = names.asked.length;
    const { got, bytes } = await reach(undefined, `a.test:${port}`, '93.184.216.34:80');
    assert.match(got[`a.test:${port}`], /ENOTFOUND|EAI_AGAIN|ECONNREFUSED/);
    assert.match(got['93.184.216.34:80'], /ECONNRESET/);
    assert.equal(bytes, 0);
    assert.equal(names.asked.length, before);
  });

  test('closed ranges stay closed, by address and by any name that leads to them', async () => {
    const { got } = await reach(
      open,
      `rebind.test:${port}`,
      '10.1.2.3:80',
      '192.168.0.1:80',
      '169.254.169.254:80',
      '172.16.0.1:80',
      '100.64.0.1:80',
      '0.0.0.0:80',
    );
    for (const [place, result] of Object.entries(got)) assert.match(result as string, /^E|nothing/, place);
    const byName = await reach({ ...open, allow: [{ to: '*.test', port: 0 }] }, `rebind.test:${port}`);
    assert.match(Object.values(byName.got)[0] as string, /^E/);
  });

  test('an allow rule by address opens a closed address, on its port only, and is metered', async () => {
    const host = hostAddress();
    if (host === undefined) return;
    const server = net.createServer((socket) => socket.end('outside\n')).listen(0, host);
    await once(server, 'listening');
    const { port: there } = server.address() as net.AddressInfo;
    try {
      const closed = await reach(open, `${host}:${there}`);
      assert.equal(closed.got[`${host}:${there}`], 'ECONNRESET');
      const opened = await reach(
        { ...open, allow: [{ to: `${host}/32`, port: there }] },
        `${host}:${there}`,
        `${host}:${there + 1}`,
        '93.184.216.34:80',
      );
      assert.equal(opened.got[`${host}:${there}`], 'outside');
      assert.equal(opened.got[`${host}:${there + 1}`], 'ECONNRESET');
      assert.equal(opened.got['93.184.216.34:80'], 'ECONNRESET');
      assert.equal(opened.bytes, 'outside\n'.length);
      const denied = await reach(
        { enabled: true, allow: [{ to: host, port: 0 }], deny: [{ to: host, port: there }] },
        `${host}:${there}`,
      );
      assert.equal(denied.got[`${host}:${there}`], 'ECONNRESET');
    } finally {
      server.close();
    }
  });

  test('names are judged before they are asked; answers carry what was allowed', async () => {
    const egress: Egress = { enabled: true, allow: [{ to: 'public.test', port: 443 }], deny: [] };
    const script = `const d=require('dns').promises;(async()=>{for(const n of ['public.test','other.test','PUBLIC.test'])console.log(n,await d.resolve4(n).then(String,e=>e.code));console.log('six',await d.resolve6('public.test').then(String,e=>e.code))})()`;
    const before = names.asked.length;
    const { text } = await shell(driver, `exec $NODE -e "${script}"`, {}, (sandbox) => sandbox.assign({ egress }));
    assert.equal(text, 'public.test 93.184.216.34\nother.test EREFUSED\nPUBLIC.test 93.184.216.34\nsix ENODATA\n');
    assert.deepEqual(
      names.asked.slice(before).map((name) => name.toLowerCase()),
      ['public.test', 'public.test'],
    );
  });

  test('other resolvers are ours too, and other datagrams are refused', async () => {
    const script = `const {Resolver}=require('dns').promises;const r=new Resolver();r.setServers(['8.8.8.8']);const u=require('dgram').createSocket('udp4');
      u.on('error',e=>console.log('udp',e.code));(async()=>{console.log(await r.resolve4('public.test').then(String,e=>e.code));u.send('x',5353,'8.8.8.8',e=>{console.log('sent',e?e.code:'yes');u.close()})})()`;
    const { text } = await shell(driver, `exec $NODE -e "${script}"`, {}, (sandbox) => sandbox.assign({ egress: open }));
    assert.match(text, /^93.184.216.34\n/);
    assert.match(text, /sent E/);
  });
});

/** An address of this machine that is not loopback. */
function hostAddress(): string | undefined {
  const all = Object.values(process.getBuiltinModule('node:os').networkInterfaces()).flatMap((list) => list ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
}

import { create, invocation, withBench } from '/work/main/bench/platform.ts';
import { load, startEcho } from '/work/main/bench/measure.ts';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
const MEM = Number(process.env.MEM ?? 1769), C = Number(process.env.C ?? 16), SEC = Number(process.env.SEC ?? 5);
const cpu = () => { const m = new Map(); for (const p of fs.readdirSync('/proc')) if (/^\d+$/.test(p)) try { const s = fs.readFileSync(`/proc/${p}/stat`,'utf8'); const f = s.split(') ')[1].split(' '); m.set(p+' '+s.split(') ')[0].split('(')[1], [Number(f[11]), Number(f[12]), fs.statSync('/proc/'+p).uid]); } catch {} return m; };
await withBench({ memoryMiB: 1_048_576 }, async (bench) => {
  await create(bench, 'p', { code: 'export const handler = async (event) => event;', memoryMiB: MEM });
  const r = invocation(bench, 'p', { hello: 'world', list: [1,2,3] });
  await load(r, C, Number(process.env.WARM ?? 12));
  const echo = await startEcho();
  const er = { ...r, url: echo.url };
  await load(er, C, 1);
  const ratios = [];
  for (let i = 0; i < Number(process.env.ROUNDS ?? 5); i++) {
    const sum = (m, f) => [...m].reduce((a, [k, [u, s, uid]]) => a + (f(k, uid) ? u + s : 0), 0);
    const bench1 = async (q, f) => { const b = cpu(); const l = await load(q, C, 2); const a = cpu(); return { rate: l.perSecond, p50: l.p50, us: [...f].map((g) => (sum(a, g) - sum(b, g)) * 1e4 / l.requests) }; };
    const e = await bench1(er, [(k) => k.startsWith(echo.pid + ' ')]);
    const o = await bench1(r, [(k, uid) => uid === 64200, (k, uid) => uid >= 1500000000]);
    ratios.push((o.us[0] + o.us[1]) / e.us[0]);
    console.log(`echo ${e.us[0].toFixed(1)}µs ${e.rate.toFixed(0)}/s | server ${o.us[0].toFixed(1)} sandboxes ${o.us[1].toFixed(1)} | ${o.rate.toFixed(0)}/s | CPU x${((o.us[0]+o.us[1])/e.us[0]).toFixed(2)} (server x${(o.us[0]/e.us[0]).toFixed(2)}) rate ${(o.rate/e.rate).toFixed(2)}`);
  }
  await echo.stop();
  const before = cpu();
  let perf; if (process.env.PERF) perf = spawn('perf', ['record','-F','999','-a','-g','-o','/tmp/perf.data','--','sleep',String(SEC)], {stdio:'ignore'});
  const l = await load(r, C, SEC);
  const after = cpu();
  console.log(l);
  const rows = [...after].map(([k,[u,s,uid]]) => { const b = before.get(k) ?? [0,0]; return [k,(u-b[0])*1e4/l.requests,(s-b[1])*1e4/l.requests,uid]; }).filter(([,u,s]) => u+s > 0.5).sort((a,b)=>b[1]+b[2]-a[1]-a[2]);
  console.log('environments', (await (await fetch(bench.platform.url + '/_dalamb/metrics')).text()).match(/dalamb_environments_\w+ \d+/g)?.join(' '));
  for (const [k,u,s,uid] of rows.slice(0,8)) console.log(k.padEnd(30), 'user', u.toFixed(1), 'sys', s.toFixed(1), 'µs/req uid', uid);
  if (process.env.CPUPROF) {}
  if (perf) await new Promise(r => perf.on('exit', r));
});

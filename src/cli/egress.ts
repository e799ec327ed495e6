import { type Command, InvalidArgumentError } from 'commander';
import type { EgressPolicy, EgressRule } from '../model/index.ts';
import type { Stage } from './stage.ts';

interface Options {
  readonly allow: EgressRule[];
  readonly deny: EgressRule[];
  readonly off?: boolean;
  readonly open?: boolean;
  readonly reset?: boolean;
}

export function addEgress(program: Command, stage: Stage): void {
  program
    .command('egress')
    .description('what a function may reach outside; with options: sets it')
    .argument('<function>', 'name')
    .option(
      '--allow <to>',
      'name, *.name, address or block, with :PORT or any; nothing else is reachable then (repeatable)',
      collect,
      [],
    )
    .option('--deny <to>', 'the same, closed (repeatable)', collect, [])
    .option('--off', 'nothing outside')
    .option('--open', 'the internet, but neither this machine nor private ranges')
    .option('--reset', 'what the configuration file says')
    .action(async (name: string, options: Options) => stage.answer(await act(stage, name, options), policyText));
}

function act(stage: Stage, name: string, { allow, deny, off, open, reset }: Options): Promise<EgressPolicy> {
  const path = `/functions/${encodeURIComponent(name)}/egress`;
  if (reset) return stage.api().remove(path);
  if (off || open || allow.length > 0 || deny.length > 0) return stage.api().put(path, { enabled: !off, allow, deny });
  return stage.api().get(path);
}

/** `api.example.com:443`, `10.0.0.0/8`, `[2001:db8::1]:443`. */
function collect(text: string, before: EgressRule[]): EgressRule[] {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+|[0-9a-fA-F:]+:[0-9a-fA-F:]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const to = bracketed ?? plain;
  if (to === undefined || Number(port ?? 0) > 65535)
    throw new InvalidArgumentError('a name, an address or a block, and maybe :PORT');
  return [...before, { to, port: Number(port ?? 0) }];
}

function policyText({ enabled, allow, deny }: EgressPolicy): string {
  if (!enabled) return 'nothing outside\n';
  const ruleText = ({ to, port }: EgressRule) => `${to}${port === 0 ? '' : `:${port}`}`;
  const open =
    allow.length === 0 ? 'the internet, but neither this machine nor private ranges' : `only ${allow.map(ruleText).join(', ')}`;
  return `${open}${deny.length === 0 ? '' : `; never ${deny.map(ruleText).join(', ')}`}\n`;
}
